#include "intent/quality.h"

#include <math.h>
#include <string.h>

#include "test.h"

enum { ROWS = 60 };

static float weak[ROWS], strong[ROWS], score[ROWS];

static void fill(const char *kind) {
    for (int i = 0; i < ROWS; i++) {
        weak[i] = i * 13 % 3 == 0;
        strong[i] = i * 29 % 5 != 0;
        score[i] = !strcmp(kind, "distinct") ? (float)(i * 37 % 64) / 64
                   : !strcmp(kind, "tied")   ? (float)(i * 37 % 5)
                   : !strcmp(kind, "two")    ? (float)(i * 7 % 3 == 0)
                   : !strcmp(kind, "rising") ? (float)i / 64
                                             : 1;
    }
}

static void near(double found, double expected) {
    if (isnan(expected)) assert_true(isnan(found));
    else assert_true(fabs(found - expected) < 1e-9);
}

// Computed by a script that follows RouteLLM's code line by line and was compared with it.
static void quality_is_that_of_routellm(void **state) {
    (void)state;
    static const struct {
        const char *kind;
        double apgr, cpt50, cpt80;
    } EXPECTED[] = {
        {"distinct", 0.5142857142857143, 47.49999999999999, 77.00000000000003},
        {"tied", 0.6714285714285715, 35.0, 56.00000000000002},
        {"two", 0.26190476190476175, 70.83333333333331, 88.33333333333333},
        {"one", 0.49999999999999994, 49.99999999999999, 80.00000000000001},
        {"rising", 0.5142857142857141, 50.0, 78.00000000000003},
    };
    for (size_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++) {
        struct quality_curve c;
        fill(EXPECTED[i].kind);
        quality_measure(score, weak, strong, NULL, ROWS, &c);
        near(c.apgr, EXPECTED[i].apgr);
        near(c.cpt50, EXPECTED[i].cpt50);
        near(c.cpt80, EXPECTED[i].cpt80);
    }
}

// Ten rows, one of which gains all there is to gain, and has the highest score: the first tenth recovers everything.
static void quality_of_a_perfect_order_by_hand(void **state) {
    (void)state;
    float w[10] = {0}, s[10] = {0}, v[10];
    struct quality_curve c;
    s[3] = 1;
    for (int i = 0; i < 10; i++) v[i] = i == 3 ? 1 : (float)i / 100;
    quality_measure(v, w, s, NULL, 10, &c);
    near(c.weak, 0);
    near(c.strong, 0.1);
    near(c.points[1].share, 0.1);
    near(c.points[1].quality, 0.1);
    near(c.apgr, 0.95); // a triangle of a tenth, then all of it
    near(c.cpt50, 5);
    near(quality_at(v, w, s, 10, 0.1), 0.1);
    near(quality_at(v, w, s, 10, 0.05), 0.05);
}

static void quality_without_a_gap_or_rows_is_not_known(void **state) {
    (void)state;
    struct quality_curve c;
    fill("distinct");
    quality_measure(score, weak, weak, NULL, ROWS, &c);
    assert_true(isnan(c.apgr) && isnan(c.cpt50) && isnan(c.cpt80));
    quality_measure(score, weak, strong, NULL, 0, &c);
    assert_true(isnan(c.apgr));
    assert_true(isnan(quality_at(score, weak, strong, 0, 0.5)));
}

static void quality_at_the_ends_is_that_of_one_model(void **state) {
    (void)state;
    struct quality_curve c;
    fill("tied");
    quality_measure(score, weak, strong, NULL, ROWS, &c);
    near(quality_at(score, weak, strong, ROWS, 0), c.weak);
    near(quality_at(score, weak, strong, ROWS, 1), c.strong);
}

static void quality_of_a_random_router_is_a_half(void **state) {
    (void)state;
    static float w[4000], s[4000];
    struct quality_curve c;
    for (int i = 0; i < 4000; i++) w[i] = i % 3 == 0, s[i] = i % 4 != 0;
    quality_random(w, s, 4000, &c);
    assert_true(fabs(c.apgr - 0.5) < 0.02 && fabs(c.cpt50 - 50) < 3);
}

static void quality_of_some_rows_is_that_of_their_own(void **state) {
    (void)state;
    struct quality_curve some, own;
    uint32_t rows[30];
    float w[30], s[30], v[30];
    fill("distinct");
    for (uint32_t i = 0; i < 30; i++) {
        rows[i] = i * 2;
        w[i] = weak[i * 2], s[i] = strong[i * 2], v[i] = score[i * 2];
    }
    quality_measure(score, weak, strong, rows, 30, &some);
    quality_measure(v, w, s, NULL, 30, &own);
    near(some.apgr, own.apgr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quality_is_that_of_routellm),
        cmocka_unit_test(quality_of_a_perfect_order_by_hand),
        cmocka_unit_test(quality_without_a_gap_or_rows_is_not_known),
        cmocka_unit_test(quality_at_the_ends_is_that_of_one_model),
        cmocka_unit_test(quality_of_a_random_router_is_a_half),
        cmocka_unit_test(quality_of_some_rows_is_that_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
