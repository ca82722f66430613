// The figures of `sluice eval`.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cmd/eval.h"
#include "intent/quality.h"
#include "report/figures.h"

enum { RESAMPLES = 200, RESAMPLES_OF_MANY = 50, MANY = 20000, BINS = 10, CURVE_STEPS = 20 };
static const double SHARES[] = {0.10, 0.15, 0.20};
enum { SHARE_COUNT = sizeof SHARES / sizeof *SHARES };
enum { APGR, CPT50, CPT80, AT_SHARES, FIGURES = AT_SHARES + SHARE_COUNT };

struct eval_rows eval_rows_new(size_t max) {
    struct eval_rows r = {.n = 0};
    float **const VECTORS[] = {&r.score, &r.p_local, &r.weak, &r.strong, &r.length, &r.usd};
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) *VECTORS[i] = mem_new_array(max + 1, sizeof(float));
    r.label = mem_new_array(max + 1, sizeof *r.label);
    return r;
}

void eval_rows_free(struct eval_rows *r) {
    free(r->score), free(r->p_local), free(r->weak), free(r->strong), free(r->length), free(r->usd), free(r->label);
}

static void set(json_t *o, const char *key, double v) {
    json_object_set_new(o, key, report_real(v));
}

// ---------------------------------------------------------------- intervals

