#include "chat/view.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/hash.h"
#include "chat/keys.h"
#include "chat/view_internal.h"
#include "text/tokens.h"

enum { TOKENS_PER_MESSAGE = 4, MAX_CHOICES = 128 };

#define BIT(type) (1u << (type))
enum {
    OR_NULL = BIT(JSON_NULL),
    BOOL = BIT(JSON_TRUE) | BIT(JSON_FALSE) | OR_NULL,
    NUMBER = BIT(JSON_NUMBER) | OR_NULL,
    ARRAY = BIT(JSON_ARRAY) | OR_NULL,
    OBJECT = BIT(JSON_OBJECT) | OR_NULL,
    STRING = BIT(JSON_STRING) | OR_NULL,
};

#define NAME(literal) (literal), sizeof(literal) - 1

// The fields that are read or checked; all others pass as they are.
enum field {
    F_MODEL,
    F_MESSAGES,
    F_STREAM,
    F_STREAM_OPTIONS,
    F_MAX_TOKENS,
    F_MAX_COMPLETION_TOKENS,
    F_N,
    F_TOOLS,
    F_FUNCTIONS,
    F_RESPONSE_FORMAT,
    F_LOGPROBS,
    F_TOP_LOGPROBS,
    F_MODALITIES,
    F_AUDIO,
    F_TEMPERATURE,
    F_TOP_P,
    F_STOP,
    F_TOOL_CHOICE,
    F_FUNCTION_CALL,
    F_PARALLEL,
    F_COUNT
};

static const struct {
    const char *key;
    size_t len; // of the key
    unsigned types;
    const char *fix;
} FIELDS[F_COUNT] = {
    [F_MODEL] = {NAME("model"), BIT(JSON_STRING),
                 "model must be a string that names a model; send \"auto\" to have one chosen"},
    [F_MESSAGES] = {NAME("messages"), BIT(JSON_ARRAY), "messages must be an array of message objects"},
    [F_STREAM] = {NAME("stream"), BOOL, "stream must be true or false"},
    [F_STREAM_OPTIONS] = {NAME("stream_options"), OBJECT, "stream_options must be an object"},
    [F_MAX_TOKENS] = {NAME("max_tokens"), NUMBER, "max_tokens must be a whole number of at least 1"},
    [F_MAX_COMPLETION_TOKENS] = {NAME("max_completion_tokens"), NUMBER,
                                 "max_completion_tokens must be a whole number of at least 1"},
    [F_N] = {NAME("n"), NUMBER, "n must be a whole number from 1 to 128"},
    [F_TOOLS] = {NAME("tools"), ARRAY, "tools must be an array of tool objects"},
    [F_FUNCTIONS] = {NAME("functions"), ARRAY, "functions must be an array of function objects"},
    [F_RESPONSE_FORMAT] = {NAME("response_format"), OBJECT, "response_format must be an object with a type"},
    [F_LOGPROBS] = {NAME("logprobs"), BOOL, "logprobs must be true or false"},
    [F_TOP_LOGPROBS] = {NAME("top_logprobs"), NUMBER, "top_logprobs must be a number"},
    [F_MODALITIES] = {NAME("modalities"), ARRAY, "modalities must be an array of strings"},
    [F_AUDIO] = {NAME("audio"), OBJECT, "audio must be an object"},
    [F_TEMPERATURE] = {NAME("temperature"), NUMBER, "temperature must be a number"},
    [F_TOP_P] = {NAME("top_p"), NUMBER, "top_p must be a number"},
    [F_STOP] = {NAME("stop"), STRING | ARRAY, "stop must be a string or an array of strings"},
    [F_TOOL_CHOICE] = {NAME("tool_choice"), STRING | OBJECT, "tool_choice must be a string or an object"},
    [F_FUNCTION_CALL] = {NAME("function_call"), STRING | OBJECT, "function_call must be a string or an object"},
    [F_PARALLEL] = {NAME("parallel_tool_calls"), BOOL, "parallel_tool_calls must be true or false"},
};

int view_refuse(struct view_builder *b, const char *why, const char *path, ...) {
    char text[128];
    va_list args;
    va_start(args, path);
    vsnprintf(text, sizeof text, path, args);
    va_end(args);
    b->fault->param = text[0] ? arena_copy(b->view->arena, span_from(text)) : NULL;
    return err_set(&b->fault->why, "%s", why);
}

