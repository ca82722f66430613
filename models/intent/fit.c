// Fits the intent weights.
//
//   fit OUT.weights WORDINGS FILE.jsonl...
//
// Every figure it prints comes from rows that were not fitted to: five folds, where rows that share wording
// are in one fold; and the sets that are for measuring only. Deterministic.
#include "fit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ridge.h"

static const float COUNT_GAIN = 1;

// Outputs that are fitted to one kind of target.
struct head_spec {
    const char *name;
    uint32_t bits, outputs;
    enum weights_output first;
    double penalty;
    int iterations;
};

static const struct head_spec HEAD[HEADS] = {
    [FRONTIER] = {"frontier", FEATURES_BITS, 1, OUTPUT_FRONTIER, 6.0, 60},
    [TASK] = {"task", WEIGHTS_ROW_BITS, TASK_COUNT, OUTPUT_TASK, 1.0, 30},
    [COMPLEXITY] = {"complexity", WEIGHTS_ROW_BITS, 1, OUTPUT_COMPLEXITY, 4.0, 40},
    [LENGTH] = {"length", WEIGHTS_ROW_BITS, 1, OUTPUT_LENGTH, 3.0, 40},
};

// Chosen by hand, not fitted: among exam questions, and among problems with numbers, the longer ones want the
// frontier more; elsewhere length says little.
static const struct weights_within WITHIN[KIND_COUNT] = {
    [KIND_OTHER] = {0, 1, 0.08f},
    [KIND_EXAM] = {0.2f, 0.15f, 0.45f},
    [KIND_PROBLEM] = {0.4f, 0.6f, 0.3f},
};

// ---------------------------------------------------------------- features

struct intent_input input_of(const struct row *r) {
    return (struct intent_input){.text = r->text, .system = r->system, .user_turns = 1, .max_tokens = -1};
}

// Two passes: means and deviations of the counts over the rows that are fitted to, then the design.
static void measure_counts(struct fit *f) {
    struct features *x = mem_new(sizeof *x);
    double sum[FEATURES_COUNTS] = {0}, square[FEATURES_COUNTS] = {0}, n = 0;
    for (size_t i = 0; i < f->prompts.count; i++) {
        if (f->prompts.at[i].measured_only) continue;
        struct intent_input in = input_of(&f->prompts.at[i]);
        features_read(&in, x);
        for (int c = 0; c < FEATURES_COUNTS; c++) {
            sum[c] += (double)x->counts[c];
            square[c] += (double)x->counts[c] * (double)x->counts[c];
        }
        n++;
    }
    f->weights.header.count_gain = COUNT_GAIN;
    for (int c = 0; c < FEATURES_COUNTS; c++) {
        double mean = sum[c] / n, variance = square[c] / n - mean * mean;
        f->weights.mean[c] = (float)mean;
        f->weights.scale[c] = variance > 1e-9 ? (float)((double)COUNT_GAIN / sqrt(variance)) : 0;
    }
    free(x);
}

static void build_design(struct fit *f) {
    struct features *x = mem_new(sizeof *x);
    struct design *d = &f->design;
    size_t used = 0, cap = 1 << 20;
    d->rows = (uint32_t)f->prompts.count;
    f->prose = mem_new_array(d->rows, sizeof *f->prose);
    f->kind = mem_new_array(d->rows, sizeof *f->kind);
    d->begin = mem_new_array(d->rows + 1, sizeof *d->begin);
    d->column = mem_new_array(cap, sizeof *d->column);
    d->value = mem_new_array(cap, sizeof *d->value);
    for (uint32_t r = 0; r < d->rows; r++) {
        struct intent_input in = input_of(&f->prompts.at[r]);
        features_read(&in, x);
        f->prose[r] = x->counts[FEATURES_PROSE];
        f->kind[r] = x->kind;
        while (used + x->text_count + x->system_count + FEATURES_COUNTS + 1 > cap) {
            cap *= 2;
            d->column = mem_grow(d->column, cap * sizeof *d->column);
            d->value = mem_grow(d->value, cap * sizeof *d->value);
        }
        for (uint32_t i = 0; i < x->text_count; i++, used++)
            d->column[used] = x->text[i], d->value[used] = x->text_value;
        for (uint32_t i = 0; i < x->system_count; i++, used++)
            d->column[used] = x->system[i], d->value[used] = x->system_value;
        for (uint32_t c = 0; c <= FEATURES_COUNTS; c++, used++) {
            d->column[used] = (1u << FEATURES_BITS) + c;
            d->value[used] = c < FEATURES_COUNTS ? weights_count(&f->weights, x, c) : 1;
        }
        d->begin[r + 1] = used;
    }
    free(x);
}

// ---------------------------------------------------------------- targets

static void frontier_target(const struct row *r, uint32_t output, float *y, float *w) {
    (void)output;
    *y = r->wanted;
    *w = r->weight;
}

