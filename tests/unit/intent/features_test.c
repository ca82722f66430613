#include "intent/features.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test.h"

static struct features read_text(const char *text, const char *system) {
    struct features f;
    struct intent_input in = {.text = span_from(text), .system = span_from(system), .user_turns = 1, .max_tokens = -1};
    features_read(&in, &f);
    return f;
}

static bool same_buckets(const struct features *a, const struct features *b) {
    return a->text_count == b->text_count && !memcmp(a->text, b->text, a->text_count * sizeof *a->text);
}

static void features_of_a_text_have_length_one(void **state) {
    (void)state;
    struct features f = read_text("Classify this ticket: the card was was was charged twice", "Be brief. Be polite.");
    assert_true(f.text_count > 10 && f.system_count > 5);
    float text = (float)f.text_count * f.text_value * f.text_value;
    float system = (float)f.system_count * f.system_value * f.system_value;
    assert_true(fabsf(text - 1) < 1e-5f);
    assert_true(fabsf(system - 0.25f) < 1e-5f);
}

static void features_of_a_text_list_a_bucket_once(void **state) {
    (void)state;
    struct features f = read_text("no no no no, no no: no", NULL);
    for (uint32_t i = 0; i < f.text_count; i++)
        for (uint32_t j = 0; j < i; j++) assert_int_not_equal(f.text[i], f.text[j]);
}

struct listed {
    uint16_t *bucket;
    size_t count;
};

static void list_once(void *context, uint32_t bucket, struct span first, struct span second) {
    struct listed *l = context;
    (void)first, (void)second;
    for (size_t i = 0; i < l->count; i++)
        if (l->bucket[i] == bucket) return;
    l->bucket[l->count++] = (uint16_t)bucket;
}

static int by_bucket(const void *a, const void *b) {
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

// Many short words: there are more buckets than slots of once.h can tell apart without a search.
static void features_of_many_words_are_those_that_are_named(void **state) {
    (void)state;
    enum { BYTES = 2 * FEATURES_EDGE_BYTES };
    uint64_t s = 88172645463325252u;
    uint16_t each[FEATURES_TEXT_MAX];
    char text[BYTES];
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < BYTES; i++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            text[i] = (char)(i % 3 == 2 ? ' ' : 'a' + (int)(s % (3 + (unsigned)round / 8)));
        }
        struct intent_input in = {.text = span_make(text, BYTES), .max_tokens = -1};
        struct features f;
        struct listed l = {each, 0};
        features_read(&in, &f);
        features_each(in.text, FEATURES_EDGE_BYTES, list_once, &l);
        qsort(f.text, f.text_count, sizeof *f.text, by_bucket);
        qsort(each, l.count, sizeof *each, by_bucket);
        assert_int_equal(f.text_count, l.count);
        assert_memory_equal(f.text, each, l.count * sizeof *each);
    }
}

static void features_ignore_case_and_spacing(void **state) {
    (void)state;
    struct features a = read_text("Prove THAT", NULL), b = read_text("  prove\n\tthat ", NULL);
    assert_true(a.text_count > 0 && same_buckets(&a, &b));
}

static void features_know_the_order_of_words(void **state) {
    (void)state;
    struct features a = read_text("x dog bites man y", NULL), b = read_text("x man bites dog y", NULL);
    assert_false(same_buckets(&a, &b));
}

static void features_of_nothing_are_none(void **state) {
    (void)state;
    struct features f = read_text("", NULL);
    assert_int_equal(f.text_count + f.system_count, 0);
    f = read_text(" \n\t ", "");
    assert_int_equal(f.text_count + f.system_count, 0);
    for (int i = 0; i < FEATURES_COUNTS; i++) assert_true(isfinite(f.counts[i]));
}

