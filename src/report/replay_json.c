// The report of a replay, as docs/replay.md describes it.
#include <math.h>

#include "report/bands.h"
#include "report/figures.h"
#include "report/replay.h"

enum { SWEEP_STEPS = 20 };

static json_t *usd(pico v) {
    return report_number(pico_real(v), 6);
}

static double percent(pico part, pico whole) {
    return whole > 0 ? 100 * pico_real(part) / pico_real(whole) : NAN;
}

// ---------------------------------------------------------------- by decisions

static json_t *point_json(const struct sweep_point *p, pico all) {
    json_t *o = json_pack("{s:o,s:o,s:o,s:o,s:o,s:I}", "target_local_share", report_number(p->target, 4), "local_share",
                          report_number(p->local_share, 4), "threshold", report_number(p->score, 4), "cost_usd",
                          usd(p->cost), "saving_percent", report_number(percent(all - p->cost, all), 2), "egress_bytes",
                          (json_int_t)p->bytes);
    const struct {
        const char *key;
        double value;
    } qualities[] = {
        {"quality", p->quality},   {"quality_low", p->quality_low},   {"quality_high", p->quality_high},
        {"quality_kept", p->kept}, {"quality_kept_low", p->kept_low}, {"quality_kept_high", p->kept_high},
    };
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities && !isnan(p->quality); i++)
        json_object_set_new(o, qualities[i].key, report_number(qualities[i].value, 5));
    return o;
}

// ---------------------------------------------------------------- outcomes of one side

static void set_estimate(json_t *o, const char *key, struct estimate x) {
    json_object_set_new(o, key,
                        isnan(x.value) ? json_null()
                                       : json_pack("{s:o,s:o,s:o}", "value", report_number(x.value, 4), "low",
                                                   report_number(x.low, 4), "high", report_number(x.high, 4)));
}

static json_t *bands_json(const struct bands *bands) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < bands->count; i++) {
        const struct band *b = &bands->at[i];
        json_t *o = json_pack("{s:o,s:o,s:I,s:I,s:I}", "score_from", report_number(sweep_score(b->from), 4), "score_to",
                              report_number(sweep_score(b->to), 4), "requests", (json_int_t)b->requests,
                              "local_outcomes", (json_int_t)b->outcomes[SWEEP_LOCAL], "frontier_outcomes",
                              (json_int_t)b->outcomes[SWEEP_FRONTIER]);
        set_estimate(o, "local_served", b->served[SWEEP_LOCAL]);
        set_estimate(o, "frontier_served", b->served[SWEEP_FRONTIER]);
        set_estimate(o, "quality_lost", band_lost(b));
        json_array_append_new(list, o);
    }
    return list;
}

static void add_bands_point(json_t *o, const struct replay *r, const struct bands *bands, uint32_t bins) {
    if (!bands->count) return;
    struct bands_point p = bands_at(bands, &r->sweep, bins);
    set_estimate(o, "local_served", p.served);
    json_object_set_new(o, "local_served_covers", report_number(p.covered, 4));
    set_estimate(o, "quality_lost", p.lost);
}

// The setting that keeps as many of the movable requests local as the policy in force did.
static uint32_t bins_in_force(const struct replay *r) {
    uint64_t local = r->routes[ROUTE_LOCAL].requests - r->sweep.fixed[SWEEP_LOCAL].requests;
    uint64_t movable = r->judged - r->sweep.fixed[SWEEP_LOCAL].requests - r->sweep.fixed[SWEEP_FRONTIER].requests;
    return movable ? sweep_bins_for(&r->sweep, (double)local / (double)movable) : 0;
}

static void add_one_sided(json_t *o, const struct replay *r, const struct bands *bands) {
    uint64_t local = sweep_told(&r->sweep, SWEEP_LOCAL), frontier = sweep_told(&r->sweep, SWEEP_FRONTIER);
    if (!local && !frontier) return;
    json_object_set_new(o, "one_sided",
                        json_pack("{s:I,s:I,s:i,s:o}", "local_outcomes", (json_int_t)local, "frontier_outcomes",
                                  (json_int_t)frontier, "least_of_a_band", BAND_OUTCOMES_LEAST, "bands",
                                  bands_json(bands)));
}

