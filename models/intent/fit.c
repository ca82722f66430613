// Fits the intent weights.
//
//   fit OUT.weights FILE.jsonl...
//
// Every figure it prints comes from rows that were not fitted to: five folds, where rows that share wording
// are in one fold; and the sets that are for measuring only. Deterministic.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "curve.h"
#include "ridge.h"
#include "rows.h"

static const float COUNT_GAIN = 0.2f;
static const float SCORE_SLOPE = 3;

enum head { FRONTIER, TASK, COMPLEXITY, AMBIGUITY, LENGTH, HEADS };

// Outputs that are fitted to one kind of target.
struct head_spec {
    const char *name;
    uint32_t bits, outputs;
    enum weights_output first;
    double penalty;
    int iterations;
};

static const struct head_spec HEAD[HEADS] = {
    [FRONTIER] = {"frontier", FEATURES_BITS, 1, OUTPUT_FRONTIER, 3.0, 60},
    [TASK] = {"task", WEIGHTS_ROW_BITS, TASK_COUNT, OUTPUT_TASK, 1.0, 30},
    [COMPLEXITY] = {"complexity", WEIGHTS_ROW_BITS, 1, OUTPUT_COMPLEXITY, 4.0, 40},
    [AMBIGUITY] = {"ambiguity", WEIGHTS_ROW_BITS, 1, OUTPUT_AMBIGUITY, 2.0, 40},
    [LENGTH] = {"length", WEIGHTS_ROW_BITS, 1, OUTPUT_LENGTH, 1.0, 40},
};

struct fit {
    struct rows prompts;
    struct design design;
    struct weights weights;
    float *target, *weight, *fold_weight; // of the head in hand
    float *unseen[HEADS];            // [row * outputs + output], predicted by a fit without the row's fold
    double *beta;
    uint8_t (*rows)[WEIGHTS_OUTPUTS]; // what the weights point to
    uint8_t *frontier;
};

// ---------------------------------------------------------------- features

static struct intent_input input_of(const struct row *r) {
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
    d->begin = mem_new_array(d->rows + 1, sizeof *d->begin);
    d->column = mem_new_array(cap, sizeof *d->column);
    d->value = mem_new_array(cap, sizeof *d->value);
    for (uint32_t r = 0; r < d->rows; r++) {
        struct intent_input in = input_of(&f->prompts.at[r]);
        features_read(&in, x);
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
}

static void complexity_target(const struct row *r, uint32_t output, float *y, float *w) {
    (void)output;
    *y = r->complexity;
    *w = r->weight;
}

static void ambiguity_target(const struct row *r, uint32_t output, float *y, float *w) {
    (void)output;
    *y = r->ambiguity;
    *w = *y > 0 ? 10 : 1;
}

static void length_target(const struct row *r, uint32_t output, float *y, float *w) {
    static const float TOKENS_PER_WORD = 1.35f;
    (void)output;
    *y = r->out_words > 0 ? logf(r->out_words * TOKENS_PER_WORD) : NAN;
    *w = 1;
}

static void (*const TARGETS[HEADS])(const struct row *, uint32_t, float *, float *) = {
    frontier_target, task_target, complexity_target, ambiguity_target, length_target,
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
    for (uint32_t c = 0; c < FEATURES_COUNTS; c++)
        w->counts[c][o] = w->scale[c] == 0 ? 0 : (float)f->beta[buckets + c];
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
            bool mine = fold < FOLDS ? row->fold == fold : row->measured_only;
            if (mine) f->unseen[head][r * s->outputs + output] = (float)ridge_predict(&f->design, shift, r, f->beta);
        }
    }
    quantise(f, s, (enum weights_output)(s->first + output));
}

static void fit_heads(struct fit *f) {
    f->rows = mem_new(sizeof *f->rows * WEIGHTS_ROWS);
    f->frontier = mem_new(1 << FEATURES_BITS);
    f->weights.rows = (const uint8_t(*)[WEIGHTS_OUTPUTS])f->rows;
    f->weights.frontier = f->frontier;
    for (uint32_t i = 0; i < WEIGHTS_ROWS; i++) f->rows[i][OUTPUT_FRONTIER] = WEIGHTS_ZERO;
    for (int k = 0; k < HEADS; k++) {
        f->unseen[k] = mem_new_array(f->prompts.count * HEAD[k].outputs, sizeof(float));
        for (uint32_t o = 0; o < HEAD[k].outputs; o++) fit_output(f, (enum head)k, o);
        fprintf(stderr, "  fitted %s\n", HEAD[k].name);
    }
}

// ---------------------------------------------------------------- calibration

