#include "route/session.h"

#include <math.h>
#include <string.h>

#include "test.h"

static const uint8_t SECRET[16] = "0123456789abcdef", OTHER[16] = "another secret.";

static void session_key_follows_the_beginning_and_the_secret(void **state) {
    (void)state;
    uint64_t key = session_key(SECRET, SPAN("You help."), SPAN("Hello"));
    assert_true(key != 0 && key == session_key(SECRET, SPAN("You help."), SPAN("Hello")));
    assert_true(key != session_key(SECRET, SPAN("You help."), SPAN("Hallo")));
    assert_true(key != session_key(SECRET, SPAN("You help.H"), SPAN("ello"))); // where a text ends counts
    assert_true(key != session_key(OTHER, SPAN("You help."), SPAN("Hello")));
}

static void session_key_reads_both_ends_of_long_texts(void **state) {
    (void)state;
    static char a[100000], b[100000];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    b[sizeof b - 1] = 'y';
    assert_true(session_key(SECRET, SPAN_NONE, span_make(a, sizeof a)) !=
                session_key(SECRET, SPAN_NONE, span_make(b, sizeof b)));
    assert_true(session_key(SECRET, SPAN_NONE, span_make(a, sizeof a)) !=
                session_key(SECRET, SPAN_NONE, span_make(a, sizeof a - 1)));
}

static void session_is_found_until_its_cache_is_gone(void **state) {
    (void)state;
    struct sessions *s = sessions_new(64);
    const struct session what = {.known = true, .frontier = 7, .tokens = 1234};
    session_note(s, 5, &what, 1000);
    struct session got = session_find(s, 5, 1300, 300);
    assert_true(got.known && !got.local);
    assert_int_equal(got.frontier, 7);
    assert_int_equal(got.tokens, 1234);
    assert_false(session_find(s, 5, 1301, 300).known);
    assert_false(session_find(s, 6, 1000, 300).known);
    sessions_free(s);
}

static void session_note_replaces_its_own(void **state) {
    (void)state;
    struct sessions *s = sessions_new(4);
    session_note(s, 5, &(struct session){.local = true, .tokens = 10}, 1000);
    session_note(s, 5, &(struct session){.frontier = 1, .tokens = 1u << 30}, 1001);
    struct session got = session_find(s, 5, 1001, 60);
    assert_false(got.local);
    assert_int_equal(got.tokens, (1 << 24) - 1); // as many as it counts
    sessions_free(s);
}

static void session_table_gives_up_the_oldest(void **state) {
    (void)state;
    struct sessions *s = sessions_new(4);
    for (uint64_t i = 1; i <= 5; i++) session_note(s, i, &(struct session){.local = true}, 1000 + i);
    assert_false(session_find(s, 1, 1005, 60).known);
    for (uint64_t i = 2; i <= 5; i++) assert_true(session_find(s, i, 1005, 60).known);
    sessions_free(s);
}

static void session_without_places_knows_nothing(void **state) {
    (void)state;
    struct sessions *s = sessions_new(0);
    session_note(s, 5, &(struct session){.local = true}, 1000);
    assert_false(session_find(s, 5, 1000, 60).known);
    sessions_free(s);
}

// ---------------------------------------------------------------- money

// 1.75 and 14 dollars a million, cached input a tenth
static const struct price_card CARD = {
    .usd = {[PRICE_INPUT] = 1.75e-6, [PRICE_CACHED] = 0.175e-6, [PRICE_OUTPUT] = 14e-6}};
static const struct price PRICE = {.name = "large", .card_count = 1, .cards = &CARD};

static void session_cost_takes_cached_input_at_its_price(void **state) {
    (void)state;
    const struct session_request r = {.input_tokens = 2100, .output_tokens = 200};
    struct session_cost c = session_cost(&PRICE, &r, 2000);
    assert_true(c.priced && c.cached == 2000);
    assert_true(fabs(c.usd - (100 * 1.75e-6 + 2000 * 0.175e-6 + 200 * 14e-6)) < 1e-12);
    assert_true(session_cost(&PRICE, &r, 5000).cached == 2100);
    assert_false(session_cost(NULL, &r, 0).priced);
    assert_true(session_cost(NULL, &r, 0).usd > 0);
}

static void session_leaves_the_frontier_while_little_is_cached(void **state) {
    (void)state;
    const struct session little = {.known = true, .tokens = 300}, much = {.known = true, .tokens = 10000};
    struct session_request r = {.input_tokens = 350, .output_tokens = 200};
    struct session_switch w = session_weigh(&PRICE, &r, &little);
    assert_true(w.gain_usd > w.loss_usd);
    assert_true(fabs(w.loss_usd - 300 * (1.75e-6 - 0.175e-6)) < 1e-12);
    r.input_tokens = 10100;
    w = session_weigh(&PRICE, &r, &much);
    assert_true(w.gain_usd < w.loss_usd);
}

static void session_leaves_the_local_model_when_it_is_likely_to_fail(void **state) {
    (void)state;
    const struct session s = {.known = true, .local = true, .tokens = 2000};
    struct session_request r = {.input_tokens = 2100, .output_tokens = 300, .p_local = 0.4};
    struct session_switch w = session_weigh(&PRICE, &r, &s);
    assert_true(w.gain_usd > w.loss_usd);
    assert_true(fabs(w.loss_usd - 2000 * 1.75e-6) < 1e-12);
    r.p_local = 0.8;
    w = session_weigh(&PRICE, &r, &s);
    assert_true(w.gain_usd < w.loss_usd);
    r.p_local = 0; // certain to fail: a number still
    assert_true(isfinite(session_weigh(&PRICE, &r, &s).gain_usd));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_key_follows_the_beginning_and_the_secret),
        cmocka_unit_test(session_key_reads_both_ends_of_long_texts),
        cmocka_unit_test(session_is_found_until_its_cache_is_gone),
        cmocka_unit_test(session_note_replaces_its_own),
        cmocka_unit_test(session_table_gives_up_the_oldest),
        cmocka_unit_test(session_without_places_knows_nothing),
        cmocka_unit_test(session_cost_takes_cached_input_at_its_price),
        cmocka_unit_test(session_leaves_the_frontier_while_little_is_cached),
        cmocka_unit_test(session_leaves_the_local_model_when_it_is_likely_to_fail),
    };
    return RUN(tests);
}
