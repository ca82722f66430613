#include "meter/meter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "meter/series.h"

enum route { ROUTE_LOCAL, ROUTE_FRONTIER, ROUTE_REFUSED, ROUTE_OTHER, ROUTE_COUNT };
static const char *const ROUTES[] = {"local", "frontier", "refused", "other"};

static const uint32_t OVERHEAD_US[] = {10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 0};
static const uint32_t TTFT_US[] = {5000,    10000,   25000,   50000,    100000,   250000,   500000,
                                   1000000, 2500000, 5000000, 10000000, 30000000, 60000000, 0};
static const uint32_t DURATION_US[] = {5000,    10000,   25000,    50000,    100000,   250000,    500000,    1000000,
                                       2500000, 5000000, 10000000, 30000000, 60000000, 120000000, 600000000, 0};
_Static_assert(sizeof DURATION_US / sizeof *DURATION_US <= HISTOGRAM_MOST + 1, "more bounds than counts");

// What the requests of one upstream, route, reason and class of status have in common: their counters, looked up once.
enum { PATHS = 8, PATH_AT = offsetof(struct ledger_row, upstream), TOKENS = 3 };
enum { PATH_BYTES = offsetof(struct ledger_row, reason) + sizeof(((struct ledger_row *)0)->reason) - PATH_AT };
_Static_assert(PATH_BYTES == 32 + 16 + 32, "upstream, route and reason lie side by side");
struct path {
    char labels[PATH_BYTES];
    int status_class;
    enum route route;
    _Atomic uint64_t *requests, *cost, *tokens[TOKENS]; // `requests` is NULL in a free one; the others until they count
};

// What one worker counts. Money is in billionths of a dollar, so that it adds without rounding.
struct set {
    struct series requests, rejected, attempts_failed, tokens, tokens_unknown, cost, cost_unknown;
    struct path paths[PATHS];
    unsigned next_path; // to be replaced
    struct series masked, masked_values, outcomes, outcomes_lost, verifications, escalations;
    struct histogram ttft[ROUTE_COUNT], duration[ROUTE_COUNT], overhead;
    _Atomic uint64_t bytes_out[ZONE_COUNT], bytes_in, bytes_answered;
    _Atomic uint64_t connections, in_flight; // gauges; wrap-around makes -1 of a worker add up right
};

struct meter {
    uint32_t workers;
    void *sets[]; // struct set *
};

struct meter *meter_new(uint32_t workers) {
    struct meter *m = mem_new(sizeof *m + workers * sizeof *m->sets);
    m->workers = workers;
    for (uint32_t i = 0; i < workers; i++) m->sets[i] = mem_new(sizeof(struct set));
    return m;
}

void meter_free(struct meter *m) {
    if (!m) return;
    for (uint32_t i = 0; i < m->workers; i++) free(m->sets[i]);
    free(m);
}

// ---------------------------------------------------------------- counting

static enum route route_of(const struct ledger_row *row) {
    int i = ROUTE_LOCAL;
    while (i < ROUTE_OTHER && strcmp(row->route, ROUTES[i]) != 0) i++;
    return (enum route)i;
}