// A hash for each key, decoded: equal keys have equal hashes, however they are written.
static int key_hash(struct view_builder *b, uint32_t key, uint64_t *hash) {
    struct json_doc *doc = b->view->doc;
    struct span raw = json_text(doc, key);
    if (doc->nodes[key].escaped) {
        char *decoded = arena_alloc(b->view->arena, raw.len);
        if (!decoded) return view_refuse(b, "the request is too large for its memory; send less text", "%s", "");
        raw = span_make(decoded, json_unescape(raw, decoded));
    }
    *hash = hash_bytes(raw.len ? raw.at : "", raw.len, 0);
    return 0;
}

// The path of the object that is at fault: a message, or the request itself.
static int refuse_object(struct view_builder *b, const char *why, int64_t message) {
    if (message < 0) return view_refuse(b, why, "%s", "");
    return view_refuse(b, why, "messages[%u]", (unsigned)message);
}

int view_check_keys(struct view_builder *b, uint32_t object, uint32_t max, int64_t message) {
    struct json_doc *doc = b->view->doc;
    uint64_t seen[MAX_FIELDS];
    uint32_t count = 0;
    for (uint32_t k = object + 1; k < doc->nodes[object].next; k = doc->nodes[k + 1].next) {
        if (count == max || count == MAX_FIELDS)
            return refuse_object(b, "too many fields; remove those that no model reads", message);
        if (key_hash(b, k, &seen[count])) return -1;
        for (uint32_t i = 0; i < count; i++)
            if (seen[i] == seen[count]) return refuse_object(b, "duplicate key; send each field once", message);
        count++;
    }
    return 0;
}

static int find_fields(struct view_builder *b, uint32_t at[F_COUNT]) {
    struct json_doc *doc = b->view->doc;
    for (uint32_t k = 1; k < doc->nodes[0].next; k = doc->nodes[k + 1].next) {
        for (enum field f = 0; f < F_COUNT; f++) {
            if (!key_is_word(doc, k, FIELDS[f].key, FIELDS[f].len)) continue;
            if (!(FIELDS[f].types & BIT(doc->nodes[k + 1].type)))
                return view_refuse(b, FIELDS[f].fix, "%s", FIELDS[f].key);
            at[f] = k + 1;
            break;
        }
    }
    if (!at[F_MODEL])
        return view_refuse(b, "model is missing; name a model, or send \"auto\" to have one chosen", "model");
    if (!at[F_MESSAGES]) return view_refuse(b, "messages is missing; send an array of message objects", "messages");
    return 0;
}

// A whole number of at least 1, or *out untouched when the field is absent or null.
static int read_count(struct view_builder *b, uint32_t at[F_COUNT], enum field f, int64_t max, int64_t *out) {
    if (!json_is(b->view->doc, at[f], JSON_NUMBER)) return 0;
    int64_t v;
    if (!json_int(b->view->doc, at[f], &v) || v < 1 || v > max)
        return view_refuse(b, FIELDS[f].fix, "%s", FIELDS[f].key);
    *out = v;
    return 0;
}

static int read_model(struct view_builder *b, uint32_t node) {
    struct chat_view *v = b->view;
    v->model = json_text(v->doc, node);
    if (v->doc->nodes[node].escaped) {
        char *decoded = arena_alloc(v->arena, v->model.len);
        if (!decoded) return view_refuse(b, "the request is too large for its memory; send less text", "%s", "");
        v->model = span_make(decoded, json_unescape(v->model, decoded));
    }
    if (v->model.len == 0) return view_refuse(b, FIELDS[F_MODEL].fix, "model");
    return 0;
}

static bool wants_audio(const struct json_doc *doc, const uint32_t at[F_COUNT]) {
    if (json_is(doc, at[F_AUDIO], JSON_OBJECT)) return true;
    if (!json_is(doc, at[F_MODALITIES], JSON_ARRAY)) return false;
    for (uint32_t m = at[F_MODALITIES] + 1; m < doc->nodes[at[F_MODALITIES]].next; m = doc->nodes[m].next)
        if (json_text_is(doc, m, "audio")) return true;
    return false;
}

