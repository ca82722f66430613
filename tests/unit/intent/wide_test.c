// Processors with AVX2 and those without score a request alike, to the last bit.
#include "base/wide.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/embedded.h"
#include "intent/features.h"
#include "intent/place.h"
#include "intent/reading.h"
#include "intent/score.h"
#include "intent/seen.h"
#include "test.h"
#include "text/tokens.h"

enum { TEXTS = 300, MOST = 3000 };

static uint64_t next(uint64_t *s) {
    *s ^= *s << 13, *s ^= *s >> 7, *s ^= *s << 17;
    return *s >> 20;
}

static const char *const PARTS[] = {"the ",
                                    "Prove ",
                                    "why? ",
                                    "12 ",
                                    "3.5%, ",
                                    "function(x) {\n",
                                    "  ",
                                    "(a) ",
                                    "\n",
                                    "\xc3\xa4rger ",
                                    "\\frac ",
                                    "```",
                                    "incomprehensibly ",
                                    "Summarise ",
                                    "e-mail ",
                                    "\xe4\xbb\x8a",
                                    "\xf0\x9f\x98\x80",
                                    "99999999999 ",
                                    "_",
                                    "A"};

static size_t make_text(char *text, uint64_t *seed) {
    size_t n = 0, most = next(seed) % (next(seed) % 3 ? 400 : MOST - 32);
    while (n < most) {
        const char *part = PARTS[next(seed) % (sizeof PARTS / sizeof *PARTS)];
        memcpy(text + n, part, strlen(part));
        n += strlen(part);
        if (next(seed) % 8 == 0) text[n++] = (char)next(seed);
    }
    return n;
}

struct result {
    size_t tokens;
    struct features features;
    struct reading reading;
    struct score score;
};

static void take_result(const struct weights *w, struct span text, struct span system, struct result *out) {
    struct intent_input in = {.text = text, .system = system, .user_turns = 1, .max_tokens = -1};
    memset(out, 0, sizeof *out);
    out->tokens = in.input_tokens = tokens_estimate(text);
    features_read(&in, &out->features);
    reading_read(&in, &out->reading);
    intent_score(w, &in, &out->score);
}

// What stands behind the ends of the lists is nothing.
static void assert_same(const struct result *a, const struct result *b) {
    assert_int_equal(a->tokens, b->tokens);
    assert_int_equal(a->features.text_count, b->features.text_count);
    assert_int_equal(a->features.system_count, b->features.system_count);
    assert_int_equal(a->features.intent_count, b->features.intent_count);
    assert_int_equal(a->features.kind, b->features.kind);
    assert_memory_equal(a->features.text, b->features.text, a->features.text_count * sizeof *a->features.text);
    assert_memory_equal(a->features.system, b->features.system, a->features.system_count * sizeof *a->features.system);
    assert_memory_equal(a->features.counts, b->features.counts, sizeof a->features.counts);
    assert_int_equal(a->reading.text_count, b->reading.text_count);
    assert_int_equal(a->reading.system_count, b->reading.system_count);
    assert_memory_equal(a->reading.text, b->reading.text, a->reading.text_count * sizeof *a->reading.text);
    assert_memory_equal(a->reading.system, b->reading.system, a->reading.system_count * sizeof *a->reading.system);
    assert_memory_equal(a->reading.counts, b->reading.counts, sizeof a->reading.counts);
    assert_memory_equal(&a->score, &b->score, sizeof a->score);
}

static void scores_are_the_same_on_every_processor(void **state) {
    (void)state;
    if (!wide_is_there) skip();
    struct err e = {""};
    struct weights *w = weights_load(embedded_weights(), &e);
    struct result *narrow = mem_new(sizeof *narrow), *wide = mem_new(sizeof *wide);
    char *text = mem_new(MOST), *system = mem_new(MOST);
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < TEXTS; i++) {
        struct span asked = span_make(text, make_text(text, &seed)),
                    before = span_make(system, make_text(system, &seed));
        wide_is_there = false;
        take_result(w, asked, before, narrow);
        wide_is_there = true;
        // a text that is known is not read again
        struct span other = span_make(before.at, before.len);
        take_result(w, asked, other, wide);
        assert_same(narrow, wide);
    }
    free(text), free(system), free(narrow), free(wide);
    weights_free(w);
}

static void no_bucket_of_a_text_is_left_behind(void **state) {
    (void)state;
    struct features *f = mem_new(sizeof *f);
    struct reading *r = mem_new(sizeof *r);
    char *text = mem_new(MOST);
    uint64_t seed = 88172645463325252u;
    for (int i = 0; i < 20; i++) {
        struct span asked = span_make(text, make_text(text, &seed));
        struct intent_input in = {.text = asked, .system = asked, .max_tokens = -1};
        features_read(&in, f);
        reading_read(&in, r);
        for (size_t g = 0; g < sizeof seen_groups / sizeof *seen_groups; g++) assert_true(seen_groups[g] == 0);
    }
    free(f), free(r), free(text);
}

static void places_are_the_same_on_every_processor(void **state) {
    (void)state;
    enum { KNOWN = 2000, ASKED = 1500 };
    if (!wide_is_there) skip();
    struct place *p = mem_new(sizeof *p);
    int8_t(*rows)[PLACE_DIMS] = mem_new_array(KNOWN, sizeof *rows);
    uint32_t *buckets = mem_new_array(ASKED, sizeof *buckets);
    uint64_t seed = 88172645463325252u;
    for (uint32_t i = 0; i < KNOWN; i++) {
        uint32_t bucket = i * 131;
        p->known[bucket / 64] |= (uint64_t)1 << bucket % 64;
        for (uint32_t d = 0; d < PLACE_DIMS; d++) rows[i][d] = (int8_t)next(&seed);
    }
    for (uint32_t d = 0; d < PLACE_DIMS; d++)
        for (uint32_t m = 0; m < PLACE_MARKS; m++) p->mark[d][m] = (float)((int)(next(&seed) % 2000) - 1000) / 1000;
    for (uint32_t m = 0; m < PLACE_MARKS; m++) p->weight[m] = (float)(next(&seed) % 1000) / 1000;
    p->row = (const int8_t(*)[PLACE_DIMS])rows;
    assert_int_equal(place_index(p), KNOWN);
    for (uint32_t i = 0; i < ASKED; i++) buckets[i] = (uint32_t)(next(&seed) % KNOWN) * 131 + (i % 3 == 0);
    for (uint32_t count = 0; count <= ASKED; count = count * 2 + 1) {
        float at[2][PLACE_DIMS], near[2][PLACE_MARKS], sum[2];
        for (int way = 0; way < 2; way++) {
            wide_is_there = way;
            place_find(p, buckets, count, at[way]);
            place_near(p, at[way], near[way]);
            sum[way] = place_weigh(p, buckets, count);
        }
        assert_memory_equal(at[0], at[1], sizeof at[0]);
        assert_memory_equal(near[0], near[1], sizeof near[0]);
        assert_memory_equal(&sum[0], &sum[1], sizeof sum[0]);
        for (uint32_t m = 0; m < PLACE_MARKS; m++) assert_true(near[0][m] >= 0);
    }
    free(p), free(rows), free(buckets);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_the_same_on_every_processor),
        cmocka_unit_test(no_bucket_of_a_text_is_left_behind),
        cmocka_unit_test(places_are_the_same_on_every_processor),
    };
    return RUN(tests);
}
