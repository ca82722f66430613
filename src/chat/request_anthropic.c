// Anthropic Messages from an OpenAI chat completion request: everything but the turns.
#include "chat/anthropic.h"

#include <stdarg.h>

int anthropic_refuse(struct anthropic_writer *w, const char *why, const char *path, ...) {
    char text[128];
    va_list args;
    va_start(args, path);
    vsnprintf(text, sizeof text, path, args);
    va_end(args);
    w->fault->param = arena_copy(w->view->arena, span_from(text));
    return err_set(&w->fault->why, "%s", why);
}

struct span anthropic_decoded(struct anthropic_writer *w, uint32_t node) {
    const struct json_doc *doc = w->doc;
    struct span raw = json_text(doc, node);
    if (!raw.len || !doc->nodes[node].escaped) return raw;
    char *text = arena_alloc(w->view->arena, raw.len);
    if (!text) {
        w->out->full = true; // as if it did not fit: the request is refused
        return SPAN_NONE;
    }
    return span_make(text, json_unescape(raw, text));
}

void anthropic_put_raw(struct anthropic_writer *w, const char *key, uint32_t node) {
    json_put_key(w->out, key);
    buf_add_span(w->out, json_raw(w->doc, node));
}

static uint32_t given(const struct anthropic_writer *w, uint32_t object, const char *key) {
    uint32_t node = json_get(w->doc, object, key);
    return node && w->doc->nodes[node].type != JSON_NULL ? node : 0;
}

// ---------------------------------------------------------------- what cannot be said

static int check_supported(struct anthropic_writer *w) {
    if (w->view->choices > 1)
        return anthropic_refuse(w, "this model gives one answer a request; send n as 1, or several requests", "n");
    if (w->view->wants_logprobs)
        return anthropic_refuse(w, "this model gives no log probabilities; leave logprobs and top_logprobs out",
                                "logprobs");
    if (w->view->has_audio)
        return anthropic_refuse(w, "this model takes and gives no audio; send text, or name a model that does",
                                "messages");
    return 0;
}

// ---------------------------------------------------------------- response_format

// Words of JSON Schema that the provider's documentation says it refuses.
static const char *const REFUSED_WORDS[] = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "patternProperties",
    "minProperties",
    "maxProperties",
    "pattern",
    "not",
    "if",
    "oneOf",
    "dependentRequired",
    "prefixItems",
    "contains",
};

// A property may have the name of such a word; then the schema goes the other, safe way.
static bool is_portable(const struct json_doc *doc, uint32_t schema) {
    for (uint32_t n = schema; n < doc->nodes[schema].next; n++) {
        if (doc->nodes[n].type == JSON_OBJECT && json_text_is(doc, json_get(doc, n, "type"), "object") &&
            !json_is(doc, json_get(doc, n, "additionalProperties"), JSON_FALSE))
            return false;
        if (doc->nodes[n].type != JSON_STRING) continue;
        for (size_t i = 0; i < sizeof REFUSED_WORDS / sizeof *REFUSED_WORDS; i++)
            if (json_text_is(doc, n, REFUSED_WORDS[i])) return false;
    }
    return json_is(doc, schema, JSON_OBJECT);
}

static uint32_t strict_schema(const struct anthropic_writer *w) {
    uint32_t format = given(w, 0, "response_format");
    if (!format || !json_text_is(w->doc, json_get(w->doc, format, "type"), "json_schema")) return 0;
    uint32_t outer = given(w, format, "json_schema"), schema = outer ? given(w, outer, "schema") : 0;
    if (!schema || !json_is_true(w->doc, json_get(w->doc, outer, "strict"))) return 0;
    return is_portable(w->doc, schema) ? schema : 0;
}

static void put_output_config(struct anthropic_writer *w) {
    uint32_t schema = strict_schema(w);
    if (!schema) return;
    json_put_key(w->out, "output_config");
    buf_add_z(w->out, "{\"format\":{\"type\":\"json_schema\"");
    anthropic_put_raw(w, "schema", schema);
    buf_add_z(w->out, "}}");
}