static void features_of_a_long_text_read_only_its_ends(void **state) {
    (void)state;
    size_t n = 1 << 20;
    char *a = mem_new(n), *b = mem_new(n);
    for (size_t i = 0; i < n; i++) a[i] = b[i] = i % 7 == 6 ? ' ' : (char)('a' + i * 31 / 7 % 26);
    memset(b + n / 2, 'z', 1000);
    struct intent_input in = {.text = span_make(a, n), .max_tokens = -1};
    struct features *fa = mem_new(sizeof *fa), *fb = mem_new(sizeof *fb);
    features_read(&in, fa);
    in.text.at = b;
    features_read(&in, fb);
    assert_memory_equal(fa, fb, sizeof *fa);
    b[n - 2] = '!';
    features_read(&in, fb);
    assert_memory_not_equal(fa, fb, sizeof *fa);
    free(a), free(b), free(fa), free(fb);
}

static void features_stay_within_their_arrays_on_random_bytes(void **state) {
    (void)state;
    enum { BYTES = 40000 };
    char *noise = mem_new(BYTES);
    uint64_t s = 88172645463325252u;
    for (int i = 0; i < BYTES; i++) {
        s ^= s << 13, s ^= s >> 7, s ^= s << 17;
        noise[i] = (char)(s >> 32);
    }
    struct features *f = mem_new(sizeof *f);
    for (size_t len = 1; len < BYTES; len = len * 3 / 2 + 1) {
        struct intent_input in = {.text = span_make(noise, len), .system = span_make(noise, len), .max_tokens = -1};
        features_read(&in, f);
        assert_true(f->text_count < FEATURES_TEXT_MAX && f->system_count < FEATURES_SYSTEM_MAX);
        for (int i = 0; i < FEATURES_COUNTS; i++) assert_true(isfinite(f->counts[i]));
    }
    free(noise), free(f);
}

// Nothing but signs is the most that a text can hold.
static void features_of_signs_only_fit(void **state) {
    (void)state;
    enum { BYTES = 2 * FEATURES_EDGE_BYTES + 1 };
    char *signs = mem_new(BYTES);
    uint64_t s = 88172645463325252u;
    for (int i = 0; i < BYTES; i++) {
        s ^= s << 13, s ^= s >> 7, s ^= s << 17;
        signs[i] = "!#$%&()*+,-./:;<=>?@"[s % 20];
    }
    struct features *f = mem_new(sizeof *f);
    struct intent_input in = {.text = span_make(signs, BYTES), .system = span_make(signs, BYTES), .max_tokens = -1};
    features_read(&in, f);
    assert_in_range(f->text_count, 200, FEATURES_TEXT_MAX - 1);
    assert_in_range(f->system_count, 200, FEATURES_SYSTEM_MAX - 1);
    free(signs), free(f);
}

// A word is the same wherever it stands in the blocks of 64 bytes that a text is read in.
static void features_of_a_word_do_not_depend_on_where_it_stands(void **state) {
    (void)state;
    static const char *const WORDS[] = {"a",       "prove",        "continuous", "incomprehensibilities",
                                        "1234567", "\xc3\xa4rger", "?"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct features plain = read_text(WORDS[i], NULL);
        for (int spaces = 1; spaces < 140; spaces++) {
            char text[200];
            snprintf(text, sizeof text, "%*s%s", spaces, "", WORDS[i]);
            struct features moved = read_text(text, NULL);
            assert_true(same_buckets(&plain, &moved));
        }
    }
}

static void features_read_nothing_behind_the_text(void **state) {
    (void)state;
    struct features a, b;
    struct intent_input in = {.text = {"the cathedral", 7}, .max_tokens = -1};
    features_read(&in, &a);
    in.text = SPAN("the cat");
    features_read(&in, &b);
    assert_true(same_buckets(&a, &b));
    assert_memory_equal(a.counts, b.counts, sizeof a.counts);
}

