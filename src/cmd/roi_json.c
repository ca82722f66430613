// The answer of `sluice roi` as JSON; docs/roi.md describes every field.
#include <math.h>
#include <stdio.h>

#include "cmd/roi.h"
#include "report/figures.h"

// What is not known, or never, is null.
static json_t *whole(double v) {
    return fabs(v) < 9e15 ? json_integer((json_int_t)round(v)) : json_null();
}

static json_t *usd(double v) {
    return report_number(v, 2);
}

static json_t *tenth(double v) {
    return report_number(v, 1);
}

static json_t *fine(double v) {
    return report_number(v, 8);
}

static json_t *share(double v) {
    return report_number(v, 4);
}

// "input-tokens" as a key: "input_tokens"
static const char *key_of(size_t input, char key[static 32]) {
    snprintf(key, 32, "%s", SAVINGS_FIELDS[input].name);
    for (char *c = key; *c; c++)
        if (*c == '-') *c = '_';
    return key;
}

static json_t *inputs_of(const struct roi_case *c) {
    json_t *all = json_object();
    char key[32];
    for (size_t i = 0; i < SAVINGS_INPUTS; i++)
        json_object_set_new(all, key_of(i, key),
                            json_pack("{s:f,s:f,s:f,s:b}", "value", c->middle.value[i], "low", c->low.value[i], "high",
                                      c->high.value[i], "given", c->given[i]));
    return all;
}

static json_t *shares_of(const struct roi_case *c) {
    json_t *all = json_array();
    for (int i = 0; i <= ROI_SHARE_STEPS; i++) {
        double local = (double)i / ROI_SHARE_STEPS;
        json_array_append_new(all, json_pack("{s:o,s:o}", "local_share", share(local), "saving_usd_per_month",
                                             usd(roi_saving_at(c, local))));
    }
    return all;
}

static json_t *cash_of(const struct roi_case *c) {
    json_t *all = json_array();
    for (int m = 0; m <= ROI_CASH_MONTHS; m++)
        json_array_append_new(all, json_pack("{s:i,s:o,s:o,s:o}", "month", m, "baseline_usd", usd(c->cash[m].baseline),
                                             "routed_usd", usd(c->cash[m].routed), "cumulative_usd",
                                             usd(c->cash[m].cumulative)));
    return all;
}

static json_t *swings_of(const struct roi_case *c) {
    json_t *all = json_array();
    char key[32];
    for (size_t i = 0; i < c->swing_count; i++) {
        const struct forecast_swing *s = &c->swings[i];
        json_array_append_new(all, json_pack("{s:s,s:f,s:f,s:o,s:o,s:o}", "input", key_of(s->input, key), "low", s->low,
                                             "high", s->high, "saving_low_usd_per_month", usd(s->saving_low),
                                             "saving_high_usd_per_month", usd(s->saving_high), "elasticity",
                                             share(s->elasticity)));
    }
    return all;
}

static json_t *interval_of(const struct roi *roi, const struct roi_case *c) {
    if (!c->has_range) return json_null();
    const struct forecast *f = &c->forecast;
    json_t *all = json_pack("{s:I,s:s,s:I,s:f}", "samples", (json_int_t)f->samples, "method",
                            "quasi-random, even within each range", "seed", (json_int_t)roi->seed,
                            "probability_of_saving", f->saves);
    for (int m = 0; m < FORECAST_METRICS; m++)
        json_object_set_new(
            all, forecast_metric_name((enum forecast_metric)m),
            json_pack("{s:o,s:o,s:o}", "p5", fine(f->of[m].p5), "p50", fine(f->of[m].p50), "p95", fine(f->of[m].p95)));
    json_t *bars = json_array();
    double width = (f->to - f->from) / FORECAST_BARS;
    for (int i = 0; i < FORECAST_BARS; i++)
        json_array_append_new(bars, json_pack("{s:o,s:o,s:i}", "from_usd_per_month", usd(f->from + width * i),
                                              "to_usd_per_month", usd(f->from + width * (i + 1)), "samples",
                                              (int)f->bars[i]));
    json_object_set_new(all, "histogram", bars);
    return all;
}

static void put_money(json_t *o, const struct savings *s) {
    const struct {
        const char *key;
        json_t *value;
    } fields[] = {
        {"baseline_usd_per_month", usd(s->baseline)},
        {"baseline_api_usd_per_month", usd(s->baseline_api)},
        {"baseline_egress_usd_per_month", usd(s->baseline_egress)},
        {"api_usd_per_month", usd(s->api)},
        {"egress_usd_per_month", usd(s->egress)},
        {"ops_usd_per_month", usd(s->ops)},
        {"hardware_usd_per_month", usd(s->hardware)},
        {"electricity_usd_per_month", usd(s->electricity)},
        {"routed_usd_per_month", usd(s->routed)},
        {"saving_usd_per_month", usd(s->saving)},
        {"saving_percent", tenth(s->saving_percent)},
        {"api_requests_per_month", whole(s->api_requests)},
        {"break_even_months", share(s->break_even_months)},
        {"break_even_why", json_string(savings_break_even_why(s->break_even))},
        {"break_even_local_share", share(s->break_even_local_share)},
        {"break_even_requests", whole(ceil(s->break_even_requests))},
        {"baseline_usd_per_success", fine(s->baseline_per_success)},
        {"routed_usd_per_success", fine(s->routed_per_success)},
        {"output_token_percent", tenth(s->output_percent)},
        {"local_output_tokens_per_second", tenth(s->local_tokens_per_second)},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) json_object_set_new(o, fields[i].key, fields[i].value);
}

static json_t *case_json(const struct roi *roi, const struct roi_case *c) {
    json_t *o = json_object();
    json_object_set_new(o, "model", c->price ? json_string(c->model) : json_null());
    json_object_set_new(o, "priced_as", c->price ? json_string(c->price->name) : json_null());
    json_object_set_new(o, "price_source", json_string(c->price ? c->price->source : "given"));
    json_object_set_new(o, "found", json_string(c->price ? price_found_text(c->found) : "given"));
    put_money(o, &c->savings);
    json_object_set_new(o, "verdict", json_string(verdict_name(c->verdict.verdict)));
    json_object_set_new(o, "verdict_why", json_string(c->verdict.verdict_why));
    json_object_set_new(o, "recommendation", json_string(recommendation_name(c->verdict.recommendation)));
    json_object_set_new(o, "recommendation_why", json_string(c->verdict.recommendation_why));
    json_object_set_new(o, "inputs", inputs_of(c));
    json_object_set_new(o, "saving_over_share", shares_of(c));
    json_object_set_new(o, "cash_months", cash_of(c));
    json_object_set_new(o, "sensitivity", swings_of(c));
    json_object_set_new(o, "interval", interval_of(roi, c));
    return o;
}

json_t *roi_json(const struct roi *roi) {
    json_t *o = case_json(roi, &roi->cases[0]), *all = json_array();
    json_object_set_new(o, "kind", json_string("roi"));
    json_object_set_new(o, "service", json_string(price_service_name(roi->service)));
    json_object_set_new(o, "facts",
                        json_pack("{s:b,s:b,s:b,s:b}", "sensitive", roi->sensitive, "interactive", roi->interactive,
                                  "reasoning", roi->reasoning, "sporadic", roi->sporadic));
    for (size_t i = 0; roi->count > 1 && i < roi->count; i++)
        json_array_append_new(all, case_json(roi, &roi->cases[i]));
    json_object_set_new(o, "compare", all);
    return o;
}