// The sentence that asks for JSON, as a block of the system text.
static void put_format_instruction(struct anthropic_writer *w) {
    uint32_t format = given(w, 0, "response_format");
    if (!format || strict_schema(w)) return;
    uint32_t type = json_get(w->doc, format, "type"), outer = given(w, format, "json_schema");
    uint32_t schema = outer ? given(w, outer, "schema") : 0;
    bool with_schema = json_text_is(w->doc, type, "json_schema") && schema;
    if (!with_schema && !json_text_is(w->doc, type, "json_object") && !json_text_is(w->doc, type, "json_schema"))
        return;
    struct buf text;
    buf_init(&text, w->out->max);
    buf_add_z(&text, with_schema ? "Answer with one JSON object that matches this JSON Schema, and nothing else:\n"
                                 : "Answer with one JSON object, and nothing else.");
    if (with_schema) buf_add_span(&text, json_raw(w->doc, schema));
    if (text.full) w->out->full = true;
    anthropic_begin_block(w, "text");
    json_put_key(w->out, "text");
    json_put_string(w->out, buf_span(&text));
    buf_add_char(w->out, '}');
    buf_free(&text);
}

// ---------------------------------------------------------------- system

static int put_system(struct anthropic_writer *w) {
    size_t before = w->out->len;
    json_put_key(w->out, "system");
    buf_add_char(w->out, '[');
    size_t empty = w->out->len;
    for (uint32_t i = 0; i < w->view->message_count; i++)
        if (w->view->messages[i].role == ROLE_SYSTEM && !w->system_is_turn && anthropic_put_content(w, i)) return -1;
    put_format_instruction(w);
    buf_add_char(w->out, ']');
    if (!w->out->full && w->out->len == empty + 1) { // nothing to say
        w->out->len = before;
        w->out->at[before] = 0;
    }
    return 0;
}

// ---------------------------------------------------------------- tools

static int put_tool(struct anthropic_writer *w, uint32_t function, uint32_t tool, const char *path, uint32_t position) {
    uint32_t name = json_get(w->doc, function, "name"), text = given(w, function, "description");
    uint32_t parameters = given(w, function, "parameters");
    if (!json_is(w->doc, name, JSON_STRING))
        return anthropic_refuse(w, "a function needs a name", "%s[%u]", path, position);
    anthropic_begin_element(w->out);
    buf_add_char(w->out, '{');
    anthropic_put_raw(w, "name", name);
    if (json_is(w->doc, text, JSON_STRING)) anthropic_put_raw(w, "description", text);
    json_put_key(w->out, "input_schema");
    if (parameters && !json_is(w->doc, parameters, JSON_OBJECT))
        return anthropic_refuse(w, "parameters must be a JSON Schema object", "%s[%u]", path, position);
    buf_add_span(w->out, parameters ? json_raw(w->doc, parameters) : SPAN("{\"type\":\"object\"}"));
    uint32_t cache = given(w, tool, "cache_control");
    if (json_is(w->doc, cache, JSON_OBJECT)) anthropic_put_raw(w, "cache_control", cache);
    buf_add_char(w->out, '}');
    return 0;
}

static int put_tools(struct anthropic_writer *w) {
    uint32_t tools = given(w, 0, "tools"), functions = given(w, 0, "functions"), position = 0;
    if (!w->view->has_tools) return 0;
    json_put_key(w->out, "tools");
    buf_add_char(w->out, '[');
    for (uint32_t t = tools + 1; tools && t < w->doc->nodes[tools].next; t = w->doc->nodes[t].next, position++) {
        uint32_t function = json_get(w->doc, t, "function");
        if (!json_text_is(w->doc, json_get(w->doc, t, "type"), "function") || !json_is(w->doc, function, JSON_OBJECT))
            return anthropic_refuse(w, "this model takes tools of type function only", "tools[%u].type", position);
        if (put_tool(w, function, t, "tools", position)) return -1;
    }
    position = 0;
    for (uint32_t f = functions + 1; functions && f < w->doc->nodes[functions].next;
         f = w->doc->nodes[f].next, position++)
        if (put_tool(w, f, f, "functions", position)) return -1;
    buf_add_char(w->out, ']');
    return 0;
}