// ---------------------------------------------------------------- where requests went

static json_t *routes_json(const struct replay *r) {
    json_t *list = json_array();
    for (int i = 0; i < REPLAY_ROUTES; i++)
        if (r->routes[i].requests)
            json_array_append_new(list,
                                  json_pack("{s:s,s:I,s:o}", "route", route_name((enum route)i), "requests",
                                            (json_int_t)r->routes[i].requests, "frontier_usd", usd(r->routes[i].cost)));
    return list;
}

static json_t *reasons_json(const struct replay *r) {
    json_t *list = json_array();
    for (int i = 0; i < REASON_COUNT; i++)
        if (r->reasons[i].requests)
            json_array_append_new(
                list, json_pack("{s:s,s:s,s:s,s:I,s:o}", "reason", reason_code((enum reason)i), "text",
                                reason_text((enum reason)i), "route", route_name(r->route_of[i]), "requests",
                                (json_int_t)r->reasons[i].requests, "frontier_usd", usd(r->reasons[i].cost)));
    return list;
}

static json_t *cheapest_json(const struct replay *r, bool sure) {
    struct sweep_point p;
    if (!sweep_cheapest(&r->sweep, r->options.keep_quality, sure, &p)) return json_null();
    json_t *o = point_json(&p, r->cost);
    char set[64];
    snprintf(set, sizeof set, "routing.target_local_share=%.3f", p.target);
    json_object_set_new(o, "set", json_string(set));
    return o;
}

static void add_decisions(json_t *o, const struct replay *r) {
    double n = (double)r->judged;
    struct bands bands;
    bands_make(&r->sweep, &bands);
    const struct replay_sum *local = &r->routes[ROUTE_LOCAL], *frontier = &r->routes[ROUTE_FRONTIER];
    json_object_set_new(o, "before",
                        json_pack("{s:o,s:o}", "cost_usd", usd(r->was_cost), "local_share",
                                  report_number((double)r->was_local / n, 4)));
    json_object_set_new(o, "after",
                        json_pack("{s:o,s:o,s:I,s:I}", "cost_usd", usd(frontier->cost), "local_share",
                                  report_number((double)local->requests / n, 4), "local_requests",
                                  (json_int_t)local->requests, "frontier_requests", (json_int_t)frontier->requests));
    json_object_set_new(o, "saving_usd", usd(r->was_cost - frontier->cost));
    json_object_set_new(o, "saving_percent", report_number(percent(r->was_cost - frontier->cost, r->was_cost), 2));
    json_object_set_new(o, "egress_bytes", json_integer(r->left_bytes));
    json_object_set_new(o, "egress_avoided_bytes", json_integer(r->kept_bytes));
    json_object_set_new(o, "routes", routes_json(r));
    json_object_set_new(o, "reasons", reasons_json(r));
    json_t *sweep = json_array();
    for (int i = 0; i <= SWEEP_STEPS; i++) {
        uint32_t bins = sweep_bins_for(&r->sweep, (double)i / SWEEP_STEPS);
        struct sweep_point p = sweep_at(&r->sweep, bins);
        json_t *point = point_json(&p, r->cost);
        add_bands_point(point, r, &bands, bins);
        json_object_set_new(point, "target_local_share", report_number((double)i / SWEEP_STEPS, 4));
        json_array_append_new(sweep, point);
    }
    json_object_set_new(o, "sweep", sweep);
    json_object_set_new(o, "outcomes", json_integer((json_int_t)sweep_outcomes(&r->sweep)));
    add_one_sided(o, r, &bands);
    add_bands_point(json_object_get(o, "after"), r, &bands, bins_in_force(r));
    json_object_set_new(o, "quality_floor", report_number(r->options.keep_quality, 4));
    json_object_set_new(o, "cheapest", cheapest_json(r, false));
    json_object_set_new(o, "cheapest_sure", cheapest_json(r, true));
}

// ---------------------------------------------------------------- by shares

