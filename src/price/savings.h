// What routing to a local model saves, and when it pays back: the article's model, and what it leaves out.
//
// Before: every request goes to the frontier API. After: the share L of the requests goes to a local model first; of
// those, the part that it fails at is escalated and paid twice. Per month, with R requests:
//
//   one request at the API = input tokens x (price, or cached price for the cache-hit share) + output tokens x price
//   baseline               = R x one request x (1 + retries) + egress of R
//   after                  = the same for R x ((1 - L) + L x (1 - local success)) requests
//                            + operations + electricity + (hardware + setup) / amortisation months
//
// The local model has no price per token: it costs what is fixed. Egress is what is sent out: input tokens x bytes per
// token, again for every retry and for every request that was throttled; a throttled request is not billed in tokens.
// Money is US dollars, prices are US dollars per million tokens, months have 730 hours.
#ifndef SLUICE_PRICE_SAVINGS_H
#define SLUICE_PRICE_SAVINGS_H

#include <stdbool.h>
#include <stddef.h>

enum savings_input {
    SAVINGS_REQUESTS,
    SAVINGS_INPUT_TOKENS,
    SAVINGS_OUTPUT_TOKENS,
    SAVINGS_LOCAL_SHARE,
    SAVINGS_INPUT_PRICE,
    SAVINGS_OUTPUT_PRICE,
    SAVINGS_CACHED_PRICE,
    SAVINGS_CACHE_HIT_SHARE,
    SAVINGS_RETRY_RATE,
    SAVINGS_THROTTLE_RATE,
    SAVINGS_EGRESS,
    SAVINGS_BYTES_PER_TOKEN,
    SAVINGS_OPS,
    SAVINGS_HARDWARE,
    SAVINGS_SETUP,
    SAVINGS_AMORTISE,
    SAVINGS_WATTS,
    SAVINGS_KWH,
    SAVINGS_UTILISATION,
    SAVINGS_GROWTH,
    SAVINGS_LOCAL_SUCCESS,
    SAVINGS_FRONTIER_SUCCESS,
    SAVINGS_INPUTS
};

struct savings_field {
    const char *name; // of the option, "input-tokens"; in JSON with underscores
    const char *argument;
    double preset;      // NAN: must be given, or comes from the price book
    double least, most; // what is allowed
    const char *help;
};
extern const struct savings_field SAVINGS_FIELDS[SAVINGS_INPUTS];

struct savings_inputs {
    double value[SAVINGS_INPUTS]; // each within its field's bounds
};

enum { SAVINGS_HORIZON_MONTHS = 120 }; // a break-even further away counts as never

enum savings_break_even {
    BREAK_EVEN_AT_ONCE,    // nothing is to be paid back, and it saves from the first month
    BREAK_EVEN_LATER,      // in `break_even_months`
    BREAK_EVEN_LOSES,      // never: running it costs more than it saves
    BREAK_EVEN_TOO_LATE,   // never: not within the horizon
    BREAK_EVEN_AFTER_LOSS, // in `break_even_months`, though a month costs more than before as it is now
};

struct savings {
    double baseline_api, baseline_egress, baseline; // per month, before
    double api, egress, ops, hardware, electricity; // per month, after; hardware: with setup, amortised
    double routed;                                  // their sum
    double saving, saving_percent;                  // percent: NAN when the baseline is 0
    double api_requests;                            // per month, after, with what is escalated
    double break_even_months;                       // INFINITY = never
    enum savings_break_even break_even;
    double break_even_local_share; // INFINITY = not even at 1
    double break_even_requests;    // per month, at this local share; INFINITY = at no volume
    double baseline_per_success;   // USD per task done well; INFINITY when none is
    double routed_per_success;
    double output_percent;          // output of all tokens; NAN when there are none
    double local_tokens_per_second; // output that the local model must sustain on average; peaks are above it
};

void savings_compute(const struct savings_inputs *in, struct savings *out);
// A sentence that says why break_even_months is what it is; a constant.
const char *savings_break_even_why(enum savings_break_even b);

// Cash, not amortisation: hardware and setup are paid at month 0, hardware again when its months are over; requests
// grow by `growth` every month. Fills out[0..months]; out[0] is what is paid at the start.
struct savings_month {
    double baseline, routed; // what that month costs, without and with routing
    double cumulative;       // baseline - routed, summed up to the end of that month
};
void savings_cash(const struct savings_inputs *in, size_t months, struct savings_month *out);

#endif
