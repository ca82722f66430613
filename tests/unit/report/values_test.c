#include "report/values.h"

#include <math.h>
#include <stdio.h>

#include "report/figures.h"
#include "report/sketch.h"
#include "report/trend.h"
#include "test.h"

static pico money(const char *z) {
    pico v = -1;
    assert_true(value_decimal(span_from(z), PICO_PER_UNIT, VALUE_MOST_MONEY, &v));
    return v;
}

static bool is_money(const char *z) {
    pico v;
    return value_decimal(span_from(z), PICO_PER_UNIT, VALUE_MOST_MONEY, &v);
}

static void values_money_is_exact(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t pico;
    } CASES[] = {{"0", 0},
                 {"1", 1000000000000},
                 {"0.1", 100000000000},
                 {"-0.1", -100000000000},
                 {"+2.5", 2500000000000},
                 {" 0.000000000001 ", 1},
                 {"0.0000000000004", 0},
                 {"0.0000000000005", 1},
                 {"-0.0000000000005", -1},
                 {"0.0087709999999999993", 8771000000},
                 {"1.5e-05", 15000000},
                 {"1.5E3", 1500000000000000},
                 {"0.30000000000000004", 300000000000},
                 {"12345.678901234567", 12345678901234567},
                 {"1.", 1000000000000},
                 {".5", 500000000000},
                 {"0e999", 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (money(CASES[i].text) != CASES[i].pico) fail_msg("%s", CASES[i].text);
}

static void values_money_beyond_sense_is_refused(void **state) {
    (void)state;
    static const char *const BAD[] = {"",      " ",        "-",     ".",      "e5",   "1e",          "NaN", "nan",
                                      "inf",   "Infinity", "1e308", "-1e308", "0x10", "1,5",         "1 5", "--1",
                                      "1.2.3", "1e5x",     "$",     "12abc",  "1e16", "\xef\xbc\x91"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (is_money(BAD[i])) fail_msg("'%s' was taken", BAD[i]);
    assert_true(is_money("999999999999999"));
}

static void values_counts_are_whole_and_not_negative(void **state) {
    (void)state;
    int64_t v = -1;
    static const char *const GOOD[] = {"17", "17.0", "17.000", "1.7e1", " 17 "};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        assert_true(value_count(span_from(GOOD[i]), &v));
        assert_int_equal(v, 17);
    }
    static const char *const BAD[] = {"", "-1", "1.5", "1e30", "NaN", "12 34", "0x1", "true"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (value_count(span_from(BAD[i]), &v)) fail_msg("'%s' was taken", BAD[i]);
}

static void values_times_in_every_form_are_the_same(void **state) {
    (void)state;
    static const char *const SAME[] = {"2026-01-31T12:00:00Z",
                                       "2026-01-31 12:00:00",
                                       "2026-01-31T12:00:00.000Z",
                                       "2026-01-31 12:00:00+00",
                                       "2026-01-31 12:00:00.000000+00:00",
                                       "2026-01-31T13:00:00+01:00",
                                       "2026-01-31T06:30:00-0530",
                                       "2026/01/31 12:00:00",
                                       "2026-01-31 12:00",
                                       "2026-01-31 12:00:00 UTC",
                                       "1769860800",
                                       "1769860800.0",
                                       "1769860800000",
                                       "1769860800000000",
                                       "1769860800000000000",
                                       "1.7698608e9"};
    struct value_time_cache cache = {.midnight_us = 0};
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
        int64_t us = 0;
        if (!value_time(span_from(SAME[i]), &cache, &us) || us != 1769860800000000) fail_msg("%s", SAME[i]);
    }
}

static void values_odd_times_are_read_or_refused(void **state) {
    (void)state;
    struct value_time_cache cache = {.midnight_us = 0};
    int64_t us, other;
    assert_true(value_time(SPAN("2016-12-31T23:59:60Z"), &cache, &us)); // a leap second
    assert_true(value_time(SPAN("2017-01-01T00:00:00Z"), &cache, &other));
    assert_int_equal(us, other);
    assert_true(value_time(SPAN("2016-12-31T24:00:00Z"), &cache, &us));
    assert_int_equal(us, other);
    assert_true(value_time(SPAN("2024-02-29"), &cache, &us));
    static const char *const BAD[] = {"2025-02-29",
                                      "2026-13-01",
                                      "2026-00-10",
                                      "2026-01-32",
                                      "2026-01-31T25:00:00Z",
                                      "2026-01-31T12",
                                      "2026-01-31T12:60:00",
                                      "31/01/2026",
                                      "01-31-2026",
                                      "2026-01-31x",
                                      "2026-01-31 12:00:00 CET",
                                      "yesterday",
                                      "2026-01-31T12:00:00.",
                                      "-5",
                                      "2026-1-3",
                                      ""};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (value_time(span_from(BAD[i]), &cache, &us)) fail_msg("'%s' was taken", BAD[i]);
}

static void values_days_go_there_and_back(void **state) {
    (void)state;
    struct value_time_cache cache = {.midnight_us = 0};
    for (int64_t day = 16000; day < 30000; day += 37) {
        char text[11];
        int64_t us;
        value_day_text(day, text);
        assert_true(value_time(span_from(text), &cache, &us));
        assert_int_equal(value_day(us), day);
    }
}

static void values_cents_are_rounded(void **state) {
    (void)state;
    static const struct {
        const char *in, *out;
    } CASES[] = {
        {"0", "0.00"}, {"1.005", "1.01"}, {"-1.005", "-1.01"}, {"-0.001", "0.00"}, {"123456789.994", "123456789.99"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char text[48];
        pico_cents(money(CASES[i].in), text);
        assert_string_equal(text, CASES[i].out);
    }
}

// ---------------------------------------------------------------- percentiles

static void sketch_quantiles_are_within_half_a_percent(void **state) {
    (void)state;
    struct sketch s = {0};
    for (uint64_t v = 1; v <= 1000000; v++) sketch_add(&s, v * 37);
    static const double QS[] = {0.01, 0.5, 0.9, 0.95, 0.99, 0.999};
    for (size_t i = 0; i < sizeof QS / sizeof *QS; i++) {
        double exact = ceil(QS[i] * 1e6) * 37;
        assert_true(fabs(sketch_quantile(&s, QS[i]) - exact) <= 0.005 * exact);
    }
    sketch_free(&s);
}

static void sketch_small_values_are_exact(void **state) {
    (void)state;
    struct sketch s = {0};
    assert_true(isnan(sketch_quantile(&s, 0.5)));
    for (uint64_t v = 0; v < 256; v++) sketch_add(&s, v);
    assert_true(sketch_quantile(&s, 0.5) == 127);
    assert_true(sketch_quantile(&s, 1) == 255);
    assert_true(sketch_quantile(&s, 0) == 0);
    sketch_free(&s);
}

static void sketch_takes_any_value_in_any_order(void **state) {
    (void)state;
    struct sketch s = {0};
    for (int power = 63; power >= 0; power--) sketch_add(&s, (uint64_t)1 << power);
    sketch_add(&s, UINT64_MAX);
    sketch_add(&s, 0);
    assert_int_equal(s.values, 66);
    assert_true(sketch_quantile(&s, 0.5) <= 4294967296.0 * 1.004);
    assert_true(sketch_share_to(&s, UINT64_MAX) == 1);
    sketch_free(&s);
}

static void figures_thousands_are_marked(void **state) {
    (void)state;
    static const struct {
        double v;
        int digits;
        const char *text;
    } CASES[] = {{0, 0, "0"},
                 {999, 1, "999.0"},
                 {1000, 0, "1,000"},
                 {-1234567.891, 2, "-1,234,567.89"},
                 {-100, 2, "-100.00"},
                 {1e300, 2, "1e+300"},
                 {1e15, 0, "1,000,000,000,000,000"}};
    char text[64];
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        report_grouped(CASES[i].v, CASES[i].digits, text);
        assert_string_equal(text, CASES[i].text);
    }
}

// ---------------------------------------------------------------- trends

static void trend_of_a_line_is_its_slope(void **state) {
    (void)state;
    struct trend_point p[28];
    for (int i = 0; i < 28; i++) p[i] = (struct trend_point){20000 + i, 100 + 2 * i + (i % 2 ? 0.5 : -0.5), 1};
    struct trend t = trend_fit(p, 28);
    assert_true(t.known && t.clear);
    assert_true(t.low < 14 && t.high > 14 && fabs(t.slope - 14) < 0.2);
    assert_false(trend_fit(p, 9).known);
}

static void trend_of_noise_is_not_clear(void **state) {
    (void)state;
    struct trend_point p[28];
    for (int i = 0; i < 28; i++) p[i] = (struct trend_point){20000 + i, 100 + (i * 7919 % 13), 1};
    struct trend t = trend_fit(p, 28);
    assert_true(t.known && !t.clear);
}

static void trend_student_and_wilson_match_tables(void **state) {
    (void)state;
    assert_true(fabs(trend_student(10) - 2.228) < 0.001);
    assert_true(fabs(trend_student(20) - 2.086) < 0.002);
    assert_true(fabs(trend_student(26) - 2.056) < 0.002);
    double low, high;
    trend_wilson(8, 10, &low, &high);
    assert_true(fabs(low - 0.4902) < 0.001 && fabs(high - 0.9433) < 0.001);
    trend_wilson(0, 0, &low, &high);
    assert_true(low == 0 && high == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_money_is_exact),
        cmocka_unit_test(values_money_beyond_sense_is_refused),
        cmocka_unit_test(values_counts_are_whole_and_not_negative),
        cmocka_unit_test(values_times_in_every_form_are_the_same),
        cmocka_unit_test(values_odd_times_are_read_or_refused),
        cmocka_unit_test(values_days_go_there_and_back),
        cmocka_unit_test(values_cents_are_rounded),
        cmocka_unit_test(sketch_quantiles_are_within_half_a_percent),
        cmocka_unit_test(sketch_small_values_are_exact),
        cmocka_unit_test(sketch_takes_any_value_in_any_order),
        cmocka_unit_test(figures_thousands_are_marked),
        cmocka_unit_test(trend_of_a_line_is_its_slope),
        cmocka_unit_test(trend_of_noise_is_not_clear),
        cmocka_unit_test(trend_student_and_wilson_match_tables),
    };
    return RUN(tests);
}
