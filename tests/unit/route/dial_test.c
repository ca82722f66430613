#include "route/dial.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "config/embedded.h"
#include "test.h"

static struct weights *weights;

static int load(void **state) {
    (void)state;
    struct err e = {""};
    weights = weights_load(embedded_weights(), &e);
    return weights ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    weights_free(weights);
    return 0;
}

static struct dial *made(double share, double floor, double cost) {
    struct config c = {.routing = {.target_local_share = share, .quality_floor = floor, .max_cost_usd = cost}};
    return dial_new(&c, weights);
}

// ---------------------------------------------------------------- traffic

static uint64_t seed = 1;

static double uniform(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

// A score of the reference traffic, from the part of it between two shares; or one of a plain range.
struct traffic {
    const char *name;
    double from, to;
    bool plain;
};

static struct score drawn(const struct traffic *t) {
    double at = t->from + (t->to - t->from) * uniform();
    float score = t->plain ? (float)at : weights_threshold(weights, at);
    return (struct score){.score = score, .p_local = 1 - score};
}

struct seen {
    double local_share, quality;
    int moves;
};

static struct seen play(struct dial *d, const struct traffic *t, int requests, float ease) {
    struct seen s = {0};
    int kept = 0;
    for (int i = 0; i < requests; i++) {
        struct score score = drawn(t);
        float threshold = dial_threshold(d);
        bool local = dial_key(dial_mode(d), &score) <= threshold;
        kept += local;
        s.quality += (local ? (double)score.p_local : 1) / requests;
        dial_observe(d, &score, ease);
        s.moves += dial_threshold(d) != threshold;
    }
    s.local_share = (double)kept / requests;
    return s;
}

static const struct traffic REFERENCE = {"reference", 0, 1, false};
static const struct traffic SHIFTS[] = {
    {"harder", 0.5, 1, false},     {"easier", 0, 0.5, false},
    {"hard only", 0.85, 1, false}, {"routine only", 0, 0.3, false},
    {"above all", 0.97, 1, true},  {"below all", 0, 0.02, true},
    {"even", 0, 1, true},
};
enum { SHIFT_COUNT = sizeof SHIFTS / sizeof *SHIFTS };

// ---------------------------------------------------------------- share

static void dial_begins_where_the_weights_say(void **state) {
    (void)state;
    struct dial *d = made(0.85, 0, 0);
    assert_true(dial_threshold(d) == weights_threshold(weights, 0.85));
    dial_free(d);
}

static void dial_holds_the_share_within_500_requests_of_a_shift(void **state) {
    (void)state;
    static const double TARGETS[] = {0.85, 0.5, 0.95};
    for (size_t t = 0; t < 3; t++)
        for (int i = 0; i < SHIFT_COUNT; i++) {
            struct dial *d = made(TARGETS[t], 0, 0);
            play(d, &REFERENCE, 3000, 1);
            play(d, &SHIFTS[i], 500, 1);
            double share = play(d, &SHIFTS[i], 1000, 1).local_share;
            print_message("target %.2f, %-12s: %.3f stay local\n", TARGETS[t], SHIFTS[i].name, share);
            assert_true(fabs(share - TARGETS[t]) < 0.045);
            play(d, &REFERENCE, 500, 1); // and back
            share = play(d, &REFERENCE, 1000, 1).local_share;
            assert_true(fabs(share - TARGETS[t]) < 0.045);
            dial_free(d);
        }
}

static void dial_does_not_dither(void **state) {
    (void)state;
    struct dial *d = made(0.85, 0, 0);
    play(d, &REFERENCE, 3000, 1);
    struct seen s = play(d, &REFERENCE, 20000, 1);
    print_message("%d moves in 20000 requests, share %.3f\n", s.moves, s.local_share);
    assert_true(s.moves <= 12); // of the 312 times that it looks
    assert_true(fabs(s.local_share - 0.85) < 0.02);
    dial_free(d);
}

static void dial_does_not_split_requests_that_are_alike(void **state) {
    (void)state;
    struct dial *d = made(0.85, 0, 0);
    static const struct traffic SAME = {"same", 0.62, 0.62, true};
    play(d, &SAME, 1000, 1);
    struct seen s = play(d, &SAME, 2000, 1);
    assert_true(s.local_share == 1); // nearer to 0.85 than 0
    assert_int_equal(s.moves, 0);
    dial_free(d);
}

static void dial_at_the_ends_keeps_all_or_nothing(void **state) {
    (void)state;
    struct dial *all = made(1, 0, 0), *none = made(0, 0, 0);
    assert_true(play(all, &SHIFTS[0], 1000, 1).local_share == 1);
    assert_true(play(none, &SHIFTS[1], 1000, 1).local_share == 0);
    dial_free(all);
    dial_free(none);
}

static void dial_bears_scores_that_are_no_numbers(void **state) {
    (void)state;
    struct dial *d = made(0.85, 0, 0);
    const float ODD[] = {NAN, INFINITY, -INFINITY, -1, 2};
    for (int i = 0; i < 1000; i++) {
        struct score s = {.score = ODD[i % 5], .p_local = ODD[i % 5]};
        dial_observe(d, &s, 1);
    }
    assert_true(isfinite(dial_threshold(d)));
    dial_free(d);
}

// ---------------------------------------------------------------- quality

static void dial_keeps_the_floor_and_uses_the_room_above_it(void **state) {
    (void)state;
    static const struct traffic MIXED = {"mixed", 0, 0.5, true}; // p_local from 0.5 to 1
    struct dial *d = made(0.85, 0.9, 0);
    assert_true(fabsf(dial_threshold(d) - 0.1f) < 1e-6f);
    double alone = 0.2; // the share that keeps the floor request by request
    play(d, &MIXED, 500, 1);
    struct seen s = play(d, &MIXED, 2000, 1);
    print_message("quality %.3f with %.3f local\n", s.quality, s.local_share);
    assert_true(s.quality > 0.885 && s.local_share > 2 * alone);
    play(d, &SHIFTS[4], 500, 1); // now the local model can do next to nothing
    s = play(d, &SHIFTS[4], 1000, 1);
    assert_true(s.quality > 0.885 && s.local_share < 0.12);
    dial_free(d);
}

// ---------------------------------------------------------------- budget

static void dial_gives_less_to_the_frontier_as_a_budget_burns(void **state) {
    (void)state;
    struct dial *d = made(0.8, 0, 100);
    play(d, &REFERENCE, 1000, 1);
    double before = play(d, &REFERENCE, 1000, 1).local_share;
    play(d, &REFERENCE, 500, 0.25f);
    double after = play(d, &REFERENCE, 2000, 0.25f).local_share;
    assert_true(fabs(before - 0.8) < 0.04);
    assert_true(fabs(after - 0.95) < 0.03);
    dial_free(d);
}

// ---------------------------------------------------------------- reload

static void dial_inherit_goes_on_where_the_old_one_was(void **state) {
    (void)state;
    struct dial *old = made(0.85, 0, 0), *same = made(0.85, 0, 0), *other = made(0.6, 0, 0),
                *floor = made(0.85, 0.9, 0);
    play(old, &SHIFTS[0], 2000, 1);
    assert_true(dial_inherit(same, old));
    assert_true(dial_threshold(same) == dial_threshold(old));
    assert_true(dial_inherit(other, old));
    assert_true(fabs(play(other, &SHIFTS[0], 500, 1).local_share - 0.6) < 0.06);
    assert_false(dial_inherit(floor, old)); // its keys mean something else
    dial_free(old), dial_free(same), dial_free(other), dial_free(floor);
}

// ---------------------------------------------------------------- explanations

static void dial_aim_at_is_the_setting_that_would_put_the_line_there(void **state) {
    (void)state;
    struct dial *d = made(0.85, 0, 0);
    float key = weights_threshold(weights, 0.7);
    assert_true(fabs(dial_aim_at(d, key) - 0.7) < 0.02);
    dial_free(d);
    d = made(0.85, 0.9, 0);
    static const struct traffic MIXED = {"mixed", 0, 0.5, true};
    play(d, &MIXED, 3000, 1);
    assert_true(fabs(dial_aim_at(d, dial_threshold(d)) - 0.9) < 0.02);
    dial_free(d);
}

// ---------------------------------------------------------------- threads

static void *play_some(void *d) {
    for (int i = 0; i < 20000; i++) {
        struct score s = {.score = (float)(i * 617 % 1000) / 1000};
        dial_observe(d, &s, 1);
    }
    return NULL;
}

static void dial_is_shared_by_threads(void **state) {
    (void)state;
    struct dial *d = made(0.85, 0, 0);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&threads[i], NULL, play_some, d), 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    assert_true(fabsf(dial_threshold(d) - 0.85f) < 0.05f);
    dial_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dial_begins_where_the_weights_say),
        cmocka_unit_test(dial_holds_the_share_within_500_requests_of_a_shift),
        cmocka_unit_test(dial_does_not_dither),
        cmocka_unit_test(dial_does_not_split_requests_that_are_alike),
        cmocka_unit_test(dial_at_the_ends_keeps_all_or_nothing),
        cmocka_unit_test(dial_bears_scores_that_are_no_numbers),
        cmocka_unit_test(dial_keeps_the_floor_and_uses_the_room_above_it),
        cmocka_unit_test(dial_gives_less_to_the_frontier_as_a_budget_burns),
        cmocka_unit_test(dial_inherit_goes_on_where_the_old_one_was),
        cmocka_unit_test(dial_aim_at_is_the_setting_that_would_put_the_line_there),
        cmocka_unit_test(dial_is_shared_by_threads),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