static void task_target(const struct row *r, uint32_t output, float *y, float *w) {
    static const float RARE = 2; // tasks with few rows would never be the largest
    *y = r->task < 0 ? NAN : r->task == (int)output ? 1.0f : 0.0f;
    bool common = r->task == TASK_CHAT || r->task == TASK_QA;
    *w = common ? 0.3f : r->task == TASK_MATHS ? 1 : RARE;
    if (!strcmp(r->set, "synthetic")) *w *= r->weight;
}

static void complexity_target(const struct row *r, uint32_t output, float *y, float *w) {
    (void)output;
    *y = r->complexity;
    *w = r->weight;
}

static void length_target(const struct row *r, uint32_t output, float *y, float *w) {
    static const float TOKENS_PER_WORD = 1.35f;
    (void)output;
    *y = r->out_words > 0 ? logf(r->out_words * TOKENS_PER_WORD) : NAN;
    // a few templates over and over; three hundred answers as people ask for them
    *w = !strcmp(r->set, "t0_tasktype") ? 0.1f : !strcmp(r->set, "self_instruct_seed") ? 3 : 1;
}

static void (*const TARGETS[HEADS])(const struct row *, uint32_t, float *, float *) = {
    frontier_target,
    task_target,
    complexity_target,
    length_target,
};

static void set_target(struct fit *f, enum head head, uint32_t output) {
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        TARGETS[head](r, output, &f->target[i], &f->weight[i]);
        if (r->measured_only || isnan(f->target[i])) f->target[i] = f->weight[i] = 0;
    }
}

// ---------------------------------------------------------------- fitting

// Writes the coefficients of one output into the weights, as steps of the largest / 127.
static void quantise(struct fit *f, const struct head_spec *s, enum weights_output o) {
    struct weights *w = &f->weights;
    uint32_t buckets = 1u << s->bits;
    double largest = 1e-12;
    for (uint32_t i = 0; i < buckets; i++) largest = fmax(largest, fabs(f->beta[i]));
    w->step[o] = (float)(largest / 127);
    for (uint32_t i = 0; i < buckets; i++) {
        uint8_t v = (uint8_t)(WEIGHTS_ZERO + lround(f->beta[i] / (double)w->step[o]));
        if (o == OUTPUT_FRONTIER) f->frontier[i] = v;
        else f->rows[i][o] = v;
    }
    for (uint32_t c = 0; c < FEATURES_COUNTS; c++) w->counts[c][o] = w->scale[c] == 0 ? 0 : (float)f->beta[buckets + c];
    w->bias[o] = (float)f->beta[buckets + FEATURES_COUNTS];
}

static void fit_output(struct fit *f, enum head head, uint32_t output) {
    const struct head_spec *s = &HEAD[head];
    uint32_t shift = FEATURES_BITS - s->bits, n = f->design.rows;
    set_target(f, head, output);
    for (int fold = 0; fold <= FOLDS; fold++) { // the last one: all rows
        for (uint32_t r = 0; r < n; r++) f->fold_weight[r] = f->prompts.at[r].fold == fold ? 0 : f->weight[r];
        ridge_fit(&f->design, shift, f->target, f->fold_weight, s->penalty, s->iterations, f->beta);
        for (uint32_t r = 0; r < n; r++) {
            const struct row *row = &f->prompts.at[r];
            bool mine = fold < FOLDS ? row->fold == fold : row->measured_only || row->fold == FOLD_ALWAYS;
            if (!mine) continue;
            float v = (float)ridge_predict(&f->design, shift, r, f->beta);
            if (head == FRONTIER) v = weights_within(&f->weights, f->kind[r], f->prose[r], v);
            f->unseen[head][r * s->outputs + output] = v;
        }
    }
    quantise(f, s, (enum weights_output)(s->first + output));
}

static void fit_heads(struct fit *f) {
    f->rows = mem_new(sizeof *f->rows * WEIGHTS_ROWS);
    f->frontier = mem_new(1 << FEATURES_BITS);
    f->weights.rows = (const uint8_t(*)[WEIGHTS_ROW_OUTPUTS])f->rows;
    f->weights.frontier = f->frontier;
    for (int k = 0; k < HEADS; k++) {
        f->unseen[k] = mem_new_array(f->prompts.count * HEAD[k].outputs, sizeof(float));
        for (uint32_t o = 0; o < HEAD[k].outputs; o++) fit_output(f, (enum head)k, o);
        fprintf(stderr, "  fitted %s\n", HEAD[k].name);
    }
}

// ---------------------------------------------------------------- calibration

// P(the weak model does as well) along the unseen frontier output: two numbers, the only ones that outcomes of the
// judged sets decide. Each set weighs the same. Routine rows have no outcome: they are taken as done well, and
// together weigh as much as the others.
static const char *const JUDGED[] = {"mmlu", "gsm8k", "llmrouter14"};
enum { JUDGED_COUNT = sizeof JUDGED / sizeof *JUDGED };

// JUDGED_COUNT: a routine row; -1: neither.
static int judged_set(const struct row *r) {
    for (int k = 0; k < JUDGED_COUNT; k++)
        if (!strcmp(r->set, JUDGED[k]) && !isnan(r->weak)) return k;
    return r->routine ? JUDGED_COUNT : -1;
}

