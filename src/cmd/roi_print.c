// The answer of `sluice roi` on a terminal.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/roi.h"
#include "report/figures.h"

enum { TEXT = 64, COLUMN = 20, LABEL = 24, BAR = 24, MOST_SWINGS = 8 };

// ---------------------------------------------------------------- numbers

static const char *money(double v, char out[TEXT]) {
    char grouped[TEXT];
    if (!isfinite(v)) return "never";
    report_grouped(fabs(v), fabs(v) >= 1e6 ? 0 : 2, grouped);
    snprintf(out, TEXT, "%s$%.60s", v <= -0.005 ? "-" : "", grouped);
    return out;
}

static const char *count(double v, char out[TEXT]) {
    if (!isfinite(v)) return "never";
    report_grouped(v, 0, out);
    return out;
}

static const char *count_up(double v, char out[TEXT]) {
    return count(ceil(v), out); // the first whole volume that pays
}

static const char *percent(double v, char out[TEXT]) {
    if (isnan(v)) return "unknown";
    if (!isfinite(v)) return "never";
    snprintf(out, TEXT, "%.1f %%", v);
    return out;
}

static const char *percent_of_share(double v, char out[TEXT]) {
    return percent(100 * v, out);
}

static const char *months(double v, char out[TEXT]) {
    if (!isfinite(v)) return "never";
    if (v == 0) return "at once";
    snprintf(out, TEXT, "%.1f months", v);
    return out;
}

static const char *per_task(double v, char out[TEXT]) {
    if (!isfinite(v)) return "never";
    snprintf(out, TEXT, "$%.6f", v);
    return out;
}

// ---------------------------------------------------------------- tables

// A row per figure, a column per model.
static const struct {
    const char *label;
    size_t offset;
    const char *(*write)(double v, char out[TEXT]);
    bool only_if_used; // left out when it is 0 for every model
    bool strong;
} ROWS[] = {
    {"before, a month", offsetof(struct savings, baseline), money, false, true},
    {"  API", offsetof(struct savings, baseline_api), money, false, false},
    {"  egress", offsetof(struct savings, baseline_egress), money, true, false},
    {"after, a month", offsetof(struct savings, routed), money, false, true},
    {"  API", offsetof(struct savings, api), money, false, false},
    {"  egress", offsetof(struct savings, egress), money, true, false},
    {"  operations", offsetof(struct savings, ops), money, false, false},
    {"  hardware and setup", offsetof(struct savings, hardware), money, true, false},
    {"  electricity", offsetof(struct savings, electricity), money, true, false},
    {"saving, a month", offsetof(struct savings, saving), money, false, true},
    {"  of before", offsetof(struct savings, saving_percent), percent, false, false},
    {"pays back", offsetof(struct savings, break_even_months), months, false, false},
    {"breaks even at", offsetof(struct savings, break_even_local_share), percent_of_share, false, false},
    {"  or at requests/month", offsetof(struct savings, break_even_requests), count_up, false, false},
    {"local output, tokens/s", offsetof(struct savings, local_tokens_per_second), count, false, false},
    {"a good answer, before", offsetof(struct savings, baseline_per_success), per_task, false, false},
    {"a good answer, after", offsetof(struct savings, routed_per_success), per_task, false, false},
};

static double figure(const struct roi_case *c, size_t row) {
    return *(const double *)(const void *)((const char *)&c->savings + ROWS[row].offset);
}

static bool used(const struct roi *roi, size_t row) {
    for (size_t i = 0; i < roi->count; i++)
        if (figure(&roi->cases[i], row) != 0) return true;
    return false;
}

static void print_head(const struct roi *roi) {
    const struct roi_case *c = &roi->cases[0];
    const double *v = c->middle.value;
    char a[TEXT], b[TEXT], d[TEXT], e[TEXT];
    printf("%s requests a month, %s tokens in and %s out (%s output), %.4g %% to the local model\n\n",
           count(v[SAVINGS_REQUESTS], a), count(v[SAVINGS_INPUT_TOKENS], b), count(v[SAVINGS_OUTPUT_TOKENS], d),
           percent(c->savings.output_percent, e), 100 * v[SAVINGS_LOCAL_SHARE]);
    printf("%-*s", LABEL, "");
    for (size_t i = 0; i < roi->count; i++)
        printf(" %*.*s", COLUMN, COLUMN, roi->cases[i].price ? roi->cases[i].model : "given prices");
    printf("\n%-*s", LABEL, "USD per 1M in / out");
    for (size_t i = 0; i < roi->count; i++) {
        const double *p = roi->cases[i].middle.value;
        snprintf(a, sizeof a, "%.6g / %.6g", p[SAVINGS_INPUT_PRICE], p[SAVINGS_OUTPUT_PRICE]);
        printf(" %*s", COLUMN, a);
    }
    putchar('\n');
}