static void features_count_what_they_say(void **state) {
    (void)state;
    static const struct {
        const char *text, *count;
        float value;
    } CASES[] = {
        {"one two, three", "words", 3},
        {"in 1999 and 2001, not 3rd", "numbers", 2},
        {"a\nb\nc", "lines", 2},
        {"why? how? x", "questions", 2},
        {"x. y! z.w", "sentences", 2},
        {"a = b + c", "maths signs", 2},
        {"f(x);", "code signs", 3},
        {"say \"x\"", "quotes", 2},
        {"\\frac \\x \\1", "LaTeX", 2},
        {"a. x\n(b) y\n 3) z\nf. w", "options", 3},
        {"```c\nx\n```", "code block", 2},
        {"Not without a step", "negations", 2},
        {"prove the theorem, derive lemma 2", "proof words", 4},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct features f = read_text(CASES[i].text, NULL);
        bool found = false;
        for (uint32_t c = 0; c < FEATURES_COUNTS; c++) {
            if (strcmp(features_count_name(c), CASES[i].count) != 0) continue;
            float want = c == 7 ? CASES[i].value : log1pf(CASES[i].value); // questions are not damped
            if (fabsf(f.counts[c] - want) > 1e-6f) print_error("%s: %s\n", CASES[i].text, CASES[i].count);
            assert_true(fabsf(f.counts[c] - want) < 1e-6f);
            found = true;
        }
        assert_true(found);
    }
}

static struct features read_follow_up(const char *text, const char *context) {
    struct features f;
    struct intent_input in = {
        .text = span_from(text), .context = span_from(context), .user_turns = 2, .max_tokens = -1};
    features_read(&in, &f);
    return f;
}

static void features_of_a_follow_up_are_those_of_the_request_before(void **state) {
    (void)state;
    const char *request = "Prove that every bounded monotone sequence converges.";
    struct features alone = read_text(request, NULL), follow = read_follow_up("and now in French", request);
    assert_true(same_buckets(&alone, &follow));
    assert_int_equal(alone.follow_count, 0);
    assert_true(follow.follow_count > 4 && follow.follow_value > 0);
    assert_int_equal(follow.intent_count, 0);
}

static void features_of_a_whole_request_do_not_inherit(void **state) {
    (void)state;
    const char *request = "Classify this ticket as billing, technical or sales: I was charged twice";
    struct features alone = read_text(request, NULL), second = read_follow_up(request, "Prove that pi is irrational.");
    assert_true(same_buckets(&alone, &second));
    assert_int_equal(second.follow_count, 0);
}

static void features_know_a_word_by_its_beginning(void **state) {
    (void)state;
    struct features a = read_text("summarise", NULL), b = read_text("summarised", NULL), c = read_text("summary", NULL);
    assert_true(same_buckets(&a, &b));
    assert_false(same_buckets(&a, &c));
}

static void features_tell_exam_questions_and_problems_by_their_form(void **state) {
    (void)state;
    assert_int_equal(read_text("Which is a metal?\nA. oxygen\nB. iron\nAnswer:", NULL).kind, KIND_EXAM);
    assert_int_equal(read_text("Tom has 3 bags of 12 apples each. How many are there?", NULL).kind, KIND_PROBLEM);
    assert_int_equal(read_text("1. Wash your hands\n2. Dry them", NULL).kind, KIND_OTHER);
    assert_int_equal(read_text("Write a poem about the sea", NULL).kind, KIND_OTHER);
}

// Numbers and formulas make a request no longer, and what was not read counts by what was.
static void features_count_prose_in_words_of_the_whole_text(void **state) {
    (void)state;
    char text[4001] = "";
    for (int i = 0; i < 800; i++) memcpy(text + (size_t)i * 5, "word ", 5);
    float prose = read_text(text, NULL).counts[FEATURES_PROSE];
    assert_true(fabsf(prose - log1pf(800)) < 0.05f);
    float words = read_text("how many apples", NULL).counts[FEATURES_PROSE];
    assert_true(read_text("how many apples 12345 678", NULL).counts[FEATURES_PROSE] < words);
}

static void features_do_not_shout(void **state) {
    (void)state;
    struct features a = read_text("WRITE A POEM ABOUT CATS", NULL), b = read_text("Write A Poem About Cats", NULL);
    for (int i = 0; i < FEATURES_COUNTS; i++) assert_true(fabsf(a.counts[i] - b.counts[i]) < 1e-6f);
}

