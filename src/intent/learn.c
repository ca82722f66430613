#include "intent/learn.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "intent/form_fit.h"
#include "intent/place_fit.h"
#include "intent/solve.h"

enum { RARITIES = 2, PENALTIES = 5 };
static const float RARITY[RARITIES] = {0, 1};
static const float PENALTY[PENALTIES] = {8, 25, 80, 250, 1000};
static const float SIDE_PENALTY = 80; // of the fits that estimate an unknown side
static const double SHARE_ROWS = 500; // so many rows halve the share of a part
static const float COUNT_SCALE = 0.1f, OUTPUT_SCALE = 0.02f, FRONTIER_SCALE = 0.3f; // of one deviation

// Beside the ridge fits over words, in the order in which they are added.
enum part { FORM, MAP, PARTS };
// The form is a half or nothing: where every fold had a share of its own, scores of different folds could not be
// compared.
static const double SHARE_STEP[PARTS] = {[FORM] = 0.5, [MAP] = 0}, MOST_SHARE[PARTS] = {[FORM] = 0.5, [MAP] = 0.7};

struct fit {
    struct outcomes o; // the caller's rows with inputs of our own
    const struct learn_options *options;
    struct learn_result *out;
    struct solver *solver;
    uint32_t folds, step, steps;
    uint8_t *fold;                      // of each row
    float *weight;                      // 0: not learned from
    float *part;                        // weights of the fit in hand
    float *unseen[RARITIES][PENALTIES]; // cross-fitted sums
    float input_scale[OUTCOME_INPUTS];
    uint8_t best[RARITIES]; // of all folds
    float share[PARTS];     // of each part in the mean of it and what was before it
};

static void stepped(struct fit *f) {
    if (f->options->progress) f->options->progress(f->options->context, ++f->step, f->steps);
}

// ---------------------------------------------------------------- inputs

static void scale_inputs(struct fit *f, const struct outcomes *o) {
    struct learned *l = &f->out->learned;
    f->o.inputs = mem_new_array(o->count, sizeof *f->o.inputs);
    for (uint32_t i = 0; i < OUTCOME_INPUTS; i++) {
        bool of_base = i >= READING_COUNTS;
        double n = 1e-9, sum = 0, square = 0;
        for (uint32_t r = 0; r < o->count; r++) {
            if (f->weight[r] == 0 || (of_base && !o->at[r].has_base)) continue;
            n++;
            sum += (double)o->inputs[r][i];
            square += (double)o->inputs[r][i] * (double)o->inputs[r][i];
        }
        double mean = sum / n, variance = square / n - mean * mean;
        l->mean[i] = (float)mean;
        l->scale[i] = variance > 1e-9 ? (float)(1 / sqrt(variance)) : 0;
        for (uint32_t r = 0; r < o->count; r++) {
            bool known = !of_base || o->at[r].has_base;
            f->o.inputs[r][i] = known ? learned_scale_input(l, i, o->inputs[r][i]) : 0;
        }
        f->input_scale[i] = of_base ? OUTPUT_SCALE : COUNT_SCALE;
    }
    f->input_scale[READING_COUNTS + OUTPUT_FRONTIER] = FRONTIER_SCALE;
}

// ---------------------------------------------------------------- targets