static void calibrate_local(struct fit *f) {
    double slope = 1, offset = 1, rows[JUDGED_COUNT + 1] = {0};
    for (size_t i = 0; i < f->prompts.count; i++)
        if (judged_set(&f->prompts.at[i]) >= 0) rows[judged_set(&f->prompts.at[i])]++;
    for (int k = 0; k < 50; k++) { // Newton's method on two numbers
        double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
        for (size_t i = 0; i < f->prompts.count; i++) {
            const struct row *r = &f->prompts.at[i];
            int set = judged_set(r);
            if (set < 0) continue;
            double y = set == JUDGED_COUNT || r->weak >= r->strong, z = (double)f->unseen[FRONTIER][i];
            double w = 1000 * (set == JUDGED_COUNT ? JUDGED_COUNT : 1) / rows[set],
                   p = 1 / (1 + exp(slope * z - offset));
            g0 += w * (y - p), g1 -= w * (y - p) * z;
            h00 += w * p * (1 - p), h01 -= w * p * (1 - p) * z, h11 += w * p * (1 - p) * z * z;
        }
        double det = h00 * h11 - h01 * h01;
        offset += (h11 * g0 - h01 * g1) / det;
        slope += (h00 * g1 - h01 * g0) / det;
    }
    f->weights.header.local_slope = (float)fmax(slope, 1e-3);
    f->weights.header.local_offset = (float)offset;
}

int weighted_by_score(const void *a, const void *b) {
    float x = ((const struct weighted *)a)->score, y = ((const struct weighted *)b)->score;
    return (x > y) - (x < y);
}

float score_of(const struct fit *f, size_t row) {
    return 1 / (1 + expf(-SCORE_SLOPE * f->unseen[FRONTIER][row]));
}

// Scores at the shares 0 .. 1 of traffic that is 85 % routine rows and 15 % hard ones.
static void measure_quantiles(struct fit *f) {
    struct weighted *v = mem_new_array(f->prompts.count, sizeof *v);
    size_t n = 0, routine = 0, hard = 0;
    for (size_t i = 0; i < f->prompts.count; i++) routine += f->prompts.at[i].routine, hard += f->prompts.at[i].hard;
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (r->routine || r->hard)
            v[n++] = (struct weighted){score_of(f, i), r->routine ? 0.85 / (double)routine : 0.15 / (double)hard};
    }
    qsort(v, n, sizeof *v, weighted_by_score);
    double below = 0;
    for (size_t q = 0, i = 0; q < WEIGHTS_QUANTILES; q++) {
        while (i + 1 < n && below + v[i].weight < (double)q / (WEIGHTS_QUANTILES - 1)) below += v[i++].weight;
        f->weights.quantile[q] = v[i].score;
    }
    free(v);
}

static int write_weights(struct fit *f, const char *path, struct err *e) {
    snprintf(f->weights.header.version, sizeof f->weights.header.version, "intent-3");
    f->weights.header.score_slope = SCORE_SLOPE;
    FILE *out = fopen(path, "wb");
    if (!out) return err_set(e, "%s: cannot be written", path);
    int result = weights_write(&f->weights, out, e);
    if (fclose(out) != 0 && result == 0) result = err_set(e, "%s: cannot be written", path);
    if (result) return result;
    struct weights *again = weights_load_file(path, e); // what is shipped must load
    if (!again) return -1;
    fprintf(stderr, "wrote %s: %u bytes, %s\n", path, again->header.size, weights_version(again));
    weights_free(again);
    return 0;
}

int main(int argc, char **argv) {
    static struct fit f;
    struct err e = {""};
    if (argc < 4) {
        fprintf(stderr, "usage: fit OUT.weights WORDINGS FILE.jsonl...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++)
        if (rows_read(&f.prompts, argv[i], &e)) goto failed;
    if (rows_synthesise(&f.prompts, argv[2], 0x2545f4914f6cdd1d, &e)) goto failed;
    rows_fold(&f.prompts);
    measure_counts(&f);
    build_design(&f);
    memcpy(f.weights.within, WITHIN, sizeof WITHIN);
    f.target = mem_new_array(f.prompts.count, sizeof *f.target);
    f.weight = mem_new_array(f.prompts.count, sizeof *f.weight);
    f.fold_weight = mem_new_array(f.prompts.count, sizeof *f.fold_weight);
    f.beta = mem_new_array(ridge_columns(0), sizeof *f.beta);
    fprintf(stderr, "%zu rows, %llu values\n", f.prompts.count, (unsigned long long)f.design.begin[f.prompts.count]);
    fit_heads(&f);
    intents_fit(&f);
    calibrate_local(&f);
    measure_quantiles(&f);
    if (write_weights(&f, argv[1], &e)) goto failed;
    report(&f);
    return 0;
failed:
    fprintf(stderr, "fit: %s\n", e.text);
    return 1;
}
