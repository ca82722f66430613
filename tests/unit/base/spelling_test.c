#include "base/spelling.h"

#include "test.h"

static void spelling_distance_counts_slips(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        size_t exact, nocase;
    } CASES[] = {
        {"", "", 0, 0},           {"", "abc", 3, 3},        {"serve", "serve", 0, 0},   {"srve", "serve", 1, 1},
        {"servr", "serve", 1, 1}, {"GPT-5", "gpt-5", 3, 0}, {"kitten", "sitting", 3, 3}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct span a = span_from(CASES[i].a), b = span_from(CASES[i].b);
        assert_int_equal(spelling_distance(a, b, false), CASES[i].exact);
        assert_int_equal(spelling_distance(b, a, false), CASES[i].exact);
        assert_int_equal(spelling_distance(a, b, true), CASES[i].nocase);
    }
}

static void spelling_distance_of_long_names_is_far(void **state) {
    (void)state;
    char text[SPELLING_MOST_BYTES + 1];
    memset(text, 'a', sizeof text);
    struct span longest = span_make(text, SPELLING_MOST_BYTES), longer = span_make(text, sizeof text);
    assert_int_equal(spelling_distance(longest, longest, false), 0);
    assert_int_equal(spelling_distance(longest, longer, false), SPELLING_FAR);
    assert_int_equal(spelling_distance(longer, longer, false), SPELLING_FAR);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spelling_distance_counts_slips),
        cmocka_unit_test(spelling_distance_of_long_names_is_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
