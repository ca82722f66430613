#include "route/budget.h"

#include <math.h>

#include "test.h"

static const int64_t HOUR_US = 3600000000, NOON = 1800000000000000;

static struct config of(double usd, enum cost_period per) {
    return (struct config){.routing = {.max_cost_usd = usd, .max_cost_per = per}};
}

static struct budget *made(double usd) {
    struct config c = of(usd, COST_PER_DAY);
    struct budget *b = budget_new();
    budget_set(b, &c, NOON);
    return b;
}

static struct budget_state at(struct budget *b, int64_t now) {
    struct budget_state s;
    budget_look(b, now, &s);
    return s;
}

static void budget_that_is_not_set_fits_everything(void **state) {
    (void)state;
    struct budget *b = made(0);
    budget_settle(b, budget_reserve(b, 5), 5, NOON);
    struct budget_state s = at(b, NOON);
    assert_false(s.set);
    assert_true(s.ease == 1 && budget_fits(&s, 1e9));
    budget_free(b);
}

static void budget_counts_what_was_spent_in_the_last_period_only(void **state) {
    (void)state;
    struct budget *b = made(10);
    budget_settle(b, 0, 4, NOON);
    budget_settle(b, 0, 3, NOON + 10 * HOUR_US);
    assert_true(fabs(at(b, NOON + 23 * HOUR_US).spent_usd - 7) < 1e-9);
    assert_true(fabs(at(b, NOON + 25 * HOUR_US).spent_usd - 3) < 1e-9);
    assert_true(at(b, NOON + 40 * HOUR_US).spent_usd == 0);
    budget_free(b);
}

static void budget_never_lets_any_period_cost_more(void **state) {
    (void)state;
    struct budget *b = made(10);
    enum { STEPS = 2000 };
    static double costs[STEPS];
    const int64_t step = HOUR_US / 10;
    for (int i = 0; i < STEPS; i++) {
        struct budget_state s = at(b, NOON + i * step);
        if (!budget_fits(&s, 0.3)) continue;
        budget_settle(b, budget_reserve(b, 0.3), 0.3, NOON + i * step);
        costs[i] = 0.3;
    }
    for (int i = 0; i < STEPS; i++) {
        double day = 0;
        for (int j = i; j < STEPS && (j - i) * step < 24 * HOUR_US; j++) day += costs[j];
        assert_true(day <= 10 + 1e-9);
    }
    budget_free(b);
}

static void budget_sets_aside_what_is_running(void **state) {
    (void)state;
    struct budget *b = made(1);
    double first = budget_reserve(b, 0.6);
    struct budget_state s = at(b, NOON);
    assert_false(budget_fits(&s, 0.5));
    budget_settle(b, first, 0.1, NOON); // it was cheaper
    s = at(b, NOON);
    assert_true(budget_fits(&s, 0.5));
    budget_settle(b, budget_reserve(b, 0.2), NAN, NOON); // nobody knows: as expected
    assert_true(fabs(at(b, NOON).spent_usd - 0.3) < 1e-9);
    assert_true(at(b, NOON).aside_usd == 0);
    budget_free(b);
}

static void budget_eases_off_past_the_knee(void **state) {
    (void)state;
    struct budget *b = made(100);
    budget_settle(b, 0, 75, NOON);
    assert_true(at(b, NOON).ease == 1);
    budget_settle(b, 0, 12.5, NOON);
    assert_true(fabsf(at(b, NOON).ease - 0.5f) < 1e-6f);
    budget_settle(b, 0, 50, NOON);
    assert_true(fabsf(at(b, NOON).ease - (float)BUDGET_LEAST_EASE) < 1e-6f);
    budget_free(b);
}

static void budget_remembers_what_the_ledger_tells(void **state) {
    (void)state;
    struct budget *b = made(10);
    budget_add_past(b, NOON - 2 * HOUR_US, 2, NOON);
    budget_add_past(b, NOON - 30 * HOUR_US, 5, NOON); // too old
    assert_true(fabs(at(b, NOON).spent_usd - 2) < 1e-9);
    budget_free(b);
}

static void budget_keeps_what_was_spent_over_a_reload(void **state) {
    (void)state;
    struct budget *b = made(10);
    budget_settle(b, 0, 4, NOON);
    struct config more = of(20, COST_PER_DAY), month = of(20, COST_PER_MONTH);
    budget_set(b, &more, NOON);
    assert_true(at(b, NOON).spent_usd == 4 && at(b, NOON).max_usd == 20);
    budget_set(b, &month, NOON + HOUR_US);
    assert_true(at(b, NOON + 48 * HOUR_US).spent_usd == 4);
    budget_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(budget_that_is_not_set_fits_everything),
        cmocka_unit_test(budget_counts_what_was_spent_in_the_last_period_only),
        cmocka_unit_test(budget_never_lets_any_period_cost_more),
        cmocka_unit_test(budget_sets_aside_what_is_running),
        cmocka_unit_test(budget_eases_off_past_the_knee),
        cmocka_unit_test(budget_remembers_what_the_ledger_tells),
        cmocka_unit_test(budget_keeps_what_was_spent_over_a_reload),
    };
    return RUN(tests);
}
