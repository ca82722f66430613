#include "verify/verify.h"

#include <math.h>
#include <stdlib.h>

#include "verify/fields.h"
#include "verify/schema.h"
#include "verify/text.h"

// Above this share of repeated runs of words a text turns in circles (text.h).
static const double MOST_REPETITION = 0.6;

// What is made once for all choices, and the choice at work.
struct job {
    const struct verify_input *in;
    struct arena *arena;
    const struct json_doc *body;
    uint32_t choice, message, calls; // nodes of the body
    int64_t output_tokens;           // -1 = not told
    struct span content;             // decoded
    struct confidence confidence;    // tokens = 0: not known
    struct json_doc value;           // of the content, as the one element of an array; empty where it is no JSON
    uint8_t *labels;                 // of `value`
    struct schema *schema;           // of response_format
    const struct ground *ground;
    bool has_ground, ground_too_long;
    uint32_t ignored;
};

enum { VALUE = 1 }; // the node of `value` that is the answer

static bool wants(const struct verify_input *in, enum verify_check c) {
    return in->need.checks >> c & 1;
}

// ---------------------------------------------------------------- text

static enum verify_result check_empty(struct job *j) {
    if (!text_is_blank(j->content) || j->calls) return VERIFY_PASSED;
    if (json_text(j->body, json_get(j->body, j->message, "refusal")).len) return VERIFY_PASSED; // see check_refusing
    return j->in->partial ? VERIFY_SKIPPED : VERIFY_FAILED;
}

static enum verify_result check_truncated(struct job *j) {
    int64_t most = j->in->max_tokens;
    bool cut = json_text_is(j->body, json_get(j->body, j->choice, "finish_reason"), "length");
    // What the caller's own limit cut is what he asked for.
    if (cut && most >= 0 && (j->output_tokens < 0 || j->output_tokens >= most)) return VERIFY_PASSED;
    return cut || text_is_cut(j->content) ? VERIFY_FAILED : VERIFY_PASSED;
}

static enum verify_result check_looping(struct job *j) {
    return text_repetition(j->content) > MOST_REPETITION ? VERIFY_FAILED : VERIFY_PASSED;
}

static enum verify_result check_refusing(struct job *j) {
    struct span request = j->in->view ? j->in->view->text : SPAN_NONE;
    if (json_text(j->body, json_get(j->body, j->message, "refusal")).len) return VERIFY_FAILED;
    return text_is_refusal(j->content, request) ? VERIFY_FAILED : VERIFY_PASSED;
}

static enum verify_result check_confidence(struct job *j) {
    const struct verify_line *line = &j->in->need.line;
    const struct confidence *c = &j->confidence;
    if (!c->tokens || line->source == LINE_NONE) return VERIFY_SKIPPED;
    return c->mean >= line->mean && c->least >= line->least ? VERIFY_PASSED : VERIFY_FAILED;
}

// ---------------------------------------------------------------- JSON

// Reads a text as exactly one JSON value: as an array around it, so that no value is the root. False when it is none.
static bool read_value(struct job *j, struct span text, struct json_doc *doc, uint8_t **labels) {
    struct json_limits limits = {.max_depth = (uint32_t)j->in->config->limits.json_depth,
                                 .max_nodes = (uint32_t)j->in->config->limits.json_values};
    size_t at;
    char *bytes = arena_alloc(j->arena, text.len + 2);
    if (!bytes) return false;
    bytes[0] = '[';
    if (text.len) memcpy(bytes + 1, text.at, text.len);
    bytes[text.len + 1] = ']';
    if (json_parse(doc, span_make(bytes, text.len + 2), &limits, &at) != JSON_OK) return false;
    *labels = arena_alloc(j->arena, doc->count);
    return *labels && json_count(doc, 0) == 1;
}

static uint32_t schema_node(const struct chat_view *view) {
    uint32_t format = json_get(view->doc, 0, "response_format");
    return json_path(view->doc, format, "json_schema", "schema", NULL);
}

static enum verify_result result_of(enum schema_result r) {
    return r == SCHEMA_VALID ? VERIFY_PASSED : r == SCHEMA_INVALID ? VERIFY_FAILED : VERIFY_SKIPPED;
}

