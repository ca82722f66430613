#include "price/verdict.h"

#include <math.h>

#include "test.h"

static struct verdict_facts facts(double output, double routine, double saving) {
    return (struct verdict_facts){.output_percent = output,
                                  .routine_percent = routine,
                                  .saving_usd_per_month = saving,
                                  .requests_per_month = NAN,
                                  .break_even_requests = NAN};
}

static enum verdict_kind verdict_of(struct verdict_facts f) {
    return verdict_decide(&f).verdict;
}

static enum recommendation recommended(struct verdict_facts f) {
    return verdict_decide(&f).recommendation;
}

static void verdict_article_rule_is_strictly_above_60_and_70(void **state) {
    (void)state;
    assert_int_equal(verdict_of(facts(60.1, 70.1, 1)), VERDICT_STRONG);
    assert_int_equal(verdict_of(facts(60.0, 70.1, 1)), VERDICT_CANDIDATE);
    assert_int_equal(verdict_of(facts(60.1, 70.0, 1)), VERDICT_CANDIDATE);
    assert_int_equal(verdict_of(facts(60.0, 70.0, 1)), VERDICT_WEAK);
}

static void verdict_unknown_numbers_meet_no_condition(void **state) {
    (void)state;
    assert_int_equal(verdict_of(facts(NAN, NAN, NAN)), VERDICT_WEAK);
    assert_int_equal(verdict_of(facts(80, NAN, NAN)), VERDICT_CANDIDATE);
    assert_int_equal(verdict_of(facts(80, 80, NAN)), VERDICT_STRONG);
}

static void verdict_low_volume_not_sensitive_sporadic_is_cloud(void **state) {
    (void)state;
    struct verdict_facts f = facts(80, 90, -100);
    f.sporadic = TOLD_YES;
    assert_int_equal(verdict_of(f), VERDICT_STAY);
    assert_int_equal(recommended(f), RECOMMEND_CLOUD);
    f.sensitive = TOLD_YES;
    assert_int_equal(verdict_of(f), VERDICT_STRONG);
    assert_int_equal(recommended(f), RECOMMEND_HYBRID);
    f.sensitive = TOLD_NO;
    f.interactive = TOLD_YES;
    assert_int_equal(verdict_of(f), VERDICT_STRONG);
    assert_int_equal(recommended(f), RECOMMEND_LOCAL_FIRST);
}

static void verdict_volume_below_break_even_counts_where_the_saving_is_unknown(void **state) {
    (void)state;
    struct verdict_facts f = facts(50, 50, NAN);
    f.requests_per_month = 999;
    f.break_even_requests = 1000;
    assert_int_equal(verdict_of(f), VERDICT_STAY);
    f.requests_per_month = 1000;
    assert_int_equal(verdict_of(f), VERDICT_WEAK);
}

static void verdict_loss_is_cloud_unless_there_is_a_reason_beyond_money(void **state) {
    (void)state;
    struct verdict_facts f = facts(60, 85, -1);
    assert_int_equal(verdict_of(f), VERDICT_STAY);
    assert_int_equal(recommended(f), RECOMMEND_CLOUD);
    f.sensitive = TOLD_YES;
    assert_int_equal(verdict_of(f), VERDICT_CANDIDATE);
    assert_int_equal(recommended(f), RECOMMEND_HYBRID);
    f = facts(80, 85, -1); // the shape is right, the volume is not
    assert_int_equal(verdict_of(f), VERDICT_STRONG);
    assert_int_equal(recommended(f), RECOMMEND_CLOUD);
}

static void verdict_recommendations_follow_the_table_who_should_not(void **state) {
    (void)state;
    struct verdict_facts f = facts(80, 85, 1000);
    assert_int_equal(recommended(f), RECOMMEND_HYBRID);
    f.reasoning = TOLD_YES;
    assert_int_equal(recommended(f), RECOMMEND_FRONTIER_FIRST);
    f.interactive = TOLD_YES;
    assert_int_equal(recommended(f), RECOMMEND_LOCAL_FIRST);
    f.sensitive = TOLD_YES;
    assert_int_equal(recommended(f), RECOMMEND_HYBRID);
    assert_int_equal(recommended(facts(10, 10, 1000)), RECOMMEND_FRONTIER_FIRST);
}

// Every combination has an answer, a name and a reason.
static void verdict_every_combination_has_an_answer(void **state) {
    (void)state;
    static const double NUMBERS[] = {NAN, 0, 100};
    for (int i = 0; i < 27 * 81; i++) {
        int n = i / 81, t = i % 81;
        struct verdict_facts f = facts(NUMBERS[n % 3], NUMBERS[n / 3 % 3], NUMBERS[n / 9] - 50);
        f.sensitive = (enum told)(t % 3);
        f.interactive = (enum told)(t / 3 % 3);
        f.reasoning = (enum told)(t / 9 % 3);
        f.sporadic = (enum told)(t / 27);
        struct verdict_answer a = verdict_decide(&f);
        assert_true(*verdict_name(a.verdict) && *recommendation_name(a.recommendation));
        assert_true(*a.verdict_why && *a.recommendation_why);
        if (f.sensitive == TOLD_YES) assert_int_not_equal(a.verdict, VERDICT_STAY);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdict_article_rule_is_strictly_above_60_and_70),
        cmocka_unit_test(verdict_unknown_numbers_meet_no_condition),
        cmocka_unit_test(verdict_low_volume_not_sensitive_sporadic_is_cloud),
        cmocka_unit_test(verdict_volume_below_break_even_counts_where_the_saving_is_unknown),
        cmocka_unit_test(verdict_loss_is_cloud_unless_there_is_a_reason_beyond_money),
        cmocka_unit_test(verdict_recommendations_follow_the_table_who_should_not),
        cmocka_unit_test(verdict_every_combination_has_an_answer),
    };
    return RUN(tests);
}