static struct path *path_of(struct set *s, const struct ledger_row *row) {
    static const char *const CLASSES[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
    const char *labels = (const char *)row + PATH_AT;
    int class_ = row->status >= 100 && row->status < 600 ? row->status / 100 : 0;
    for (struct path *p = s->paths; p < s->paths + PATHS && p->requests; p++)
        if (p->status_class == class_ && memcmp(p->labels, labels, PATH_BYTES) == 0) return p;
    struct path *p = &s->paths[s->next_path++ % PATHS];
    *p = (struct path){.status_class = class_, .route = route_of(row)};
    memcpy(p->labels, labels, PATH_BYTES);
    p->requests = series_place(&s->requests, ROUTES[p->route], *row->reason ? row->reason : "none", CLASSES[class_]);
    return p;
}

static void count_tokens(struct set *s, struct path *p, const struct ledger_row *row) {
    static const char *const DIRECTIONS[TOKENS] = {"input", "output", "cached"};
    const int64_t tokens[TOKENS] = {row->input_tokens, row->output_tokens, row->cached_tokens};
    for (int i = 0; i < TOKENS; i++) {
        if (tokens[i] < 0) continue;
        if (!p->tokens[i]) p->tokens[i] = series_place(&s->tokens, DIRECTIONS[i], ROUTES[p->route], NULL);
        counter_add(p->tokens[i], (uint64_t)tokens[i]);
    }
    if (*row->upstream && (row->input_tokens < 0 || row->output_tokens < 0))
        series_add(&s->tokens_unknown, row->upstream, NULL, NULL, 1);
}

static void count_cost(struct set *s, struct path *p, const struct ledger_row *row) {
    if (!*row->upstream) return;
    if (isfinite(row->cost_usd) && row->cost_usd >= 0) {
        if (!p->cost) p->cost = series_place(&s->cost, row->upstream, NULL, NULL);
        counter_add(p->cost, (uint64_t)(row->cost_usd * 1e9 + 0.5));
    } else series_add(&s->cost_unknown, row->upstream, NULL, NULL, 1);
}

void meter_request(struct meter *m, uint32_t worker, const struct ledger_row *row) {
    struct set *s = m->sets[worker];
    struct path *p = path_of(s, row);
    counter_add(p->requests, 1);
    count_tokens(s, p, row);
    count_cost(s, p, row);
    if (row->masked) {
        series_add(&s->masked, ROUTES[p->route], NULL, NULL, 1);
        series_add(&s->masked_values, ROUTES[p->route], NULL, NULL, row->masked);
    }
    if (row->ttft_us >= 0) histogram_add(&s->ttft[p->route], TTFT_US, row->ttft_us);
    histogram_add(&s->duration[p->route], DURATION_US, row->total_us);
    histogram_add(&s->overhead, OVERHEAD_US, row->overhead_us);
    for (int z = 0; z < ZONE_COUNT; z++)
        if (row->bytes_out[z] > 0) counter_add(&s->bytes_out[z], (uint64_t)row->bytes_out[z]);
    if (row->bytes_in > 0) counter_add(&s->bytes_in, (uint64_t)row->bytes_in);
    if (row->bytes_answered > 0) counter_add(&s->bytes_answered, (uint64_t)row->bytes_answered);
}

void meter_rejected(struct meter *m, uint32_t worker, const char *code) {
    series_add(&((struct set *)m->sets[worker])->rejected, code, NULL, NULL, 1);
}

void meter_attempt_failed(struct meter *m, uint32_t worker, const char *upstream, int status) {
    char text[12] = "none";
    if (status >= 100 && status < 1000) snprintf(text, sizeof text, "%d", status);
    series_add(&((struct set *)m->sets[worker])->attempts_failed, upstream, text, NULL, 1);
}

void meter_verification(struct meter *m, uint32_t worker, const char *check, const char *result) {
    series_add(&((struct set *)m->sets[worker])->verifications, check, result, NULL, 1);
}

void meter_escalation(struct meter *m, uint32_t worker, const char *check) {
    series_add(&((struct set *)m->sets[worker])->escalations, check, NULL, NULL, 1);
}

void meter_outcome(struct meter *m, uint32_t worker, const char *source, const char *success, bool kept) {
    struct set *s = m->sets[worker];
    if (kept) series_add(&s->outcomes, source, success, NULL, 1);
    else series_add(&s->outcomes_lost, source, NULL, NULL, 1);
}

void meter_connections(struct meter *m, uint32_t worker, int change) {
    counter_add(&((struct set *)m->sets[worker])->connections, (uint64_t)(int64_t)change);
}

void meter_in_flight(struct meter *m, uint32_t worker, int change) {
    counter_add(&((struct set *)m->sets[worker])->in_flight, (uint64_t)(int64_t)change);
}

// ---------------------------------------------------------------- exposition

static const struct {
    struct family family;
    size_t offset;
} COUNTERS[] = {
    {{"sluice_requests_total",
      "Requests by route, reason of the decision and class of the status.",
      {"route", "reason", "status"},
      0},
     offsetof(struct set, requests)},
    {{"sluice_rejected_total", "Messages refused before they became a request.", {"code"}, 0},
     offsetof(struct set, rejected)},
    {{"sluice_upstream_failures_total", "Failed attempts; status none = no answer.", {"upstream", "status"}, 0},
     offsetof(struct set, attempts_failed)},
    {{"sluice_tokens_total", "Tokens; cached is part of input.", {"direction", "route"}, 0},
     offsetof(struct set, tokens)},
    {{"sluice_tokens_unknown_total", "Requests whose upstream told no token counts.", {"upstream"}, 0},
     offsetof(struct set, tokens_unknown)},
    {{"sluice_cost_usd_total", "Cost in US dollars of requests with a known price.", {"upstream"}, 1e-9},
     offsetof(struct set, cost)},
    {{"sluice_cost_unknown_total", "Requests whose cost is not known.", {"upstream"}, 0},
     offsetof(struct set, cost_unknown)},
    {{"sluice_masked_total", "Requests that left masked; route is who answered.", {"route"}, 0},
     offsetof(struct set, masked)},
    {{"sluice_masked_values_total", "Values that were replaced in these requests.", {"route"}, 0},
     offsetof(struct set, masked_values)},
    {{"sluice_outcomes_total", "Outcomes recorded: whether an answer served.", {"source", "success"}, 0},
     offsetof(struct set, outcomes)},
    {{"sluice_outcomes_lost_total", "Outcomes lost, because too many waited for the disk.", {"source"}, 0},
     offsetof(struct set, outcomes_lost)},
    {{"sluice_verifications_total", "Checks of local answers, by what came of them.", {"check", "result"}, 0},
     offsetof(struct set, verifications)},
    {{"sluice_escalations_total", "Local answers that failed a check and were asked of a frontier.", {"check"}, 0},
     offsetof(struct set, escalations)},
};

static const struct {
    struct family family;
    const uint32_t *bounds_us;
    size_t offset;
    bool by_route;
} HISTOGRAMS[] = {
    {{"sluice_ttft_seconds", "From the request to the first content for the caller.", {NULL}, 0},
     TTFT_US,
     offsetof(struct set, ttft),
     true},
    {{"sluice_request_duration_seconds", "From the request to the end of the answer.", {NULL}, 0},
     DURATION_US,
     offsetof(struct set, duration),
     true},
    {{"sluice_overhead_seconds", "Time of sluice itself before an upstream was asked.", {NULL}, 0},
     OVERHEAD_US,
     offsetof(struct set, overhead),
     false},
};

static const struct {
    const char *name, *help, *type;
    size_t offset;
} VALUES[] = {
    {"sluice_bytes_in_total", "Bytes of requests from callers.", "counter", offsetof(struct set, bytes_in)},
    {"sluice_bytes_answered_total", "Bytes of answers to callers.", "counter", offsetof(struct set, bytes_answered)},
    {"sluice_connections", "Open connections of callers.", "gauge", offsetof(struct set, connections)},
    {"sluice_in_flight", "Requests at work.", "gauge", offsetof(struct set, in_flight)},
};

static uint64_t sum(const struct meter *m, size_t offset) {
    uint64_t total = 0;
    for (uint32_t w = 0; w < m->workers; w++)
        total += counter_read((const _Atomic uint64_t *)(const void *)((const char *)m->sets[w] + offset));
    return total;
}

static void expose_histograms(struct meter *m, struct buf *out) {
    for (size_t i = 0; i < sizeof HISTOGRAMS / sizeof *HISTOGRAMS; i++) {
        const struct family *f = &HISTOGRAMS[i].family;
        expose_head(f->name, f->help, "histogram", out);
        for (int r = 0; r < (HISTOGRAMS[i].by_route ? ROUTE_COUNT : 1); r++) {
            char label[40] = "";
            if (HISTOGRAMS[i].by_route) snprintf(label, sizeof label, "route=\"%s\"", ROUTES[r]);
            histogram_expose(f, label, HISTOGRAMS[i].bounds_us, m->sets, m->workers,
                             HISTOGRAMS[i].offset + (size_t)r * sizeof(struct histogram), out);
        }
    }
}

static void expose_state(const struct meter_state *s, struct buf *out) {
    const struct {
        const char *name, *help, *type;
        uint64_t value;
    } values[] = {
        {"sluice_local_enabled", "A local model is configured.", "gauge", s->local_enabled},
        {"sluice_local_ready", "The local model answers.", "gauge", s->local_ready},
        {"sluice_local_in_flight", "Requests at the local model.", "gauge", s->local_in_flight},
        {"sluice_local_restarts_total", "Restarts of the local model.", "counter", s->local_restarts},
        {"sluice_ledger_rows_total", "Rows written to the ledger.", "counter", s->ledger_written},
        {"sluice_ledger_waiting", "Rows that wait to be written.", "gauge", s->ledger_waiting},
        {"sluice_ledger_ok", "The last write to the ledger succeeded.", "gauge", s->ledger_ok},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        expose_value(values[i].name, values[i].help, values[i].type, values[i].value, out);
    const struct {
        const char *name, *help;
        double value;
    } reals[] = {{"sluice_threshold", "The line between routine and hard.", s->threshold},
                 {"sluice_budget_usd", "What frontiers may cost in the period; 0 = no budget.", s->budget_usd},
                 {"sluice_budget_spent_usd", "What they have cost in it.", s->spent_usd}};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        expose_head(reals[i].name, reals[i].help, "gauge", out);
        buf_printf(out, "%s %.9g\n", reals[i].name, reals[i].value);
    }
    expose_head("sluice_build_info", "The version that runs.", "gauge", out);
    buf_printf(out, "sluice_build_info{version=\"%s\"} 1\n", s->version ? s->version : "");
}

void meter_expose(struct meter *m, const struct meter_state *state, struct buf *out) {
    for (size_t i = 0; i < sizeof COUNTERS / sizeof *COUNTERS; i++)
        series_expose(&COUNTERS[i].family, m->sets, m->workers, COUNTERS[i].offset, out);
    expose_histograms(m, out);
    expose_head("sluice_bytes_out_total", "Bytes of requests sent to upstreams, by the zone they went to.", "counter",
                out);
    for (int z = 0; z < ZONE_COUNT; z++)
        buf_printf(out, "sluice_bytes_out_total{zone=\"%s\"} %llu\n", zone_name((enum zone)z),
                   (unsigned long long)sum(m, offsetof(struct set, bytes_out) + (size_t)z * sizeof(uint64_t)));
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++) {
        uint64_t v = sum(m, VALUES[i].offset);
        // a reader between two workers' changes may see a moment below zero
        if (strcmp(VALUES[i].type, "gauge") == 0 && (int64_t)v < 0) v = 0;
        expose_value(VALUES[i].name, VALUES[i].help, VALUES[i].type, v, out);
    }
    expose_state(state, out);
}
