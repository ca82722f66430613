#include "text/tokens.h"

#include "test.h"

static void assert_between(const char *text, size_t least, size_t most) {
    size_t n = tokens_estimate(span_from(text));
    if (n < least || n > most) fail_msg("%zu tokens for \"%s\"", n, text);
}

static void tokens_of_nothing_are_none(void **state) {
    (void)state;
    assert_int_equal(tokens_estimate(SPAN_NONE), 0);
}

static void tokens_of_english_are_near_its_words(void **state) {
    (void)state;
    assert_between("The quick brown fox jumps over the lazy dog.", 9, 12);
    assert_between("Please summarise the following paragraph in one sentence", 8, 12);
}

static void tokens_of_numbers_go_by_three_digits(void **state) {
    (void)state;
    assert_int_equal(tokens_estimate(SPAN("123")), 1);
    assert_int_equal(tokens_estimate(SPAN("1234567")), 3);
}

static void tokens_of_indented_code_count_the_indent_once(void **state) {
    (void)state;
    size_t flat = tokens_estimate(SPAN("\nreturn x;")), deep = tokens_estimate(SPAN("\n                return x;"));
    assert_int_equal(deep, flat + 1);
}

static void tokens_of_other_scripts_are_more_than_by_words(void **state) {
    (void)state;
    assert_between("\xe4\xbb\x8a\xe5\xa4\xa9\xe5\xa4\xa9\xe6\xb0\x94\xe5\xbe\x88\xe5\xa5\xbd", 4, 8);                         // 6 ideographs
    assert_between("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xd0\xbc\xd0\xb8\xd1\x80", 3, 6);                     // two Cyrillic words
    assert_between("\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 2, 5);                                                                 // two emoji
}

static void tokens_of_broken_utf8_end(void **state) {
    (void)state;
    assert_true(tokens_estimate(SPAN("\xff\xfe\xe4")) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_nothing_are_none),
        cmocka_unit_test(tokens_of_english_are_near_its_words),
        cmocka_unit_test(tokens_of_numbers_go_by_three_digits),
        cmocka_unit_test(tokens_of_indented_code_count_the_indent_once),
        cmocka_unit_test(tokens_of_other_scripts_are_more_than_by_words),
        cmocka_unit_test(tokens_of_broken_utf8_end),
    };
    return RUN(tests);
}
