#include "intent/form_fit.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

enum { CELLS = FORM_FERNS * FORM_CELLS, ITERATIONS = 30 };
static const double PENALTY = 12, ENOUGH = 1e-6; // of the squared residual

struct regression {
    uint32_t rows;
    uint8_t (*number)[FORM_FERNS]; // of each row, the cell of each fern
    float *y;                      // less their mean
    float *weight, *residual, *step, *image;
};

// ---------------------------------------------------------------- tests

static uint32_t draw(uint32_t i, uint32_t below) {
    return (uint32_t)((hash_mix(i + 1) >> 32) * below >> 32);
}

// The inputs that vary; all of them where none does.
static uint32_t choose_inputs(const struct outcomes *o, const uint32_t *rows, uint32_t count, uint8_t *input) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < OUTCOME_INPUTS; i++)
        for (uint32_t k = 1; k < count; k++)
            if (o->inputs[rows[k]][i] != o->inputs[rows[0]][i]) {
                input[n++] = (uint8_t)i;
                break;
            }
    for (uint32_t i = 0; n == 0 && i < OUTCOME_INPUTS; i++) input[i] = (uint8_t)i;
    return n ? n : OUTCOME_INPUTS;
}

// All inputs in turn, in a new order each time.
static void set_tests(const struct outcomes *o, const uint32_t *rows, uint32_t count, struct form *f) {
    uint8_t input[OUTCOME_INPUTS];
    uint32_t n = choose_inputs(o, rows, count, input), at = n;
    for (uint32_t i = 0; i < FORM_GROUPS * FORM_TESTS; i++, at++) {
        if (at >= n) at = 0;
        uint32_t other = at + draw(2 * i, n - at);
        uint8_t chosen = input[other];
        input[other] = input[at];
        input[at] = chosen;
        f->input[i / FORM_TESTS][i % FORM_TESTS] = chosen;
        f->bound[i / FORM_TESTS][i % FORM_TESTS] = o->inputs[rows[draw(2 * i + 1, count)]][chosen];
    }
}

// ---------------------------------------------------------------- regression

static double dot(const float *a, const float *b) {
    double sum = 0;
    for (uint32_t i = 0; i < CELLS; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

static void add_row(const uint8_t number[static FORM_FERNS], float value, float *to) {
    for (uint32_t k = 0; k < FORM_FERNS; k++) to[k * FORM_CELLS + number[k]] += value;
}

static float sum_row(const uint8_t number[static FORM_FERNS], const float *of) {
    float a = 0, b = 0;
    for (uint32_t k = 0; k < FORM_FERNS; k += 2)
        a += of[k * FORM_CELLS + number[k]], b += of[(k + 1) * FORM_CELLS + number[k + 1]];
    return a + b;
}

// image = X'X step + penalty * step
static void apply(struct regression *g) {
    for (uint32_t i = 0; i < CELLS; i++) g->image[i] = (float)PENALTY * g->step[i];
    for (uint32_t r = 0; r < g->rows; r++) add_row(g->number[r], sum_row(g->number[r], g->step) / FORM_FERNS, g->image);
}

static void solve(struct regression *g) {
    const float value = 1 / sqrtf(FORM_FERNS);
    for (uint32_t r = 0; r < g->rows; r++) add_row(g->number[r], value * g->y[r], g->residual);
    memcpy(g->step, g->residual, CELLS * sizeof *g->step);
    double size = dot(g->residual, g->residual), first = size;
    for (int k = 0; k < ITERATIONS && size > ENOUGH * first; k++) {
        apply(g);
        float length = (float)(size / dot(g->step, g->image));
        for (uint32_t i = 0; i < CELLS; i++) {
            g->weight[i] += length * g->step[i];
            g->residual[i] -= length * g->image[i];
        }
        double next = dot(g->residual, g->residual);
        float again = (float)(next / size);
        for (uint32_t i = 0; i < CELLS; i++) g->step[i] = g->residual[i] + again * g->step[i];
        size = next;
    }
    for (uint32_t i = 0; i < CELLS; i++) g->weight[i] *= value;
}

static void keep(const struct regression *g, struct form_model *out) {
    float largest = 1e-12f;
    for (uint32_t i = 0; i < CELLS; i++) largest = fmaxf(largest, fabsf(g->weight[i]));
    out->form.step = largest / 127;
    out->cell = mem_new_array(FORM_FERNS, sizeof *out->cell);
    for (uint32_t i = 0; i < CELLS; i++)
        out->cell[i / FORM_CELLS][i % FORM_CELLS] = (int8_t)lroundf(g->weight[i] / out->form.step);
    out->form.cell = (const int8_t(*)[FORM_CELLS])out->cell;
}

static void read_rows(struct regression *g, const struct outcomes *o, const float *y, const uint32_t *rows,
                      struct form_model *out) {
    double sum = 0;
    for (uint32_t i = 0; i < g->rows; i++) sum += (double)y[rows[i]];
    out->constant = (float)(sum / g->rows);
    for (uint32_t i = 0; i < g->rows; i++) {
        form_find(&out->form, o->inputs[rows[i]], g->number[i]);
        g->y[i] = y[rows[i]] - out->constant;
    }
}

void form_fit(const struct outcomes *o, const float *y, const float *weight, struct form_model *out) {
    struct regression g = {0};
    uint32_t *rows = mem_new_array(o->count + 1, sizeof *rows);
    *out = (struct form_model){0};
    g.rows = outcomes_choose(o, weight, FORM_FIT_ROWS, rows);
    g.number = mem_new_array(g.rows + 1, sizeof *g.number);
    g.y = mem_new_array(g.rows + 1, sizeof *g.y);
    float **const VECTORS[] = {&g.weight, &g.residual, &g.step, &g.image};
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) *VECTORS[i] = mem_new_array(CELLS, sizeof(float));
    set_tests(o, rows, g.rows, &out->form);
    read_rows(&g, o, y, rows, out);
    solve(&g);
    keep(&g, out);
    free(rows), free(g.number), free(g.y);
    free(g.weight), free(g.residual), free(g.step), free(g.image);
}

float form_predict(const struct form_model *m, const struct outcomes *o, uint32_t row) {
    return m->constant + form_weigh(&m->form, o->inputs[row]);
}

void form_release(struct form_model *m) {
    free(m->cell);
    *m = (struct form_model){0};
}
