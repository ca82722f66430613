// sluice ledger export | summary
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "ledger/outcome.h"
#include "wire/json.h"

struct options {
    const char *config, *db, *format, *since, *until, *id;
    struct option_list sets;
    int64_t limit;
    bool json, outcomes;
};

static const char HELP[] = "export writes one line per request, in the order in which they ended; with --outcomes, one per\n"
                           "outcome (whether an answer served) instead. summary adds the requests up.\n"
                           "TIME is 2026-01-31, 2026-01-31T12:00:00Z (UTC), or how long ago: 90m, 24h, 7d, 4w.\n"
                           "\n"
                           "Examples:\n"
                           "  sluice ledger summary --since 7d\n"
                           "  sluice ledger export --format csv --since 2026-01-01 > january.csv\n"
                           "  sluice ledger export --id REQUEST-ID | jq .reason\n";

// ---------------------------------------------------------------- times

// "24h": so long before now.
static bool read_age(const char *text, int64_t now_us, int64_t *out) {
    static const struct {
        char unit;
        int64_t seconds;
    } UNITS[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    char *end;
    if (!isdigit((unsigned char)*text)) return false;
    long long n = strtoll(text, &end, 10);
    if (n < 0 || n > 1000000 || !*end || end[1]) return false;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        if (*end != UNITS[i].unit) continue;
        *out = now_us - n * UNITS[i].seconds * 1000000;
        return true;
    }
    return false;
}

// A date, or a date and time, in UTC.
static bool read_instant(const char *text, int64_t *out) {
    static const char *const FORMATS[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"};
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) {
        struct tm tm = {.tm_mday = 1};
        const char *end = strptime(text, FORMATS[i], &tm);
        if (end && i > 0 && *end == 'Z') end++;
        if (!end || *end) continue;
        struct tm given = tm;
        time_t seconds = timegm(&tm);
        // timegm turns February 30 into March 1
        if (tm.tm_mday != given.tm_mday || tm.tm_mon != given.tm_mon || seconds <= 0) return false;
        *out = (int64_t)seconds * 1000000;
        return true;
    }
    return false;
}

static int read_time(const char *name, const char *text, int64_t *out) {
    if (!text || read_age(text, clock_wall_us(), out) || read_instant(text, out)) return 0;
    return cmd_usage(&CMD_LEDGER, "--%s: '%s' is no time; write 2026-01-31, 2026-01-31T12:00:00Z or 7d", name, text);
}

// ---------------------------------------------------------------- summary

