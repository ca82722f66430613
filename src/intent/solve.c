#include "intent/solve.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { BUCKETS = 1 << READING_BITS, ITERATIONS = 25 };
static const double ENOUGH = 1e-6; // of the squared residual

struct solver {
    const struct outcomes *o;
    uint32_t columns; // that occur, then the inputs, then the constant
    uint32_t *column; // of each entry of o->bucket
    uint32_t *name;   // the bucket of a column
    float *scale, *beta, *residual, *step, *image, *scaled;
};

void solution_init(struct solution *b) {
    *b = (struct solution){.bucket = mem_new_array(BUCKETS, sizeof(float))};
}

void solution_free(struct solution *b) {
    free(b->bucket);
    *b = (struct solution){0};
}

struct solver *solver_new(const struct outcomes *o) {
    struct solver *s = mem_new(sizeof *s);
    uint32_t *map = mem_new_array(BUCKETS, sizeof *map);
    s->o = o;
    s->column = mem_new_array(o->buckets + 1, sizeof *s->column);
    s->name = mem_new_array(BUCKETS, sizeof *s->name);
    for (uint64_t i = 0; i < o->buckets; i++) {
        uint32_t bucket = o->bucket[i];
        if (!map[bucket]) {
            s->name[s->columns] = bucket;
            map[bucket] = ++s->columns;
        }
        s->column[i] = map[bucket] - 1;
    }
    free(map);
    size_t all = s->columns + OUTCOME_INPUTS + 1;
    float **const VECTORS[] = {&s->scale, &s->beta, &s->residual, &s->step, &s->image, &s->scaled};
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) *VECTORS[i] = mem_new_array(all, sizeof(float));
    return s;
}

void solver_free(struct solver *s) {
    if (!s) return;
    free(s->column), free(s->name), free(s->scale), free(s->beta);
    free(s->residual), free(s->step), free(s->image), free(s->scaled);
    free(s);
}

static inline float sum_of(const float *v, const uint32_t *column, uint32_t n) {
    float a = 0, b = 0; // two chains: the additions need not wait for each other
    uint32_t i = 0;
    for (; i + 1 < n; i += 2) a += v[column[i]], b += v[column[i + 1]];
    return i < n ? a + b + v[column[i]] : a + b;
}

// A row times a vector of all columns.
static float row_times(const struct solver *s, uint32_t r, const float *v) {
    const struct outcome_row *row = &s->o->at[r];
    const uint32_t *column = s->column + row->begin;
    const float *inputs = s->o->inputs[r], *dense = v + s->columns;
    float sum = SOLVE_TEXT_GAIN * (row->text_value * sum_of(v, column, row->text) +
                                   row->system_value * sum_of(v, column + row->text, row->system));
    for (uint32_t i = 0; i < OUTCOME_INPUTS; i++) sum += inputs[i] * dense[i];
    return sum + dense[OUTCOME_INPUTS];
}

static void add_row(const struct solver *s, uint32_t r, float times, float *v) {
    const struct outcome_row *row = &s->o->at[r];
    const uint32_t *column = s->column + row->begin;
    const float *inputs = s->o->inputs[r];
    float *dense = v + s->columns, text = times * row->text_value * SOLVE_TEXT_GAIN;
    float system = times * row->system_value * SOLVE_TEXT_GAIN;
    for (uint32_t i = 0; i < row->text; i++) v[column[i]] += text;
    for (uint32_t i = row->text; i < row->text + row->system; i++) v[column[i]] += system;
    for (uint32_t i = 0; i < OUTCOME_INPUTS; i++) dense[i] += times * inputs[i];
    dense[OUTCOME_INPUTS] += times;
}

static double dot(const float *a, const float *b, uint32_t n) {
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

// The constant is beside the weighted mean of y, so it is small, and its penalty too.
static const float CONSTANT_SCALE = 1;

static void set_scales(struct solver *s, const float *weight, const struct solve_how *how) {
    const struct outcomes *o = s->o;
    memset(s->scale, 0, (s->columns + OUTCOME_INPUTS + 1) * sizeof *s->scale);
    uint32_t rows = 0;
    for (uint32_t r = 0; r < o->count; r++) {
        if (!(weight[r] > 0)) continue;
        rows++;
        const struct outcome_row *row = &o->at[r];
        for (uint64_t i = row->begin; i < row->begin + row->text + row->system; i++) s->scale[s->column[i]]++;
    }
    float most = logf((float)rows + 1);
    for (uint32_t c = 0; c < s->columns; c++)
        s->scale[c] = how->rarity == 0 ? 1 : powf((most - logf(s->scale[c] + 1)) / most, how->rarity);
    memcpy(s->scale + s->columns, how->input_scale, OUTCOME_INPUTS * sizeof(float));
    s->scale[s->columns + OUTCOME_INPUTS] = CONSTANT_SCALE;
}

// to = scale * X' W X (scale * v) + penalty * v
static void apply(struct solver *s, const float *weight, float penalty, const float *v, float *to) {
    uint32_t n = s->columns + OUTCOME_INPUTS + 1;
    for (uint32_t i = 0; i < n; i++) s->scaled[i] = s->scale[i] * v[i];
    memset(to, 0, n * sizeof *to);
    for (uint32_t r = 0; r < s->o->count; r++)
        if (weight[r] > 0) add_row(s, r, weight[r] * row_times(s, r, s->scaled), to);
    for (uint32_t i = 0; i < n; i++) to[i] = s->scale[i] * to[i] + penalty * v[i];
}

void solver_fit(struct solver *s, const float *y, const float *weight, const struct solve_how *how) {
    uint32_t n = s->columns + OUTCOME_INPUTS + 1;
    set_scales(s, weight, how);
    memset(s->beta, 0, n * sizeof *s->beta);
    memset(s->residual, 0, n * sizeof *s->residual);
    double sum = 0, weights = 1e-9;
    for (uint32_t r = 0; r < s->o->count; r++)
        if (weight[r] > 0) sum += (double)(weight[r] * y[r]), weights += (double)weight[r];
    float mean = (float)(sum / weights);
    for (uint32_t r = 0; r < s->o->count; r++)
        if (weight[r] > 0) add_row(s, r, weight[r] * (y[r] - mean), s->residual);
    for (uint32_t i = 0; i < n; i++) s->step[i] = s->residual[i] *= s->scale[i];
    double size = dot(s->residual, s->residual, n), first = size;
    for (int k = 0; k < ITERATIONS && size > ENOUGH * first; k++) {
        apply(s, weight, how->penalty, s->step, s->image);
        float length = (float)(size / dot(s->step, s->image, n));
        for (uint32_t i = 0; i < n; i++) {
            s->beta[i] += length * s->step[i];
            s->residual[i] -= length * s->image[i];
        }
        double next = dot(s->residual, s->residual, n);
        float again = (float)(next / size);
        for (uint32_t i = 0; i < n; i++) s->step[i] = s->residual[i] + again * s->step[i];
        size = next;
    }
    for (uint32_t i = 0; i < n; i++) s->beta[i] *= s->scale[i];
    s->beta[n - 1] += mean;
}

float solver_predict(const struct solver *s, uint32_t row) {
    return row_times(s, row, s->beta);
}

void solver_add(const struct solver *s, float times, struct solution *b) {
    for (uint32_t c = 0; c < s->columns; c++) b->bucket[s->name[c]] += times * SOLVE_TEXT_GAIN * s->beta[c];
    for (uint32_t i = 0; i < OUTCOME_INPUTS; i++) b->input[i] += times * s->beta[s->columns + i];
    b->constant += times * s->beta[s->columns + OUTCOME_INPUTS];
}
