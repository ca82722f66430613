#include "price/savings.h"

#include <math.h>

#include "base/hash.h"
#include "price/forecast.h"
#include "test.h"

// 1,000 requests at $1 each before; half of them local.
static struct savings_inputs simple(void) {
    struct savings_inputs in;
    for (size_t i = 0; i < SAVINGS_INPUTS; i++)
        in.value[i] = isnan(SAVINGS_FIELDS[i].preset) ? 0 : SAVINGS_FIELDS[i].preset;
    in.value[SAVINGS_REQUESTS] = 1000;
    in.value[SAVINGS_OUTPUT_TOKENS] = 100000;
    in.value[SAVINGS_OUTPUT_PRICE] = 10;
    in.value[SAVINGS_LOCAL_SHARE] = 0.5;
    in.value[SAVINGS_OPS] = 100;
    return in;
}

static struct savings compute(struct savings_inputs in) {
    struct savings s;
    savings_compute(&in, &s);
    return s;
}

static void assert_close(double a, double b) {
    assert_true(fabs(a - b) <= 1e-9 * (1 + fabs(b)));
}

// ---------------------------------------------------------------- a month

static void savings_simple_month(void **state) {
    (void)state;
    struct savings s = compute(simple());
    assert_close(s.baseline, 1000);
    assert_close(s.routed, 600);
    assert_close(s.saving_percent, 40);
    assert_close(s.break_even_local_share, 0.1);
    assert_close(s.break_even_requests, 200);
    assert_close(s.baseline_per_success, 1);
    assert_close(s.routed_per_success, 0.6);
    assert_close(s.api_requests, 500);
    assert_close(s.output_percent, 100);
}

static void savings_failed_local_answers_are_paid_twice(void **state) {
    (void)state;
    struct savings_inputs in = simple();
    in.value[SAVINGS_LOCAL_SUCCESS] = 0.8;
    in.value[SAVINGS_FRONTIER_SUCCESS] = 0.9;
    struct savings s = compute(in);
    assert_close(s.api, 600); // 500 and a fifth of the other 500
    assert_close(s.routed, 700);
    // good: 400 local, 600 at the API of which 90 %
    assert_close(s.routed_per_success, 700.0 / (400 + 540));
    assert_close(s.baseline_per_success, 1000.0 / 900);
    assert_close(s.break_even_local_share, 100.0 / 800);
    in.value[SAVINGS_LOCAL_SUCCESS] = in.value[SAVINGS_FRONTIER_SUCCESS] = 0;
    s = compute(in);
    assert_true(isinf(s.routed_per_success) && isinf(s.baseline_per_success) && isinf(s.break_even_local_share));
    assert_int_equal(s.break_even, BREAK_EVEN_LOSES);
}

static void savings_retries_are_billed_and_throttled_requests_are_only_sent(void **state) {
    (void)state;
    struct savings_inputs in = simple();
    in.value[SAVINGS_INPUT_TOKENS] = 25e6; // 100 MB a request at four bytes
    in.value[SAVINGS_EGRESS] = 0.1;
    in.value[SAVINGS_RETRY_RATE] = 0.5;
    in.value[SAVINGS_THROTTLE_RATE] = 0.25;
    struct savings s = compute(in);
    assert_close(s.baseline_api, 1500);
    assert_close(s.baseline_egress, 1000 * 0.1 * 0.1 * 1.75);
    assert_close(s.egress, s.baseline_egress / 2);
    assert_close(s.baseline, s.baseline_api + s.baseline_egress);
}

static void savings_hardware_setup_and_electricity(void **state) {
    (void)state;
    struct savings_inputs in = simple();
    in.value[SAVINGS_HARDWARE] = 3000;
    in.value[SAVINGS_SETUP] = 600;
    in.value[SAVINGS_WATTS] = 500;
    in.value[SAVINGS_UTILISATION] = 0.4;
    in.value[SAVINGS_KWH] = 0.25;
    struct savings s = compute(in);
    assert_close(s.hardware, 100); // 36 months
    assert_close(s.electricity, 0.5 * 0.4 * 730 * 0.25);
    assert_close(s.routed, 500 + 100 + 100 + 36.5);
    assert_close(s.break_even_months, 3600 / (1000 - 500 - 100 - 36.5));
    assert_int_equal(s.break_even, BREAK_EVEN_LATER);
}

