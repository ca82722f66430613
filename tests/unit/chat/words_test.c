#include "chat/words.h"

#include "test.h"

static void words_are_found_and_in_order_of_their_lengths(void **state) {
    (void)state;
    size_t before = 0;
    for (unsigned w = WORD_NONE + 1; w < WORD_COUNT; w++) {
        struct span text = span_from(chat_word_text((enum chat_word)w));
        assert_true(text.len >= before);
        assert_int_equal(chat_word_of(text), w);
        before = text.len;
    }
}

static void words_are_whole_and_spelled_as_they_are(void **state) {
    (void)state;
    for (unsigned w = WORD_NONE + 1; w < WORD_COUNT; w++) {
        char text[64];
        size_t n = strlen(chat_word_text((enum chat_word)w));
        memcpy(text, chat_word_text((enum chat_word)w), n);
        text[n] = 'x';
        assert_int_equal(chat_word_of(span_make(text, n + 1)), WORD_NONE);
        for (size_t i = 0; i < n; i++) {
            text[i] ^= 0x20;
            assert_int_equal(chat_word_of(span_make(text, n)), WORD_NONE);
            text[i] ^= 0x20;
            assert_int_not_equal(chat_word_of(span_make(text, i)), w);
        }
    }
    assert_int_equal(chat_word_of(SPAN_NONE), WORD_NONE);
    assert_int_equal(chat_word_of(SPAN("a key that is longer than all words")), WORD_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_and_in_order_of_their_lengths),
        cmocka_unit_test(words_are_whole_and_spelled_as_they_are),
    };
    return RUN(tests);
}
