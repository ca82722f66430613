// One prompt through the whole gateway: `ask` starts one in this process, on a free port of the loopback
// interface, and talks to it as any client would; with --url it talks to one that runs already.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "gateway/server.h"
#include "wire/json.h"

enum { MAX_PROMPT_BYTES = 20 << 20, MAX_ANSWER_BYTES = 64 << 20 };

struct ask {
    const char *url, *model, *system;
    char *prompt;
    size_t prompt_len;
    bool json;
    struct server *server; // in this process, or NULL
    char *ledger;          // its ledger's path
    uv_thread_t thread;
    char headers[6][160];  // the answer's x-... headers, in the order of SHOWN
    struct buf answer;     // the body as it came
    size_t parsed;         // of it, already printed
    bool streams;
    long status;
    struct err why;
    int exit_code;
};

static const char *const SHOWN[] = {"x-request-id", "x-sluice-route", "x-sluice-reason", "x-sluice-model", "x-sluice-degraded", "x-sluice-overhead-us"};

static size_t on_header(char *at, size_t size, size_t n, void *arg) {
    struct ask *ask = arg;
    struct span line = span_make(at, size * n);
    for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++) {
        size_t len = strlen(SHOWN[i]);
        if (line.len <= len || line.at[len] != ':' || strncasecmp(line.at, SHOWN[i], len) != 0) continue;
        struct span value = span_trim(span_sub(line, len + 1, SIZE_MAX));
        snprintf(ask->headers[i], sizeof ask->headers[i], "%.*s", SPAN_ARG(value));
    }
    if (line.len > 13 && !strncasecmp(line.at, "content-type:", 13)) ask->streams = span_find(line, SPAN("event-stream")) != SIZE_MAX;
    return line.len;
}

// Prints the text of one event; an error event becomes the reason of failure.
static void print_event(struct ask *ask, struct span data, struct json_doc *doc) {
    static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 100000};
    size_t at;
    if (json_parse(doc, data, &LIMITS, &at) != JSON_OK) return;
    uint32_t error = json_path(doc, 0, "error", "message", NULL);
    if (error) snprintf(ask->why.text, sizeof ask->why.text, "%.*s", SPAN_ARG(json_text(doc, error)));
    uint32_t choices = json_get(doc, 0, "choices");
    if (!json_is(doc, choices, JSON_ARRAY) || json_count(doc, choices) == 0) return;
    uint32_t content = json_path(doc, choices + 1, "delta", "content", NULL);
    if (!json_is(doc, content, JSON_STRING)) return;
    struct buf text;
    buf_init(&text, MAX_ANSWER_BYTES);
    json_unescape_to(&text, doc, content);
    fwrite(text.at ? text.at : "", 1, text.len, stdout);
    fflush(stdout);
    buf_free(&text);
}

static size_t on_body(char *at, size_t size, size_t n, void *arg) {
    struct ask *ask = arg;
    buf_add(&ask->answer, at, size * n);
    if (!ask->streams || ask->json) return ask->answer.full ? 0 : size * n;
    struct json_doc doc = {0};
    for (;;) { // whole lines only; the rest waits
        struct span rest = span_sub(buf_span(&ask->answer), ask->parsed, SIZE_MAX);
        size_t end = span_find(rest, SPAN("\n"));
        if (end == SIZE_MAX) break;
        struct span line = span_make(rest.at, end);
        ask->parsed += end + 1;
        if (span_starts(line, SPAN("data:"))) print_event(ask, span_trim(span_sub(line, 5, SIZE_MAX)), &doc);
    }
    json_free(&doc);
    return ask->answer.full ? 0 : size * n;
}

static void build_request(const struct ask *ask, struct buf *b) {
    buf_init(b, MAX_PROMPT_BYTES * 7ul);
    buf_add_z(b, "{\"model\":");
    json_put_z(b, ask->model);
    buf_printf(b, ",\"stream\":%s,\"messages\":[", ask->json ? "false" : "true");
    if (ask->system) {
        buf_add_z(b, "{\"role\":\"system\",\"content\":");
        json_put_z(b, ask->system);
        buf_add_z(b, "},");
    }
    buf_add_z(b, "{\"role\":\"user\",\"content\":");
    json_put_string(b, span_make(ask->prompt, ask->prompt_len));
    buf_add_z(b, "}]}");
}

