// What the weights reach, as a table: target, measured, interval, and what length alone reaches.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fit.h"
#include "intent/quality.h"
#include "ranks.h"

enum { DRAWS = 200 };

// Numbers side by side: a score, two qualities (or a label and nothing) and the length.
struct table {
    float *score, *a, *b, *length;
    size_t n;
};

static struct table table_new(size_t max) {
    return (struct table){mem_new_array(max, 4), mem_new_array(max, 4), mem_new_array(max, 4), mem_new_array(max, 4),
                          0};
}

static void table_free(struct table *t) {
    free(t->score), free(t->a), free(t->b), free(t->length);
}

typedef double measure(const float *score, const float *a, const float *b, size_t n);

static double apgr(const float *score, const float *a, const float *b, size_t n) {
    struct quality_curve c;
    quality_measure(score, a, b, NULL, n, &c);
    return c.apgr;
}

static double spearman(const float *score, const float *a, const float *b, size_t n) {
    (void)b;
    return ranks_spearman(score, a, n);
}

static double auroc(const float *score, const float *a, const float *b, size_t n) {
    (void)b;
    return ranks_auroc(score, a, n);
}

static double share(const float *score, const float *a, const float *b, size_t n) {
    double sum = 0;
    (void)a, (void)b;
    for (size_t i = 0; i < n; i++) sum += (double)score[i] / (double)n;
    return sum;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The middle 95 % of what draws with replacement give.
static void interval(measure *m, const struct table *t, double *low, double *high) {
    double v[DRAWS];
    uint64_t s = 88172645463325252u;
    struct table d = table_new(t->n);
    for (int k = 0; k < DRAWS; k++) {
        for (size_t i = 0; i < t->n; i++) {
            s ^= s << 13, s ^= s >> 7, s ^= s << 17;
            size_t j = (size_t)(s >> 20) % t->n;
            d.score[i] = t->score[j], d.a[i] = t->a[j], d.b[i] = t->b[j];
        }
        v[k] = m(d.score, d.a, d.b, t->n);
    }
    qsort(v, DRAWS, sizeof *v, ascending);
    *low = v[DRAWS / 40], *high = v[DRAWS - 1 - DRAWS / 40];
    table_free(&d);
}

static void print_row(const char *name, const char *target, measure *m, const struct table *t, bool with_length) {
    if (t->n == 0) return;
    double low, high;
    interval(m, t, &low, &high);
    char length[16] = "-";
    if (with_length) snprintf(length, sizeof length, "%.3f", m(t->length, t->a, t->b, t->n));
    printf("| %s | %s | %.3f | %.3f to %.3f | %s | %zu |\n", name, target, m(t->score, t->a, t->b, t->n), low, high,
           length, t->n);
    fflush(stdout);
}

static bool is_of(const struct row *r, const char *set) {
    return !strcmp(r->set, set);
}

// The score that the written weights give.
static float shipped(const struct fit *f, const struct row *r, struct score *s) {
    struct intent_input in = input_of(r);
    in.system = SPAN_NONE;
    intent_score(&f->weights, &in, s);
    return s->score;
}

static void add(struct table *t, const struct row *r, float score, float a, float b) {
    t->score[t->n] = score, t->a[t->n] = a, t->b[t->n] = b;
    t->length[t->n++] = (float)r->text.len;
}

static void figure_routing(const struct fit *f, const char *set, const char *name, const char *target) {
    struct table t = table_new(f->prompts.count);
    struct score s;
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (is_of(r, set) && !isnan(r->weak)) add(&t, r, shipped(f, r, &s), r->weak, r->strong);
    }
    print_row(name, target, apgr, &t, true);
    table_free(&t);
}

static void figure_outside(const struct fit *f) {
    struct table t = table_new(f->prompts.count);
    for (size_t i = 0; i < f->prompts.count; i++)
        if (is_of(&f->prompts.at[i], "clinc150_train"))
            add(&t, &f->prompts.at[i], isnan(f->outside[i]) ? -9 : f->outside[i],
                f->prompts.at[i].intent == INTENT_OUTSIDE, 0);
    print_row("CLINC150, out of scope, AUROC, 5-fold", ".92", auroc, &t, true);
    table_free(&t);
}

static void figure_rank(const struct fit *f, enum head head, const char *set, bool words, const char *name,
                        const char *target) {
    struct table t = table_new(f->prompts.count);
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        float label = words ? r->out_words : r->judged;
        if (is_of(r, set) && !isnan(label)) add(&t, r, f->unseen[head][i], label, 0);
    }
    print_row(name, target, spearman, &t, true);
    table_free(&t);
}

static int best_task(const struct fit *f, size_t row) {
    const float *o = f->unseen[TASK] + row * TASK_COUNT;
    int best = 0;
    for (int t = 1; t < TASK_COUNT; t++)
        if (o[t] > o[best]) best = t;
    return best;
}

static void figure_tasks(const struct fit *f) {
    struct table t = table_new(f->prompts.count);
    size_t found[TASK_COUNT][TASK_COUNT] = {{0}};
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (!is_of(r, "t0_tasktype")) continue;
        int best = best_task(f, i);
        found[r->task][best]++;
        add(&t, r, best == r->task, 0, 0);
    }
    print_row("T0, 8 task types, unseen data sets", ".55", share, &t, false);
    for (int a = 0; getenv("VERBOSE") && a < TASK_COUNT; a++) {
        fprintf(stderr, "%-10s", weights_task_name((enum weights_task)a));
        for (int b = 0; b < TASK_COUNT; b++) fprintf(stderr, " %5zu", found[a][b]);
        fprintf(stderr, "\n");
    }
    table_free(&t);
}