static enum verify_result check_schema(struct job *j) {
    const struct chat_view *view = j->in->view;
    if (j->calls) return VERIFY_SKIPPED; // a call instead of an answer
    if (!j->value.count) return VERIFY_FAILED;
    uint32_t node = schema_node(view);
    if (!node) return json_is(&j->value, VALUE, JSON_OBJECT) ? VERIFY_PASSED : VERIFY_FAILED; // json_object
    if (!j->schema) {
        j->schema = schema_compile(view->doc, node, j->arena);
        if (j->schema) j->ignored += schema_ignored(j->schema);
    }
    if (!j->schema) return VERIFY_SKIPPED;
    return result_of(
        schema_check(j->schema, &j->value, VALUE, (uint32_t)j->in->config->limits.verify_steps, j->labels));
}

// All that messages say, which is what a value may come from: no definitions, no names of fields.
static void find_ground(struct job *j) {
    const struct chat_view *view = j->in->view;
    size_t n = 0, most = (size_t)j->in->config->limits.verify_input_bytes;
    if (j->has_ground) return;
    j->has_ground = true;
    char *text = arena_alloc(j->arena, view->text.len + view->part_count + 1);
    for (uint32_t i = 0; text && i < view->part_count; i++) {
        const struct chat_part *p = &view->parts[i];
        if (p->kind != PART_TEXT && p->kind != PART_ARGUMENTS) continue;
        memcpy(text + n, view->text.at + p->start, p->len);
        n += p->len;
        text[n++] = '\n';
    }
    if (text && n <= most) j->ground = ground_new(span_make(text, n), j->arena);
}

static enum verify_result ground_value(struct job *j, const struct json_doc *doc, const uint8_t *labels) {
    const struct config *c = j->in->config;
    find_ground(j);
    if (!j->ground) return VERIFY_SKIPPED;
    bool good = fields_are_grounded(doc, labels, c->routing.verify.critical_fields,
                                    c->routing.verify.critical_field_count, j->ground, j->arena);
    return good ? VERIFY_PASSED : VERIFY_FAILED;
}

static enum verify_result check_grounded(struct job *j) {
    if (j->value.count) return ground_value(j, &j->value, j->labels);
    return VERIFY_SKIPPED;
}

// ---------------------------------------------------------------- calls of tools

// The definition of a tool by name in `tools` or `functions`, as {name, parameters}; 0 when it is not offered.
static uint32_t find_tool(const struct json_doc *doc, struct span name) {
    static const char *const LISTS[] = {"tools", "functions"};
    for (int l = 0; l < 2; l++) {
        uint32_t list = json_get(doc, 0, LISTS[l]);
        if (!json_is(doc, list, JSON_ARRAY)) continue;
        for (uint32_t t = list + 1; t < doc->nodes[list].next; t = doc->nodes[t].next) {
            uint32_t function = json_is(doc, t, JSON_OBJECT) ? (l ? t : json_get(doc, t, "function")) : 0;
            if (json_is(doc, function, JSON_OBJECT) && span_is(json_text(doc, json_get(doc, function, "name")), name))
                return function;
        }
    }
    return 0;
}

static enum verify_result check_arguments(struct job *j, uint32_t definition, const struct json_doc *doc,
                                          uint8_t *labels) {
    const struct json_doc *request = j->in->view->doc;
    uint32_t parameters = json_get(request, definition, "parameters");
    if (!json_is(doc, VALUE, JSON_OBJECT)) return VERIFY_FAILED;
    struct schema *schema = parameters ? schema_compile(request, parameters, j->arena) : NULL;
    if (!schema) return parameters ? VERIFY_SKIPPED : VERIFY_PASSED;
    j->ignored += schema_ignored(schema);
    enum verify_result result =
        result_of(schema_check(schema, doc, VALUE, (uint32_t)j->in->config->limits.verify_steps, labels));
    schema_release(schema);
    if (result == VERIFY_PASSED && j->in->config->routing.verify.critical_field_count && wants(j->in, CHECK_GROUNDED) &&
        ground_value(j, doc, labels) == VERIFY_FAILED)
        return VERIFY_FAILED;
    return result;
}

