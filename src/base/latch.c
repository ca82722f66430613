#include "base/latch.h"

#include <sched.h>
#include <time.h>

enum { YIELDS = 20, SLEEP_NS = 20000 };

void latch_wait(struct latch *l) {
    static const struct timespec SLEEP = {.tv_nsec = SLEEP_NS};
    for (int i = 0; atomic_exchange_explicit(&l->taken, 1, memory_order_acquire); i++) {
        // the holder may have been stopped: it goes on when nobody takes its processor
        if (i < YIELDS) sched_yield();
        else nanosleep(&SLEEP, NULL);
    }
}