static void figures_of(const float *score, const float *weak, const float *strong, size_t n, double out[FIGURES]) {
    struct quality_curve c;
    quality_measure(score, weak, strong, NULL, n, &c);
    out[APGR] = c.apgr;
    out[CPT50] = c.cpt50;
    out[CPT80] = c.cpt80;
    for (int i = 0; i < SHARE_COUNT; i++) out[AT_SHARES + i] = quality_at(score, weak, strong, n, SHARES[i]);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The middle 95 % of the figures of rows drawn anew, as many, with repetition.
static void intervals(const struct eval_rows *r, double low[FIGURES], double high[FIGURES]) {
    size_t runs = r->n > MANY ? RESAMPLES_OF_MANY : RESAMPLES;
    double(*found)[FIGURES] = mem_new_array(runs, sizeof *found), *one = mem_new_array(runs, sizeof *one);
    float *v[3];
    for (int i = 0; i < 3; i++) v[i] = mem_new_array(r->n + 1, sizeof(float));
    for (size_t k = 0; k < runs; k++) {
        for (size_t i = 0; i < r->n; i++) {
            size_t at = (size_t)(hash_mix((uint64_t)k << 40 ^ (i + 1) * 0x9e3779b97f4a7c15u) % r->n);
            v[0][i] = r->score[at], v[1][i] = r->weak[at], v[2][i] = r->strong[at];
        }
        figures_of(v[0], v[1], v[2], r->n, found[k]);
    }
    for (int f = 0; f < FIGURES; f++) {
        size_t n = 0;
        for (size_t k = 0; k < runs; k++)
            if (isfinite(found[k][f])) one[n++] = found[k][f];
        qsort(one, n, sizeof *one, ascending);
        low[f] = n ? one[(size_t)(0.025 * (double)(n - 1))] : NAN;
        high[f] = n ? one[(size_t)ceil(0.975 * (double)(n - 1))] : NAN;
    }
    for (int i = 0; i < 3; i++) free(v[i]);
    free(found);
    free(one);
}

// ---------------------------------------------------------------- lines to compare with

struct lines {
    float *oracle, *random;
    struct quality_curve length_curve, random_curve, oracle_curve;
};

static json_t *line(const struct quality_curve *c) {
    json_t *o = json_object();
    set(o, "apgr", c->apgr);
    set(o, "cpt50", c->cpt50);
    set(o, "cpt80", c->cpt80);
    return o;
}

static void add_lines(const struct eval_rows *r, struct lines *l, json_t *root) {
    l->oracle = mem_new_array(r->n + 1, sizeof *l->oracle);
    l->random = mem_new_array(r->n + 1, sizeof *l->random);
    for (size_t i = 0; i < r->n; i++) {
        l->oracle[i] = r->strong[i] - r->weak[i];
        l->random[i] = (float)(hash_mix(i + 1) >> 40) * 0x1p-24f;
    }
    quality_measure(r->length, r->weak, r->strong, NULL, r->n, &l->length_curve);
    quality_measure(l->oracle, r->weak, r->strong, NULL, r->n, &l->oracle_curve);
    quality_random(r->weak, r->strong, r->n, &l->random_curve);
    json_t *lines = json_object();
    const struct {
        const char *name;
        const struct quality_curve *curve;
    } EACH[] = {{"random", &l->random_curve}, {"length", &l->length_curve}, {"oracle", &l->oracle_curve}};
    for (size_t i = 0; i < sizeof EACH / sizeof *EACH; i++)
        json_object_set_new(lines, EACH[i].name, line(EACH[i].curve));
    json_object_set_new(root, "lines", lines);
}

static json_t *curve(const struct eval_rows *r, const struct lines *l) {
    json_t *out = json_array();
    float *nothing = mem_new_array(r->n + 1, sizeof *nothing); // what the local model costs a request
    for (int k = 0; k <= CURVE_STEPS; k++) {
        double share = (double)k / CURVE_STEPS;
        json_t *o = json_object();
        set(o, "frontier_share", share);
        double quality = quality_at(r->score, r->weak, r->strong, r->n, share);
        set(o, "quality", quality);
        set(o, "router", quality); // beside the other lines
        set(o, "length", quality_at(r->length, r->weak, r->strong, r->n, share));
        set(o, "random", l->random_curve.weak + share * (l->random_curve.strong - l->random_curve.weak));
        set(o, "oracle", quality_at(l->oracle, r->weak, r->strong, r->n, share));
        if (r->frontier) set(o, "cost_usd", 1000 * quality_at(r->score, nothing, r->usd, r->n, share));
        json_array_append_new(out, o);
    }
    free(nothing);
    return out;
}

// ---------------------------------------------------------------- calibration

// Ten bins of p_local, of the same width. ECE: the mean distance of said and seen, by rows.
static void add_calibration(const struct eval_rows *r, json_t *root) {
    double said[BINS] = {0}, seen[BINS] = {0}, n[BINS] = {0}, ece = 0, brier = 0, all = 0;
    for (size_t i = 0; i < r->n; i++) {
        double p = (double)r->p_local[i], y = r->weak[i] >= r->strong[i];
        if (!isfinite(p)) continue;
        int bin = p >= 1 ? BINS - 1 : p <= 0 ? 0 : (int)(p * BINS);
        said[bin] += p, seen[bin] += y, n[bin]++, all++;
        brier += (p - y) * (p - y);
    }
    json_t *bins = json_array();
    for (int b = 0; b < BINS; b++) {
        if (n[b] == 0) continue;
        json_t *o = json_object();
        set(o, "predicted", said[b] / n[b]);
        set(o, "observed", seen[b] / n[b]);
        json_object_set_new(o, "rows", json_integer((json_int_t)n[b]));
        json_array_append_new(bins, o);
        ece += fabs(said[b] - seen[b]);
    }
    json_object_set_new(root, "calibration", bins);
    set(root, "ece", all > 0 ? ece / all : NAN);
    set(root, "brier", all > 0 ? brier / all : NAN);
}

// ---------------------------------------------------------------- by task

static int floats_ascend(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float threshold_of(const struct eval_rows *r) {
    float *sorted = mem_new_array(r->n + 1, sizeof *sorted);
    memcpy(sorted, r->score, r->n * sizeof *sorted);
    qsort(sorted, r->n, sizeof *sorted, floats_ascend);
    float t = sorted[(size_t)(r->target_local_share * (double)(r->n - 1))];
    free(sorted);
    return t;
}

static json_t *task(const struct eval_rows *r, uint16_t label, float threshold) {
    uint32_t *rows = mem_new_array(r->n + 1, sizeof *rows);
    size_t n = 0, cell[2][2] = {{0}}; // [frontier][right]
    for (size_t i = 0; i < r->n; i++) {
        if (r->label[i] != label) continue;
        bool out = r->score[i] > threshold, as_well = r->weak[i] >= r->strong[i];
        cell[out][out != as_well]++;
        rows[n++] = (uint32_t)i;
    }
    struct quality_curve c;
    quality_measure(r->score, r->weak, r->strong, rows, n, &c);
    free(rows);
    if (n == 0) return NULL;
    json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "task", r->labels[label], "rows", (json_int_t)n,
                          "local_right", (json_int_t)cell[0][1], "local_wrong", (json_int_t)cell[0][0],
                          "frontier_right", (json_int_t)cell[1][1], "frontier_wrong", (json_int_t)cell[1][0]);
    set(o, "weak_wins", (double)(cell[0][1] + cell[1][0]) / (double)n);
    set(o, "weak", c.weak);
    set(o, "strong", c.strong);
    set(o, "apgr", n >= 50 ? c.apgr : NAN);
    return o;
}

static json_t *tasks(const struct eval_rows *r) {
    json_t *out = json_array();
    float threshold = threshold_of(r);
    for (size_t k = 1; k < r->label_count; k++) {
        json_t *o = task(r, (uint16_t)k, threshold);
        if (o) json_array_append_new(out, o);
    }
    return out;
}

// ---------------------------------------------------------------- all

static json_t *shares(const struct quality_curve *c, const double v[FIGURES], const double low[FIGURES],
                      const double high[FIGURES]) {
    json_t *out = json_array();
    for (int i = 0; i < SHARE_COUNT; i++) {
        json_t *o = json_object();
        double gap = c->strong - c->weak, recovered = gap == 0 ? NAN : (v[AT_SHARES + i] - c->weak) / gap;
        set(o, "frontier_share", SHARES[i]);
        set(o, "quality", v[AT_SHARES + i]);
        set(o, "quality_low", low[AT_SHARES + i]);
        set(o, "quality_high", high[AT_SHARES + i]);
        set(o, "gap_recovered", recovered);
        json_array_append_new(out, o);
    }
    return out;
}

json_t *eval_measure(const struct eval_rows *r) {
    static const char *const NAMES[AT_SHARES][3] = {
        {"apgr", "apgr_low", "apgr_high"}, {"cpt50", "cpt50_low", "cpt50_high"}, {"cpt80", "cpt80_low", "cpt80_high"}};
    double v[FIGURES], low[FIGURES], high[FIGURES];
    struct quality_curve c;
    struct lines l;
    json_t *root = json_object();
    json_object_set_new(root, "rows", json_integer((json_int_t)r->n));
    quality_measure(r->score, r->weak, r->strong, NULL, r->n, &c);
    figures_of(r->score, r->weak, r->strong, r->n, v);
    intervals(r, low, high);
    for (int f = 0; f < AT_SHARES; f++) {
        set(root, NAMES[f][0], v[f]);
        set(root, NAMES[f][1], low[f]);
        set(root, NAMES[f][2], high[f]);
    }
    set(root, "weak", c.weak);
    set(root, "strong", c.strong);
    json_object_set_new(root, "quality_at", shares(&c, v, low, high));
    add_lines(r, &l, root);
    add_calibration(r, root);
    json_object_set_new(root, "tasks", tasks(r));
    json_object_set_new(root, "curve", curve(r, &l));
    json_object_set_new(root, "frontier", r->frontier ? json_string(r->frontier) : json_null());
    free(l.oracle);
    free(l.random);
    return root;
}