// P(the weak model does as well) along the unseen frontier output. Routine rows have no outcome: they are
// taken as done well, and together weigh as much as the rows with one.
static void calibrate_local(struct fit *f) {
    double slope = 1, offset = 1, weight[2] = {0, 0};
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (!r->measured_only && !isnan(r->weak)) weight[0]++;
        else if (r->routine) weight[1]++;
    }
    for (int k = 0; k < 50; k++) { // Newton's method on two numbers
        double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
        for (size_t i = 0; i < f->prompts.count; i++) {
            const struct row *r = &f->prompts.at[i];
            bool routed = !isnan(r->weak);
            if (r->measured_only || (!routed && !r->routine)) continue;
            double y = !routed || r->weak >= r->strong, z = (double)f->unseen[FRONTIER][i];
            double w = routed ? 1 : weight[0] / weight[1], p = 1 / (1 + exp(slope * z - offset));
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

struct weighted {
    float score;
    double weight;
};

static int by_score(const void *a, const void *b) {
    float x = ((const struct weighted *)a)->score, y = ((const struct weighted *)b)->score;
    return (x > y) - (x < y);
}

static float score_of(const struct fit *f, size_t row) {
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
    qsort(v, n, sizeof *v, by_score);
    double below = 0;
    for (size_t q = 0, i = 0; q < WEIGHTS_QUANTILES; q++) {
        while (i + 1 < n && below + v[i].weight < (double)q / (WEIGHTS_QUANTILES - 1)) below += v[i++].weight;
        f->weights.quantile[q] = v[i].score;
    }
    free(v);
}

// ---------------------------------------------------------------- report

static void report_routing(const struct fit *f, const char *set) {
    float *score = mem_new_array(f->prompts.count, 4), *length = mem_new_array(f->prompts.count, 4);
    float *weak = mem_new_array(f->prompts.count, 4), *strong = mem_new_array(f->prompts.count, 4);
    size_t n = 0;
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (strcmp(r->set, set) != 0 || isnan(r->weak)) continue;
        score[n] = f->unseen[FRONTIER][i];
        length[n] = (float)r->text.len;
        weak[n] = r->weak;
        strong[n++] = r->strong;
    }
    if (n) {
        struct curve c = curve_measure(score, weak, strong, n), l = curve_measure(length, weak, strong, n);
        printf("  %-20s %6zu  APGR %.3f  CPT50 %5.1f %%  CPT80 %5.1f %%   length alone %.3f\n", set, n, c.apgr, c.cpt50,
               c.cpt80, l.apgr);
    }
    free(score), free(length), free(weak), free(strong);
}

// Share of a set (and category) that stays local when the threshold is set for 85 % of the reference traffic.
static void report_share(const struct fit *f, const char *set, const char *category) {
    float threshold = weights_threshold(&f->weights, 0.85);
    size_t n = 0, local = 0;
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (strcmp(r->set, set) != 0 || span_find(r->category, span_from(category)) == SIZE_MAX) {
            if (strcmp(r->set, set) != 0 || *category) continue;
        }
        n++;
        local += score_of(f, i) <= threshold;
    }
    if (n) printf("  %-20s %-18s %6zu  local %5.1f %%\n", set, category, n, 100.0 * (double)local / (double)n);
}

static void report_tasks(const struct fit *f) {
    size_t right[TASK_COUNT] = {0}, all[TASK_COUNT] = {0};
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (r->task < 0) continue;
        const float *o = f->unseen[TASK] + i * TASK_COUNT;
        int best = 0;
        for (int t = 1; t < TASK_COUNT; t++)
            if (o[t] > o[best]) best = t;
        all[r->task]++;
        right[r->task] += best == r->task;
    }
    printf("task, share found:");
    for (int t = 0; t < TASK_COUNT; t++)
        printf(" %s %.2f", weights_task_name((enum weights_task)t), all[t] ? (double)right[t] / (double)all[t] : 0);
    printf("\n");
}

// A head against a label of a set: area under the curve for yes/no labels, else rank correlation.
static void report_head(const struct fit *f, enum head kind, const char *set, bool yes_no, bool lengths) {
    float *score = mem_new_array(f->prompts.count, 4), *truth = mem_new_array(f->prompts.count, 4);
    size_t n = 0;
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        float label = lengths ? r->out_words : r->measured_only ? r->judged : r->ambiguity;
        if (strcmp(r->set, set) != 0 || isnan(label)) continue;
        score[n] = f->unseen[kind][i];
        truth[n++] = label;
    }
    if (n)
        printf("  %-12s %-20s %6zu  %s %.3f\n", HEAD[kind].name, set, n, yes_no ? "AUROC" : "Spearman",
               yes_no ? curve_auroc(score, truth, n) : curve_spearman(score, truth, n));
    free(score), free(truth);
}