static void perform(struct ask *ask) {
    char url[300];
    snprintf(url, sizeof url, "%s/v1/chat/completions", ask->url);
    struct buf body;
    build_request(ask, &body);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "content-type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.at);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, ask);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, ask);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ask->status);
    if (code != CURLE_OK && !ask->why.text[0]) err_set(&ask->why, "%s: %s", ask->url, curl_easy_strerror(code));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    buf_free(&body);
}

static void report_failure(struct ask *ask) {
    static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 1000};
    struct json_doc doc = {0};
    size_t at;
    if (!ask->why.text[0] && json_parse(&doc, buf_span(&ask->answer), &LIMITS, &at) == JSON_OK) {
        struct span message = json_text(&doc, json_path(&doc, 0, "error", "message", NULL));
        snprintf(ask->why.text, sizeof ask->why.text, "%.*s", SPAN_ARG(message));
    }
    fprintf(stderr, "sluice: %s\n", ask->why.text[0] ? ask->why.text : "no answer");
    json_free(&doc);
    ask->exit_code = EXIT_FAILED;
}

// {"route":..., "reason":..., ..., "answer": the completion as it came}
static void print_json(const struct ask *ask) {
    static const char *const KEYS[] = {"id", "route", "reason", "model", "degraded", "overhead_us"};
    struct buf b;
    buf_init(&b, MAX_ANSWER_BYTES);
    buf_add_char(&b, '{');
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        json_put_key(&b, KEYS[i]);
        if (!ask->headers[i][0]) buf_add_z(&b, "null");
        else if (i == 5) buf_add_z(&b, ask->headers[i]);
        else json_put_z(&b, ask->headers[i]);
    }
    buf_printf(&b, ",\"status\":%ld,\"answer\":", ask->status);
    buf_add_span(&b, ask->answer.len ? buf_span(&ask->answer) : SPAN("null"));
    buf_add_z(&b, "}\n");
    fwrite(b.at, 1, b.len, stdout);
    buf_free(&b);
}

static void print_decision(const struct ask *ask) {
    bool colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR");
    fprintf(stderr, "%s%s: %s, model %s%s%s, decided in %s us (%s)%s\n", colour ? "\033[2m" : "", ask->headers[1],
            ask->headers[2], ask->headers[3], ask->headers[4][0] ? ", degraded: " : "", ask->headers[4],
            ask->headers[5], ask->headers[0], colour ? "\033[0m" : "");
}

static void run_ask(void *arg) {
    struct ask *ask = arg;
    buf_init(&ask->answer, MAX_ANSWER_BYTES);
    perform(ask);
    bool good = ask->status == 200 && !ask->why.text[0];
    if (ask->json && ask->status) print_json(ask);
    else if (good) putchar('\n');
    fflush(stdout);
    if (!good) report_failure(ask);
    if (ask->headers[1][0] && !ask->json) print_decision(ask);
    buf_free(&ask->answer);
    if (ask->server) server_stop(ask->server);
}

// The row that this request left, once its gateway has written it.
static void print_cost(const struct ask *ask) {
    struct ledger_filter filter = {.id = ask->headers[0], .limit = 1};
    static const struct json_limits LIMITS = {.max_depth = 8, .max_nodes = 1000};
    struct err e = {""};
    char *text = NULL;
    size_t len = 0, at;
    FILE *f = ask->ledger && ask->headers[0][0] ? open_memstream(&text, &len) : NULL;
    if (!f) return;
    int64_t rows = ledger_export(ask->ledger, &filter, LEDGER_JSONL, f, &e);
    fclose(f);
    struct json_doc doc = {0};
    double cost, baseline;
    int64_t in, out;
    if (rows == 1 && json_parse(&doc, span_make(text, len), &LIMITS, &at) == JSON_OK &&
        json_int(&doc, json_get(&doc, 0, "input_tokens"), &in) && json_int(&doc, json_get(&doc, 0, "output_tokens"), &out)) {
        fprintf(stderr, "%lld tokens in, %lld out", (long long)in, (long long)out);
        if (json_real(&doc, json_get(&doc, 0, "cost_usd"), &cost)) fprintf(stderr, ", $%.6f", cost);
        else fputs(", price unknown", stderr);
        if (json_real(&doc, json_get(&doc, 0, "baseline_usd"), &baseline)) fprintf(stderr, " (the frontier: $%.6f)", baseline);
        fputc('\n', stderr);
    }
    json_free(&doc);
    free(text);
}