static float clamp01(float v) {
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

// Estimates one side for the rows that do not know it. `prior`: rows that are taken to have the value 1.
static void estimate_side(struct fit *f, size_t side, float prior, float *estimate) {
    float *y = mem_new_array(f->o.count, sizeof *y);
    double sum = 0, n = 0;
    for (uint32_t r = 0; r < f->o.count; r++) {
        float v = side ? f->o.at[r].strong : f->o.at[r].weak;
        bool known = f->weight[r] > 0 && !isnan(v);
        f->part[r] = known;
        y[r] = known ? v : 0;
        sum += (double)y[r];
        n += known;
    }
    double mean = n > 0 ? sum / n : 1, drawn = (sum + (double)prior) / fmax(n + (double)prior, 1e-9);
    struct solve_how how = {SIDE_PENALTY, 0, f->input_scale};
    if (n > 0) solver_fit(f->solver, y, f->part, &how);
    for (uint32_t r = 0; r < f->o.count; r++)
        estimate[r] = clamp01((n > 0 ? solver_predict(f->solver, r) : 1) + (float)(drawn - mean));
    free(y);
}

static void set_targets(struct fit *f) {
    uint32_t n = f->o.count;
    float *weak = mem_new_array(n, sizeof *weak), *strong = mem_new_array(n, sizeof *strong);
    if (f->out->one_sided) {
        estimate_side(f, 0, 0, weak);
        estimate_side(f, 1, LEARN_PRIOR_ROWS, strong);
    }
    for (uint32_t r = 0; r < n; r++) {
        const struct outcome_row *row = &f->o.at[r];
        if (f->weight[r] == 0) continue;
        bool both = !isnan(row->weak) && !isnan(row->strong);
        float w = isnan(row->weak) ? weak[r] : row->weak, s = isnan(row->strong) ? strong[r] : row->strong;
        f->out->gain[r] = s - w;
        f->out->as_well[r] = both ? w >= s : 1 - clamp01(s) * (1 - clamp01(w));
    }
    free(weak);
    free(strong);
}

// ---------------------------------------------------------------- folds

static void fit_without(struct fit *f, uint32_t fold, const uint8_t *some, uint32_t rarity, uint32_t penalty) {
    for (uint32_t r = 0; r < f->o.count; r++) f->part[r] = f->fold[r] == fold || (some && !some[r]) ? 0 : f->weight[r];
    struct solve_how how = {PENALTY[penalty], RARITY[rarity], f->input_scale};
    solver_fit(f->solver, f->out->gain, f->part, &how);
    for (uint32_t r = 0; r < f->o.count; r++)
        if (f->fold[r] == fold) f->unseen[rarity][penalty][r] = solver_predict(f->solver, r);
    stepped(f);
}

// The penalty with the least error over the rows of all folds but one.
static uint8_t choose(const struct fit *f, const uint8_t *some, uint32_t rarity, uint32_t without) {
    uint32_t best = 0;
    double least = INFINITY;
    for (uint32_t p = 0; p < PENALTIES; p++) {
        double error = 0;
        for (uint32_t r = 0; r < f->o.count; r++) {
            if (f->weight[r] == 0 || f->fold[r] == without || (some && !some[r])) continue;
            double d = (double)(f->unseen[rarity][p][r] - f->out->gain[r]);
            error += d * d;
        }
        if (error < least) least = error, best = p;
    }
    return (uint8_t)best;
}

static void cross_fit_all(struct fit *f, uint32_t rarity) {
    for (uint32_t k = 0; k < f->folds; k++)
        for (uint32_t p = 0; p < PENALTIES; p++) fit_without(f, k, NULL, rarity, p);
    f->best[rarity] = choose(f, NULL, rarity, UINT32_MAX);
    for (uint32_t k = 0; k < f->folds; k++) {
        uint8_t best = choose(f, NULL, rarity, k);
        for (uint32_t r = 0; r < f->o.count; r++)
            if (f->fold[r] == k) f->out->sum[r] += f->unseen[rarity][best][r] / RARITIES;
    }
}

// Too many rows to fit all of them with every penalty: some choose it for all.
static void cross_fit_some(struct fit *f, uint32_t rarity, const uint8_t *some) {
    for (uint32_t k = 0; k < f->folds; k++)
        for (uint32_t p = 0; p < PENALTIES; p++) fit_without(f, k, some, rarity, p);
    uint8_t best = f->best[rarity] = choose(f, some, rarity, UINT32_MAX);
    for (uint32_t k = 0; k < f->folds; k++) fit_without(f, k, NULL, rarity, best);
    for (uint32_t r = 0; r < f->o.count; r++) f->out->sum[r] += f->unseen[rarity][best][r] / RARITIES;
}

static void cross_fit(struct fit *f) {
    uint32_t n = f->o.count, used = f->out->used;
    uint8_t *some = NULL;
    if (used > LEARN_CHOOSE_ROWS) {
        some = mem_new(n);
        for (uint32_t r = 0; r < n; r++) some[r] = hash_mix(f->o.at[r].group + 7) % used < LEARN_CHOOSE_ROWS;
    }
    f->steps = RARITIES * (f->folds * (some ? PENALTIES + 1 : PENALTIES) + 1) + PARTS * (f->folds + 1);
    for (uint32_t i = 0; i < RARITIES; i++) {
        for (uint32_t p = 0; p < PENALTIES; p++) f->unseen[i][p] = mem_new_array(n, sizeof(float));
        if (some) cross_fit_some(f, i, some);
        else cross_fit_all(f, i);
        for (uint32_t p = 0; p < PENALTIES; p++) free(f->unseen[i][p]);
    }
    free(some);
}

// ---------------------------------------------------------------- parts

// The share with the least squared error over the rows of all folds but one: what the part tells beyond those before.
static float share_without(const struct fit *f, enum part part, const float *by_part, uint32_t without) {
    double over = 0, under = 0, n = 0;
    for (uint32_t r = 0; r < f->o.count; r++) {
        if (f->weight[r] == 0 || f->fold[r] == without) continue;
        double more = (double)(by_part[r] - f->out->sum[r]), rest = (double)(f->out->gain[r] - f->out->sum[r]);
        over += more * rest;
        under += more * more;
        n++;
    }
    double share = under > 0 ? over / under * n / (n + SHARE_ROWS) : 0;
    if (SHARE_STEP[part] > 0) share = round(share / SHARE_STEP[part]) * SHARE_STEP[part];
    return (float)fmax(0, fmin(MOST_SHARE[part], share));
}

static void predict_by_map(struct fit *f, uint32_t fold, float *to) {
    struct place_model *m = mem_new(sizeof *m);
    place_fit(&f->o, f->out->gain, f->part, m);
    for (uint32_t r = 0; r < f->o.count; r++)
        if (f->fold[r] == fold) to[r] = place_predict(m, &f->o, r);
    place_release(m);
    free(m);
}

static void predict_by_form(struct fit *f, uint32_t fold, float *to) {
    struct form_model m;
    form_fit(&f->o, f->out->gain, f->part, &m);
    for (uint32_t r = 0; r < f->o.count; r++)
        if (f->fold[r] == fold) to[r] = form_predict(&m, &f->o, r);
    form_release(&m);
}

static void (*const PREDICT[PARTS])(struct fit *f, uint32_t fold,
                                    float *to) = {[MAP] = predict_by_map, [FORM] = predict_by_form};

static void blend(struct fit *f, enum part part) {
    uint32_t n = f->o.count;
    float *by_part = mem_new_array(n + 1, sizeof *by_part), *share = mem_new_array(f->folds, sizeof *share);
    for (uint32_t k = 0; k < f->folds; k++) {
        for (uint32_t r = 0; r < n; r++) f->part[r] = f->fold[r] == k ? 0 : f->weight[r];
        PREDICT[part](f, k, by_part);
        stepped(f);
    }
    f->share[part] = share_without(f, part, by_part, UINT32_MAX);
    for (uint32_t k = 0; k < f->folds; k++) share[k] = share_without(f, part, by_part, k);
    for (uint32_t r = 0; r < n; r++)
        if (f->weight[r] > 0) f->out->sum[r] += share[f->fold[r]] * (by_part[r] - f->out->sum[r]);
    free(by_part), free(share);
}

// ---------------------------------------------------------------- calibration

// p_local = logistic(offset - slope * sum), by Newton's method on the cross-fitted sums, which are first brought to
// mean 0 and deviation 1. The slope is drawn to 0 a little: few outcomes must not make it sure of itself.
static void calibrate(struct fit *f) {
    double n = 0, mean = 0, square = 0, slope = 0, offset = 0;
    const float *sum = f->out->sum;
    for (uint32_t r = 0; r < f->o.count; r++) {
        if (f->weight[r] == 0) continue;
        n++;
        mean += (double)sum[r];
        square += (double)sum[r] * (double)sum[r];
    }
    mean /= n;
    double deviation = sqrt(fmax(square / n - mean * mean, 1e-12));
    for (int k = 0; k < 30; k++) {
        double g0 = 0, g1 = -slope, h00 = 1e-3, h01 = 0, h11 = 1;
        for (uint32_t r = 0; r < f->o.count; r++) {
            if (f->weight[r] == 0) continue;
            double z = ((double)sum[r] - mean) / deviation, p = 1 / (1 + exp(slope * z - offset));
            double d = (double)f->out->as_well[r] - p, h = p * (1 - p);
            g0 += d, g1 -= d * z;
            h00 += h, h01 -= h * z, h11 += h * z * z;
        }
        double det = h00 * h11 - h01 * h01;
        offset += fmax(-2, fmin(2, (h11 * g0 - h01 * g1) / det));
        slope += fmax(-2, fmin(2, (h00 * g1 - h01 * g0) / det));
    }
    slope = fmax(slope, 0.01); // where the outcomes tell nothing the order stays, and the figure hardly moves
    f->out->learned.header.local_slope = (float)(slope / deviation);
    f->out->learned.header.local_offset = (float)(offset + slope * mean / deviation);
}

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void set_quantiles(struct fit *f) {
    struct learned *l = &f->out->learned;
    float *score = mem_new_array(f->o.count, sizeof *score);
    size_t n = 0;
    for (uint32_t r = 0; r < f->o.count; r++)
        if (f->weight[r] > 0) score[n++] = 1 - learned_p_local(l, f->out->sum[r]);
    qsort(score, n, sizeof *score, ascending);
    for (size_t q = 0; q < WEIGHTS_QUANTILES; q++) {
        double at = (double)(n - 1) * (double)q / (WEIGHTS_QUANTILES - 1);
        size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
        l->quantile[q] = score[low] + (score[high] - score[low]) * (float)(at - (double)low);
    }
    free(score);
}

// ---------------------------------------------------------------- the head

static void quantise(struct fit *f, const struct solution *b) {
    struct learned *l = &f->out->learned;
    float largest = 1e-12f;
    for (uint32_t i = 0; i < 1u << READING_BITS; i++) largest = fmaxf(largest, fabsf(b->bucket[i]));
    l->header.step = largest / 127;
    f->out->table = mem_new(1 << READING_BITS);
    for (uint32_t i = 0; i < 1u << READING_BITS; i++)
        f->out->table[i] = (uint8_t)(WEIGHTS_ZERO + lroundf(b->bucket[i] / l->header.step));
    l->table = f->out->table;
    memcpy(l->weight, b->input, sizeof l->weight);
    l->header.constant = b->constant;
}

static void note_rows(struct fit *f) {
    struct learned *l = &f->out->learned;
    l->header.filter_bytes = learned_filter_bytes(f->out->used);
    l->filter = f->out->filter = mem_new(l->header.filter_bytes + 1);
    for (uint32_t r = 0; r < f->o.count; r++)
        if (f->weight[r] > 0)
            learned_filter_add(f->out->filter, l->header.filter_bytes,
                               learned_mark(f->o.bucket + f->o.at[r].begin, f->o.at[r].text));
}

static void add_map(struct fit *f, float share, struct solution *b) {
    struct place_model *m = mem_new(sizeof *m);
    struct learned *l = &f->out->learned;
    if (share > 0) {
        place_fit(&f->o, f->out->gain, f->weight, m);
        for (uint32_t r = 0; r < f->o.count; r++)
            if (f->weight[r] == 0) f->out->sum[r] += share * place_predict(m, &f->o, r);
        for (uint32_t i = 0; i < OUTCOME_INPUTS; i++) b->input[i] += share * m->input[i];
        for (uint32_t i = 0; i < PLACE_MARKS; i++) m->place.weight[i] *= share;
        b->constant += share * m->constant;
        l->place = m->place;
        l->header.placed = m->known;
        f->out->coordinates = m->row;
    }
    free(m);
    stepped(f);
}

static void add_form(struct fit *f, float share, struct solution *b) {
    struct form_model m;
    struct learned *l = &f->out->learned;
    if (share > 0) {
        form_fit(&f->o, f->out->gain, f->weight, &m);
        for (uint32_t r = 0; r < f->o.count; r++)
            if (f->weight[r] == 0) f->out->sum[r] += share * form_predict(&m, &f->o, r);
        b->constant += share * m.constant;
        l->form = m.form;
        l->form.step = l->header.form_step = share * m.form.step;
        l->header.formed = 1;
        f->out->cells = m.cell;
    }
    stepped(f);
}

static void fit_head(struct fit *f) {
    struct solution b;
    float of[PARTS], left = 1; // the last part has its share of the whole, one before it of what is left
    for (uint32_t p = PARTS; p-- > 0;) {
        of[p] = left * f->share[p];
        left -= of[p];
    }
    float share = left / RARITIES; // of each ridge fit over words
    solution_init(&b);
    for (uint32_t i = 0; i < RARITIES; i++) {
        struct solve_how how = {PENALTY[f->best[i]], RARITY[i], f->input_scale};
        solver_fit(f->solver, f->out->gain, f->weight, &how);
        solver_add(f->solver, share, &b);
        for (uint32_t r = 0; r < f->o.count; r++)
            if (f->weight[r] == 0) f->out->sum[r] += share * solver_predict(f->solver, r);
        stepped(f);
    }
    add_map(f, of[MAP], &b);
    add_form(f, of[FORM], &b);
    f->out->learned.header.penalty = PENALTY[f->best[0]];
    quantise(f, &b);
    note_rows(f);
    solution_free(&b);
}

static int set_rows(struct fit *f, const bool *use, struct err *e) {
    uint32_t weak = 0;
    for (uint32_t r = 0; r < f->o.count; r++) {
        const struct outcome_row *row = &f->o.at[r];
        bool knows_weak = !isnan(row->weak), knows_strong = !isnan(row->strong);
        if ((use && !use[r]) || (!knows_weak && !knows_strong)) {
            f->fold[r] = UINT8_MAX;
            continue;
        }
        f->weight[r] = 1;
        f->fold[r] = (uint8_t)outcomes_fold(&f->o, r, f->folds, f->options->seed);
        f->out->used++;
        f->out->one_sided += !knows_weak || !knows_strong;
        weak += knows_weak;
    }
    if (f->out->used < LEARN_MIN_ROWS)
        return err_set(e, "%u outcomes are too few to learn from; it takes %d", f->out->used, LEARN_MIN_ROWS);
    if (weak == 0) return err_set(e, "no outcome tells how the local model did; learning needs such outcomes too");
    return 0;
}

int learn_fit(const struct outcomes *o, const bool *use, const struct learn_options *options, struct learn_result *out,
              struct err *e) {
    uint32_t n = o->count;
    *out = (struct learn_result){.sum = mem_new_array(n + 1, sizeof(float)),
                                 .gain = mem_new_array(n + 1, sizeof(float)),
                                 .as_well = mem_new_array(n + 1, sizeof(float))};
    struct fit f = {.o = *o, .options = options, .out = out, .folds = options->folds ? options->folds : LEARN_FOLDS};
    f.o.inputs = NULL;
    f.fold = mem_new(n + 1);
    f.weight = mem_new_array(n + 1, sizeof *f.weight);
    f.part = mem_new_array(n + 1, sizeof *f.part);
    int result = set_rows(&f, use, e);
    if (result == 0) {
        scale_inputs(&f, o);
        f.solver = solver_new(&f.o);
        set_targets(&f);
        cross_fit(&f);
        for (enum part p = 0; p < PARTS; p++) blend(&f, p);
        calibrate(&f);
        set_quantiles(&f);
        fit_head(&f);
        out->learned.header.rows = out->used;
        out->learned.header.one_sided = out->one_sided;
    }
    solver_free(f.solver);
    free(f.o.inputs);
    free(f.fold);
    free(f.weight);
    free(f.part);
    return result;
}

void learn_release(struct learn_result *r) {
    free(r->sum);
    free(r->gain);
    free(r->as_well);
    free(r->table);
    free(r->filter);
    free(r->coordinates);
    free(r->cells);
    *r = (struct learn_result){0};
}
