// The four leaks: what to measure, how it moves, what to do. The words are those of the article's table.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/audit_facts.h"

enum leak { LEAK_OUTPUT, LEAK_CONTEXT, LEAK_NETWORK, LEAK_OPS, LEAK_COUNT };

static const struct {
    const char *name, *title, *looks_like, *measure, *unit, *remedy;
} LEAKS[LEAK_COUNT] = {
    [LEAK_OUTPUT] = {"output-bloat", "Output bloat", "answers get longer over time", "output tokens per request",
                     "tokens",
                     "enforce a maximum of output, use structured templates, route short tasks to the local model"},
    [LEAK_CONTEXT] = {"context-bloat", "Context bloat", "retrieved text and chat history grow silently",
                      "input tokens per request", "tokens", "trim history, compress context, cache stable prompts"},
    [LEAK_NETWORK] = {"network-egress", "Network and egress", "cross-region and outbound fees", "egress per month",
                      "bytes", "keep data local, reduce payloads, consider hybrid or local inference"},
    [LEAK_OPS] = {"ops-tax", "Ops tax", "retries, throttling, queueing, logging",
                  "failed, throttled and retried requests", "percent",
                  "batching, backoff tuning, capacity planning, model routing"},
};

// NAN where the log does not tell.
static double value_of(enum leak leak, const struct sums *s, double bytes_per_token) {
    double requests = (double)s->requests, ends = (double)s->status_rows;
    switch (leak) {
    case LEAK_OUTPUT: return requests > 0 ? (double)s->output / requests : NAN;
    case LEAK_CONTEXT: return requests > 0 ? (double)s->input / requests : NAN;
    case LEAK_NETWORK:
        // where the bytes were not counted they are estimated from the tokens
        if (s->rows && s->bytes_rows == s->rows) return (double)s->bytes_out;
        return s->rows > s->tokens_unknown ? (double)s->input * bytes_per_token : NAN;
    case LEAK_OPS:
        if (ends <= 0 && !s->retry_rows) return NAN;
        return (ends > 0 ? 100.0 * (double)s->failed / ends : 0) +
               (s->retry_rows ? 100.0 * (double)s->retries / (double)s->retry_rows : 0);
    case LEAK_COUNT: break;
    }
    return NAN;
}

static json_t *trend_json(const struct trend *t) {
    if (!t->known || !(fabs(t->mean) > 0)) return json_null();
    double percent = 100 / fabs(t->mean);
    return json_pack("{s:o,s:o,s:o,s:o,s:i,s:b}", "per_week", report_number(t->slope, 6), "per_week_percent",
                     report_number(t->slope * percent, 3), "low_percent", report_number(t->low * percent, 3),
                     "high_percent", report_number(t->high * percent, 3), "days", (int)t->days, "clear", (int)t->clear);
}

static double percent_a_week(const struct trend *t) {
    return t->known && fabs(t->mean) > 0 ? 100 * t->slope / fabs(t->mean) : NAN;
}

static json_t *weeks_json(enum leak leak, const struct audit_facts *f) {
    json_t *list = json_array();
    for (size_t i = 0; i < f->day_count;) {
        char monday[11];
        struct sums s;
        int64_t week = audit_week(f, &i, &s);
        value_day_text(week, monday);
        json_array_append_new(
            list, json_pack("{s:s,s:o}", "week", monday, "value",
                            report_number(value_of(leak, &s, f->inputs.value[SAVINGS_BYTES_PER_TOKEN]), 4)));
    }
    return list;
}

static struct trend trend_of(enum leak leak, const struct audit_facts *f) {
    double bytes = f->inputs.value[SAVINGS_BYTES_PER_TOKEN];
    struct trend_point *points = mem_new_array(f->day_count, sizeof *points);
    for (size_t i = 0; i < f->day_count; i++) {
        const struct sums *s = &f->days_list[i].sums;
        bool per_day = leak == LEAK_NETWORK; // an amount: every day counts the same
        points[i] = (struct trend_point){f->days_list[i].day, value_of(leak, s, bytes),
                                         per_day ? 1 : (double)(leak == LEAK_OPS ? s->status_rows : s->requests)};
    }
    struct trend t = trend_fit(points, f->day_count);
    free(points);
    return t;
}

// What the leak's part of the bill is, USD a month; NAN where it is not known.
static double cost_of(enum leak leak, const struct audit *a, const struct audit_facts *f, double value) {
    const struct sums *s = &a->tally.all;
    double price = a->options.costs[SAVINGS_EGRESS];
    switch (leak) {
    case LEAK_OUTPUT: return s->book_rows ? pico_real(s->book - s->book_input) * f->per_month : NAN;
    case LEAK_CONTEXT: return s->book_rows ? pico_real(s->book_input) * f->per_month : NAN;
    case LEAK_NETWORK: return value / 1e9 * price; // NAN when no price was given
    default: return NAN;
    }
}

static const struct sketch *sizes_of(enum leak leak, const struct tally *t) {
    return leak == LEAK_OUTPUT ? &t->output : leak == LEAK_CONTEXT ? &t->input : NULL;
}

static json_t *leak_json(enum leak leak, const struct audit *a, const struct audit_facts *f) {
    const struct sums *s = &a->tally.all;
    double value = value_of(leak, s, f->inputs.value[SAVINGS_BYTES_PER_TOKEN]);
    if (leak == LEAK_NETWORK) value *= f->per_month;
    struct trend t = trend_of(leak, f);
    json_t *o =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s,s:o}", "leak", LEAKS[leak].name, "title", LEAKS[leak].title,
                  "looks_like", LEAKS[leak].looks_like, "measure", LEAKS[leak].measure, "unit", LEAKS[leak].unit,
                  "value", report_number(value, 4), "trend_percent_per_week", report_number(percent_a_week(&t), 3),
                  "trend", trend_json(&t), "usd_per_month", report_number(cost_of(leak, a, f, value), 2), "remedy",
                  LEAKS[leak].remedy, "weeks", weeks_json(leak, f));
    const struct sketch *sizes = sizes_of(leak, &a->tally);
    if (sizes) {
        json_object_set_new(o, "p50", report_number(sketch_quantile(sizes, 0.5), 1));
        json_object_set_new(o, "p95", report_number(sketch_quantile(sizes, 0.95), 1));
    }
    if (leak == LEAK_CONTEXT)
        json_object_set_new(o, "cached_percent",
                            report_number(s->input > 0 ? 100.0 * (double)s->cached / (double)s->input : NAN, 3));
    if (leak == LEAK_NETWORK) json_object_set_new(o, "estimated", json_boolean(s->bytes_rows != s->rows));
    if (leak == LEAK_OPS) {
        double ends = (double)s->status_rows;
        json_object_set_new(o, "failed_percent", report_number(ends > 0 ? 100.0 * (double)s->failed / ends : NAN, 4));
        json_object_set_new(o, "throttled_percent",
                            report_number(ends > 0 ? 100.0 * (double)s->throttled / ends : NAN, 4));
        json_object_set_new(o, "retries_percent",
                            report_number(s->retry_rows ? 100.0 * (double)s->retries / (double)s->retry_rows : NAN, 4));
    }
    return o;
}

json_t *audit_json_leaks(const struct audit *a, const struct audit_facts *f) {
    json_t *list = json_array();
    for (enum leak l = 0; l < LEAK_COUNT; l++) json_array_append_new(list, leak_json(l, a, f));
    return list;
}
