// `sluice explain`: the decision for a request, and why, without sending it anywhere.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "gateway/explain.h"

enum { READ_BYTES = 256 * 1024, ARENA_FACTOR = 12 };

struct explain {
    struct snapshot *snapshot;
    struct gate_scratch *scratch;
    struct route_state state;
    bool frontier_assumed;
    enum zone assumed_zone;
    struct json_limits limits;
    struct json_doc line, request; // of the batch form: the line, and the request in it
    struct arena arena;
    struct buf body; // a request built from a prompt
    struct buf out;
    size_t max_bytes;
    uint64_t lines; // read so far
    bool any_failed;
};

// The local model is taken as ready. A frontier is too: what is asked is where the request belongs, and that
// does not depend on which keys the shell has that runs `explain`.
static void assume_state(struct explain *x) {
    const struct snapshot *s = x->snapshot;
    decide_assumed_state(x->snapshot, &x->state);
    x->frontier_assumed = x->state.frontier_count == 0;
    if (!x->frontier_assumed) return;
    x->assumed_zone = s->frontier_count ? s->frontiers[0].config->zone : ZONE_ANY;
    x->state.frontier_count = 1;
    x->state.frontier_zones = &x->assumed_zone;
}

static int open_explain(struct explain *x, struct config *config, struct err *e) {
    x->limits = (struct json_limits){(uint32_t)config->limits.json_depth, (uint32_t)config->limits.json_values};
    x->max_bytes = (size_t)config->limits.body_bytes;
    x->snapshot = snapshot_load(config, e);
    if (!x->snapshot) return -1;
    x->scratch = gate_scratch_new(x->snapshot->gate);
    if (!x->scratch) return err_set(e, "the gate has no memory for its scratch");
    arena_init(&x->arena, x->max_bytes * ARENA_FACTOR);
    buf_init(&x->body, (x->max_bytes + READ_BYTES) * 6 + 256); // escapes take six bytes at most
    buf_init(&x->out, SIZE_MAX / 2);
    assume_state(x);
    return 0;
}

static void close_explain(struct explain *x) {
    json_free(&x->line);
    json_free(&x->request);
    buf_free(&x->body);
    buf_free(&x->out);
    arena_release(&x->arena);
    gate_scratch_free(x->scratch);
    snapshot_unref(x->snapshot);
}