static bool is_support(const struct row *r) {
    return is_of(r, "clinc150_train") || is_of(r, "banking77_train");
}

// The score that 85 % of a mix of CLINC150 and Banking77 (85) and Arena-Hard (15) do not exceed.
static float mix_threshold(const struct fit *f) {
    struct weighted *v = mem_new_array(f->prompts.count, sizeof *v);
    size_t n = 0, support = 0, hard = 0;
    for (size_t i = 0; i < f->prompts.count; i++)
        support += is_support(&f->prompts.at[i]), hard += is_of(&f->prompts.at[i], "arena_hard");
    for (size_t i = 0; i < f->prompts.count; i++) {
        const struct row *r = &f->prompts.at[i];
        if (is_support(r) || is_of(r, "arena_hard"))
            v[n++] = (struct weighted){score_of(f, i), is_support(r) ? 0.85 / (double)support : 0.15 / (double)hard};
    }
    qsort(v, n, sizeof *v, weighted_by_score);
    double below = 0;
    size_t i = 0;
    while (i + 1 < n && below + v[i].weight < 0.85) below += v[i++].weight;
    float score = v[i].score;
    free(v);
    return score;
}

static void figure_hard(const struct fit *f, float threshold, const char *name) {
    struct table t = table_new(f->prompts.count);
    for (size_t i = 0; i < f->prompts.count; i++)
        if (is_of(&f->prompts.at[i], "arena_hard")) add(&t, &f->prompts.at[i], score_of(f, i) <= threshold, 0, 0);
    print_row(name, "at most .15", share, &t, false);
    table_free(&t);
}

static void print_shares(const struct fit *f) {
    static const char *const SETS[][2] = {
        {"clinc150_train", ""},
        {"banking77_train", ""},
        {"arena_hard", "coding"},
        {"arena_hard", "math"},
        {"arena_hard", "creative"},
        {"gsm8k", ""},
        {"mmlu", ""},
        {"llmrouter14", ""},
        {"t0_tasktype", ""},
        {"self_instruct_seed", ""},
        {"alpacaeval", ""},
        {"flask", ""},
        {"instructwild_types", ""},
    };
    float threshold = weights_threshold(&f->weights, 0.85);
    printf("\nThreshold for a local share of 0.85: %.3f. What stays local there:", (double)threshold);
    for (size_t k = 0; k < sizeof SETS / sizeof *SETS; k++) {
        size_t n = 0, local = 0;
        for (size_t i = 0; i < f->prompts.count; i++) {
            const struct row *r = &f->prompts.at[i];
            if (!is_of(r, SETS[k][0])) continue;
            if (*SETS[k][1] && span_find(r->category, span_from(SETS[k][1])) == SIZE_MAX) continue;
            n++;
            local += score_of(f, i) <= threshold;
        }
        printf("%s %s%s%s %.1f %%", k ? "," : "", SETS[k][0], *SETS[k][1] ? " " : "", SETS[k][1],
               n ? 100.0 * (double)local / (double)n : 0);
    }
    printf(".\n");
}

static void print_reliability(const struct fit *f) {
    static const char *const SETS[] = {"mmlu", "gsm8k", "llmrouter14"};
    enum { BINS = 6 };
    for (size_t k = 0; k < sizeof SETS / sizeof *SETS; k++) {
        double told[BINS] = {0}, found[BINS] = {0}, n[BINS] = {0};
        struct score s;
        for (size_t i = 0; i < f->prompts.count; i++) {
            const struct row *r = &f->prompts.at[i];
            if (!is_of(r, SETS[k]) || isnan(r->weak)) continue;
            shipped(f, r, &s);
            int b = s.p_local < 0.5f ? 0 : (int)((s.p_local - 0.4f) * 10);
            b = b >= BINS ? BINS - 1 : b;
            told[b] += (double)s.p_local, found[b] += r->weak >= r->strong, n[b]++;
        }
        printf("\n`p_local` on %s, told / found:", SETS[k]);
        for (int b = 0; b < BINS; b++)
            if (n[b] > 0) printf(" %.2f / %.2f (%.0f)", told[b] / n[b], found[b] / n[b], n[b]);
        printf("\n");
    }
}

void report(const struct fit *f) {
    printf("| figure | must | measured | 95 %% interval | length alone | rows |\n|---|---|---|---|---|---|\n");
    figure_routing(f, "mmlu", "MMLU, APGR, no outcome of it used", ".584");
    figure_routing(f, "gsm8k", "GSM8K, APGR, no outcome of it used", ".599");
    figure_routing(f, "llmrouter14", "LLMRouter14, APGR, no outcome used", "-");
    figure_routing(f, "alpacaeval", "AlpacaEval, APGR, never fitted to", "-");
    figure_outside(f);
    figure_rank(f, LENGTH, "flask", true, "FLASK, words of the answer, Spearman, never fitted to", ".65");
    figure_rank(f, LENGTH, "alpacaeval", true, "AlpacaEval, words of the answer, Spearman, never fitted to", "-");
    figure_rank(f, COMPLEXITY, "flask", false, "FLASK, difficulty, Spearman, never fitted to", "-");
    figure_tasks(f);
    figure_hard(f, mix_threshold(f), "Arena-Hard called routine, 85 % local of the mix");
    figure_hard(f, weights_threshold(&f->weights, 0.85), "Arena-Hard called routine, 85 % local of the reference");
    report_disturbed(f);
    print_shares(f);
    print_reliability(f);
}
