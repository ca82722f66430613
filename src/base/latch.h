// A lock for what takes a microsecond, of threads that hardly ever meet there: one exchange takes it and one store
// gives it back, where a mutex takes two exchanges and two calls. Who finds it taken lets others run, and then sleeps a
// little: not for what waits, or holds it for long.
#ifndef SLUICE_BASE_LATCH_H
#define SLUICE_BASE_LATCH_H

#include <stdatomic.h>

// Free as zeros.
struct latch {
    atomic_uint taken;
};

// latch_take found it taken.
void latch_wait(struct latch *l) __attribute__((cold));

static inline void latch_take(struct latch *l) {
    if (atomic_exchange_explicit(&l->taken, 1, memory_order_acquire)) latch_wait(l);
}

static inline void latch_give(struct latch *l) {
    atomic_store_explicit(&l->taken, 0, memory_order_release);
}

#endif