// The request of a prompt that is given as a JSON string with its quotes.
static struct span wrap_prompt(struct explain *x, struct span quoted) {
    buf_reset(&x->body);
    buf_add_z(&x->body, "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":");
    buf_add_span(&x->body, quoted);
    buf_add_z(&x->body, "}]}");
    return buf_span(&x->body);
}

// The view and all memory of the decision live until the arena is released.
static int decide_body(struct explain *x, struct span body, struct chat_view *view, struct explanation *out,
                       struct err *e) {
    size_t at;
    enum json_status status = json_parse(&x->request, body, &x->limits, &at);
    if (status != JSON_OK) return err_set(e, "the request: %s (byte %zu)", json_status_text(status), at);
    struct chat_fault fault = {0};
    uint32_t messages = (uint32_t)x->snapshot->config->limits.messages;
    if (chat_view_openai(view, &x->request, messages, &x->arena, &fault) != 0) {
        bool named = fault.param && *fault.param;
        return err_set(e, "%s%s%s", named ? fault.param : "", named ? ": " : "", fault.why.text);
    }
    *out = (struct explanation){.snapshot = x->snapshot,
                                .view = view,
                                .state = &x->state,
                                .frontier_assumed = x->frontier_assumed};
    int frontier;
    decide_model(x->snapshot, view->model, NULL, &out->pin, &frontier);
    decide(x->snapshot, x->scratch, view, PIN_NONE, &x->state, 0, true, &x->arena, &out->decision);
    return 0;
}

// ---------------------------------------------------------------- one request

static int explain_one(struct explain *x, struct span body, bool json) {
    struct chat_view view;
    struct explanation out;
    struct err e = {""};
    if (decide_body(x, body, &view, &out, &e) != 0) return cmd_fail(EXIT_FAILED, &e);
    explain_fill(&out, x->scratch, &x->arena);
    if (json) explain_put_json(&x->out, &out);
    else explain_put_words(&x->out, &out, cmd_colour());
    mask_free(out.decision.mask);
    fwrite(x->out.at, 1, x->out.len, stdout);
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FAILED;
}

// The body: the file of -f, or a prompt from the arguments or from standard input.
static int explain_given(struct explain *x, const char *prompt, const char *file, bool json) {
    struct err e = {""};
    size_t len = 0;
    char *bytes = NULL;
    struct span body, text = span_from(prompt);
    if (file || !prompt || !strcmp(prompt, "-")) {
        bytes = cmd_read_file(file ? file : "-", x->max_bytes, &len, &e);
        if (!bytes) return cmd_fail(EXIT_FAILED, &e);
        text = span_make(bytes, len);
    }
    if (file) {
        body = text;
    } else {
        struct buf quoted;
        buf_init(&quoted, text.len * 6 + 2);
        json_put_string(&quoted, text);
        body = wrap_prompt(x, buf_span(&quoted));
        buf_free(&quoted);
    }
    int code = explain_one(x, body, json);
    if (bytes) mem_wipe(bytes, len);
    free(bytes);
    return code;
}

// ---------------------------------------------------------------- batch

// {"id","prompt"} or {"id","request"}; everything else in the line is ignored.
static int decide_line(struct explain *x, struct chat_view *view, struct explanation *out, struct err *e) {
    uint32_t request = json_get(&x->line, 0, "request"), prompt = json_get(&x->line, 0, "prompt");
    if (json_is(&x->line, request, JSON_OBJECT)) return decide_body(x, json_raw(&x->line, request), view, out, e);
    if (json_is(&x->line, prompt, JSON_STRING))
        return decide_body(x, wrap_prompt(x, json_raw(&x->line, prompt)), view, out, e);
    return err_set(e, "the line has neither a string \"prompt\" nor an object \"request\"");
}

static void explain_line(struct explain *x, struct span line) {
    struct chat_view view;
    struct explanation out;
    struct err e = {""};
    size_t at;
    buf_add_char(&x->out, '{');
    enum json_status status = json_parse(&x->line, line, &x->limits, &at);
    uint32_t id = status == JSON_OK ? json_get(&x->line, 0, "id") : 0;
    json_put_key(&x->out, "id");
    buf_add_span(&x->out, id ? json_raw(&x->line, id) : SPAN("null"));
    int result = status == JSON_OK ? decide_line(x, &view, &out, &e)
                                   : err_set(&e, "the line: %s (byte %zu)", json_status_text(status), at);
    if (result == 0) {
        explain_put_members(&x->out, &out);
        mask_free(out.decision.mask);
    } else {
        json_put_key(&x->out, "error");
        json_put_z(&x->out, e.text);
        x->any_failed = true;
    }
    buf_add_z(&x->out, "}\n");
    arena_reset(&x->arena);
}

static int write_out(struct explain *x) {
    int result =
        fwrite(x->out.at ? x->out.at : "", 1, x->out.len, stdout) == x->out.len && fflush(stdout) == 0 ? 0 : -1;
    buf_reset(&x->out);
    return result;
}

// Explains the whole lines of `in`, and the rest too when it is the last.
static void explain_lines(struct explain *x, struct buf *in, bool last) {
    size_t done = 0;
    while (done < in->len) {
        const char *end = memchr(in->at + done, '\n', in->len - done);
        if (!end && !last) break;
        struct span line = span_make(in->at + done, end ? (size_t)(end - in->at) - done : in->len - done);
        done += line.len + (end != NULL);
        if (!x->lines++) line = span_unmarked(line);
        if (span_trim(line).len) explain_line(x, span_trim(line));
    }
    buf_consume(in, done);
}

// Answers are written before each read: who asks line by line is answered line by line, and a file is read
// and written in large pieces.
static int explain_batch(struct explain *x) {
    struct buf in;
    struct err e = {""};
    int code = EXIT_FINE;
    buf_init(&in, x->max_bytes + READ_BYTES);
    for (;;) {
        if (write_out(x) != 0) {
            err_set(&e, "standard output: %s", strerror(errno));
            break;
        }
        char *room = buf_reserve(&in, READ_BYTES);
        if (!room) {
            err_set(&e, "a line is larger than limits.body_bytes");
            break;
        }
        ssize_t n = read(STDIN_FILENO, room, READ_BYTES);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) err_set(&e, "standard input: %s", strerror(errno));
        if (n > 0) in.len += (size_t)n;
        in.at[in.len] = 0;
        explain_lines(x, &in, n <= 0);
        if (n <= 0) break;
    }
    if (write_out(x) != 0 && !e.text[0]) err_set(&e, "standard output: %s", strerror(errno));
    if (e.text[0]) code = cmd_fail(EXIT_FAILED, &e);
    buf_free(&in);
    return code == EXIT_FINE && x->any_failed ? EXIT_FAILED : code;
}

