#include "price/savings.h"

#include <math.h>

#define HOURS_PER_MONTH 730.0
#define SECONDS_PER_HOUR 3600.0
#define PER_MILLION 1e-6
#define GIGABYTE 1e9 // as clouds bill traffic

// Bounds are wide, but finite: no product of them overflows. The preset of operations is the middle of what the article
// gives as $1k to $2.5k; its scenario uses it. Bytes per token: English text has about four characters in a token.
const struct savings_field SAVINGS_FIELDS[SAVINGS_INPUTS] = {
    [SAVINGS_REQUESTS] = {"requests", "N", NAN, 0, 1e12, "requests a month"},
    [SAVINGS_INPUT_TOKENS] = {"input-tokens", "N", NAN, 0, 1e7, "input tokens a request"},
    [SAVINGS_OUTPUT_TOKENS] = {"output-tokens", "N", NAN, 0, 1e7, "output tokens a request"},
    [SAVINGS_LOCAL_SHARE] = {"local-share", "SHARE", 0.85, 0, 1, "requests that go to the local model (0.85)"},
    [SAVINGS_INPUT_PRICE] = {"input-price", "USD", NAN, 0, 1e4, "price of 1M input tokens, instead of the book's"},
    [SAVINGS_OUTPUT_PRICE] = {"output-price", "USD", NAN, 0, 1e4, "price of 1M output tokens"},
    [SAVINGS_CACHED_PRICE] = {"cached-price", "USD", NAN, 0, 1e4, "price of 1M input tokens read from the cache"},
    [SAVINGS_CACHE_HIT_SHARE] = {"cache-hit-share", "SHARE", 0, 0, 1,
                                 "input tokens read from the provider's cache (0)"},
    [SAVINGS_RETRY_RATE] = {"retry-rate", "RATE", 0, 0, 100, "billed repetitions per API request (0)"},
    [SAVINGS_THROTTLE_RATE] = {"throttle-rate", "RATE", 0, 0, 100,
                               "429 answers per API request; sent again, not billed (0)"},
    [SAVINGS_EGRESS] = {"egress", "USD", 0, 0, 1e4, "price of 1 GB that leaves your network (0)"},
    [SAVINGS_BYTES_PER_TOKEN] = {"bytes-per-token", "N", 4, 0, 1e4, "bytes sent per input token (4)"},
    [SAVINGS_OPS] = {"ops", "USD", 1500, 0, 1e9, "operating the local side, a month (1500)"},
    [SAVINGS_HARDWARE] = {"hardware", "USD", 0, 0, 1e9, "price of the hardware (0: it is there)"},
    [SAVINGS_SETUP] = {"setup", "USD", 0, 0, 1e9, "one-off work and licences (0)"},
    [SAVINGS_AMORTISE] = {"amortise", "MONTHS", 36, 1, 600, "months that the hardware lasts (36)"},
    [SAVINGS_WATTS] = {"watts", "W", 0, 0, 1e7, "what the hardware draws under load (0)"},
    [SAVINGS_KWH] = {"kwh", "USD", 0.15, 0, 100, "price of 1 kWh (0.15)"},
    [SAVINGS_UTILISATION] = {"utilisation", "SHARE", 1, 0, 1, "share of the time under load (1)"},
    [SAVINGS_GROWTH] = {"growth", "RATE", 0, -0.9, 1, "growth of the requests a month; 0.03 is 3 % (0)"},
    [SAVINGS_LOCAL_SUCCESS] = {"local-success", "SHARE", 1, 0, 1, "local answers that are good; others escalate (1)"},
    [SAVINGS_FRONTIER_SUCCESS] = {"frontier-success", "SHARE", 1, 0, 1, "API answers that are good (1)"},
};

// What does not depend on the volume, per request and per month.
struct unit {
    double api, egress; // USD for one request that the API answers
    double escalated;   // requests at the API per request
    double running;     // USD a month: operations and electricity
    double upfront;     // USD: hardware and setup
};

static struct unit unit_of(const double *v) {
    double cached = v[SAVINGS_INPUT_TOKENS] * v[SAVINGS_CACHE_HIT_SHARE];
    double tokens = (v[SAVINGS_INPUT_TOKENS] - cached) * v[SAVINGS_INPUT_PRICE] + cached * v[SAVINGS_CACHED_PRICE] +
                    v[SAVINGS_OUTPUT_TOKENS] * v[SAVINGS_OUTPUT_PRICE];
    double sent = v[SAVINGS_INPUT_TOKENS] * v[SAVINGS_BYTES_PER_TOKEN] / GIGABYTE;
    double electricity = v[SAVINGS_WATTS] / 1000 * v[SAVINGS_UTILISATION] * HOURS_PER_MONTH * v[SAVINGS_KWH];
    return (struct unit){
        .api = tokens * PER_MILLION * (1 + v[SAVINGS_RETRY_RATE]),
        .egress = sent * v[SAVINGS_EGRESS] * (1 + v[SAVINGS_RETRY_RATE] + v[SAVINGS_THROTTLE_RATE]),
        .escalated = 1 - v[SAVINGS_LOCAL_SHARE] * v[SAVINGS_LOCAL_SUCCESS],
        .running = v[SAVINGS_OPS] + electricity,
        .upfront = v[SAVINGS_HARDWARE] + v[SAVINGS_SETUP],
    };
}

