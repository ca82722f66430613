// Is a local model worth it, and how should it be set up? The article's rules, as tables of data.
//
// Two answers. The *verdict* says how well a workload suits routing to a local model; its rule is "output above
// 60 % of the tokens and routine above 70 % of the requests: a strong candidate". The *recommendation* says which
// architecture, by the table "who should not": regulated data, interactive use, broad reasoning, low volume.
// Both come with the reason that decided. A strong candidate whose volume does not pay yet is told to stay in the
// cloud for now. Used by `sluice roi` and `sluice audit`.
#ifndef SLUICE_PRICE_VERDICT_H
#define SLUICE_PRICE_VERDICT_H

enum verdict_kind { VERDICT_STRONG, VERDICT_CANDIDATE, VERDICT_WEAK, VERDICT_STAY, VERDICT_COUNT };
enum recommendation {
    RECOMMEND_CLOUD,
    RECOMMEND_HYBRID,
    RECOMMEND_LOCAL_FIRST,
    RECOMMEND_FRONTIER_FIRST,
    RECOMMEND_COUNT
};

// Facts that only a person knows stay UNTOLD when nobody said them; they then count as "no", and the answer says so.
enum told { UNTOLD, TOLD_NO, TOLD_YES };

// Strictly above these, in percent.
#define VERDICT_OUTPUT_PERCENT 60.0
#define VERDICT_ROUTINE_PERCENT 70.0

// What is not known is NAN or UNTOLD. A number that is not known meets no condition.
struct verdict_facts {
    double output_percent;       // output of all tokens
    double routine_percent;      // requests that a local model can do (classification, extraction, short summaries)
    double saving_usd_per_month; // after operations, hardware and electricity; negative: it costs more
    double requests_per_month;   // the volume
    double break_even_requests;  // the volume at which routing pays: less is "low volume"
    enum told sensitive;         // regulated data, PII or IP; audit pressure
    enum told interactive;       // p95 latency costs revenue
    enum told reasoning;         // complex reasoning across many domains
    enum told sporadic;          // used now and then
};

struct verdict_answer {
    enum verdict_kind verdict;
    const char *verdict_why; // one sentence, a constant
    enum recommendation recommendation;
    const char *recommendation_why;
};

struct verdict_answer verdict_decide(const struct verdict_facts *facts);

// "strong-candidate", "candidate", "weak", "stay-in-the-cloud"
const char *verdict_name(enum verdict_kind v);
// "cloud", "hybrid", "local-first", "frontier-first"
const char *recommendation_name(enum recommendation r);

#endif