// At the break-even share, and at the break-even volume, a month after costs what a month before does.
static void savings_break_even_points_are_where_the_saving_is_0(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (int i = 0; i < 2000; i++) {
        struct savings_inputs in = simple();
        for (size_t k = 0; k < SAVINGS_INPUTS; k++) {
            seed += 0x9e3779b97f4a7c15u;
            double part = (double)(hash_mix(seed) >> 11) * 0x1p-53, most = SAVINGS_FIELDS[k].most;
            in.value[k] = SAVINGS_FIELDS[k].least + part * (fmin(most, 1000) - SAVINGS_FIELDS[k].least);
        }
        struct savings s = compute(in), at;
        if (isfinite(s.break_even_local_share)) {
            struct savings_inputs moved = in;
            moved.value[SAVINGS_LOCAL_SHARE] = s.break_even_local_share;
            at = compute(moved);
            assert_true(fabs(at.saving) <= 1e-9 * (1 + at.routed));
        }
        if (isfinite(s.break_even_requests)) {
            struct savings_inputs moved = in;
            moved.value[SAVINGS_REQUESTS] = s.break_even_requests;
            at = compute(moved);
            assert_true(fabs(at.saving) <= 1e-9 * (1 + at.routed));
        }
        assert_close(s.saving, s.baseline - s.routed);
        assert_close(s.routed, s.api + s.egress + s.ops + s.hardware + s.electricity);
    }
}

static void savings_bounds_never_overflow(void **state) {
    (void)state;
    struct savings_inputs most, least;
    for (size_t i = 0; i < SAVINGS_INPUTS; i++) {
        most.value[i] = SAVINGS_FIELDS[i].most;
        least.value[i] = SAVINGS_FIELDS[i].least;
    }
    struct savings s = compute(most);
    assert_true(isfinite(s.baseline) && isfinite(s.routed) && isfinite(s.saving) && isfinite(s.electricity));
    struct savings_month months[37];
    savings_cash(&most, 36, months);
    assert_true(isfinite(months[36].cumulative));
    s = compute(least);
    assert_close(s.baseline, 0);
    assert_true(isnan(s.saving_percent) && isnan(s.output_percent));
    assert_int_equal(s.break_even, BREAK_EVEN_LOSES);
}

// ---------------------------------------------------------------- cash

static void savings_cash_pays_first_and_renews_what_is_worn(void **state) {
    (void)state;
    struct savings_inputs in = simple();
    struct savings_month m[13];
    in.value[SAVINGS_HARDWARE] = 1000;
    in.value[SAVINGS_SETUP] = 500;
    in.value[SAVINGS_AMORTISE] = 6;
    savings_cash(&in, 12, m);
    assert_close(m[0].cumulative, -1500);
    assert_close(m[1].cumulative, -1100);
    assert_close(m[6].cumulative, -1500 + 6 * 400);
    assert_close(m[7].routed, 600 + 1000); // the second hardware, without setup
    assert_close(m[12].cumulative, -1500 + 12 * 400 - 1000);
    assert_close(compute(in).break_even_months, 3.75);
}

static void savings_growth_brings_break_even_nearer_or_makes_it_possible(void **state) {
    (void)state;
    struct savings_inputs in = simple();
    in.value[SAVINGS_OPS] = 600; // 500 saved, 600 spent
    assert_int_equal(compute(in).break_even, BREAK_EVEN_LOSES);
    in.value[SAVINGS_GROWTH] = 0.1;
    struct savings s = compute(in);
    assert_int_equal(s.break_even, BREAK_EVEN_AFTER_LOSS); // of 100 in the first month
    assert_non_null(strstr(savings_break_even_why(s.break_even), "as it is now a month costs more"));
    // 500 x 1.1^m - 600 is positive from the third month on: -100, -50, 5, 65.5, 132.05
    assert_close(s.break_even_months, 4 + (100 + 50 - 5 - 65.5) / 132.05);
    in.value[SAVINGS_GROWTH] = 0;
    in.value[SAVINGS_OPS] = 100;
    in.value[SAVINGS_HARDWARE] = 1e6;
    in.value[SAVINGS_AMORTISE] = 600;
    s = compute(in);
    assert_int_equal(s.break_even, BREAK_EVEN_TOO_LATE);
    assert_true(isinf(s.break_even_months));
    assert_true(*savings_break_even_why(s.break_even));
}

// ---------------------------------------------------------------- forecast

static void forecast_swings_are_sorted_and_leave_out_what_moves_nothing(void **state) {
    (void)state;
    struct savings_inputs in = simple();
    struct forecast_swing swings[SAVINGS_INPUTS];
    size_t n = forecast_swings(&in, swings);
    for (size_t i = 0; i < n; i++) {
        assert_int_not_equal(swings[i].input, SAVINGS_INPUT_PRICE); // 0 tokens
        assert_int_not_equal(swings[i].input, SAVINGS_HARDWARE);    // 0
        assert_int_not_equal(swings[i].input, SAVINGS_GROWTH);
        if (i) {
            double before = fabs(swings[i - 1].saving_high - swings[i - 1].saving_low);
            assert_true(before >= fabs(swings[i].saving_high - swings[i].saving_low));
        }
        if (swings[i].input == SAVINGS_OPS) {
            assert_close(swings[i].saving_low, 420);
            assert_close(swings[i].saving_high, 380);
            assert_close(swings[i].elasticity, -0.25);
        }
        if (swings[i].input == SAVINGS_LOCAL_SUCCESS) assert_close(swings[i].high, 1); // within its bounds
    }
    assert_close(fabs(swings[0].saving_high - swings[0].saving_low), 200); // the requests, or what they cost
}

