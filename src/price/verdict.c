#include "price/verdict.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

// What a rule may ask for; a rule holds when all that it names is true.
enum {
    OUTPUT_HEAVY = 1 << 0, // output above 60 % of the tokens
    ROUTINE = 1 << 1,      // routine above 70 % of the requests
    LOSES = 1 << 2,        // saves nothing: what "low volume" means, which depends on prices and on what is own
    SENSITIVE = 1 << 3,
    INTERACTIVE = 1 << 4,
    REASONING = 1 << 5,
    SPORADIC = 1 << 6,
};

struct rule {
    unsigned needs, forbids;
    int answer;
    const char *why;
};

// The first rule that holds decides. The shape of a workload makes it a strong candidate even where its volume does
// not pay yet: the recommendation then says to wait.
static const struct rule VERDICTS[] = {
    {LOSES | SPORADIC, SENSITIVE | INTERACTIVE, VERDICT_STAY,
     "low volume, not sensitive, sporadic: hardware and operations will not pay back"},
    {OUTPUT_HEAVY | ROUTINE | LOSES, 0, VERDICT_STRONG,
     "output is above 60 % of the tokens and routine work above 70 % of the requests, but the volume does not pay yet"},
    {OUTPUT_HEAVY | ROUTINE, 0, VERDICT_STRONG,
     "output is above 60 % of the tokens and routine work above 70 % of the requests"},
    {LOSES | SENSITIVE, 0, VERDICT_CANDIDATE, "not for the money: sensitive data must not leave"},
    {LOSES | INTERACTIVE, 0, VERDICT_CANDIDATE, "not for the money: latency is what it buys"},
    {LOSES, 0, VERDICT_STAY,
     "routing would cost more than it saves, and neither sensitive data nor latency asks for it"},
    {OUTPUT_HEAVY, 0, VERDICT_CANDIDATE,
     "output is above 60 % of the tokens, but routine work is not above 70 % of the requests"},
    {ROUTINE, 0, VERDICT_CANDIDATE,
     "routine work is above 70 % of the requests, but output is not above 60 % of the tokens"},
    {SENSITIVE, 0, VERDICT_CANDIDATE, "sensitive data must not leave, whatever the cloud costs"},
    {INTERACTIVE, 0, VERDICT_CANDIDATE, "neither output nor routine work stands out, but latency hurts"},
    {0, 0, VERDICT_WEAK, "output is not above 60 % of the tokens, nor routine work above 70 % of the requests"},
};

// "Who should not": its rows, and what is left when none of them is met. Regulated data is first because it rules the
// plain cloud out, whatever else is true.
static const struct rule RECOMMENDATIONS[] = {
    {SENSITIVE, 0, RECOMMEND_HYBRID,
     "regulated data: a local model with cloud fallback, because exposure is a governance risk"},
    {INTERACTIVE, 0, RECOMMEND_LOCAL_FIRST, "interactive use: network jitter and throttling become business problems"},
    {LOSES, 0, RECOMMEND_CLOUD, "hardware and operations will not pay back at this volume"},
    {REASONING, 0, RECOMMEND_FRONTIER_FIRST,
     "complex reasoning across many domains: keep the accuracy, offload only routine tasks"},
    {OUTPUT_HEAVY, 0, RECOMMEND_HYBRID, "local for routine work, the API for hard cases"},
    {ROUTINE, 0, RECOMMEND_HYBRID, "local for routine work, the API for hard cases"},
    {0, 0, RECOMMEND_FRONTIER_FIRST, "nothing says that much of it is routine: offload only what is"},
};

static unsigned true_of(const struct verdict_facts *f) {
    // comparisons with NAN are false, so what is not known meets nothing
    bool below = f->requests_per_month < f->break_even_requests;
    bool known = !isnan(f->saving_usd_per_month);
    bool loses = known ? f->saving_usd_per_month <= 0 : below;
    const struct {
        bool is;
        unsigned bit;
    } facts[] = {
        {f->output_percent > VERDICT_OUTPUT_PERCENT, OUTPUT_HEAVY},
        {f->routine_percent > VERDICT_ROUTINE_PERCENT, ROUTINE},
        {loses, LOSES},
        {f->sensitive == TOLD_YES, SENSITIVE},
        {f->interactive == TOLD_YES, INTERACTIVE},
        {f->reasoning == TOLD_YES, REASONING},
        {f->sporadic == TOLD_YES, SPORADIC},
    };
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].is) bits |= facts[i].bit;
    return bits;
}

// Ends: the last rule of each table asks for nothing.
static const struct rule *first(const struct rule *rule, unsigned bits) {
    while ((bits & rule->needs) != rule->needs || (bits & rule->forbids)) rule++;
    return rule;
}

struct verdict_answer verdict_decide(const struct verdict_facts *facts) {
    unsigned bits = true_of(facts);
    const struct rule *v = first(VERDICTS, bits), *r = first(RECOMMENDATIONS, bits);
    return (struct verdict_answer){(enum verdict_kind)v->answer, v->why, (enum recommendation)r->answer, r->why};
}

const char *verdict_name(enum verdict_kind v) {
    static const char *const NAMES[VERDICT_COUNT] = {"strong-candidate", "candidate", "weak", "stay-in-the-cloud"};
    return NAMES[v];
}

const char *recommendation_name(enum recommendation r) {
    static const char *const NAMES[RECOMMEND_COUNT] = {"cloud", "hybrid", "local-first", "frontier-first"};
    return NAMES[r];
}
