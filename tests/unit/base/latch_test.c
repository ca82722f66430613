#include "base/latch.h"

#include <pthread.h>
#include <sched.h>

#include "test.h"

enum { THREADS = 4, ROUNDS = 20000 };

struct shared {
    struct latch latch;
    unsigned first, second; // plain: ThreadSanitizer tells where the latch does not hold
};

static void *add(void *arg) {
    struct shared *s = arg;
    for (int i = 0; i < ROUNDS; i++) {
        latch_take(&s->latch);
        s->first++;
        if (i % 1000 == 0) sched_yield(); // the others find it taken
        s->second++;
        latch_give(&s->latch);
    }
    return NULL;
}

static void latch_is_held_by_one_thread_at_a_time(void **state) {
    (void)state;
    struct shared s = {.first = 0};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, add, &s), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    assert_int_equal(s.first, THREADS * ROUNDS);
    assert_int_equal(s.second, THREADS * ROUNDS);
}

struct waiter {
    struct latch latch;
    atomic_bool through;
};

static void *pass(void *arg) {
    struct waiter *w = arg;
    latch_take(&w->latch);
    atomic_store(&w->through, true);
    latch_give(&w->latch);
    return NULL;
}

static void latch_taken_is_waited_for(void **state) {
    (void)state;
    struct waiter w = {.through = false};
    pthread_t thread;
    latch_take(&w.latch);
    assert_int_equal(pthread_create(&thread, NULL, pass, &w), 0);
    for (int i = 0; i < 1000; i++) sched_yield();
    assert_false(atomic_load(&w.through));
    latch_give(&w.latch);
    pthread_join(thread, NULL);
    assert_true(atomic_load(&w.through));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latch_is_held_by_one_thread_at_a_time),
        cmocka_unit_test(latch_taken_is_waited_for),
    };
    return RUN(tests);
}
