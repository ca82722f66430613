#include "base/clock.h"
#include "test.h"

static void clock_wall_us_at_is_the_wall_clock(void **state) {
    (void)state;
    struct clock_pair pair = {0};
    int64_t wall = clock_wall_us(), at = clock_wall_us_at(&pair, clock_now_ns());
    assert_true(at > wall - 60000000 && at < wall + 60000000); // however long a thread is stopped between the readings
}

static void clock_wall_us_at_goes_on_with_the_monotonic_clock(void **state) {
    (void)state;
    struct clock_pair pair = {.ns = 5000000000, .wall_us = 1700000000000000};
    assert_int_equal(clock_wall_us_at(&pair, 5000000000 + 7000), 1700000000000007);
    assert_int_equal(clock_wall_us_at(&pair, 5000000000 - 3000), 1699999999999997); // read before the pair was
    assert_int_equal(clock_wall_us_at(&pair, 5000000000 + (uint64_t)CLOCK_TOGETHER_NS - 1000), 1700000000099999);
}

static void clock_wall_us_at_reads_both_again_in_time(void **state) {
    (void)state;
    uint64_t now = clock_now_ns();
    // the wall clock was set back by an hour since
    struct clock_pair pair = {.ns = now - (uint64_t)CLOCK_TOGETHER_NS, .wall_us = clock_wall_us() + 3600000000};
    int64_t at = clock_wall_us_at(&pair, now), wall = clock_wall_us();
    assert_true(at <= wall && wall - at < 60000000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_wall_us_at_is_the_wall_clock),
        cmocka_unit_test(clock_wall_us_at_goes_on_with_the_monotonic_clock),
        cmocka_unit_test(clock_wall_us_at_reads_both_again_in_time),
    };
    return RUN(tests);
}
