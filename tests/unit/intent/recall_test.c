// A system text that was met before adds what it added the first time, to the bit.
#include "intent/recall.h"

#include <pthread.h>

#include "config/embedded.h"
#include "test.h"

enum { TEXTS = 4 * RECALL_TEXTS, TEXT_BYTES = 1600 };

static const struct weights *weights;
static char systems[TEXTS][TEXT_BYTES];

static struct score score_with(const char *system, struct imprint imprint) {
    struct score s;
    struct intent_input in = {.text = SPAN("Prove it, then summarise."),
                              .system = span_from(system),
                              .system_imprint = imprint,
                              .user_turns = 1,
                              .max_tokens = -1};
    intent_score(weights, &in, &s);
    return s;
}

static bool same(const struct score *a, const struct score *b) {
    return a->score == b->score && a->p_local == b->p_local && a->complexity == b->complexity &&
           a->ambiguity == b->ambiguity && a->output_tokens == b->output_tokens && a->task == b->task;
}

// A thread begins without a memory.
static void *score_afresh(void *system) {
    static struct score s;
    s = score_with(system, IMPRINT_NONE);
    return &s;
}

static void make_systems(void) {
    static const char *const WORDS[] = {"prove ",     "list ", "You are ", "editor. ", "code ",
                                        "translate ", "\n",    "{x} ",     "why? "};
    uint64_t random = 7;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t len = 0, want = i % 8 ? i * 11 % (TEXT_BYTES - 20) + 1 : 2 * FEATURES_SYSTEM_EDGE_BYTES;
        while (len < want) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            const char *word = WORDS[(random >> 40) % (sizeof WORDS / sizeof *WORDS)];
            memcpy(systems[i] + len, word, strlen(word));
            len += strlen(word);
        }
        systems[i][want] = 0;
    }
}

static void recall_changes_no_score(void **state) {
    (void)state;
    make_systems();
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < TEXTS; i++) {
            struct imprint imprint = round ? imprint_of(span_from(systems[i])) : IMPRINT_NONE;
            struct score first = score_with(systems[i], imprint), again = score_with(systems[i], imprint);
            pthread_t thread;
            void *fresh;
            assert_int_equal(pthread_create(&thread, NULL, score_afresh, systems[i]), 0);
            pthread_join(thread, &fresh);
            assert_true(same(&first, &again) && same(&first, fresh));
        }
    }
}

static void recall_tells_a_whole_text_from_the_ends_of_a_longer_one(void **state) {
    (void)state;
    char text[2 * FEATURES_SYSTEM_EDGE_BYTES + 8];
    memset(text, 'a', sizeof text);
    recall(weights, span_make(text, 2 * FEATURES_SYSTEM_EDGE_BYTES), IMPRINT_NONE)->known = true;
    assert_false(recall(weights, span_make(text, sizeof text), IMPRINT_NONE)->known);
}

// Only the ends are read: what changes between them changes nothing.
static void recall_knows_a_text_by_its_ends(void **state) {
    (void)state;
    char text[2 * FEATURES_SYSTEM_EDGE_BYTES + 8];
    struct span span = span_make(text, sizeof text);
    memset(text, 'b', sizeof text);
    struct recalled *r = recall(weights, span, imprint_of(span));
    assert_false(r->known);
    r->known = true;
    assert_ptr_equal(recall(weights, span, imprint_of(span)), r);
    assert_ptr_equal(recall(weights, span, IMPRINT_NONE), r);
    text[FEATURES_SYSTEM_EDGE_BYTES] = 'c';
    for (int i = 0; i < 2; i++) assert_ptr_equal(recall(weights, span, imprint_of(span)), r);
    text[0] = 'c';
    struct imprint imprint = imprint_of(span);
    assert_false(recall(weights, span, imprint)->known);
}

static void recall_forgets_the_oldest(void **state) {
    (void)state;
    for (char c = 0; c < RECALL_TEXTS; c++) recall(weights, span_make(&c, 1), IMPRINT_NONE)->known = true;
    for (char c = 0; c < RECALL_TEXTS; c++) assert_true(recall(weights, span_make(&c, 1), IMPRINT_NONE)->known);
    assert_false(recall(weights, SPAN("new"), IMPRINT_NONE)->known);
    char second = 1, first = 0;
    assert_true(recall(weights, span_make(&second, 1), IMPRINT_NONE)->known);
    assert_false(recall(weights, span_make(&first, 1), IMPRINT_NONE)->known);
}

static void recall_is_of_these_weights(void **state) {
    (void)state;
    struct weights other = {.header.checksum = weights->header.checksum + 1};
    struct recalled *r = recall(weights, SPAN("system"), IMPRINT_NONE);
    r->known = true;
    assert_true(recall(weights, SPAN("system"), IMPRINT_NONE)->known);
    assert_false(recall(&other, SPAN("system"), IMPRINT_NONE)->known);
    assert_false(recall(weights, SPAN("system"), IMPRINT_NONE)->known);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(recall_changes_no_score),
        cmocka_unit_test(recall_tells_a_whole_text_from_the_ends_of_a_longer_one),
        cmocka_unit_test(recall_knows_a_text_by_its_ends),
        cmocka_unit_test(recall_forgets_the_oldest),
        cmocka_unit_test(recall_is_of_these_weights),
    };
    struct err e = {""};
    weights = weights_load(embedded_weights(), &e);
    if (!weights) return fprintf(stderr, "%s\n", e.text), 1;
    int failed = RUN(tests);
    weights_free((struct weights *)(uintptr_t)weights);
    return failed;
}
