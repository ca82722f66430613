#include "intent/place_fit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "intent/place_map.h"

enum { COLUMNS = PLACE_MARKS + OUTCOME_INPUTS };
static const float NEAR_GAIN = 0.3f, INPUT_GAIN = 0.1f; // of one deviation
static const double PENALTY = 60;

struct regression {
    uint32_t rows;
    float (*x)[COLUMNS];
    float *y, mean[COLUMNS], mean_y, near_gain;
    double matrix[COLUMNS][COLUMNS], side[COLUMNS]; // of the normal equations: the lower half, and the right side
};

// ---------------------------------------------------------------- rows

static void near_of(const struct place *p, const struct outcomes *o, uint32_t r, float near[static PLACE_MARKS]) {
    float at[PLACE_DIMS];
    place_find(p, o->bucket + o->at[r].begin, o->at[r].text, at);
    place_near(p, at, near);
}

static void read_rows(struct regression *g, const struct outcomes *o, const float *y, const uint32_t *rows,
                      const struct place *p) {
    for (uint32_t i = 0; i < g->rows; i++) {
        near_of(p, o, rows[i], g->x[i]);
        for (uint32_t c = 0; c < OUTCOME_INPUTS; c++) g->x[i][PLACE_MARKS + c] = INPUT_GAIN * o->inputs[rows[i]][c];
        g->y[i] = y[rows[i]];
    }
}

// ---------------------------------------------------------------- regression

// Means to 0; the landmarks together to one deviation.
static void centre(struct regression *g) {
    double sum[COLUMNS] = {0}, sum_y = 0, square = 0, n = g->rows;
    for (uint32_t i = 0; i < g->rows; i++) {
        for (uint32_t c = 0; c < COLUMNS; c++) sum[c] += (double)g->x[i][c];
        sum_y += (double)g->y[i];
    }
    for (uint32_t c = 0; c < COLUMNS; c++) g->mean[c] = (float)(sum[c] / n);
    g->mean_y = (float)(sum_y / n);
    for (uint32_t i = 0; i < g->rows; i++) {
        for (uint32_t c = 0; c < COLUMNS; c++) g->x[i][c] -= g->mean[c];
        for (uint32_t m = 0; m < PLACE_MARKS; m++) square += (double)g->x[i][m] * (double)g->x[i][m];
    }
    double deviation = sqrt(square / (n * PLACE_MARKS));
    g->near_gain = deviation > 1e-6 ? (float)((double)NEAR_GAIN / deviation) : 0;
    for (uint32_t i = 0; i < g->rows; i++)
        for (uint32_t m = 0; m < PLACE_MARKS; m++) g->x[i][m] *= g->near_gain;
}

static void set_equations(struct regression *g) {
    for (uint32_t i = 0; i < g->rows; i++) {
        const float *x = g->x[i];
        double y = (double)(g->y[i] - g->mean_y);
        for (uint32_t a = 0; a < COLUMNS; a++) {
            double v = (double)x[a];
            for (uint32_t b = 0; b <= a; b++) g->matrix[a][b] += v * (double)x[b];
            g->side[a] += v * y;
        }
    }
    for (uint32_t a = 0; a < COLUMNS; a++) g->matrix[a][a] += PENALTY;
}

// Cholesky; the solution stands in `side`. The penalty keeps the matrix positive.
static void solve(struct regression *g) {
    double(*l)[COLUMNS] = g->matrix, *v = g->side;
    for (uint32_t a = 0; a < COLUMNS; a++) {
        for (uint32_t b = 0; b <= a; b++) {
            double sum = l[a][b];
            for (uint32_t k = 0; k < b; k++) sum -= l[a][k] * l[b][k];
            l[a][b] = a == b ? sqrt(sum) : sum / l[b][b];
        }
        for (uint32_t k = 0; k < a; k++) v[a] -= l[a][k] * v[k];
        v[a] /= l[a][a];
    }
    for (uint32_t a = COLUMNS; a-- > 0;) {
        for (uint32_t k = a + 1; k < COLUMNS; k++) v[a] -= l[k][a] * v[k];
        v[a] /= l[a][a];
    }
}

static void keep(const struct regression *g, struct place_model *out) {
    double constant = (double)g->mean_y;
    for (uint32_t c = 0; c < COLUMNS; c++) {
        bool of_mark = c < PLACE_MARKS;
        float weight = (float)g->side[c] * (of_mark ? g->near_gain : INPUT_GAIN);
        constant -= g->side[c] * (double)g->mean[c] * (double)(of_mark ? g->near_gain : 1);
        *(of_mark ? &out->place.weight[c] : &out->input[c - PLACE_MARKS]) = weight;
    }
    out->constant = (float)constant;
}

void place_fit(const struct outcomes *o, const float *y, const float *weight, struct place_model *out) {
    uint32_t *rows = mem_new_array(o->count + 1, sizeof *rows);
    *out = (struct place_model){0};
    out->known = place_map(o, rows, outcomes_choose(o, weight, PLACE_MAP_ROWS, rows), &out->place, &out->row);
    struct regression *g = mem_new(sizeof *g);
    g->rows = outcomes_choose(o, weight, PLACE_FIT_ROWS, rows);
    g->x = mem_new_array(g->rows + 1, sizeof *g->x);
    g->y = mem_new_array(g->rows + 1, sizeof *g->y);
    read_rows(g, o, y, rows, &out->place);
    centre(g);
    set_equations(g);
    solve(g);
    keep(g, out);
    free(g->x), free(g->y), free(g), free(rows);
}

float place_predict(const struct place_model *m, const struct outcomes *o, uint32_t row) {
    const struct outcome_row *r = &o->at[row];
    float sum = m->constant + place_weigh(&m->place, o->bucket + r->begin, r->text);
    for (uint32_t i = 0; i < OUTCOME_INPUTS; i++) sum += m->input[i] * o->inputs[row][i];
    return sum;
}

void place_release(struct place_model *m) {
    free(m->row);
    *m = (struct place_model){0};
}