static enum verify_result check_call(struct job *j, uint32_t function) {
    struct span raw = json_text(j->body, json_get(j->body, function, "arguments"));
    uint32_t definition = find_tool(j->in->view->doc, json_text(j->body, json_get(j->body, function, "name")));
    struct json_doc doc = {0};
    uint8_t *labels;
    char *text = arena_alloc(j->arena, raw.len + 2);
    if (!definition || !text) return definition ? VERIFY_SKIPPED : VERIFY_FAILED;
    struct span arguments = raw.len ? span_make(text, json_unescape(raw, text)) : SPAN("{}");
    enum verify_result result =
        read_value(j, arguments, &doc, &labels) ? check_arguments(j, definition, &doc, labels) : VERIFY_FAILED;
    json_free(&doc);
    return result;
}

// tool_choice "required", or one that names a function.
static bool must_call(const struct json_doc *doc) {
    uint32_t choice = json_get(doc, 0, "tool_choice");
    return json_is(doc, choice, JSON_OBJECT) || json_text_is(doc, choice, "required");
}

static enum verify_result check_tool(struct job *j) {
    const struct json_doc *body = j->body;
    if (!j->calls) return must_call(j->in->view->doc) ? VERIFY_FAILED : VERIFY_PASSED;
    if (json_is(body, j->calls, JSON_OBJECT)) return check_call(j, j->calls); // function_call
    enum verify_result result = VERIFY_PASSED;
    for (uint32_t c = j->calls + 1; c < body->nodes[j->calls].next; c = body->nodes[c].next) {
        uint32_t function = json_is(body, c, JSON_OBJECT) ? json_get(body, c, "function") : 0;
        enum verify_result one = json_is(body, function, JSON_OBJECT) ? check_call(j, function) : VERIFY_FAILED;
        if (one == VERIFY_FAILED) return one;
        if (one == VERIFY_SKIPPED) result = one;
    }
    return result;
}

// ---------------------------------------------------------------- all of them

static const struct {
    const char *name, *text;
    enum verify_result (*check)(struct job *j);
    bool of_beginning; // can be told before the end
    bool of_request;   // compares with the request
} CHECKS[CHECK_COUNT] = {
    [CHECK_EMPTY] = {"empty", "says something", check_empty, true, false},
    [CHECK_TRUNCATED] = {"truncated", "is not cut off", check_truncated, false, false},
    [CHECK_SCHEMA] = {"schema", "is the JSON that response_format asks for", check_schema, false, true},
    [CHECK_TOOL] = {"tool", "calls tools that are offered, with arguments that fit", check_tool, false, true},
    [CHECK_GROUNDED] = {"grounded", "critical values stand in the request", check_grounded, false, true},
    [CHECK_LOOPING] = {"looping", "does not repeat itself", check_looping, true, false},
    [CHECK_REFUSING] = {"refusing", "does not decline", check_refusing, true, false},
    [CHECK_CONFIDENCE] = {"confidence", "the model was sure of its tokens", check_confidence, true, false},
    [CHECK_LATE] = {"late", "is complete in time", NULL, false, false},
};

const char *verify_check_name(enum verify_check c) {
    return c < CHECK_COUNT ? CHECKS[c].name : "none";
}

const char *verify_check_text(enum verify_check c) {
    return c < CHECK_COUNT ? CHECKS[c].text : "";
}

const char *verify_result_name(enum verify_result r) {
    static const char *const NAMES[] = {"skipped", "passed", "failed"};
    return NAMES[r];
}

struct verify_need verify_need_of(const struct chat_view *view, const char *task, const struct config *config,
                                  const struct lines *learned) {
    bool extracts = strcmp(task, "extract") == 0 || config->routing.verify.critical_field_count;
    struct verify_need need = {.checks = 1u << CHECK_EMPTY | 1u << CHECK_TRUNCATED | 1u << CHECK_LOOPING |
                                         1u << CHECK_REFUSING,
                               .whole = view->has_schema};
    if (view->has_schema) need.checks |= 1u << CHECK_SCHEMA;
    if (view->has_tools) need.checks |= 1u << CHECK_TOOL;
    if (extracts) need.checks |= 1u << CHECK_GROUNDED;
    // llama-server tells no log-probabilities where tools are offered. Without a line they are asked for too: from
    // them, and what becomes of the answers, one is learned.
    if (!config->routing.verify.logprobs || (view->has_tools && !view->wants_logprobs)) return need;
    need.checks |= 1u << CHECK_CONFIDENCE;
    need.line = verify_line_of(config, learned, task);
    return need;
}

