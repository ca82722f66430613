#include "cmd/eval_draws.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "intent/learn.h"
#include "intent/quality.h"

static float eval_usd(const struct eval_rows *out, const struct outcome_row *row) {
    struct price_usage usage =
        price_usage_openai((int64_t)row->input_tokens, (int64_t)row->output_tokens, 0, 0); // no cache is assumed
    return out->price ? (float)price_cost_usd(out->price, &usage) : 0;
}

static void add(struct eval_rows *out, const struct outcome_row *row, float score, float p_local) {
    size_t i = out->n++;
    out->score[i] = score;
    out->p_local[i] = p_local;
    out->weak[i] = row->weak;
    out->strong[i] = row->strong;
    out->length[i] = row->length;
    out->usd[i] = eval_usd(out, row);
    out->label[i] = row->label;
}

void eval_by_weights(const struct outcome_file *f, struct eval_rows *out) {
    for (uint32_t r = 0; r < f->rows.count; r++)
        add(out, &f->rows.at[r], f->rows.at[r].use_score, f->rows.at[r].use_p_local);
}

int eval_by_folds(const struct outcome_file *f, uint32_t folds, uint64_t seed, struct eval_rows *out, struct err *e) {
    struct learn_options options = {.folds = folds, .seed = seed};
    struct learn_result learned;
    int status = learn_fit(&f->rows, NULL, &options, &learned, e);
    for (uint32_t r = 0; status == 0 && r < f->rows.count; r++)
        add(out, &f->rows.at[r], learned.sum[r], learned_p_local(&learned.learned, learned.sum[r]));
    learn_release(&learned);
    return status;
}

// ---------------------------------------------------------------- draws

static uint64_t place_of(const struct outcomes *o, uint32_t row, uint64_t seed) {
    return hash_mix((o->at[row].group + 1) * 0x9e3779b97f4a7c15u ^ hash_mix(seed + 1));
}

static int ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// The place below which so many rows lie, whole groups at a time.
static uint64_t bound_of(const struct outcomes *o, uint32_t outcomes, uint64_t seed) {
    uint64_t *places = mem_new_array(o->count, sizeof *places);
    for (uint32_t r = 0; r < o->count; r++) places[r] = place_of(o, r, seed);
    qsort(places, o->count, sizeof *places, ascending);
    uint64_t bound = places[outcomes];
    free(places);
    return bound;
}

static void sample_of(const struct outcomes *o, uint32_t row, struct sample *s) {
    const struct outcome_row *r = &o->at[row];
    s->reading.text_count = r->text;
    s->reading.system_count = r->system;
    memcpy(s->reading.text, o->bucket + r->begin, r->text * sizeof *s->reading.text);
    memcpy(s->reading.system, o->bucket + r->begin + r->text, r->system * sizeof *s->reading.system);
    memcpy(s->reading.counts, o->inputs[row], sizeof s->reading.counts);
    memcpy(s->outputs, o->inputs[row] + READING_COUNTS, sizeof s->outputs);
    s->has_base = r->has_base;
}

// Only what the gateway would have: the drawn rows to learn from, the weights as a file holds them to score.
static int draw(const struct outcomes *o, uint32_t outcomes, uint64_t seed, struct sample *s, struct eval_draw *out,
                struct eval_rows *rows, struct err *e) {
    struct outcomes drawn = {0};
    struct learn_options options = {.seed = seed};
    struct learn_result learned;
    uint64_t bound = bound_of(o, outcomes, seed);
    for (uint32_t r = 0; r < o->count; r++) {
        if (place_of(o, r, seed) >= bound) continue;
        sample_of(o, r, s);
        struct outcome_row *row = outcomes_add(&drawn, s);
        row->weak = o->at[r].weak;
        row->strong = o->at[r].strong;
    }
    double begun = clock_cpu_seconds();
    outcomes_group(&drawn);
    int status = learn_fit(&drawn, NULL, &options, &learned, e);
    out->cpu_seconds = clock_cpu_seconds() - begun;
    rows->n = 0;
    for (uint32_t r = 0; status == 0 && r < o->count; r++) {
        if (place_of(o, r, seed) < bound) continue;
        sample_of(o, r, s);
        float sum = learned_apply(&learned.learned, &s->reading, s->outputs);
        add(rows, &o->at[r], sum, learned_p_local(&learned.learned, sum));
    }
    learn_release(&learned);
    outcomes_free(&drawn);
    struct quality_curve c;
    quality_measure(rows->score, rows->weak, rows->strong, NULL, rows->n, &c);
    out->apgr = c.apgr;
    return status;
}

int eval_by_draws(const struct outcome_file *f, uint32_t outcomes, uint32_t draws, uint64_t seed,
                  struct eval_draw *each, struct eval_rows *out, struct err *e) {
    if (outcomes >= f->rows.count)
        return err_set(e, "--outcomes: the file has %u rows; some must be left to measure on", f->rows.count);
    struct sample *s = mem_new(sizeof *s);
    int status = 0;
    for (uint32_t d = 0; status == 0 && d < draws; d++)
        status = draw(&f->rows, outcomes, seed + d, s, &each[d], out, e);
    free(s);
    return status;
}
