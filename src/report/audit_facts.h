// Private to the audit: what follows from its sums, before it is written down.
#ifndef SLUICE_REPORT_AUDIT_FACTS_H
#define SLUICE_REPORT_AUDIT_FACTS_H

#include "report/audit.h"
#include "report/figures.h"
#include "report/trend.h"

#define AUDIT_MONTH_DAYS (365.0 / 12)
#define AUDIT_SENSITIVE_SHARE 0.05 // more of the requests: data exposure is a governance matter
#define AUDIT_REASONING_SHARE 0.5  // less than this is routine: broad reasoning

enum precision { PRECISION_TOTALS, PRECISION_SIZES, PRECISION_PROMPTS };

// A share with its range, 0..1; value NAN: not measured.
struct share {
    double value, low, high;
    const char *source; // "prompts", "ledger", "claimed", "none"
};

struct audit_day {
    int64_t day;
    struct sums sums;
};

struct audit_facts {
    enum precision precision;
    double days, active_days, per_month; // calendar days from first to last; with requests; factor to a month
    bool requests_known;
    double output_percent;      // NAN without tokens
    struct audit_judged judged; // the sample, all levels that count
    struct share routine, sensitive;
    double local_share;             // of the cost, under the policy in force; or what is assumed
    const char *local_share_source; // "prompts", "ledger", "claimed", "assumed"
    double local_low, local_high;
    bool has_cost;          // see sums_spend
    const char *cost_basis; // "book", "logged", "mixed", "none"
    struct savings_inputs inputs;
    struct savings saving, saving_low, saving_high;
    struct verdict_facts verdict_facts;
    struct verdict_answer answer, answer_low, answer_high;
    struct audit_day *days_list; // ascending
    size_t day_count;
};

void audit_facts_make(struct audit *a, struct audit_facts *out);
void audit_facts_free(struct audit_facts *f);

// Sums up the week that days_list[*i] is in and moves *i behind it; returns the day of its Monday.
int64_t audit_week(const struct audit_facts *f, size_t *i, struct sums *out);

// Parts of the report.
json_t *audit_json_leaks(const struct audit *a, const struct audit_facts *f);
json_t *audit_json_by_model(const struct audit *a, const struct audit_facts *f);
json_t *audit_json_by_day(const struct audit_facts *f);
json_t *audit_json_by_week(const struct audit *a, const struct audit_facts *f);
json_t *audit_json_saving(const struct audit_facts *f);
json_t *audit_json_decision(const struct audit_facts *f);

#endif