// ---------------------------------------------------------------- cash

// One month after another; month 0 is the investment.
struct cash {
    const double *v;
    struct unit unit;
    double requests;
    double renewed; // months since the hardware was bought
    struct savings_month at;
};

static void cash_begin(struct cash *c, const double *v) {
    *c = (struct cash){.v = v, .unit = unit_of(v), .requests = v[SAVINGS_REQUESTS]};
    c->at.routed = c->unit.upfront;
    c->at.cumulative = 0 - c->unit.upfront; // 0, not -0
}

static void cash_next(struct cash *c) {
    bool worn = c->renewed >= c->v[SAVINGS_AMORTISE];
    if (worn) c->renewed -= c->v[SAVINGS_AMORTISE];
    c->at.baseline = c->requests * (c->unit.api + c->unit.egress);
    c->at.routed = c->at.baseline * c->unit.escalated + c->unit.running + (worn ? c->v[SAVINGS_HARDWARE] : 0);
    c->at.cumulative += c->at.baseline - c->at.routed;
    c->requests *= 1 + c->v[SAVINGS_GROWTH];
    c->renewed++;
}

void savings_cash(const struct savings_inputs *in, size_t months, struct savings_month *out) {
    struct cash c;
    cash_begin(&c, in->value);
    out[0] = c.at;
    for (size_t m = 1; m <= months; m++) {
        cash_next(&c);
        out[m] = c.at;
    }
}

static void find_break_even(const double *v, struct savings *out) {
    struct cash c;
    bool gains = false;
    cash_begin(&c, v);
    out->break_even_months = INFINITY;
    for (int m = 0; m < SAVINGS_HORIZON_MONTHS; m++) {
        double before = c.at.cumulative;
        cash_next(&c);
        double gain = c.at.baseline - c.at.routed;
        gains = gains || gain > 0;
        if (!(gain > 0 && c.at.cumulative >= 0)) continue;
        out->break_even = out->saving <= 0        ? BREAK_EVEN_AFTER_LOSS
                          : m == 0 && before >= 0 ? BREAK_EVEN_AT_ONCE
                                                  : BREAK_EVEN_LATER;
        out->break_even_months = before >= 0 ? m : m + -before / gain;
        return;
    }
    out->break_even = gains ? BREAK_EVEN_TOO_LATE : BREAK_EVEN_LOSES;
}

const char *savings_break_even_why(enum savings_break_even b) {
    static const char *const WHY[] = {
        [BREAK_EVEN_AT_ONCE] = "nothing to pay back: it saves from the first month",
        [BREAK_EVEN_LATER] = "hardware and setup are paid back by what is saved",
        [BREAK_EVEN_AFTER_LOSS] =
            "only in the long run: as it is now a month costs more than before, with amortisation",
        [BREAK_EVEN_LOSES] = "never: what runs locally costs more a month than it saves",
        [BREAK_EVEN_TOO_LATE] = "never within ten years: what is saved does not pay back hardware and setup",
    };
    return WHY[b];
}

// ---------------------------------------------------------------- a month

static double or_never(double part, double whole) {
    return part <= 0 ? 0 : whole > 0 ? part / whole : INFINITY;
}

void savings_compute(const struct savings_inputs *in, struct savings *out) {
    const double *v = in->value;
    struct unit u = unit_of(v);
    double requests = v[SAVINGS_REQUESTS], local = v[SAVINGS_LOCAL_SHARE], good = v[SAVINGS_LOCAL_SUCCESS];
    double tokens = v[SAVINGS_INPUT_TOKENS] + v[SAVINGS_OUTPUT_TOKENS];
    *out = (struct savings){.baseline_api = requests * u.api,
                            .baseline_egress = requests * u.egress,
                            .api = requests * u.escalated * u.api,
                            .egress = requests * u.escalated * u.egress,
                            .ops = v[SAVINGS_OPS],
                            .hardware = u.upfront / v[SAVINGS_AMORTISE],
                            .electricity = u.running - v[SAVINGS_OPS],
                            .api_requests = requests * u.escalated};
    out->baseline = out->baseline_api + out->baseline_egress;
    out->routed = out->api + out->egress + out->ops + out->hardware + out->electricity;
    out->saving = out->baseline - out->routed;
    out->saving_percent = out->baseline > 0 ? 100 * out->saving / out->baseline : NAN;
    out->output_percent = tokens > 0 ? 100 * v[SAVINGS_OUTPUT_TOKENS] / tokens : NAN;

    out->local_tokens_per_second = requests * local * v[SAVINGS_OUTPUT_TOKENS] / (HOURS_PER_MONTH * SECONDS_PER_HOUR);

    double fixed = u.running + out->hardware;
    out->break_even_local_share = or_never(fixed, out->baseline * good);
    if (out->break_even_local_share > 1) out->break_even_local_share = INFINITY;
    out->break_even_requests = or_never(fixed, (u.api + u.egress) * local * good);

    // a task is done when the local answer is good, or when the frontier, asked first or second, does it well
    double done = requests * (local * good + u.escalated * v[SAVINGS_FRONTIER_SUCCESS]);
    out->baseline_per_success = or_never(out->baseline, requests * v[SAVINGS_FRONTIER_SUCCESS]);
    out->routed_per_success = or_never(out->routed, done);
    find_break_even(v, out);
}