// What the frontier is left with when a share stays local: the cheapest requests first, or the dearest.
static pico rest_when(const struct replay_shares *s, double share, bool cheapest_first) {
    double stay = share * (double)(s->count - s->unpriced);
    pico rest = s->total;
    for (uint32_t i = 0; i < REPLAY_COST_BUCKETS && stay > 0; i++) {
        uint32_t bucket = cheapest_first ? i : REPLAY_COST_BUCKETS - 1 - i;
        double n = (double)s->requests[bucket], part = n > 0 ? fmin(1, stay / n) : 0;
        rest -= (pico)((double)s->cost[bucket] * part);
        stay -= n;
    }
    return rest < 0 ? 0 : rest;
}

static json_t *share_json(const struct replay_shares *s, double share) {
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:I}", "target_local_share", report_number(share, 4), "local_share",
                     report_number(share, 4), "cost_usd", usd((pico)((double)s->total * (1 - share))), "cost_usd_low",
                     usd(rest_when(s, share, false)), "cost_usd_high", usd(rest_when(s, share, true)), "saving_percent",
                     report_number(share * 100, 2), "egress_bytes", (json_int_t)((double)s->bytes * (1 - share)));
}

static void add_shares(json_t *o, const struct replay *r) {
    const struct replay_shares *s = &r->shares;
    double share = judge_config(r->judge)->routing.target_local_share;
    json_t *sweep = json_array();
    for (int i = 0; i <= SWEEP_STEPS; i++) json_array_append_new(sweep, share_json(s, (double)i / SWEEP_STEPS));
    json_object_set_new(o, "before", json_pack("{s:o,s:f}", "cost_usd", usd(s->total), "local_share", 0.0));
    json_object_set_new(o, "after", share_json(s, share));
    json_object_set_new(o, "saving_usd", usd((pico)((double)s->total * share)));
    json_object_set_new(o, "saving_percent", report_number(share * 100, 2));
    json_object_set_new(o, "egress_bytes", json_integer(s->bytes));
    json_object_set_new(o, "egress_avoided_bytes", json_integer((json_int_t)((double)s->bytes * share)));
    json_object_set_new(o, "sweep", sweep);
}

// ---------------------------------------------------------------- all

static const char *const BY_DECISIONS =
    "Every request was decided by the gate, the score and the plan that the gateway uses.";
static const char *const BY_SHARES =
    "The log holds neither prompts nor scores, so no request was decided: costs are those of an even share of the "
    "requests, and low and high those of the dearest and of the cheapest ones staying local.";

static json_t *unpriced_json(const struct replay *r) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < r->model_count; i++)
        if (r->models[i].unpriced)
            json_array_append_new(list, json_pack("{s:o,s:I}", "model",
                                                  report_text(*r->models[i].name ? r->models[i].name : "(no model)"),
                                                  "requests", (json_int_t)r->models[i].unpriced));
    return list;
}

json_t *replay_report(struct replay *r, struct err *e) {
    const struct config *config = judge_config(r->judge);
    bool decided = r->judged > 0;
    if (!decided && !r->shares.count) {
        intake_set_empty(&r->intake, e);
        return NULL;
    }
    json_t *o = json_object();
    json_object_set_new(o, "version", json_string(SLUICE_VERSION));
    json_object_set_new(o, "requests", json_integer((json_int_t)(decided ? r->judged : r->shares.count)));
    json_object_set_new(o, "precision", json_string(decided ? "decisions" : "shares"));
    json_object_set_new(o, "precision_text", json_string(decided ? BY_DECISIONS : BY_SHARES));
    json_object_set_new(o, "policy",
                        json_pack("{s:f,s:o,s:s,s:s,s:s}", "target_local_share", config->routing.target_local_share,
                                  "threshold", report_number((double)judge_threshold(r->judge), 4), "profile",
                                  profile_name(config->policy.profile), "weights", judge_weights_version(r->judge),
                                  "frontier", r->options.frontier));
    if (decided) add_decisions(o, r);
    else add_shares(o, r);
    json_object_set_new(o, "not_decided", json_integer(decided ? (json_int_t)r->shares.count : 0));
    json_object_set_new(o, "too_long", json_integer((json_int_t)r->too_long));
    json_object_set_new(o, "bytes_estimated", json_integer((json_int_t)r->estimated_bytes));
    json_object_set_new(o, "tokens_estimated", json_integer((json_int_t)r->estimated_tokens));
    json_object_set_new(o, "unpriced", unpriced_json(r));
    intake_add_json(&r->intake, o);
    return o;
}
