#include "intent/sample.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/embedded.h"
#include "test.h"

static struct weights *built_in(void) {
    struct err e = {""};
    struct weights *w = weights_load(embedded_weights(), &e);
    assert_non_null(w);
    return w;
}

static const char TEXT[] = "Why is the sky blue at noon, and red at dusk? Explain it to a child of 10 or 12 years.";

static struct intent_input input_of(const char *text, const char *system) {
    return (struct intent_input){
        .text = span_from(text), .system = span_from(system), .user_turns = 2, .max_tokens = 50};
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void sample_survives_packing(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct intent_input in = input_of(TEXT, "Be brief.");
    struct sample *a = mem_new(sizeof *a), *b = mem_new(sizeof *b);
    uint8_t bytes[SAMPLE_MAX_BYTES];
    struct err e = {""};
    size_t n = sample_pack(w, &in, bytes, sizeof bytes);
    assert_true(n > 200 && n < 600);
    assert_int_equal(sample_unpack(w, bytes, n, b, &e), 0);
    sample_read(w, &in, a);
    qsort(a->reading.text, a->reading.text_count, sizeof(uint32_t), by_value);
    qsort(a->reading.system, a->reading.system_count, sizeof(uint32_t), by_value);
    assert_int_equal(a->reading.text_count, b->reading.text_count);
    assert_int_equal(a->reading.system_count, b->reading.system_count);
    assert_memory_equal(a->reading.text, b->reading.text, a->reading.text_count * sizeof(uint32_t));
    assert_memory_equal(a->reading.system, b->reading.system, a->reading.system_count * sizeof(uint32_t));
    assert_true(b->has_base);
    assert_memory_equal(a->outputs, b->outputs, sizeof a->outputs);
    assert_memory_equal(a->reading.counts, b->reading.counts, sizeof a->reading.counts);
    free(a), free(b), weights_free(w);
}

static void sample_says_nothing_in_words(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct intent_input in = input_of("xylophone zebrafish quokka", "platypus");
    uint8_t bytes[SAMPLE_MAX_BYTES];
    size_t n = sample_pack(w, &in, bytes, sizeof bytes);
    static const char *const PARTS[] = {"xylo", "phone", "zebra", "quokka", "platy"};
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) assert_null(memmem(bytes, n, PARTS[i], strlen(PARTS[i])));
    weights_free(w);
}

// Signs are the densest text: each byte a token.
static void sample_of_any_text_fits(void **state) {
    (void)state;
    struct weights *w = built_in();
    char *text = mem_new(8193);
    uint64_t random = 88172645463325252u;
    uint8_t bytes[SAMPLE_MAX_BYTES];
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 8192; i++) {
            random ^= random << 13, random ^= random >> 7, random ^= random << 17;
            text[i] = (char)(round % 2 ? '!' + random % 94 : 1 + random % 255);
        }
        struct intent_input in = input_of(text, text);
        assert_true(sample_pack(w, &in, bytes, sizeof bytes) > 0);
    }
    free(text), weights_free(w);
}

static void sample_that_does_not_fit_is_none(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct intent_input in = input_of(TEXT, "");
    uint8_t bytes[SAMPLE_MAX_BYTES];
    size_t n = sample_pack(w, &in, bytes, sizeof bytes);
    for (size_t max = 0; max < n; max++) assert_int_equal(sample_pack(w, &in, bytes, max), 0);
    assert_int_equal(sample_pack(w, &in, bytes, n), n);
    weights_free(w);
}

static void sample_of_another_base_keeps_its_words_only(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct intent_input in = input_of(TEXT, "");
    struct sample *s = mem_new(sizeof *s);
    uint8_t bytes[SAMPLE_MAX_BYTES];
    struct err e = {""};
    size_t n = sample_pack(w, &in, bytes, sizeof bytes);
    bytes[4] ^= 1;
    assert_int_equal(sample_unpack(w, bytes, n, s, &e), 0);
    assert_false(s->has_base);
    assert_true(s->outputs[OUTPUT_FRONTIER] == 0 && s->reading.text_count > 40);
    free(s), weights_free(w);
}

static void sample_damaged_is_refused_or_read_within_bounds(void **state) {
    (void)state;
    struct weights *w = built_in();
    struct intent_input in = input_of(TEXT, "Be brief.");
    struct sample *s = mem_new(sizeof *s);
    uint8_t bytes[SAMPLE_MAX_BYTES];
    struct err e = {""};
    size_t n = sample_pack(w, &in, bytes, sizeof bytes);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = mem_new(cut + 1); // so that a read behind the end is seen
        part = mem_grow(part, cut ? cut : 1);
        memcpy(part, bytes, cut);
        e.text[0] = 0;
        assert_int_equal(sample_unpack(w, part, cut, s, &e), -1);
        assert_true(e.text[0] != 0);
        free(part);
    }
    for (size_t i = 0; i < n; i++) {
        uint8_t old = bytes[i];
        bytes[i] = 0xff;
        if (sample_unpack(w, bytes, n, s, &e) == 0)
            for (uint32_t k = 0; k < s->reading.text_count; k++) assert_true(s->reading.text[k] < 1u << READING_BITS);
        bytes[i] = old;
    }
    free(s), weights_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_survives_packing),
        cmocka_unit_test(sample_says_nothing_in_words),
        cmocka_unit_test(sample_of_any_text_fits),
        cmocka_unit_test(sample_that_does_not_fit_is_none),
        cmocka_unit_test(sample_of_another_base_keeps_its_words_only),
        cmocka_unit_test(sample_damaged_is_refused_or_read_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