// ---------------------------------------------------------------- command

static struct config *configure(const char *path, const struct option_list *sets, const char *weights, struct err *e) {
    struct config *config = cmd_config(path, sets, e);
    if (!config || !weights) return config;
    char assignment[4096];
    int n = snprintf(assignment, sizeof assignment, "data.weights=%s", weights);
    if (n >= 0 && (size_t)n < sizeof assignment && config_set(config, assignment, e) == 0) return config;
    if (!e->text[0]) err_set(e, "--weights: the path is too long");
    config_free(config);
    return NULL;
}

static int run(int argc, char **argv) {
    const char *file = NULL, *weights = NULL, *path = NULL;
    bool json = false, batch = false;
    struct option_list sets = {0};
    const struct cmd_option options[] = {
        {"file", 'f', OPTION_STRING, "FILE", "a whole request (JSON of POST /v1/chat/completions); - is stdin", &file},
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object instead of words", &json},
        {"jsonl", 0, OPTION_FLAG, NULL, "one JSON object per line in, one per line out", &batch},
        {"weights", 'w', OPTION_STRING, "FILE", "other intent weights than the configured ones", &weights},
        {"config", 'c', OPTION_STRING, "FILE", "configuration", &path},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &sets},
        {0},
    };
    int first = cmd_options(&CMD_EXPLAIN, options, argc, argv);
    const char *prompt = first < argc ? argv[first] : NULL;
    if (argc - first > 1) return cmd_usage(&CMD_EXPLAIN, "one prompt at a time; put it in quotes");
    if (batch && (prompt || file || json)) return cmd_usage(&CMD_EXPLAIN, "--jsonl reads standard input only");
    if (prompt && file) return cmd_usage(&CMD_EXPLAIN, "either a prompt or -f FILE");
    if (!batch && !prompt && !file && isatty(STDIN_FILENO)) return cmd_usage(&CMD_EXPLAIN, "nothing to explain");
    struct err e = {""};
    struct config *config = configure(path, &sets, weights, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    struct explain x = {0};
    int code = open_explain(&x, config, &e) != 0 ? cmd_fail(EXIT_CONFIG, &e)
               : batch                           ? explain_batch(&x)
                                                 : explain_given(&x, prompt, file, json);
    close_explain(&x);
    return code;
}

const struct command CMD_EXPLAIN = {
    .name = "explain",
    .arguments = "[\"PROMPT\"|-]",
    .summary = "where a request would go, and why; nothing is sent",
    .help = "The local model is taken as ready, and a frontier as configured.\n"
            "--jsonl reads {\"id\",\"prompt\"} or {\"id\",\"request\":{...}} and answers in the same order.\n\n"
            "  sluice explain \"Classify this ticket as billing or technical: I was charged twice\"\n"
            "  sluice explain -f request.json --json\n"
            "  sluice explain --jsonl < prompts.jsonl\n",
    .run = run,
};