static double share(int64_t part, int64_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_upstreams(const struct ledger_summary *s) {
    if (!s->upstream_count) return;
    printf("\n%-20s %10s %14s %14s %14s\n", "upstream", "requests", "tokens in", "tokens out", "cost USD");
    for (size_t i = 0; i < s->upstream_count; i++) {
        printf("%-20s %10lld %14lld %14lld %14.6f", s->upstreams[i].name, (long long)s->upstreams[i].requests,
               (long long)s->upstreams[i].input_tokens, (long long)s->upstreams[i].output_tokens,
               s->upstreams[i].cost_usd);
        if (s->upstreams[i].cost_unknown) printf("  + %lld unknown", (long long)s->upstreams[i].cost_unknown);
        putchar('\n');
    }
}

static void print_summary(const struct ledger_summary *s) {
    char first[25], last[25];
    if (!s->requests) {
        puts("No requests.");
        return;
    }
    clock_format_utc(s->first_us, first);
    clock_format_utc(s->last_us, last);
    printf("%.19sZ to %.19sZ\n\n", first, last);
    printf("requests     %lld: %lld local, %lld frontier, %lld refused; %lld failed, %lld sensitive\n",
           (long long)s->requests, (long long)s->local, (long long)s->frontier, (long long)s->refused,
           (long long)s->failed, (long long)s->sensitive);
    printf("local share  %.1f%% of the requests that were routed\n", share(s->local, s->local + s->frontier));
    printf("tokens       %lld in, %lld out", (long long)s->input_tokens, (long long)s->output_tokens);
    if (s->tokens_unknown) printf("; %lld requests told none", (long long)s->tokens_unknown);
    printf("\ncost         $%.6f", s->cost_usd);
    if (s->cost_unknown) printf("; unknown for %lld requests", (long long)s->cost_unknown);
    if (s->baseline_known)
        printf("\nsaved        $%.6f of $%.6f (%.1f%%) for the %lld requests whose cost and baseline are known",
               s->saved_usd, s->baseline_usd, s->baseline_usd > 0 ? 100 * s->saved_usd / s->baseline_usd : 0,
               (long long)s->baseline_known);
    printf("\nbytes out   ");
    for (int z = 0; z < ZONE_COUNT; z++) printf(" %s %lld", zone_name((enum zone)z), (long long)s->bytes_out[z]);
    putchar('\n');
    print_upstreams(s);
}

static void put_upstreams(const struct ledger_summary *s, struct buf *b) {
    buf_add_z(b, ",\"upstreams\":[");
    for (size_t i = 0; i < s->upstream_count; i++) {
        buf_add_z(b, i ? ",{\"name\":" : "{\"name\":");
        json_put_z(b, s->upstreams[i].name);
        buf_printf(b,
                   ",\"requests\":%lld,\"input_tokens\":%lld,\"output_tokens\":%lld,\"cost_unknown\":%lld,"
                   "\"cost_usd\":%.15g}",
                   (long long)s->upstreams[i].requests, (long long)s->upstreams[i].input_tokens,
                   (long long)s->upstreams[i].output_tokens, (long long)s->upstreams[i].cost_unknown,
                   s->upstreams[i].cost_usd);
    }
    buf_add_char(b, ']');
}

static void print_summary_json(const struct ledger_summary *s) {
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"requests", s->requests},
                  {"local", s->local},
                  {"frontier", s->frontier},
                  {"refused", s->refused},
                  {"failed", s->failed},
                  {"sensitive", s->sensitive},
                  {"input_tokens", s->input_tokens},
                  {"output_tokens", s->output_tokens},
                  {"tokens_unknown", s->tokens_unknown},
                  {"cost_unknown", s->cost_unknown},
                  {"baseline_known", s->baseline_known},
                  {"first_us", s->first_us},
                  {"last_us", s->last_us}};
    struct buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        buf_printf(&b, "%c\"%s\":%lld", i ? ',' : '{', counts[i].name, (long long)counts[i].value);
    int64_t routed = s->local + s->frontier;
    if (routed) buf_printf(&b, ",\"local_share\":%.15g", (double)s->local / (double)routed);
    else buf_add_z(&b, ",\"local_share\":null");
    buf_printf(&b, ",\"cost_usd\":%.15g,\"baseline_usd\":%.15g,\"saved_usd\":%.15g,\"bytes_out\":", s->cost_usd,
               s->baseline_usd, s->saved_usd);
    for (int z = 0; z < ZONE_COUNT; z++)
        buf_printf(&b, "%c\"%s\":%lld", z ? ',' : '{', zone_name((enum zone)z), (long long)s->bytes_out[z]);
    buf_add_char(&b, '}');
    put_upstreams(s, &b);
    printf("%s}\n", b.at);
    buf_free(&b);
}

// ---------------------------------------------------------------- the command

static int run_summary(const struct options *o, const char *path, const struct ledger_filter *filter) {
    struct ledger_summary summary;
    struct err e;
    if (ledger_summarize(path, filter, &summary, &e)) return cmd_fail(EXIT_FAILED, &e);
    if (o->json) print_summary_json(&summary);
    else print_summary(&summary);
    return EXIT_FINE;
}

struct outcome_export {
    const struct ledger_filter *filter;
    struct buf line;
};

static int export_outcome(void *context, const struct ledger_outcome *o) {
    struct outcome_export *x = context;
    const struct ledger_filter *f = x->filter;
    if ((f->until_us && o->at_us >= f->until_us) || (f->id && strcmp(f->id, o->id) != 0)) return 0;
    buf_reset(&x->line);
    ledger_outcome_json(o, &x->line);
    return puts(x->line.at) < 0;
}

