#include "meter/meter.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "meter/series.h"
#include "test.h"

static struct ledger_row example(void) {
    struct ledger_row r = {.upstream = "openai",
                           .route = "frontier",
                           .reason = "score",
                           .status = 200,
                           .outcome = "ok",
                           .input_tokens = 100,
                           .output_tokens = 50,
                           .cached_tokens = 10,
                           .cost_usd = 0.25,
                           .ttft_us = 30000,
                           .total_us = 2000000,
                           .overhead_us = 40,
                           .bytes_in = 10,
                           .bytes_answered = 20};
    r.bytes_out[ZONE_US] = 444;
    return r;
}

static char *expose(struct meter *m) {
    static const struct meter_state STATE = {.local_enabled = true,
                                             .local_ready = true,
                                             .local_restarts = 2,
                                             .ledger_written = 7,
                                             .ledger_ok = true,
                                             .version = "1.2.3"};
    struct buf b;
    buf_init(&b, 4 << 20);
    meter_expose(m, &STATE, &b);
    assert_false(b.full);
    return b.at;
}

// The value of the line that begins with exactly this name and these labels; NAN when there is none.
static double value(const char *text, const char *sample) {
    size_t n = strlen(sample);
    for (const char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
        if (strncmp(line, sample, n) == 0 && line[n] == ' ') return strtod(line + n, NULL);
    return NAN;
}

// ---------------------------------------------------------------- a strict reader of the format

struct reader {
    char family[80], type[16]; // of the head that was read last
    char seen[64][80];         // families so far
    size_t seen_count;
    char key[200]; // labels of the histogram in progress, without le
    double last_le;
    uint64_t last_bucket, inf;
    bool in_buckets;
    size_t samples;
};

static size_t read_name(const char *p) {
    size_t n = 0;
    while (isalnum((unsigned char)p[n]) || p[n] == '_' || p[n] == ':') n++;
    assert_true(n > 0 && !isdigit((unsigned char)p[0]));
    return n;
}

static void read_head(struct reader *r, const char *line, size_t len) {
    bool help = strncmp(line, "# HELP ", 7) == 0;
    assert_true(help || strncmp(line, "# TYPE ", 7) == 0);
    size_t n = read_name(line + 7);
    if (help) {
        snprintf(r->family, sizeof r->family, "%.*s", (int)n, line + 7);
        for (size_t i = 0; i < r->seen_count; i++) assert_string_not_equal(r->seen[i], r->family);
        memcpy(r->seen[r->seen_count++], r->family, sizeof r->family);
        r->type[0] = 0;
        return;
    }
    assert_true(strlen(r->family) == n && strncmp(r->family, line + 7, n) == 0); // right after its HELP
    assert_int_equal(r->type[0], 0);
    snprintf(r->type, sizeof r->type, "%.*s", (int)(len - 8 - n), line + 8 + n);
    assert_true(!strcmp(r->type, "counter") || !strcmp(r->type, "gauge") || !strcmp(r->type, "histogram"));
}

// Reads {a="x",...}; copies what is not le to `key` and le to *le. Returns its length.
static size_t read_labels(const char *p, char *key, double *le) {
    const char *start = p++;
    size_t used = 0;
    *le = NAN;
    while (*p != '}') {
        size_t n = read_name(p);
        const char *name = p;
        p += n;
        assert_int_equal(*p++, '=');
        assert_int_equal(*p++, '"');
        const char *text = p;
        while (*p != '"') {
            assert_true(*p != '\n' && *p);
            if (*p == '\\') {
                p++;
                assert_true(*p == '\\' || *p == '"' || *p == 'n');
            }
            p++;
        }
        if (n == 2 && strncmp(name, "le", 2) == 0) *le = strncmp(text, "+Inf", 4) ? strtod(text, NULL) : INFINITY;
        else used += (size_t)snprintf(key + used, 200 - used, "%.*s;", (int)(p - name), name);
        p++;
        if (*p == ',') p++;
        else assert_int_equal(*p, '}');
    }
    return (size_t)(p + 1 - start);
}

static void read_bucket(struct reader *r, const char *key, double le, uint64_t v) {
    assert_true(!isnan(le));
    if (r->in_buckets) {
        assert_string_equal(key, r->key);
        assert_true(le > r->last_le && v >= r->last_bucket);
    }
    snprintf(r->key, sizeof r->key, "%s", key);
    r->last_le = le, r->last_bucket = r->inf = v;
    r->in_buckets = !isinf(le);
}

static void read_sample(struct reader *r, const char *line) {
    char key[200] = "", *end;
    double le = NAN;
    size_t n = read_name(line), family = strlen(r->family);
    const char *suffix = line + family;
    assert_int_equal(strncmp(line, r->family, family), 0);
    const char *p = line + n;
    if (*p == '{') p += read_labels(p, key, &le);
    assert_int_equal(*p++, ' ');
    double v = strtod(p, &end);
    assert_true(end > p && *end == '\n' && isfinite(v) && v >= 0);
    r->samples++;
    if (strcmp(r->type, "histogram") != 0) {
        assert_int_equal(n, family);
        if (strcmp(r->type, "counter") == 0) assert_int_equal(strncmp(line + n - 6, "_total", 6), 0);
        return;
    }
    if (strncmp(suffix, "_bucket", 7) == 0) {
        read_bucket(r, key, le, (uint64_t)v);
        return;
    }
    assert_false(r->in_buckets); // the buckets ended with +Inf
    assert_string_equal(key, r->key);
    if (strncmp(suffix, "_count", 6) == 0) assert_int_equal((uint64_t)v, r->inf);
    else assert_int_equal(strncmp(suffix, "_sum", 4), 0);
}

static size_t read_strictly(const char *text) {
    struct reader r = {.samples = 0};
    while (*text) {
        const char *end = strchr(text, '\n');
        assert_non_null(end);
        if (*text == '#') read_head(&r, text, (size_t)(end - text));
        else read_sample(&r, text);
        text = end + 1;
    }
    return r.samples;
}

// ---------------------------------------------------------------- tests

static void meter_exposes_what_a_strict_reader_accepts(void **state) {
    (void)state;
    struct meter *m = meter_new(3);
    char *empty = expose(m);
    assert_true(read_strictly(empty) > 50);
    free(empty);
    for (uint32_t w = 0; w < 3; w++) {
        struct ledger_row row = example();
        for (int i = 0; i < 20; i++) {
            row.total_us = 1000LL << i;
            row.ttft_us = i % 3 ? 700LL << i : -1;
            row.overhead_us = 3LL << i;
            strcpy(row.route, i & 1 ? "local" : "frontier");
            meter_request(m, w, &row);
        }
        meter_rejected(m, w, "bad\"code\\\n");
        meter_attempt_failed(m, w, "openai", 429);
    }
    char *text = expose(m);
    assert_true(read_strictly(text) > 60);
    assert_true(value(text, "sluice_rejected_total{code=\"bad\\\"code\\\\\\n\"}") == 3);
    free(text);
    meter_free(m);
}

static void meter_adds_the_workers_up(void **state) {
    (void)state;
    struct meter *m = meter_new(2);
    struct ledger_row row = example();
    meter_request(m, 0, &row);
    meter_request(m, 1, &row);
    meter_attempt_failed(m, 1, "openai", 0);
    char *t = expose(m);
    assert_true(value(t, "sluice_requests_total{route=\"frontier\",reason=\"score\",status=\"2xx\"}") == 2);
    assert_true(value(t, "sluice_tokens_total{direction=\"input\",route=\"frontier\"}") == 200);
    assert_true(value(t, "sluice_tokens_total{direction=\"cached\",route=\"frontier\"}") == 20);
    assert_true(value(t, "sluice_cost_usd_total{upstream=\"openai\"}") == 0.5);
    assert_true(value(t, "sluice_bytes_out_total{zone=\"us\"}") == 888);
    assert_true(value(t, "sluice_bytes_out_total{zone=\"eu\"}") == 0);
    assert_true(value(t, "sluice_upstream_failures_total{upstream=\"openai\",status=\"none\"}") == 1);
    assert_true(value(t, "sluice_ttft_seconds_bucket{route=\"frontier\",le=\"0.025\"}") == 0);
    assert_true(value(t, "sluice_ttft_seconds_bucket{route=\"frontier\",le=\"0.05\"}") == 2);
    assert_true(value(t, "sluice_ttft_seconds_count{route=\"local\"}") == 0);
    assert_true(value(t, "sluice_request_duration_seconds_sum{route=\"frontier\"}") == 4);
    assert_true(value(t, "sluice_overhead_seconds_bucket{le=\"5e-05\"}") == 2);
    assert_true(value(t, "sluice_overhead_seconds_bucket{le=\"2.5e-05\"}") == 0);
    assert_true(value(t, "sluice_build_info{version=\"1.2.3\"}") == 1);
    assert_true(value(t, "sluice_local_restarts_total") == 2);
    assert_true(value(t, "sluice_ledger_rows_total") == 7);
    free(t);
    meter_free(m);
}

static void meter_bounds_are_inclusive(void **state) {
    (void)state;
    struct meter *m = meter_new(1);
    struct ledger_row row = example();
    row.overhead_us = 10;
    meter_request(m, 0, &row);
    row.overhead_us = 11;
    meter_request(m, 0, &row);
    row.overhead_us = 10000000;
    meter_request(m, 0, &row);
    char *t = expose(m);
    assert_true(value(t, "sluice_overhead_seconds_bucket{le=\"1e-05\"}") == 1);
    assert_true(value(t, "sluice_overhead_seconds_bucket{le=\"0.1\"}") == 2);
    assert_true(value(t, "sluice_overhead_seconds_bucket{le=\"+Inf\"}") == 3);
    free(t);
    meter_free(m);
}

static void meter_unknown_cost_is_not_zero(void **state) {
    (void)state;
    struct meter *m = meter_new(1);
    struct ledger_row row = example();
    row.cost_usd = NAN;
    row.output_tokens = -1;
    row.ttft_us = -1;
    meter_request(m, 0, &row);
    char *t = expose(m);
    assert_true(isnan(value(t, "sluice_cost_usd_total{upstream=\"openai\"}")));
    assert_true(value(t, "sluice_cost_unknown_total{upstream=\"openai\"}") == 1);
    assert_true(value(t, "sluice_tokens_unknown_total{upstream=\"openai\"}") == 1);
    assert_true(isnan(value(t, "sluice_tokens_total{direction=\"output\",route=\"frontier\"}")));
    assert_true(value(t, "sluice_ttft_seconds_count{route=\"frontier\"}") == 0);
    assert_true(value(t, "sluice_request_duration_seconds_count{route=\"frontier\"}") == 1);
    free(t);
    meter_free(m);
}

static void meter_gauges_go_up_and_down_across_workers(void **state) {
    (void)state;
    struct meter *m = meter_new(2);
    meter_connections(m, 0, 1), meter_connections(m, 0, 1), meter_connections(m, 1, -1);
    meter_in_flight(m, 0, 1), meter_in_flight(m, 0, -1), meter_in_flight(m, 1, -1);
    char *t = expose(m);
    assert_true(value(t, "sluice_connections") == 1);
    assert_true(value(t, "sluice_in_flight") == 0);
    free(t);
    meter_free(m);
}

static void meter_labels_are_bounded(void **state) {
    (void)state;
    struct meter *m = meter_new(2);
    for (uint32_t i = 0; i < 1000; i++) {
        char code[80];
        snprintf(code, sizeof code, "code-%u-which-is-far-longer-than-a-label-may-be", i);
        meter_rejected(m, i & 1, code);
    }
    char *t = expose(m);
    size_t lines = 0;
    double total = 0;
    for (const char *p = t; (p = strstr(p, "\nsluice_rejected_total{")); lines++)
        total += strtod(strchr(++p, '}') + 1, NULL);
    assert_true(lines <= SERIES_MOST);
    assert_true(total == 1000); // nothing is lost
    assert_true(value(t, "sluice_rejected_total{code=\"other\"}") > 800);
    read_strictly(t);
    free(t);
    meter_free(m);
}

static _Atomic bool stop;

static void *count_forever(void *meter) {
    struct ledger_row row = example();
    for (int i = 0; !stop; i++) {
        snprintf(row.reason, sizeof row.reason, "r%d", i % 50);
        meter_request(meter, 0, &row);
    }
    return NULL;
}

static void meter_may_be_read_while_workers_count(void **state) {
    (void)state;
    struct meter *m = meter_new(1);
    pthread_t thread;
    stop = false;
    pthread_create(&thread, NULL, count_forever, m);
    for (int i = 0; i < 30; i++) {
        char *t = expose(m);
        read_strictly(t);
        free(t);
    }
    stop = true;
    pthread_join(thread, NULL);
    meter_free(m);
}

static void meter_counting_is_cheap(void **state) {
    (void)state;
    enum { ROUNDS = 100000 };
    struct meter *m = meter_new(1);
    struct ledger_row row = example();
    uint64_t start = clock_now_ns();
    for (int i = 0; i < ROUNDS; i++) meter_request(m, 0, &row);
    uint64_t ns = (clock_now_ns() - start) / ROUNDS;
    print_message("meter_request: %llu ns\n", (unsigned long long)ns);
    assert_true(ns < 20000); // 500 ns is the aim; sanitizers and a busy machine cost more
    meter_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meter_exposes_what_a_strict_reader_accepts),
        cmocka_unit_test(meter_adds_the_workers_up),
        cmocka_unit_test(meter_bounds_are_inclusive),
        cmocka_unit_test(meter_unknown_cost_is_not_zero),
        cmocka_unit_test(meter_gauges_go_up_and_down_across_workers),
        cmocka_unit_test(meter_labels_are_bounded),
        cmocka_unit_test(meter_may_be_read_while_workers_count),
        cmocka_unit_test(meter_counting_is_cheap),
    };
    return RUN(tests);
}