static void on_ready(struct server *s, void *arg) {
    struct ask *ask = arg;
    ask->ledger = ledger_path(s->snapshot->config);
    static char url[160];
    snprintf(url, sizeof url, "http://%s", s->address);
    ask->url = url;
    ask->server = s;
    uv_thread_create(&ask->thread, run_ask, ask);
}

static int ask_here(struct ask *ask, const char *path, const struct option_list *sets) {
    struct err e = {""};
    struct config *config = cmd_config(path, sets, &e);
    if (!config || config_set(config, "listen.address=127.0.0.1:0", &e) != 0 || config_set(config, "listen.workers=1", &e) != 0) {
        config_free(config);
        return cmd_fail(EXIT_CONFIG, &e);
    }
    log_setup(LOG_ERROR, LOG_AUTO);
    struct server_options options = {.config_path = path, .ready = on_ready, .arg = ask};
    if (server_run(config, &options, &e) != 0) return cmd_fail(EXIT_FAILED, &e);
    if (ask->server) uv_thread_join(&ask->thread);
    if (!ask->json) print_cost(ask);
    return ask->exit_code;
}

// The prompt: the arguments joined by a space, or standard input for "-" and for none.
static int take_prompt(struct ask *ask, int argc, char **argv, int first, struct err *e) {
    if (first == argc || !strcmp(argv[first], "-")) {
        ask->prompt = cmd_read_file("-", MAX_PROMPT_BYTES, &ask->prompt_len, e);
        return ask->prompt ? 0 : -1;
    }
    struct buf b;
    buf_init(&b, MAX_PROMPT_BYTES);
    for (int i = first; i < argc; i++) {
        if (b.len) buf_add_char(&b, ' ');
        buf_add_z(&b, argv[i]);
    }
    ask->prompt = b.at;
    ask->prompt_len = b.len;
    return b.full ? err_set(e, "the prompt is too long") : 0;
}

static int run(int argc, char **argv) {
    struct ask ask = {.model = "auto"};
    const char *path = NULL;
    struct option_list sets = {0};
    const struct cmd_option options[] = {
        {"model", 'm', OPTION_STRING, "NAME", "auto, local, frontier or a configured model (default auto)", &ask.model},
        {"system", 0, OPTION_STRING, "TEXT", "a system message", &ask.system},
        {"url", 'u', OPTION_STRING, "URL", "ask a running gateway, e.g. http://127.0.0.1:8080", &ask.url},
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object: decision and whole answer", &ask.json},
        {"config", 'c', OPTION_STRING, "FILE", "configuration", &path},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &sets},
        {0},
    };
    int first = cmd_options(&CMD_ASK, options, argc, argv);
    struct err e = {""};
    if (take_prompt(&ask, argc, argv, first, &e) != 0) return cmd_fail(EXIT_FAILED, &e);
    if (ask.prompt_len == 0) return cmd_usage(&CMD_ASK, "the prompt is empty");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int code;
    if (ask.url) {
        run_ask(&ask);
        code = ask.exit_code;
    } else {
        code = ask_here(&ask, path ? path : config_find(), &sets);
    }
    free(ask.ledger);
    mem_wipe(ask.prompt, ask.prompt_len);
    free(ask.prompt);
    curl_global_cleanup();
    return code;
}

const struct command CMD_ASK = {
    .name = "ask",
    .arguments = "[\"PROMPT\"|-]",
    .summary = "one prompt through the router; the answer on stdout, the decision on stderr",
    .help = "Without --url a gateway is started for this one request, with its local model and its ledger.\n\n"
            "  sluice ask \"Classify this ticket as billing or login: I was charged twice.\"\n"
            "  sluice ask --json --model local - < prompt.txt\n"
            "  sluice ask --url http://127.0.0.1:8080 \"Why is the sky blue?\"\n",
    .run = run,
};