static void begin_choice(struct job *j, uint32_t choice) {
    const struct json_doc *body = j->body;
    j->choice = choice;
    uint32_t message = json_get(body, choice, "message");
    j->message = json_is(body, message, JSON_OBJECT) ? message : choice; // an object in any case
    uint32_t calls = json_get(body, j->message, "tool_calls"), call = json_get(body, j->message, "function_call");
    j->calls = json_is(body, calls, JSON_ARRAY) && json_count(body, calls) ? calls
               : json_is(body, call, JSON_OBJECT)                          ? call
                                                                           : 0;
    struct span raw = json_text(body, json_get(body, j->message, "content"));
    char *text = raw.len ? arena_alloc(j->arena, raw.len) : NULL;
    j->content = text ? span_make(text, json_unescape(raw, text)) : SPAN_NONE;
    uint32_t logprobs = wants(j->in, CHECK_CONFIDENCE) ? json_get(body, choice, "logprobs") : 0;
    j->confidence = json_is(body, logprobs, JSON_OBJECT) ? confidence_of(body, json_get(body, logprobs, "content"))
                                                         : (struct confidence){.tokens = 0};
    bool json = wants(j->in, CHECK_SCHEMA) || wants(j->in, CHECK_GROUNDED);
    if (!json || j->in->partial || !read_value(j, j->content, &j->value, &j->labels)) json_free(&j->value);
}

static void merge(uint8_t *all, enum verify_result one, bool first) {
    if (first || one == VERIFY_FAILED) *all = (uint8_t)one;
    else if (*all == VERIFY_PASSED && one == VERIFY_SKIPPED) *all = VERIFY_SKIPPED;
}

// Of several choices the least sure one, of each number.
static void merge_confidence(struct confidence *all, const struct confidence *one) {
    if (!one->tokens) return;
    all->mean = all->tokens ? fmin(all->mean, one->mean) : one->mean;
    all->least = all->tokens ? fmin(all->least, one->least) : one->least;
    all->tokens += one->tokens;
}

static void check_choice(struct job *j, bool first, struct verify_report *out) {
    for (enum verify_check c = 0; c < CHECK_COUNT; c++) {
        if (!wants(j->in, c) || !CHECKS[c].check) continue;
        bool possible = (CHECKS[c].of_beginning || !j->in->partial) && (j->in->view || !CHECKS[c].of_request);
        enum verify_result one = possible ? CHECKS[c].check(j) : VERIFY_SKIPPED;
        merge(&out->results[c], one, first);
        if (one == VERIFY_FAILED && c < out->failed) out->failed = c;
        if (one == VERIFY_FAILED) return; // the rest would judge what is already out
    }
}

void verify_answer(const struct verify_input *in, struct span body, struct arena *arena, struct verify_report *out) {
    // a log-probability is some twenty values in 150 bytes; the bytes have a limit of their own
    struct json_limits limits = {.max_depth = (uint32_t)in->config->limits.json_depth, .max_nodes = UINT32_MAX / 64};
    struct json_doc doc = {0};
    struct job j = {.in = in, .arena = arena, .body = &doc, .output_tokens = -1};
    size_t at;
    *out = (struct verify_report){.failed = CHECK_COUNT};
    if (json_parse(&doc, body, &limits, &at) != JSON_OK) goto out; // the reader of answers has understood it: no memory
    json_int(&doc, json_path(&doc, 0, "usage", "completion_tokens", NULL), &j.output_tokens);
    uint32_t choices = json_get(&doc, 0, "choices");
    bool first = true;
    for (uint32_t c = choices + 1; json_is(&doc, choices, JSON_ARRAY) && c < doc.nodes[choices].next;
         c = doc.nodes[c].next, first = false) {
        if (!json_is(&doc, c, JSON_OBJECT)) continue;
        begin_choice(&j, c);
        merge_confidence(&out->confidence, &j.confidence);
        check_choice(&j, first, out);
    }
    if (first && wants(in, CHECK_EMPTY) && !in->partial) { // no choice at all
        out->results[CHECK_EMPTY] = VERIFY_FAILED;
        out->failed = CHECK_EMPTY;
    }
    out->ignored = j.ignored;
out:
    json_free(&j.value);
    schema_release(j.schema);
    json_free(&doc);
}