static int put_tool_choice(struct anthropic_writer *w) {
    static const char *const WORDS[][2] = {{"auto", "auto"}, {"none", "none"}, {"required", "any"}};
    uint32_t choice = given(w, 0, "tool_choice"), parallel = given(w, 0, "parallel_tool_calls"), name = 0;
    const char *path = "tool_choice", *type = NULL;
    if (!choice && (choice = given(w, 0, "function_call"))) path = "function_call";
    bool one = json_is(w->doc, parallel, JSON_FALSE);
    if (!w->view->has_tools || (!choice && !one)) return 0;
    if (!choice) type = "auto";
    for (size_t i = 0; !type && i < sizeof WORDS / sizeof *WORDS; i++)
        if (json_text_is(w->doc, choice, WORDS[i][0])) type = WORDS[i][1];
    if (!type && json_is(w->doc, choice, JSON_OBJECT)) {
        uint32_t function = json_get(w->doc, choice, "function");
        name = json_get(w->doc, function ? function : choice, "name");
        type = json_is(w->doc, name, JSON_STRING) ? "tool" : NULL;
    }
    if (!type) return anthropic_refuse(w, "use auto, none, required, or one function by its name", "%s", path);
    json_put_key(w->out, "tool_choice");
    buf_add_z(w->out, "{\"type\":");
    json_put_z(w->out, type);
    if (name) anthropic_put_raw(w, "name", name);
    if (one && strcmp(type, "none") != 0) buf_add_z(w->out, ",\"disable_parallel_tool_use\":true");
    buf_add_char(w->out, '}');
    return 0;
}

// ---------------------------------------------------------------- parameters

static int put_stop_word(struct anthropic_writer *w, uint32_t node) {
    if (!json_is(w->doc, node, JSON_STRING))
        return anthropic_refuse(w, "stop must be a string or an array of strings", "stop");
    if (span_trim(anthropic_decoded(w, node)).len == 0)
        return anthropic_refuse(w, "this model refuses stop sequences of white space only; use one with text", "stop");
    anthropic_begin_element(w->out);
    buf_add_span(w->out, json_raw(w->doc, node));
    return 0;
}

static int put_stop(struct anthropic_writer *w) {
    uint32_t stop = given(w, 0, "stop");
    if (!stop || (json_is(w->doc, stop, JSON_ARRAY) && json_count(w->doc, stop) == 0)) return 0;
    json_put_key(w->out, "stop_sequences");
    buf_add_char(w->out, '[');
    if (json_is(w->doc, stop, JSON_STRING) && put_stop_word(w, stop)) return -1;
    if (json_is(w->doc, stop, JSON_ARRAY))
        for (uint32_t s = stop + 1; s < w->doc->nodes[stop].next; s = w->doc->nodes[s].next)
            if (put_stop_word(w, s)) return -1;
    buf_add_char(w->out, ']');
    return 0;
}

static void put_sampling(struct anthropic_writer *w) {
    uint32_t temperature = given(w, 0, "temperature"), top_p = given(w, 0, "top_p");
    double v;
    if (json_real(w->doc, temperature, &v)) {
        json_put_key(w->out, "temperature");
        buf_add_span(w->out, v > 1 ? SPAN("1") : v < 0 ? SPAN("0") : json_raw(w->doc, temperature));
    } else if (json_is(w->doc, top_p, JSON_NUMBER)) {
        anthropic_put_raw(w, "top_p", top_p);
    }
}

int chat_request_anthropic(const struct chat_view *view, const struct chat_shape *shape, struct buf *out,
                           struct chat_fault *fault) {
    struct anthropic_writer w = {.view = view, .doc = view->doc, .out = out, .fault = fault};
    *fault = (struct chat_fault){0};
    if (check_supported(&w)) return -1;
    w.system_is_turn = true;
    for (uint32_t i = 0; i < view->message_count; i++)
        if (view->messages[i].role != ROLE_SYSTEM) w.system_is_turn = false;

    buf_add_char(out, '{');
    json_put_key(out, "model");
    json_put_string(out, shape->model);
    json_put_key(out, "max_tokens");
    buf_add_i64(out, view->max_tokens > 0 ? view->max_tokens : shape->max_tokens_default);
    if (put_system(&w) || anthropic_put_turns(&w)) return -1;
    if (put_tools(&w) || put_tool_choice(&w) || put_stop(&w)) return -1;
    put_sampling(&w);
    put_output_config(&w);
    uint32_t user = given(&w, 0, "user");
    if (json_is(w.doc, user, JSON_STRING)) {
        json_put_key(out, "metadata");
        buf_add_z(out, "{\"user_id\":");
        buf_add_span(out, json_raw(w.doc, user));
        buf_add_char(out, '}');
    }
    if (shape->stream) buf_add_z(out, ",\"stream\":true");
    buf_add_char(out, '}');
    if (!out->full) return 0;
    return anthropic_refuse(&w, "the request is too large; send less text", "messages");
}
