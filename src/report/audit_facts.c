#include "report/audit_facts.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static int by_day(const void *a, const void *b) {
    int64_t x = ((const struct audit_day *)a)->day, y = ((const struct audit_day *)b)->day;
    return (x > y) - (x < y);
}

// One entry a day, over all models.
static void list_days(const struct tally *t, struct audit_facts *f) {
    size_t n = 0;
    struct audit_day *list = mem_new_array(t->cell_count, sizeof *list);
    for (uint32_t i = 0; i < t->cell_count; i++)
        if (t->cells[i].day != TALLY_NO_DAY) list[n++] = (struct audit_day){t->cells[i].day, t->cells[i].sums};
    if (n) qsort(list, n, sizeof *list, by_day);
    for (size_t i = 0; i < n; i++) {
        if (f->day_count && list[f->day_count - 1].day == list[i].day)
            sums_add(&list[f->day_count - 1].sums, &list[i].sums);
        else list[f->day_count++] = list[i];
    }
    f->days_list = list;
}

int64_t audit_week(const struct audit_facts *f, size_t *i, struct sums *out) {
    // 1970-01-01 was a Thursday; days of logs are never before it
    int64_t week = (f->days_list[*i].day + 3) / 7;
    *out = (struct sums){0};
    for (; *i < f->day_count && (f->days_list[*i].day + 3) / 7 == week; ++*i) sums_add(out, &f->days_list[*i].sums);
    return week * 7 - 3;
}

static void set_times(const struct tally *t, struct audit_facts *f) {
    f->days = 0;
    if (t->last_us != INT64_MIN) f->days = (double)(value_day(t->last_us) - value_day(t->first_us) + 1);
    f->active_days = (double)f->day_count;
    f->per_month = f->days > 0 ? AUDIT_MONTH_DAYS / f->days : NAN;
}

// ---------------------------------------------------------------- shares

static void sum_judged(const struct audit *a, struct audit_judged *out) {
    *out = (struct audit_judged){.count = 0};
    for (uint32_t l = a->sample.least; l < SAMPLE_LEVELS; l++) {
        const struct audit_judged *j = &a->judged[l];
        out->count += j->count;
        out->routine += j->routine;
        out->sensitive += j->sensitive;
        out->local += j->local;
        out->priced += j->priced;
        out->cost += j->cost;
        out->cost_routine += j->cost_routine;
        out->cost_local += j->cost_local;
        for (int i = 0; i < REASON_COUNT; i++) out->reasons[i] += j->reasons[i];
        for (int i = 0; i < 6; i++) out->classes[i] += j->classes[i];
    }
}

static struct share measured(uint64_t hits, uint64_t n, const char *source) {
    struct share s = {NAN, 0, 1, "none"};
    if (!n) return s;
    trend_wilson((double)hits, (double)n, &s.low, &s.high);
    s.value = (double)hits / (double)n;
    s.source = source;
    return s;
}

// What does not fit the local context cannot be routine; nothing else is known of a request without its prompt.
static double most_that_fits(const struct audit *a) {
    int64_t context = judge_context(a->judge);
    return context > 0 && a->tally.input.values ? sketch_share_to(&a->tally.input, (uint64_t)context) : 1;
}

static void set_shares(const struct audit *a, struct audit_facts *f) {
    sum_judged(a, &f->judged);
    const char *source = a->prompts ? "prompts" : "ledger";
    f->routine = measured(f->judged.routine, f->judged.count, source);
    f->sensitive = measured(f->judged.sensitive, f->judged.count, source);
    f->precision = f->judged.count ? PRECISION_PROMPTS : a->tally.singles ? PRECISION_SIZES : PRECISION_TOTALS;
    if (!f->judged.count) f->routine.high = most_that_fits(a);
    if (!isnan(a->options.routine))
        f->routine = (struct share){a->options.routine, a->options.routine, a->options.routine, "claimed"};
}

// By cost: a routine request is often a small one.
static void set_local_share(const struct audit *a, struct audit_facts *f) {
    f->local_share = SAVINGS_FIELDS[SAVINGS_LOCAL_SHARE].preset;
    f->local_share_source = "assumed";
    f->local_low = f->routine.low, f->local_high = f->routine.high;
    if (!isnan(a->options.routine)) {
        f->local_share = f->local_low = f->local_high = a->options.routine;
        f->local_share_source = "claimed";
    } else if (f->judged.count) {
        trend_wilson((double)f->judged.local, (double)f->judged.count, &f->local_low, &f->local_high);
        double by_count = (double)f->judged.local / (double)f->judged.count;
        f->local_share = f->judged.cost > 0 ? pico_real(f->judged.cost_local) / pico_real(f->judged.cost) : by_count;
        // the interval of the count, moved to where the cost is
        f->local_low = fmax(0, f->local_low + f->local_share - by_count);
        f->local_high = fmin(1, f->local_high + f->local_share - by_count);
        f->local_share_source = f->routine.source;
    } else if (f->local_share > f->local_high) {
        f->local_share = f->local_high;
    }
}

