// The report of an audit, as docs/audit.md describes it.
#include <math.h>

#include "base/clock.h"
#include "report/audit_facts.h"

static json_t *times_json(const struct sketch *s) {
    if (!s->values) return json_null();
    return json_pack("{s:o,s:o,s:o,s:o,s:I}", "p50", report_number(sketch_quantile(s, 0.5) / 1000, 3), "p95",
                     report_number(sketch_quantile(s, 0.95) / 1000, 3), "p99",
                     report_number(sketch_quantile(s, 0.99) / 1000, 3), "mean", report_number(sketch_mean(s) / 1000, 3),
                     "requests", (json_int_t)s->values);
}

// ---------------------------------------------------------------- how far the logs go

static const char *const LEVELS[] = {
    [PRECISION_TOTALS] = "totals",
    [PRECISION_SIZES] = "sizes",
    [PRECISION_PROMPTS] = "prompts",
};

static json_t *judged_json(const struct audit *a, const struct audit_facts *f) {
    json_t *reasons = json_object(), *classes = json_object();
    for (int i = 0; i < REASON_COUNT; i++)
        if (f->judged.reasons[i])
            json_object_set_new(reasons, reason_code((enum reason)i), json_integer((json_int_t)f->judged.reasons[i]));
    for (int i = 0; i < 6; i++)
        if (f->judged.classes[i])
            json_object_set_new(classes, data_class_name((enum data_class)(1 << i)),
                                json_integer((json_int_t)f->judged.classes[i]));
    double n = (double)f->judged.count;
    return json_pack("{s:I,s:I,s:I,s:I,s:s,s:o,s:o,s:o}", "requests", (json_int_t)f->judged.count, "of",
                     (json_int_t)(a->prompts + a->scores), "one_in", (json_int_t)1 << a->sample.least, "too_long",
                     (json_int_t)a->prompts_too_long, "weights", judge_weights_version(a->judge), "local_percent",
                     report_number(n > 0 ? 100.0 * (double)f->judged.local / n : NAN, 2), "reasons", reasons, "classes",
                     classes);
}

static void add_shares(json_t *o, const struct audit *a, const struct audit_facts *f) {
    const struct {
        const char *key;
        double value;
    } shares[] = {
        {"routine_percent", f->routine.value},       {"routine_percent_low", f->routine.low},
        {"routine_percent_high", f->routine.high},   {"sensitive_percent", f->sensitive.value},
        {"sensitive_percent_low", f->sensitive.low}, {"sensitive_percent_high", f->sensitive.high},
    };
    json_object_set_new(o, "precision", json_string(LEVELS[f->precision]));
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        json_object_set_new(o, shares[i].key, report_number(shares[i].value * 100, 2));
    json_object_set_new(o, "routine_source", json_string(f->routine.source));
    json_object_set_new(o, "judged", judged_json(a, f));
}

// ---------------------------------------------------------------- the article's rule

static json_t *rule_json(const struct audit_facts *f) {
    json_t *routine = json_null();
    if (!isnan(f->routine.value)) routine = json_boolean(f->routine.value * 100 > VERDICT_ROUTINE_PERCENT);
    return json_pack("{s:f,s:o,s:f,s:o}", "output_above_percent", VERDICT_OUTPUT_PERCENT, "output_met",
                     isnan(f->output_percent) ? json_null() : json_boolean(f->output_percent > VERDICT_OUTPUT_PERCENT),
                     "routine_above_percent", VERDICT_ROUTINE_PERCENT, "routine_met", routine);
}

static void add_verdict(json_t *o, const struct audit_facts *f) {
    json_object_set_new(o, "verdict", json_string(verdict_name(f->answer.verdict)));
    bool unknown = isnan(f->routine.value);
    json_object_set_new(o, "verdict_why",
                        json_string(unknown ? "the share of routine requests is not known, so it counts as not met"
                                            : f->answer.verdict_why));
    json_object_set_new(o, "recommendation", json_string(recommendation_name(f->answer.recommendation)));
    json_object_set_new(o, "recommendation_why", json_string(f->answer.recommendation_why));
    json_object_set_new(o, "verdict_range",
                        json_pack("{s:s,s:s}", "low", verdict_name(f->answer_low.verdict), "high",
                                  verdict_name(f->answer_high.verdict)));
    json_object_set_new(o, "rule", rule_json(f));
    json_object_set_new(o, "decision", audit_json_decision(f));
}

// ---------------------------------------------------------------- money

static json_t *cents(pico v, bool known) {
    char text[48];
    if (!known) return json_null();
    pico_cents(v, text);
    return json_string(text);
}

static json_t *unknown_models(const struct tally *t) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < t->model_count; i++)
        if (t->models[i].sums.rows > t->models[i].sums.book_rows && !t->models[i].rates.known)
            json_array_append_new(list, json_string(*t->models[i].name ? t->models[i].name : "(no model)"));
    return list;
}

static json_t *currencies_json(const struct tally *t) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < t->currency_count; i++)
        json_array_append_new(list,
                              json_pack("{s:s,s:o,s:I}", "currency", t->currencies[i].name, "amount",
                                        cents(t->currencies[i].sum, true), "rows", (json_int_t)t->currencies[i].rows));
    return list;
}

