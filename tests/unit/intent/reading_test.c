#include "intent/reading.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test.h"

static struct reading *read_text(const char *text, const char *system) {
    struct reading *r = mem_new(sizeof *r);
    struct intent_input in = {.text = span_from(text), .system = span_from(system), .user_turns = 1, .max_tokens = -1};
    reading_read(&in, r);
    return r;
}

static bool has(const uint32_t *list, uint32_t count, uint32_t bucket) {
    for (uint32_t i = 0; i < count; i++)
        if (list[i] == bucket) return true;
    return false;
}

static void reading_lists_a_bucket_once(void **state) {
    (void)state;
    struct reading *r = read_text("no no no no no, no no: no", "no no no no");
    for (uint32_t i = 0; i < r->text_count; i++) assert_false(has(r->text, i, r->text[i]));
    for (uint32_t i = 0; i < r->system_count; i++) assert_false(has(r->system, i, r->system[i]));
    assert_true(r->system_count == 2); // the word and its pair with itself
    free(r);
}

static void reading_tells_how_often_a_word_comes(void **state) {
    (void)state;
    struct reading *r[5];
    static const char *const TEXTS[] = {"each x", "each each", "each each each", "each each each each",
                                        "each each each each each"};
    uint32_t common[5];
    for (int i = 0; i < 5; i++) r[i] = read_text(TEXTS[i], "");
    for (int i = 1; i < 5; i++) {
        common[i] = 0;
        for (uint32_t k = 0; k < r[i]->text_count; k++)
            common[i] += has(r[i - 1]->text, r[i - 1]->text_count, r[i]->text[k]);
        if (i < 4) assert_true(common[i] < r[i]->text_count); // something in it is new
        else assert_int_equal(common[i], r[i]->text_count); // up to four times
    }
    for (int i = 0; i < 5; i++) free(r[i]);
}

static void reading_of_nothing_has_no_words(void **state) {
    (void)state;
    struct reading *r = read_text("", "");
    assert_int_equal(r->text_count + r->system_count, 0);
    assert_true(reading_system_value(r) == 0);
    free(r);
}

static void reading_of_a_long_text_reads_its_ends(void **state) {
    (void)state;
    char *a = mem_new(10001), *b = mem_new(10001);
    memset(a, 'a', 10000);
    for (int i = 0; i < 10000; i += 7) a[i] = ' ';
    memcpy(b, a, 10000);
    b[5000] = 'x'; // in the middle
    struct reading *ra = read_text(a, ""), *rb = read_text(b, "");
    assert_int_equal(ra->text_count, rb->text_count);
    assert_memory_equal(ra->text, rb->text, ra->text_count * sizeof(uint32_t));
    free(ra), free(rb);
    b[9990] = 'x';
    ra = read_text(a, ""), rb = read_text(b, "");
    assert_true(ra->text_count != rb->text_count || memcmp(ra->text, rb->text, ra->text_count * sizeof(uint32_t)) != 0);
    free(ra), free(rb), free(a), free(b);
}

static void reading_has_length_one(void **state) {
    (void)state;
    struct reading *r = read_text("Prove that there are infinitely many primes.", "Be brief.");
    float text = reading_text_value(r), system = reading_system_value(r);
    assert_true(fabsf((float)r->text_count * text * text - 1) < 1e-5f);
    assert_true(fabsf((float)r->system_count * system * system - 0.25f) < 1e-5f);
    free(r);
}

struct seen {
    const struct reading *r;
    uint32_t missing, count;
};

static void look(void *context, uint32_t bucket, struct span first, struct span second) {
    struct seen *s = context;
    (void)second;
    assert_true(first.len > 0);
    s->count++;
    s->missing += !has(s->r->text, s->r->text_count, bucket);
}

static void reading_each_names_what_was_read(void **state) {
    (void)state;
    static const char TEXT[] = "If 12 men dig 3 holes, how many holes do 24 men dig in the same time?";
    struct reading *r = read_text(TEXT, "");
    struct seen s = {r, 0, 0};
    reading_each(span_from(TEXT), look, &s);
    assert_true(s.count > 40);
    assert_int_equal(s.missing, 0);
    free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_lists_a_bucket_once),     cmocka_unit_test(reading_tells_how_often_a_word_comes),
        cmocka_unit_test(reading_of_nothing_has_no_words), cmocka_unit_test(reading_of_a_long_text_reads_its_ends),
        cmocka_unit_test(reading_has_length_one),          cmocka_unit_test(reading_each_names_what_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
