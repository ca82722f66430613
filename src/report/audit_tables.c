// Spend by model, by day and by week.
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/audit_facts.h"

static json_t *usd(pico v, bool known) {
    return known ? report_number(pico_real(v), 6) : json_null();
}

static void add_sums(json_t *o, const struct sums *s) {
    json_object_set_new(o, "requests", s->requests_unknown ? json_null() : json_integer(s->requests));
    json_object_set_new(o, "input_tokens", json_integer(s->input));
    json_object_set_new(o, "output_tokens", json_integer(s->output));
    pico spend;
    bool known = sums_spend(s, &spend);
    json_object_set_new(o, "spend_usd", usd(spend, known));
    json_object_set_new(o, "logged_usd", usd(s->logged, s->logged_rows > 0));
    json_object_set_new(o, "book_usd", usd(s->book, s->book_rows > 0));
}

// By what they cost, the dearest first; unknown prices by what the log says, then by tokens.
static int by_cost(const void *a, const void *b) {
    const struct sums *x = &(*(const struct tally_model *const *)a)->sums,
                      *y = &(*(const struct tally_model *const *)b)->sums;
    pico left, right;
    sums_spend(x, &left);
    sums_spend(y, &right);
    if (left != right) return left < right ? 1 : -1;
    int64_t m = x->input + x->output, n = y->input + y->output;
    return (m < n) - (m > n);
}

json_t *audit_json_by_model(const struct audit *a, const struct audit_facts *f) {
    const struct tally *t = &a->tally;
    const struct tally_model **order = mem_new_array(t->model_count, sizeof *order);
    json_t *list = json_array();
    size_t n = 0;
    for (uint32_t i = 0; i < t->model_count; i++)
        if (t->models[i].sums.rows) order[n++] = &t->models[i];
    if (n) qsort(order, n, sizeof *order, by_cost);
    for (size_t i = 0; i < n; i++) {
        const struct sums *s = &order[i]->sums;
        json_t *o = json_pack("{s:s}", "model", *order[i]->name ? order[i]->name : "(no model)");
        add_sums(o, s);
        json_object_set_new(o, "cached_tokens", json_integer(s->cached));
        json_object_set_new(o, "price", json_string(order[i]->rates.known ? "known" : "unknown"));
        json_object_set_new(o, "per_month_usd",
                            s->book_rows && f->days > 0 ? report_number(pico_real(s->book) * f->per_month, 6)
                                                        : json_null());
        json_array_append_new(list, o);
    }
    free(order);
    return list;
}

json_t *audit_json_by_day(const struct audit_facts *f) {
    json_t *list = json_array();
    for (size_t i = 0; i < f->day_count; i++) {
        char day[11];
        value_day_text(f->days_list[i].day, day);
        json_t *o = json_pack("{s:s}", "day", day);
        add_sums(o, &f->days_list[i].sums);
        json_object_set_new(o, "failed", json_integer(f->days_list[i].sums.failed));
        json_array_append_new(list, o);
    }
    return list;
}

static const struct tally_week *week_of(const struct tally *t, int64_t week) {
    for (uint32_t i = 0; i < t->week_count; i++)
        if (t->weeks[i].week == week) return &t->weeks[i];
    return NULL;
}

static json_t *week_json(const struct tally *t, int64_t monday, const struct sums *s) {
    char day[11];
    value_day_text(monday, day);
    json_t *o = json_pack("{s:s}", "week", day);
    add_sums(o, s);
    bool known = s->requests > 0;
    const struct tally_week *w = week_of(t, (monday + 3) / 7);
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"input_per_request", known ? (double)s->input / (double)s->requests : NAN},
        {"output_per_request", known ? (double)s->output / (double)s->requests : NAN},
        {"latency_p95_ms", w ? sketch_quantile(&w->latency, 0.95) / 1000 : NAN},
        {"ttft_p95_ms", w ? sketch_quantile(&w->ttft, 0.95) / 1000 : NAN},
        {"failed_percent", s->status_rows ? 100.0 * (double)s->failed / (double)s->status_rows : NAN},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(o, numbers[i].key, report_number(numbers[i].value, 3));
    return o;
}

json_t *audit_json_by_week(const struct audit *a, const struct audit_facts *f) {
    json_t *list = json_array();
    for (size_t i = 0; i < f->day_count;) {
        struct sums s;
        int64_t monday = audit_week(f, &i, &s);
        json_array_append_new(list, week_json(&a->tally, monday, &s));
    }
    return list;
}
