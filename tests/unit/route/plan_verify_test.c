// Which local answers the plan has checked, and who is asked when they fail.
#include "route/plan.h"

#include "test.h"

static const enum zone ZONES[] = {ZONE_US, ZONE_EU};

static struct plan verified(enum verify_mode mode, float score, bool sensitive, bool fall_back, uint32_t frontiers,
                            enum pin pin) {
    static struct config config;
    config = (struct config){.path = ""};
    config.routing.fall_back = fall_back;
    config.routing.verify.mode = mode;
    config.routing.verify.band = 0.4; // of a line at 0.5: from 0.3 on
    struct verdict verdict = {.sensitive = sensitive};
    struct score s = {.score = score, .task = "qa"};
    struct route_request request = {.pin = pin, .named_frontier = -1, .max_tokens = -1};
    struct route_state state = {.local_enabled = true,
                                .local_trusted = true,
                                .local_ready = true,
                                .local_has_room = true,
                                .frontier_count = frontiers,
                                .frontier_zones = ZONES};
    struct plan p;
    route_plan(&config, &verdict, &s, 0.5f, &request, &state, &p);
    return p;
}

static void plan_verifies_what_was_nearly_for_a_frontier(void **state) {
    (void)state;
    assert_true(verified(VERIFY_GREY, 0.4f, false, true, 2, PIN_NONE).candidates[0].verify);
    assert_true(verified(VERIFY_GREY, 0.5f, false, true, 2, PIN_NONE).candidates[0].verify);
    assert_false(verified(VERIFY_GREY, 0.2f, false, true, 2, PIN_NONE).candidates[0].verify);
    assert_false(verified(VERIFY_OFF, 0.4f, false, true, 2, PIN_NONE).candidates[0].verify);
    assert_false(verified(VERIFY_GREY, 0.4f, false, true, 0, PIN_NONE).candidates[0].verify); // nothing to compare with
    assert_true(verified(VERIFY_ALL, 0.1f, false, true, 0, PIN_NONE).candidates[0].verify);
    assert_false(verified(VERIFY_GREY, 0.4f, false, true, 2, PIN_LOCAL).candidates[0].verify); // the caller decided
    assert_true(verified(VERIFY_ALL, 0.4f, false, true, 2, PIN_LOCAL).candidates[0].verify);
    // hard: only the local one behind the frontiers, and only when all are
    struct plan hard = verified(VERIFY_GREY, 0.6f, false, true, 2, PIN_NONE);
    assert_false(hard.candidates[0].verify || hard.candidates[2].verify);
    hard = verified(VERIFY_ALL, 0.6f, false, true, 2, PIN_NONE);
    assert_true(!hard.candidates[0].verify && hard.candidates[2].local && hard.candidates[2].verify);
}

static void plan_never_escalates_what_is_sensitive(void **state) {
    (void)state;
    for (float score = 0; score <= 1; score += 0.125f) {
        struct plan p = verified(VERIFY_GREY, score, true, score > 0.5f, 2, PIN_NONE);
        assert_int_equal(p.count, 1);
        assert_true(p.candidates[0].local);
        assert_int_equal(p.candidates[0].verify, score >= 0.3f);
    }
}

static void plan_without_fall_back_asks_a_frontier_for_a_failed_check_only(void **state) {
    (void)state;
    struct plan p = verified(VERIFY_GREY, 0.4f, false, false, 2, PIN_NONE);
    assert_int_equal(p.count, 2);
    assert_true(!p.candidates[1].local && p.candidates[1].only_escalated);
    assert_int_equal(p.candidates[1].reason, REASON_ESCALATED);
    assert_int_equal(verified(VERIFY_GREY, 0.1f, false, false, 2, PIN_NONE).count, 1);
    assert_false(verified(VERIFY_GREY, 0.4f, false, true, 2, PIN_NONE).candidates[1].only_escalated);
    assert_int_equal(verified(VERIFY_ALL, 0.4f, false, false, 2, PIN_LOCAL).count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_verifies_what_was_nearly_for_a_frontier),
        cmocka_unit_test(plan_never_escalates_what_is_sensitive),
        cmocka_unit_test(plan_without_fall_back_asks_a_frontier_for_a_failed_check_only),
    };
    return RUN(tests);
}