static json_t *spend_json(const struct audit *a, const struct audit_facts *f) {
    const struct tally *t = &a->tally;
    const struct sums *s = &t->all;
    json_t *o = json_object();
    json_object_set_new(o, "logged_usd", cents(s->logged, s->logged_rows > 0));
    json_object_set_new(o, "logged_rows", json_integer(s->logged_rows));
    json_object_set_new(o, "book_usd", cents(s->book, s->book_rows > 0));
    json_object_set_new(o, "book_rows", json_integer(s->book_rows));
    json_object_set_new(o, "book_unknown_rows", json_integer(s->rows - s->book_rows));
    // over the rows where both are known
    json_object_set_new(o, "difference_usd", cents(s->book_logged - s->logged_priced, s->both_rows > 0));
    json_object_set_new(o, "billed_usd", cents(t->billed, t->bill_rows > 0));
    json_object_set_new(o, "book_input_usd", cents(s->book_input, s->book_rows > 0));
    pico spend;
    bool monthly = sums_spend(s, &spend) && f->days > 0;
    json_object_set_new(o, "per_month_usd", monthly ? report_number(pico_real(spend) * f->per_month, 2) : json_null());
    json_object_set_new(o, "unknown_models", unknown_models(t));
    json_object_set_new(o, "other_currencies", currencies_json(t));
    return o;
}

// ---------------------------------------------------------------- files

static json_t *day_or_null(int64_t us, bool known) {
    char day[11];
    if (!known) return json_null();
    value_day_text(value_day(us), day);
    return json_string(day);
}

static json_t *best_usd(const struct sums *s) {
    pico spend;
    return sums_spend(s, &spend) ? report_number(pico_real(spend), 6) : json_null();
}

static void add_totals(json_t *o, const struct audit *a, const struct audit_facts *f) {
    const struct tally *t = &a->tally;
    const struct sums *s = &t->all;
    bool dated = t->last_us != INT64_MIN, tokens = s->input + s->output > 0;
    json_object_set_new(o, "requests", f->requests_known ? json_integer(s->requests) : json_null());
    json_object_set_new(o, "days", dated ? json_integer((json_int_t)f->days) : json_null());
    json_object_set_new(o, "from", day_or_null(t->first_us, dated));
    json_object_set_new(o, "until", day_or_null(t->last_us, dated));
    json_object_set_new(o, "active_days", json_integer((json_int_t)f->active_days));
    json_object_set_new(o, "input_tokens", tokens ? json_integer(s->input) : json_null());
    json_object_set_new(o, "output_tokens", tokens ? json_integer(s->output) : json_null());
    json_object_set_new(o, "cached_tokens", json_integer(s->cached));
    json_object_set_new(o, "cache_write_tokens", json_integer(s->cache_write));
    json_object_set_new(o, "reasoning_tokens", json_integer(s->reasoning));
    json_object_set_new(o, "output_token_percent", report_number(f->output_percent, 4));
    json_object_set_new(o, "spend_usd", best_usd(s));
    json_object_set_new(o, "latency_p50_ms", report_number(sketch_quantile(&t->latency, 0.5) / 1000, 3));
    json_object_set_new(o, "latency_p95_ms", report_number(sketch_quantile(&t->latency, 0.95) / 1000, 3));
    json_object_set_new(o, "latency_p99_ms", report_number(sketch_quantile(&t->latency, 0.99) / 1000, 3));
    json_object_set_new(o, "ttft_p95_ms", report_number(sketch_quantile(&t->ttft, 0.95) / 1000, 3));
    json_object_set_new(o, "latency_ms", times_json(&t->latency));
    json_object_set_new(o, "ttft_ms", times_json(&t->ttft));
    json_object_set_new(o, "undated_rows", json_integer(t->undated));
    json_object_set_new(o, "rows_without_tokens", json_integer(s->tokens_unknown));
}

json_t *audit_report(struct audit *a, struct err *e) {
    struct audit_facts f;
    if (a->intake.rows == 0) {
        intake_set_empty(&a->intake, e);
        return NULL;
    }
    audit_facts_make(a, &f);
    json_t *o = json_object();
    char now[25];
    clock_format_utc(a->options.intake.reader.now_us, now);
    json_object_set_new(o, "made", json_string(now));
    json_object_set_new(o, "version", json_string(SLUICE_VERSION));
    add_totals(o, a, &f);
    add_verdict(o, &f);
    add_shares(o, a, &f);
    json_object_set_new(o, "saving", audit_json_saving(&f));
    json_object_set_new(o, "spend", spend_json(a, &f));
    json_object_set_new(o, "leaks", audit_json_leaks(a, &f));
    json_object_set_new(o, "by_model", audit_json_by_model(a, &f));
    json_object_set_new(o, "by_day", audit_json_by_day(&f));
    json_object_set_new(o, "by_week", audit_json_by_week(a, &f));
    intake_add_json(&a->intake, o);
    audit_facts_free(&f);
    return o;
}
