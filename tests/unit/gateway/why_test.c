// The words of a past request: its reason, and the numbers of its row that weighed in it.
#include "gateway/why.h"

#include "test.h"

static void assert_why(const struct ledger_row *row, const char *words) {
    struct buf b;
    buf_init(&b, 1 << 10);
    why_put(&b, row);
    buf_add_char(&b, 0);
    assert_string_equal(b.at, words);
    buf_free(&b);
}

static void why_tells_score_and_threshold(void **state) {
    (void)state;
    struct ledger_row row = {.reason = "hard", .outcome = "ok", .score = 0.7701f};
    row.decision = (struct ledger_decision){.format = DECISION_FORMAT, .threshold = 0.4868f};
    row.decision.flags = DECISION_HARD | DECISION_FREE;
    assert_why(&row, "the score is above the threshold for hard requests; "
                     "score 0.770, above the threshold 0.487 of target_local_share");
}

static void why_tells_probability_and_floor(void **state) {
    (void)state;
    struct ledger_row row = {.reason = "routine", .outcome = "ok", .p_local = 0.97f};
    row.decision = (struct ledger_decision){.format = DECISION_FORMAT, .aim = 1, .threshold = 0.1f};
    row.decision.flags = DECISION_FREE;
    assert_why(&row, "the local model is expected to do this as well; "
                     "the local model does as well with probability 0.970, the line of quality_floor is 0.900");
}

static void why_tells_both_sides_of_a_session(void **state) {
    (void)state;
    struct ledger_row row = {.reason = "session", .outcome = "ok", .score = 0.1f};
    row.decision = (struct ledger_decision){.format = DECISION_FORMAT, .threshold = 0.5f};
    row.decision.flags = DECISION_FREE | DECISION_SESSION | DECISION_PRICED;
    row.decision.gain_usd = 0.001f;
    row.decision.loss_usd = 0.008f;
    assert_why(&row, "the conversation stays with the model that has it in its prompt cache; "
                     "score 0.100, not above the threshold 0.500 of target_local_share; "
                     "a frontier had the conversation: leaving it gains $0.001000 and loses $0.008000");
}

static void why_tells_what_was_given_up_and_how_it_ended(void **state) {
    (void)state;
    struct ledger_row row = {.reason = "sensitive", .outcome = "ok", .verify = "empty", .score = 0.2f};
    row.decision = (struct ledger_decision){.format = DECISION_FORMAT, .threshold = 0.5f};
    snprintf(row.degraded, sizeof row.degraded, "verify-failed-empty");
    assert_why(&row, "the policy gate found something that must not leave; "
                     "score 0.200, not above the threshold 0.500 of target_local_share, which did not decide; "
                     "the local answer failed the check empty; degraded: verify-failed-empty");
    struct ledger_row refused = {.reason = "not-able", .outcome = "refused", .error_code = "local_not_able"};
    assert_why(&refused, "the local model cannot read images or audio; it ended with local_not_able");
    struct ledger_row unread = {.outcome = "error", .error_code = "invalid_json"};
    assert_why(&unread, "it ended with invalid_json");
    struct ledger_row left = {.reason = "pinned-local", .outcome = "cancelled", .verify = "passed"};
    assert_why(&left, "the caller asked for the local model; the caller left");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(why_tells_score_and_threshold),
        cmocka_unit_test(why_tells_probability_and_floor),
        cmocka_unit_test(why_tells_both_sides_of_a_session),
        cmocka_unit_test(why_tells_what_was_given_up_and_how_it_ended),
    };
    return RUN(tests);
}
