#include "gate/short_words.h"

#include "test.h"

static uint64_t word_of(const char *text) {
    uint64_t word = 0;
    memcpy(&word, text, strlen(text));
    return word;
}

static void words_of_the_list_are_found_and_no_others(void **state) {
    (void)state;
    static struct short_words set;
    short_words_fill(&set, "a of the with grammar sentence ");
    const char *const in[] = {"a", "of", "the", "with", "grammar", "sentence"};
    const char *const out[] = {"b", "o", "off", "th", "then", "grammars", "sentencE"};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++) assert_true(short_words_have(&set, word_of(in[i])));
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) assert_false(short_words_have(&set, word_of(out[i])));
}

// As many as the longest list has, and some: a multiplier is found by which each has a place of its own.
static void long_lists_have_a_place_for_each_word(void **state) {
    (void)state;
    static struct short_words set;
    enum { WORDS = SHORT_WORDS_SLOTS / 12 };
    char list[WORDS * 4 + 1] = "";
    for (unsigned i = 0; i < WORDS; i++)
        memcpy(list + (size_t)i * 4, (char[]){(char)('a' + i % 26), (char)('a' + i / 26), 'x', ' '}, 4);
    short_words_fill(&set, list);
    for (unsigned i = 0; i < WORDS; i++) {
        uint64_t word = 0;
        memcpy(&word, list + (size_t)i * 4, 3);
        assert_true(short_words_have(&set, word));
        assert_false(short_words_have(&set, word + 1 + ((uint64_t)'y' << 24)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_the_list_are_found_and_no_others),
        cmocka_unit_test(long_lists_have_a_place_for_each_word),
    };
    return RUN(tests);
}