static void print_table(const struct roi *roi, bool colour) {
    char text[TEXT];
    for (size_t row = 0; row < sizeof ROWS / sizeof *ROWS; row++) {
        if (ROWS[row].only_if_used && !used(roi, row)) continue;
        bool bold = colour && ROWS[row].strong;
        printf("%s%-*s", bold ? "\033[1m" : "", LABEL, ROWS[row].label);
        for (size_t i = 0; i < roi->count; i++)
            printf(" %*s", COLUMN, ROWS[row].write(figure(&roi->cases[i], row), text));
        puts(bold ? "\033[0m" : "");
    }
}

// ---------------------------------------------------------------- below the table

static void print_interval(const struct roi_case *c, const struct roi *roi) {
    char low[TEXT], high[TEXT];
    if (!c->has_range) return;
    const struct forecast *f = &c->forecast;
    printf("\nWithin the ranges, 90 of 100 cases save %s", money(f->of[FORECAST_SAVING].p5, low));
    printf(" to %s a month", money(f->of[FORECAST_SAVING].p95, high));
    printf(" (%s to ", percent(f->of[FORECAST_SAVING_PERCENT].p5, low));
    printf("%s), and %.1f %% of all cases save\nanything; ", percent(f->of[FORECAST_SAVING_PERCENT].p95, high),
           100 * f->saves);
    printf("%zu quasi-random samples, seed %lld. The table above is for the middle of each range.\n", f->samples,
           (long long)roi->seed);
}

static void print_swings(const struct roi_case *c) {
    char low[TEXT], high[TEXT];
    if (!c->swing_count) return;
    double most = fabs(c->swings[0].saving_high - c->swings[0].saving_low);
    printf("\nThe saving when one number is 20 %% lower, or higher\n");
    for (size_t i = 0; i < c->swing_count && i < MOST_SWINGS; i++) {
        const struct forecast_swing *s = &c->swings[i];
        int bar = (int)lround(BAR * fabs(s->saving_high - s->saving_low) / most);
        printf("  %-18s %14s ", SAVINGS_FIELDS[s->input].name, money(s->saving_low, low));
        printf("%14s  ", money(s->saving_high, high));
        for (int k = 0; k < bar; k++) fputs("\u2587", stdout);
        putchar('\n');
    }
}

static void print_assumed(const struct roi_case *c) {
    bool any = false;
    for (size_t i = 0; i < SAVINGS_INPUTS; i++) {
        // a price comes from the book; what is 0 and not said is not there
        if (c->given[i] || isnan(SAVINGS_FIELDS[i].preset) || SAVINGS_FIELDS[i].preset == 0) continue;
        bool matters = false;
        for (size_t k = 0; k < c->swing_count; k++) matters = matters || c->swings[k].input == i;
        if (!matters) continue;
        printf("%s --%s %g", any ? "," : "\nNot said, so assumed:", SAVINGS_FIELDS[i].name, c->middle.value[i]);
        any = true;
    }
    if (any) putchar('\n');
}

static void print_verdict(const struct roi *roi, const struct roi_case *c, bool colour) {
    static const char *const COLOURS[VERDICT_COUNT] = {"\033[32m", "\033[36m", "\033[33m", "\033[31m"};
    const char *on = colour ? COLOURS[c->verdict.verdict] : "", *off = colour ? "\033[0m" : "";
    bool dont = c->verdict.recommendation == RECOMMEND_CLOUD;
    putchar('\n');
    if (roi->count > 1) printf("%s\n", c->model);
    printf("%sVerdict: %s%s: %s.\n", on, verdict_name(c->verdict.verdict), off, c->verdict.verdict_why);
    printf("%s%s: %s.\n", dont ? "Don't; stay with " : "Do: ", recommendation_name(c->verdict.recommendation),
           c->verdict.recommendation_why);
    if (c->savings.break_even_months != 0) printf("Payback: %s.\n", savings_break_even_why(c->savings.break_even));
    if (c->price && c->found)
        printf("'%s' has the price of %s (%s).\n", c->model, c->price->name, price_found_text(c->found));
}

void roi_print(const struct roi *roi, bool colour) {
    const struct roi_case *c = &roi->cases[0];
    print_head(roi);
    print_table(roi, colour);
    print_interval(c, roi);
    print_swings(c);
    print_assumed(c);
    for (size_t i = 0; i < roi->count; i++) print_verdict(roi, &roi->cases[i], colour);
}