// The saving is even between 0.5 x 0.5 - 100 ... : its percentiles are known.
static void forecast_percentiles_of_an_even_range(void **state) {
    (void)state;
    struct savings_inputs low = simple(), high = simple();
    struct forecast f;
    low.value[SAVINGS_REQUESTS] = 0;
    high.value[SAVINGS_REQUESTS] = 2000;
    forecast_sample(&low, &high, FORECAST_SAMPLES, 1, &f);
    assert_true(fabs(f.of[FORECAST_BASELINE].p5 - 100) < 1);
    assert_true(fabs(f.of[FORECAST_BASELINE].p50 - 1000) < 1);
    assert_true(fabs(f.of[FORECAST_BASELINE].p95 - 1900) < 1);
    assert_true(fabs(f.of[FORECAST_SAVING].p5 + 50) < 1);
    assert_true(fabs(f.saves - 0.9) < 0.001); // 200 requests break even
    uint32_t all = 0;
    for (int i = 0; i < FORECAST_BARS; i++) all += f.bars[i];
    assert_int_equal(all, FORECAST_SAMPLES);
}

// The sum of two even ranges is a triangle: its 5th percentile is at sqrt(2 x 0.05) of the lower half.
static void forecast_ranges_are_drawn_independently(void **state) {
    (void)state;
    struct savings_inputs low = simple(), high = simple();
    struct forecast f;
    low.value[SAVINGS_OPS] = 0, high.value[SAVINGS_OPS] = 100;
    low.value[SAVINGS_HARDWARE] = 0, high.value[SAVINGS_HARDWARE] = 3600; // 0 to 100 a month
    for (uint64_t seed = 0; seed < 20; seed++) {
        forecast_sample(&low, &high, FORECAST_SAMPLES, seed, &f);
        assert_true(fabs(f.of[FORECAST_SAVING].p5 - (300 + 100 * sqrt(0.1))) < 1);
        assert_true(fabs(f.of[FORECAST_SAVING].p95 - (500 - 100 * sqrt(0.1))) < 1);
        assert_true(fabs(f.of[FORECAST_SAVING].p50 - 400) < 1);
    }
}

static void forecast_same_seed_same_figures(void **state) {
    (void)state;
    struct savings_inputs low = simple(), high = simple();
    struct forecast a, b, c;
    low.value[SAVINGS_LOCAL_SHARE] = 0, high.value[SAVINGS_LOCAL_SHARE] = 1;
    low.value[SAVINGS_LOCAL_SUCCESS] = 0;
    forecast_sample(&low, &high, FORECAST_SAMPLES, 5, &a);
    forecast_sample(&low, &high, FORECAST_SAMPLES, 5, &b);
    forecast_sample(&low, &high, FORECAST_SAMPLES, 6, &c);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(a.of[FORECAST_SAVING].p5 != c.of[FORECAST_SAVING].p5);
    assert_true(fabs(a.of[FORECAST_SAVING].p5 - c.of[FORECAST_SAVING].p5) < 2);
    assert_true(isinf(a.of[FORECAST_BREAK_EVEN_MONTHS].p95)); // never, in more than one of twenty
    assert_true(a.of[FORECAST_BREAK_EVEN_MONTHS].p50 == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(savings_simple_month),
        cmocka_unit_test(savings_failed_local_answers_are_paid_twice),
        cmocka_unit_test(savings_retries_are_billed_and_throttled_requests_are_only_sent),
        cmocka_unit_test(savings_hardware_setup_and_electricity),
        cmocka_unit_test(savings_break_even_points_are_where_the_saving_is_0),
        cmocka_unit_test(savings_bounds_never_overflow),
        cmocka_unit_test(savings_cash_pays_first_and_renews_what_is_worn),
        cmocka_unit_test(savings_growth_brings_break_even_nearer_or_makes_it_possible),
        cmocka_unit_test(forecast_swings_are_sorted_and_leave_out_what_moves_nothing),
        cmocka_unit_test(forecast_percentiles_of_an_even_range),
        cmocka_unit_test(forecast_ranges_are_drawn_independently),
        cmocka_unit_test(forecast_same_seed_same_figures),
    };
    return RUN(tests);
}