static int read_fields(struct view_builder *b, uint32_t at[F_COUNT]) {
    struct chat_view *v = b->view;
    struct json_doc *doc = v->doc;
    if (read_model(b, at[F_MODEL])) return -1;
    v->stream = json_is_true(doc, at[F_STREAM]);
    if (at[F_STREAM_OPTIONS]) {
        uint32_t include = json_get(doc, at[F_STREAM_OPTIONS], "include_usage");
        if (include && !(BOOL & BIT(doc->nodes[include].type)))
            return view_refuse(b, "include_usage must be true or false", "stream_options.include_usage");
        v->wants_usage = json_is_true(doc, include);
    }
    v->max_tokens = -1;
    v->choices = 1;
    if (read_count(b, at, F_MAX_TOKENS, INT64_MAX, &v->max_tokens)) return -1;
    if (read_count(b, at, F_MAX_COMPLETION_TOKENS, INT64_MAX, &v->max_tokens)) return -1;
    if (read_count(b, at, F_N, MAX_CHOICES, &v->choices)) return -1;
    v->has_tools =
        (at[F_TOOLS] && json_count(doc, at[F_TOOLS])) || (at[F_FUNCTIONS] && json_count(doc, at[F_FUNCTIONS]));
    if (json_is(doc, at[F_RESPONSE_FORMAT], JSON_OBJECT)) {
        uint32_t type = json_get(doc, at[F_RESPONSE_FORMAT], "type");
        if (!json_is(doc, type, JSON_STRING))
            return view_refuse(b, "response_format needs a type: text, json_object or json_schema",
                               "response_format.type");
        v->has_schema = json_text_is(doc, type, "json_schema") || json_text_is(doc, type, "json_object");
    }
    int64_t top = 0;
    v->wants_logprobs = json_is_true(doc, at[F_LOGPROBS]) || (json_int(doc, at[F_TOP_LOGPROBS], &top) && top > 0);
    v->has_audio = wants_audio(doc, at);
    return 0;
}

static int read_messages(struct view_builder *b, uint32_t node, uint32_t max_messages) {
    struct chat_view *v = b->view;
    uint32_t count = json_count(v->doc, node), i = 0;
    if (count == 0) return view_refuse(b, "messages is empty; send at least one message", "messages");
    if (count > max_messages || count >= NO_MESSAGE)
        return view_refuse(b, "too many messages; shorten the conversation or raise limits.max_messages", "messages");
    v->messages = arena_alloc_array(v->arena, count, sizeof *v->messages);
    if (!v->messages) return view_refuse(b, "the request is too large for its memory; send less text", "messages");
    for (uint32_t m = node + 1; m < v->doc->nodes[node].next; m = v->doc->nodes[m].next) v->messages[i++].node = m;
    for (v->message_count = 0; v->message_count < count; v->message_count++)
        if (view_add_message(b, v->message_count)) return -1;
    return 0;
}

int chat_view_openai(struct chat_view *view, struct json_doc *doc, uint32_t max_messages, struct arena *arena,
                     struct chat_fault *fault) {
    *view = (struct chat_view){.doc = doc, .arena = arena};
    *fault = (struct chat_fault){0};
    struct view_builder b = {.view = view, .fault = fault};
    uint32_t at[F_COUNT] = {0};
    if (doc->count == 0 || doc->nodes[0].type != JSON_OBJECT)
        return view_refuse(&b, "the body must be a JSON object with model and messages", "%s", "");
    if (view_check_keys(&b, 0, MAX_FIELDS, -1)) return -1;
    if (find_fields(&b, at) || read_fields(&b, at)) return -1;

    // a part is a string node, so there are no more parts than nodes
    view->parts = arena_alloc_array(arena, doc->count, sizeof *view->parts);
    if (!view->parts) return view_refuse(&b, "the request is too large for its memory; send less text", "%s", "");
    for (uint32_t k = 1; k < doc->nodes[0].next; k = doc->nodes[k + 1].next) {
        uint32_t value = k + 1, end = doc->nodes[value].next;
        view_add_key(&b, k, NO_MESSAGE, ROLE_NONE);
        if (value == at[F_MESSAGES]) {
            if (read_messages(&b, value, max_messages)) return -1;
        } else {
            bool definition = value == at[F_TOOLS] || value == at[F_FUNCTIONS] || value == at[F_RESPONSE_FORMAT];
            view_add_strings(&b, value, end, NO_MESSAGE, ROLE_NONE, definition ? PART_DEFINITION : PART_OTHER);
        }
    }
    if (view_decode(&b)) return -1;
    view->estimated_tokens = tokens_estimate(view->text) + (size_t)view->message_count * TOKENS_PER_MESSAGE;
    return 0;
}
