// The saving and the decision table.
#include <math.h>

#include "report/audit_facts.h"

static json_t *saving_at(const struct savings *s, double share) {
    return json_pack("{s:o,s:o,s:o,s:o}", "local_share", report_number(share, 4), "routed_usd_per_month",
                     report_number(s->routed, 2), "saving_usd_per_month", report_number(s->saving, 2), "saving_percent",
                     report_number(s->saving_percent, 2));
}

// The saving over the share that stays local, 0 to 1.
static json_t *curve(const struct audit_facts *f) {
    json_t *list = json_array();
    for (int i = 0; i <= 20; i++) {
        struct savings_inputs in = f->inputs;
        struct savings s;
        in.value[SAVINGS_LOCAL_SHARE] = i / 20.0;
        savings_compute(&in, &s);
        json_array_append_new(list, saving_at(&s, i / 20.0));
    }
    return list;
}

json_t *audit_json_saving(const struct audit_facts *f) {
    if (!f->has_cost || !(f->days > 0)) return json_null();
    const struct savings *s = &f->saving;
    json_t *o = saving_at(s, f->local_share);
    const struct {
        const char *key;
        double value;
        int digits;
    } numbers[] = {
        {"baseline_usd_per_month", s->baseline, 2},
        {"api_usd_per_month", s->api, 2},
        {"ops_usd_per_month", s->ops, 2},
        {"hardware_usd_per_month", s->hardware, 2},
        {"electricity_usd_per_month", s->electricity, 2},
        {"egress_usd_per_month", s->egress, 2},
        {"break_even_months", s->break_even_months, 2},
        {"break_even_local_share", s->break_even_local_share, 4},
        {"break_even_requests_per_month", f->requests_known ? s->break_even_requests : NAN, 0},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(o, numbers[i].key, report_number(numbers[i].value, numbers[i].digits));
    json_object_set_new(o, "local_share_source", json_string(f->local_share_source));
    json_object_set_new(o, "basis", json_string(f->cost_basis));
    json_object_set_new(o, "low", saving_at(&f->saving_low, f->local_low));
    json_object_set_new(o, "high", saving_at(&f->saving_high, f->local_high));
    json_object_set_new(o, "curve", curve(f));
    return o;
}

// ---------------------------------------------------------------- who should not

static json_t *told(enum told t) {
    return t == UNTOLD ? json_null() : json_boolean(t == TOLD_YES);
}

static json_t *row(const char *you_are, const char *do_this, const char *why, json_t *applies,
                   const char *measured_by) {
    return json_pack("{s:s,s:s,s:s,s:o,s:s}", "situation", you_are, "answer", do_this, "why", why, "applies", applies,
                     "measured_by", measured_by);
}

json_t *audit_json_decision(const struct audit_facts *f) {
    const struct verdict_facts *v = &f->verdict_facts;
    bool loses = v->saving_usd_per_month <= 0;
    json_t *low = json_null();
    if (!isnan(v->saving_usd_per_month))
        low = json_boolean(loses && v->sensitive != TOLD_YES && v->sporadic == TOLD_YES);
    json_t *list = json_array();
    json_array_append_new(list, row("low volume, not sensitive, sporadic usage", "cloud API",
                                    "capital and operations will not pay back", low,
                                    "saving at this volume, days with requests, the policy gate"));
    json_array_append_new(list,
                          row("regulated data (PII, IP), audit pressure", "hybrid: local model with cloud fallback",
                              "data exposure becomes a governance risk", told(v->sensitive),
                              "the policy gate on prompts; --sensitive"));
    json_array_append_new(list, row("interactive use where p95 latency hurts revenue", "local-first routing",
                                    "network jitter and throttling become business problems", told(v->interactive),
                                    "--interactive; a log cannot tell what latency costs"));
    json_array_append_new(list, row("complex reasoning across many domains",
                                    "frontier-first, then offload only routine tasks",
                                    "keep accuracy high, reduce cost with selective routing", told(v->reasoning),
                                    "the intent score on prompts; --reasoning"));
    return list;
}
