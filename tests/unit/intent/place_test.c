#include "intent/place_fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test.h"

// Two matters without a word in common. A request has four of its matter's twelve words and one of its own.
enum { ROWS = 200, WORDS = 12, OF_EACH = 4 };

static void add_row(struct outcomes *o, struct sample *s, uint32_t i) {
    uint32_t n = 0, matter = i % 2, start = i / 2 % WORDS;
    for (uint32_t k = 0; k < OF_EACH; k++) s->reading.text[n++] = 1000 * (matter + 1) + (start + k * 5) % WORDS * 64;
    s->reading.text[n++] = 100000 + i;
    s->reading.text_count = n;
    outcomes_add(o, s)->weak = (float)matter;
}

static void fill(struct outcomes *o) {
    struct sample *s = mem_new(sizeof *s);
    for (uint32_t i = 0; i < ROWS; i++) add_row(o, s, i);
    free(s);
}

static void fit(const struct outcomes *o, struct place_model *m) {
    float y[ROWS], weight[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) y[i] = o->at[i].weak, weight[i] = 1;
    place_fit(o, y, weight, m);
}

static float sum_of(const struct place_model *m, const uint32_t *buckets, uint32_t n) {
    return m->constant + place_weigh(&m->place, buckets, n);
}

static void place_tells_matters_apart(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct place_model *m = mem_new(sizeof *m);
    fill(&o);
    fit(&o, m);
    assert_int_equal(m->known, 2 * WORDS); // the words of one request only have no coordinates
    assert_int_equal(place_index(&m->place), m->known);
    const uint32_t first[] = {1000, 1000 + 3 * 64, 777}, second[] = {2000 + 64, 2000 + 7 * 64}, unknown[] = {5, 6};
    assert_true(sum_of(m, first, 3) + 0.2f < sum_of(m, second, 2));
    assert_true(fabsf(sum_of(m, unknown, 2) - m->constant) < 1e-6f); // near to nothing
    for (uint32_t r = 0; r < 10; r++) assert_true((place_predict(m, &o, r) > 0.5f) == (r % 2));
    place_release(m);
    outcomes_free(&o);
    free(m);
}

static void place_finds_directions_of_length_one(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct place_model *m = mem_new(sizeof *m);
    fill(&o);
    fit(&o, m);
    // More buckets than are summed at once, each many times: the sum does not overflow.
    uint32_t *many = mem_new_array(3000, sizeof *many);
    for (uint32_t i = 0; i < 3000; i++) many[i] = 1000 + i % WORDS * 64;
    float at[PLACE_DIMS], few[PLACE_DIMS], square = 0, dot = 0;
    place_find(&m->place, many, 3000, at);
    place_find(&m->place, many, WORDS, few);
    for (uint32_t d = 0; d < PLACE_DIMS; d++) square += at[d] * at[d], dot += at[d] * few[d];
    assert_true(fabsf(square - 1) < 1e-4f && fabsf(dot - 1) < 1e-4f);
    place_find(&m->place, many, 0, at);
    for (uint32_t d = 0; d < PLACE_DIMS; d++) assert_true(at[d] == 0);
    free(many);
    place_release(m);
    outcomes_free(&o);
    free(m);
}

static void place_is_the_same_each_time(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct place_model *a = mem_new(sizeof *a), *b = mem_new(sizeof *b);
    fill(&o);
    fit(&o, a);
    fit(&o, b);
    assert_memory_equal(a->row, b->row, a->known * sizeof *a->row);
    assert_memory_equal(a->place.weight, b->place.weight, sizeof a->place.weight);
    assert_memory_equal(a->place.mark, b->place.mark, sizeof a->place.mark);
    place_release(a);
    place_release(b);
    outcomes_free(&o);
    free(a);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_tells_matters_apart),
        cmocka_unit_test(place_finds_directions_of_length_one),
        cmocka_unit_test(place_is_the_same_each_time),
    };
    return RUN(tests);
}
