// What a decision of the intent score costs, against a loop over regular expressions in the same run.
//
//   router PATTERNS PROMPTS LEARNED    prints a table; PROMPTS: one JSON object with "prompt" a line
//
// Every prompt is read once by each contestant, one after the other, so that none finds its own tables warm from the
// same prompt. A time is that of one call; medians are over prompts. Every REGEX_EACH-th prompt goes through the loop.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/embedded.h"
#include "intent/score.h"
#include "pattern_loop.h"
#include "wire/json.h"

enum { REGEX_EACH = 10, ROUNDS = 3 };
static const double TARGET_US = 10;

struct prompts {
    struct span *at;
    size_t count;
};

static int read_prompts(struct prompts *p, const char *path) {
    static const struct json_limits LIMITS = {.max_depth = 16, .max_nodes = 10000};
    struct json_doc doc = {0};
    char *line = NULL;
    size_t cap = 0, at;
    ssize_t n;
    FILE *f = fopen(path, "r");
    if (!f) return fprintf(stderr, "%s cannot be read\n", path), -1;
    while ((n = getline(&line, &cap, f)) > 0) {
        if (json_parse(&doc, span_make(line, (size_t)n), &LIMITS, &at) != JSON_OK) continue;
        struct span raw = json_text(&doc, json_get(&doc, 0, "prompt"));
        if (raw.len == 0) continue;
        char *text = mem_new(raw.len + 1);
        p->at = mem_grow(p->at, (p->count + 1) * sizeof *p->at);
        p->at[p->count++] = span_make(text, json_unescape(raw, text));
    }
    json_free(&doc);
    free(line);
    fclose(f);
    return p->count ? 0 : (fprintf(stderr, "%s holds no prompts\n", path), -1);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at_share(double *list, size_t n, double share) {
    qsort(list, n, sizeof *list, by_size);
    return list[(size_t)(share * (double)(n - 1))];
}

static double once_us(const struct weights *w, const struct pattern_loop *l, struct span text) {
    struct intent_input in = {.text = text, .input_tokens = text.len / 4, .user_turns = 1, .max_tokens = -1};
    struct score score;
    uint64_t start = clock_now_ns();
    if (w) intent_score(w, &in, &score);
    else pattern_loop_run(l, text);
    return (double)(clock_now_ns() - start) / 1e3;
}

enum { BUILT_IN, LEARNED, REGEX, CONTESTANTS };
static const char *const NAME[CONTESTANTS] = {"built-in weights", "learned weights", "loop over regular expressions, PCRE2 JIT"};

static bool compare(const struct prompts *p, struct weights *w[2], const struct pattern_loop *l) {
    double *us[CONTESTANTS], median[CONTESTANTS];
    size_t n[CONTESTANTS] = {0};
    bool met = true;
    for (int c = 0; c < CONTESTANTS; c++) us[c] = mem_new_array(p->count * ROUNDS + 1, sizeof **us);
    for (int round = 0; round < ROUNDS; round++)
        for (int c = 0; c < CONTESTANTS; c++)
            for (size_t i = 0; i < p->count; i += c == REGEX ? REGEX_EACH : 1)
                us[c][n[c]++] = once_us(c == REGEX ? NULL : w[c], l, p->at[i]);
    for (int c = 0; c < CONTESTANTS; c++) median[c] = at_share(us[c], n[c], 0.5);
    printf("| a decision's score, %zu prompts, one core | median, us | 99 %% below, us | %zu regular expressions take | target | met |\n"
           "|---|---:|---:|---:|---|---|\n", p->count, l->count);
    for (int c = 0; c < CONTESTANTS; c++) {
        printf("| %s | %.2f | %.2f |", NAME[c], median[c], at_share(us[c], n[c], 0.99));
        if (c == REGEX) printf(" | | |\n");
        else printf(" %.0fx as long | <= %.0f us | %s |\n", median[REGEX] / median[c], TARGET_US, median[c] <= TARGET_US ? "yes" : "**no**");
        met &= c == REGEX || median[c] <= TARGET_US;
        free(us[c]);
    }
    return met;
}

int main(int argc, char **argv) {
    struct err e = {""};
    static struct pattern_loop loop;
    struct prompts prompts = {0};
    struct weights *w[2];
    if (argc != 4) return fprintf(stderr, "usage: router PATTERNS PROMPTS LEARNED\n"), 2;
    if (pattern_loop_read(&loop, argv[1]) != 0 || read_prompts(&prompts, argv[2]) != 0) return 1;
    w[0] = weights_load(embedded_weights(), &e);
    w[1] = w[0] ? weights_load_file(argv[3], &e) : NULL;
    if (!w[1]) return fprintf(stderr, "%s\n", e.text), 1;
    bool met = compare(&prompts, w, &loop);
    for (size_t i = 0; i < prompts.count; i++) free((void *)(uintptr_t)prompts.at[i].at);
    free(prompts.at);
    weights_free(w[0]);
    weights_free(w[1]);
    pattern_loop_release(&loop);
    return met ? 0 : 1;
}