static void features_of_a_short_text_look_up_intents(void **state) {
    (void)state;
    assert_int_equal(read_text("reset my password", NULL).intent_count, 3 + 2 + 2); // words, pairs, two beginnings
    char text[1024] = "";
    for (int i = 0; i <= FEATURES_SHORT; i++) memcpy(text + 2 * i, "a ", 2);
    assert_int_equal(read_text(text, NULL).intent_count, 0);
}

struct visits {
    size_t words, pairs;
};

static void count_visit(void *context, uint32_t bucket, struct span first, struct span second) {
    (void)bucket;
    (void)first;
    struct visits *v = context;
    if (second.len) v->pairs++;
    else v->words++;
}

static void features_each_visits_words_both_ends_and_pairs(void **state) {
    (void)state;
    struct visits v = {0};
    features_each(SPAN("one two, 345 five"), 100, count_visit, &v);
    assert_int_equal(v.words, 5 + 3 + 3); // the first three and the last three once more, as those
    assert_int_equal(v.pairs, 4);
}

struct seen {
    bool buckets[1 << FEATURES_BITS];
    size_t count;
};

static void note_visit(void *context, uint32_t bucket, struct span first, struct span second) {
    (void)first, (void)second;
    struct seen *s = context;
    s->count += !s->buckets[bucket];
    s->buckets[bucket] = true;
}

static void features_each_visits_the_buckets_that_are_read(void **state) {
    (void)state;
    enum { BYTES = 3 * FEATURES_EDGE_BYTES };
    char *text = mem_new(BYTES + 1);
    for (int i = 0; i < BYTES; i++) text[i] = (char)(i % 6 == 5 ? " ,\n?"[i / 6 % 4] : 'A' + i * 31 / 7 % 50);
    for (size_t len = 0; len <= BYTES; len = len * 2 + 1) {
        struct features *f = mem_new(sizeof *f);
        struct seen *s = mem_new(sizeof *s);
        struct intent_input in = {.text = span_make(text, len), .max_tokens = -1};
        features_read(&in, f);
        features_each(in.text, FEATURES_EDGE_BYTES, note_visit, s);
        assert_int_equal(s->count, f->text_count);
        for (uint32_t i = 0; i < f->text_count; i++) assert_true(s->buckets[f->text[i]]);
        free(f), free(s);
    }
    free(text);
}

// The numbers are what shipped weights were fitted to: when this fails, the weights must be made anew.
static void features_buckets_are_part_of_the_format(void **state) {
    (void)state;
    struct features f = read_text("Prove", NULL);
    assert_int_equal(f.text_count, 3);
    assert_int_equal(f.text[0] + f.text[1] + f.text[2], 114799);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_of_a_text_have_length_one),
        cmocka_unit_test(features_ignore_case_and_spacing),
        cmocka_unit_test(features_know_the_order_of_words),
        cmocka_unit_test(features_of_nothing_are_none),
        cmocka_unit_test(features_of_a_long_text_read_only_its_ends),
        cmocka_unit_test(features_stay_within_their_arrays_on_random_bytes),
        cmocka_unit_test(features_of_a_follow_up_are_those_of_the_request_before),
        cmocka_unit_test(features_of_a_whole_request_do_not_inherit),
        cmocka_unit_test(features_know_a_word_by_its_beginning),
        cmocka_unit_test(features_tell_exam_questions_and_problems_by_their_form),
        cmocka_unit_test(features_count_prose_in_words_of_the_whole_text),
        cmocka_unit_test(features_do_not_shout),
        cmocka_unit_test(features_of_a_short_text_look_up_intents),
        cmocka_unit_test(features_each_visits_words_both_ends_and_pairs),
        cmocka_unit_test(features_of_a_text_list_a_bucket_once),
        cmocka_unit_test(features_of_many_words_are_those_that_are_named),
        cmocka_unit_test(features_of_signs_only_fit),
        cmocka_unit_test(features_of_a_word_do_not_depend_on_where_it_stands),
        cmocka_unit_test(features_read_nothing_behind_the_text),
        cmocka_unit_test(features_count_what_they_say),
        cmocka_unit_test(features_each_visits_the_buckets_that_are_read),
        cmocka_unit_test(features_buckets_are_part_of_the_format),
    };
    return RUN(tests);
}