// P(as well) in five bins of the score, told and found.
static void report_calibration(const struct fit *f) {
    double told[5] = {0}, found[5] = {0}, n[5] = {0};
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (r->measured_only || isnan(r->weak)) continue;
        double z = (double)f->unseen[FRONTIER][i];
        double p = 1 / (1 + exp((double)f->weights.header.local_slope * z - (double)f->weights.header.local_offset));
        int bin = p < 0.6 ? 0 : p < 0.7 ? 1 : p < 0.8 ? 2 : p < 0.9 ? 3 : 4;
        told[bin] += p, found[bin] += r->weak >= r->strong, n[bin]++;
    }
    printf("p_local told / found (routing rows):");
    for (int b = 0; b < 5; b++)
        if (n[b] > 0) printf("  %.2f / %.2f (%.0f)", told[b] / n[b], found[b] / n[b], n[b]);
    printf("\n");
}

static void report(const struct fit *f) {
    printf("routing, rows not fitted to (alpacaeval: never fitted to)\n");
    report_routing(f, "mmlu");
    report_routing(f, "gsm8k");
    report_routing(f, "llmrouter14");
    report_routing(f, "alpacaeval");
    printf("threshold for a local share of 0.85: %.3f\n", (double)weights_threshold(&f->weights, 0.85));
    static const char *const SHARES[][2] = {
        {"arena_hard", ""},
        {"arena_hard", "coding"},
        {"arena_hard", "math"},
        {"arena_hard", "creative"},
        {"clinc150_train", ""},
        {"banking77_train", ""},
        {"synthetic", "routine"},
        {"synthetic", "hard"},
        {"self_instruct_seed", ""},
        {"t0_tasktype", ""},
        {"t0_tasktype", "summarization"},
        {"mmlu", ""},
        {"gsm8k", ""},
        {"llmrouter14", ""},
        {"alpacaeval", ""},
        {"flask", ""},
        {"instructwild_types", ""},
    };
    for (size_t i = 0; i < sizeof SHARES / sizeof *SHARES; i++) report_share(f, SHARES[i][0], SHARES[i][1]);
    report_tasks(f);
    report_head(f, COMPLEXITY, "flask", false, false);
    report_head(f, FRONTIER, "flask", false, false);
    report_head(f, AMBIGUITY, "clinc150_train", true, false);
    report_head(f, AMBIGUITY, "clamber", true, false);
    report_head(f, LENGTH, "flask", false, true);
    report_head(f, LENGTH, "alpacaeval", false, true);
    report_head(f, LENGTH, "gsm8k", false, true);
    report_head(f, LENGTH, "self_instruct_seed", false, true);
    report_calibration(f);
}

static int write_weights(struct fit *f, const char *path, struct err *e) {
    snprintf(f->weights.header.version, sizeof f->weights.header.version, "intent-2");
    f->weights.header.score_slope = SCORE_SLOPE;
    FILE *out = fopen(path, "wb");
    if (!out) return err_set(e, "%s: cannot be written", path);
    int result = weights_write(&f->weights, out, e);
    if (fclose(out) != 0 && result == 0) result = err_set(e, "%s: cannot be written", path);
    if (result) return result;
    struct weights *again = weights_load_file(path, e); // what is shipped must load
    if (!again) return -1;
    printf("wrote %s: %u bytes, %s\n", path, again->header.size, weights_version(again));
    weights_free(again);
    return 0;
}

int main(int argc, char **argv) {
    static struct fit f;
    struct err e = {""};
    if (argc < 3) {
        fprintf(stderr, "usage: fit OUT.weights FILE.jsonl...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        if (rows_read(&f.prompts, argv[i], &e)) goto failed;
    rows_synthesise(&f.prompts, 0x2545f4914f6cdd1d);
    rows_fold(&f.prompts);
    measure_counts(&f);
    build_design(&f);
    f.target = mem_new_array(f.prompts.count, sizeof *f.target);
    f.weight = mem_new_array(f.prompts.count, sizeof *f.weight);
    f.fold_weight = mem_new_array(f.prompts.count, sizeof *f.fold_weight);
    f.beta = mem_new_array(ridge_columns(0), sizeof *f.beta);
    printf("%zu rows, %llu values\n", f.prompts.count, (unsigned long long)f.design.begin[f.prompts.count]);
    fit_heads(&f);
    calibrate_local(&f);
    measure_quantiles(&f);
    report(&f);
    if (write_weights(&f, argv[1], &e) == 0) return 0;
failed:
    fprintf(stderr, "fit: %s\n", e.text);
    return 1;
}