// ---------------------------------------------------------------- money

static void set_inputs(const struct audit *a, struct audit_facts *f) {
    const struct sums *s = &a->tally.all;
    double *v = f->inputs.value;
    double tokens = (double)(s->input + s->output), input = (double)s->input, output = (double)s->output;
    for (int i = 0; i < SAVINGS_INPUTS; i++) {
        bool given = !isnan(a->options.costs[i]);
        v[i] = given ? a->options.costs[i] : isnan(SAVINGS_FIELDS[i].preset) ? 0 : SAVINGS_FIELDS[i].preset;
    }
    pico spend;
    f->has_cost = sums_spend(s, &spend);
    bool mixed = s->logged_rows > s->both_rows; // rows that only the log prices
    f->cost_basis = !f->has_cost ? "none" : !s->book_rows ? "logged" : mixed ? "mixed" : "book";
    double total = pico_real(spend), by_log = pico_real(spend - s->book);
    // what only the log prices is split as the tokens are
    double for_input = pico_real(s->book_input) + (tokens > 0 ? by_log * input / tokens : 0);
    // rows that do not say how many requests they are: a thousand tokens each, which moves no dollar
    double requests = f->requests_known ? (double)s->requests : fmax(1, tokens / 1000);
    v[SAVINGS_REQUESTS] = requests * f->per_month;
    v[SAVINGS_INPUT_TOKENS] = requests > 0 ? input / requests : 0;
    v[SAVINGS_OUTPUT_TOKENS] = requests > 0 ? output / requests : 0;
    v[SAVINGS_INPUT_PRICE] = input > 0 ? for_input / input * 1e6 : 0;
    v[SAVINGS_OUTPUT_PRICE] = output > 0 ? (total - for_input) / output * 1e6 : 0;
    v[SAVINGS_CACHED_PRICE] = 0; // the price of the input is that of the mix of cached and others
    v[SAVINGS_CACHE_HIT_SHARE] = 0;
}

static void save_at(const struct audit_facts *f, double share, struct savings *out) {
    struct savings_inputs in = f->inputs;
    in.value[SAVINGS_LOCAL_SHARE] = share < 0 ? 0 : share > 1 ? 1 : share;
    savings_compute(&in, out);
}

// ---------------------------------------------------------------- verdict

static enum told tell(enum told given, bool measured, bool yes) {
    if (given != UNTOLD || !measured) return given;
    return yes ? TOLD_YES : TOLD_NO;
}

static struct verdict_answer answer_at(const struct audit_facts *f, double routine, const struct savings *saving) {
    struct verdict_facts v = f->verdict_facts;
    v.routine_percent = routine * 100;
    if (f->has_cost && f->days > 0) {
        v.saving_usd_per_month = saving->saving;
        v.break_even_requests = saving->break_even_requests;
    }
    return verdict_decide(&v);
}

static void set_verdict(const struct audit *a, struct audit_facts *f) {
    bool judged = f->judged.count > 0;
    f->verdict_facts = (struct verdict_facts){
        .output_percent = f->output_percent,
        .routine_percent = f->routine.value * 100,
        .saving_usd_per_month = f->has_cost && f->days > 0 ? f->saving.saving : NAN,
        .requests_per_month = f->requests_known ? f->inputs.value[SAVINGS_REQUESTS] : NAN,
        .break_even_requests = f->has_cost && f->days > 0 ? f->saving.break_even_requests : NAN,
        .sensitive = tell(a->options.sensitive, judged, f->sensitive.low > AUDIT_SENSITIVE_SHARE),
        .interactive = a->options.interactive,
        .reasoning = tell(a->options.reasoning, judged, f->routine.high < AUDIT_REASONING_SHARE),
        .sporadic = tell(UNTOLD, f->days >= 14, f->active_days * 2 < f->days),
    };
    f->answer = verdict_decide(&f->verdict_facts);
    f->answer_low = answer_at(f, f->routine.low, &f->saving_low);
    f->answer_high = answer_at(f, f->routine.high, &f->saving_high);
}

void audit_facts_make(struct audit *a, struct audit_facts *f) {
    *f = (struct audit_facts){.precision = PRECISION_TOTALS};
    tally_close(&a->tally);
    const struct sums *s = &a->tally.all;
    list_days(&a->tally, f);
    set_times(&a->tally, f);
    f->requests_known = s->requests > 0 && !s->requests_unknown;
    f->output_percent = s->input + s->output > 0 ? 100.0 * (double)s->output / (double)(s->input + s->output) : NAN;
    set_shares(a, f);
    set_local_share(a, f);
    set_inputs(a, f);
    if (f->has_cost && f->days > 0) {
        save_at(f, f->local_share, &f->saving);
        save_at(f, f->local_low, &f->saving_low);
        save_at(f, f->local_high, &f->saving_high);
    }
    set_verdict(a, f);
}

void audit_facts_free(struct audit_facts *f) {
    free(f->days_list);
    f->days_list = NULL;
}