static int run_export_outcomes(const struct options *o, const char *path, const struct ledger_filter *filter) {
    struct err e;
    struct outcome_export x = {.filter = filter};
    if (strcmp(o->format, "jsonl") != 0 || o->limit) return cmd_usage(&CMD_LEDGER, "--outcomes are JSON lines, and all");
    buf_init(&x.line, 64 << 10);
    int64_t n = ledger_read_outcomes(path, filter->since_us, export_outcome, &x, &e);
    buf_free(&x.line);
    return n < 0 ? cmd_fail(EXIT_FAILED, &e) : ferror(stdout) ? EXIT_FAILED : EXIT_FINE;
}

static int run_export(const struct options *o, const char *path, const struct ledger_filter *filter) {
    struct err e;
    if (o->outcomes) return run_export_outcomes(o, path, filter);
    enum ledger_format format = LEDGER_JSONL;
    if (strcmp(o->format, "csv") == 0) format = LEDGER_CSV;
    else if (strcmp(o->format, "jsonl") != 0) return cmd_usage(&CMD_LEDGER, "--format must be jsonl or csv");
    int64_t rows = ledger_export(path, filter, format, stdout, &e);
    if (rows < 0) return cmd_fail(EXIT_FAILED, &e);
    if (rows == 0 && filter->id) {
        err_set(&e, "the ledger has no request of this id");
        return cmd_fail(EXIT_FAILED, &e);
    }
    return EXIT_FINE;
}

// --db, or what the configuration says. NULL with the reason in *e.
static char *find_db(const struct options *o, struct err *e) {
    if (o->db) return mem_copy_z(o->db);
    struct config *config = cmd_config(o->config, &o->sets, e);
    char *path = config ? ledger_path(config) : NULL;
    config_free(config);
    return path;
}

static int run(int argc, char **argv) {
    struct options o = {.format = "jsonl"};
    const struct cmd_option options[] = {
        {"config", 'c', OPTION_STRING, "FILE", "configuration that names the ledger", &o.config},
        {"db", 0, OPTION_STRING, "PATH", "the ledger's file itself", &o.db},
        {"format", 0, OPTION_STRING, "FORMAT", "export: jsonl or csv (jsonl)", &o.format},
        {"id", 0, OPTION_STRING, "ID", "one request, as in x-request-id", &o.id},
        {"json", 'j', OPTION_FLAG, NULL, "summary: as JSON", &o.json},
        {"limit", 'n', OPTION_INT, "N", "export: only the newest N", &o.limit},
        {"outcomes", 0, OPTION_FLAG, NULL, "export: outcomes instead of requests", &o.outcomes},
        {"set", 0, OPTION_LIST, "KEY=VALUE", "change one key of the configuration", &o.sets},
        {"since", 0, OPTION_STRING, "TIME", "from this time on", &o.since},
        {"until", 0, OPTION_STRING, "TIME", "before this time", &o.until},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct ledger_filter filter = {.limit = 0};
    struct err e;
    int first = cmd_options(&CMD_LEDGER, options, argc, argv);
    if (first != argc - 1) return cmd_usage(&CMD_LEDGER, "say what to do: export or summary");
    bool is_export = strcmp(argv[first], "export") == 0;
    if (!is_export && strcmp(argv[first], "summary") != 0)
        return cmd_usage(&CMD_LEDGER, "'%s': there is only export and summary", argv[first]);
    if (o.limit < 0) return cmd_usage(&CMD_LEDGER, "--limit must not be negative");
    filter.limit = o.limit;
    filter.id = o.id;
    int status = read_time("since", o.since, &filter.since_us);
    if (!status) status = read_time("until", o.until, &filter.until_us);
    if (status) return status;
    char *path = find_db(&o, &e);
    if (!path) return cmd_fail(EXIT_CONFIG, &e);
    status = is_export ? run_export(&o, path, &filter) : run_summary(&o, path, &filter);
    free(path);
    return status;
}

const struct command CMD_LEDGER = {
    .name = "ledger",
    .arguments = "export|summary",
    .summary = "read the ledger: one row per request",
    .help = HELP,
    .run = run,
};
