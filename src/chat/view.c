#include "chat/view.h"

#include <stdarg.h>
#include <stdio.h>

#include "chat/view_internal.h"
#include "chat/words.h"
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

// The fields that are read or checked; all others pass as they are.
static const struct {
    unsigned types; // 0: any
    const char *fix;
} FIELDS[WORD_COUNT] = {
    [WORD_MODEL] = {BIT(JSON_STRING), "model must be a string that names a model; send \"auto\" to have one chosen"},
    [WORD_MESSAGES] = {BIT(JSON_ARRAY), "messages must be an array of message objects"},
    [WORD_STREAM] = {BOOL, "stream must be true or false"},
    [WORD_STREAM_OPTIONS] = {OBJECT, "stream_options must be an object"},
    [WORD_MAX_TOKENS] = {NUMBER, "max_tokens must be a whole number of at least 1"},
    [WORD_MAX_COMPLETION_TOKENS] = {NUMBER, "max_completion_tokens must be a whole number of at least 1"},
    [WORD_N] = {NUMBER, "n must be a whole number from 1 to 128"},
    [WORD_TOOLS] = {ARRAY, "tools must be an array of tool objects"},
    [WORD_FUNCTIONS] = {ARRAY, "functions must be an array of function objects"},
    [WORD_RESPONSE_FORMAT] = {OBJECT, "response_format must be an object with a type"},
    [WORD_LOGPROBS] = {BOOL, "logprobs must be true or false"},
    [WORD_TOP_LOGPROBS] = {NUMBER, "top_logprobs must be a number"},
    [WORD_MODALITIES] = {ARRAY, "modalities must be an array of strings"},
    [WORD_AUDIO] = {OBJECT, "audio must be an object"},
    [WORD_TEMPERATURE] = {NUMBER, "temperature must be a number"},
    [WORD_TOP_P] = {NUMBER, "top_p must be a number"},
    [WORD_STOP] = {STRING | ARRAY, "stop must be a string or an array of strings"},
    [WORD_TOOL_CHOICE] = {STRING | OBJECT, "tool_choice must be a string or an object"},
    [WORD_FUNCTION_CALL] = {STRING | OBJECT, "function_call must be a string or an object"},
    [WORD_PARALLEL_TOOL_CALLS] = {BOOL, "parallel_tool_calls must be true or false"},
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

static int find_fields(struct view_builder *b, const uint8_t words[MAX_FIELDS]) {
    struct json_doc *doc = b->view->doc;
    uint32_t *at = b->view->field;
    for (uint32_t k = 1, i = 0; k < doc->nodes[0].next; k = doc->nodes[k + 1].next, i++) {
        enum chat_word word = (enum chat_word)words[i];
        if (FIELDS[word].types && !(FIELDS[word].types & BIT(doc->nodes[k + 1].type)))
            return view_refuse(b, FIELDS[word].fix, "%s", chat_word_text(word));
        at[word] = k + 1;
    }
    at[WORD_NONE] = 0; // the keys that are none
    if (!at[WORD_MODEL])
        return view_refuse(b, "model is missing; name a model, or send \"auto\" to have one chosen", "model");
    if (!at[WORD_MESSAGES]) return view_refuse(b, "messages is missing; send an array of message objects", "messages");
    return 0;
}

// A whole number of at least 1, or *out untouched when the field is absent or null.
static int read_count(struct view_builder *b, enum chat_word f, int64_t max, int64_t *out) {
    if (!json_is(b->view->doc, b->view->field[f], JSON_NUMBER)) return 0;
    int64_t v;
    if (!json_int(b->view->doc, b->view->field[f], &v) || v < 1 || v > max)
        return view_refuse(b, FIELDS[f].fix, "%s", chat_word_text(f));
    *out = v;
    return 0;
}

static int read_model(struct view_builder *b, uint32_t node) {
    struct chat_view *v = b->view;
    v->model = json_inner(v->doc, node);
    if (v->doc->nodes[node].escaped && view_unescape(b, &v->model)) return -1;
    if (v->model.len == 0) return view_refuse(b, FIELDS[WORD_MODEL].fix, "model");
    return 0;
}

static bool wants_audio(const struct json_doc *doc, const uint32_t at[WORD_COUNT]) {
    if (json_is(doc, at[WORD_AUDIO], JSON_OBJECT)) return true;
    if (!json_is(doc, at[WORD_MODALITIES], JSON_ARRAY)) return false;
    for (uint32_t m = at[WORD_MODALITIES] + 1; m < doc->nodes[at[WORD_MODALITIES]].next; m = doc->nodes[m].next)
        if (json_text_is(doc, m, "audio")) return true;
    return false;
}

static int read_fields(struct view_builder *b) {
    struct chat_view *v = b->view;
    struct json_doc *doc = v->doc;
    const uint32_t *at = v->field;
    if (read_model(b, at[WORD_MODEL])) return -1;
    v->stream = json_is_true(doc, at[WORD_STREAM]);
    if (at[WORD_STREAM_OPTIONS]) {
        uint32_t include = json_get(doc, at[WORD_STREAM_OPTIONS], "include_usage");
        if (include && !(BOOL & BIT(doc->nodes[include].type)))
            return view_refuse(b, "include_usage must be true or false", "stream_options.include_usage");
        v->wants_usage = json_is_true(doc, include);
    }
    v->max_tokens = -1;
    v->choices = 1;
    if (read_count(b, WORD_MAX_TOKENS, INT64_MAX, &v->max_tokens)) return -1;
    if (read_count(b, WORD_MAX_COMPLETION_TOKENS, INT64_MAX, &v->max_tokens)) return -1;
    if (read_count(b, WORD_N, MAX_CHOICES, &v->choices)) return -1;
    v->has_tools = (at[WORD_TOOLS] && json_count(doc, at[WORD_TOOLS])) ||
                   (at[WORD_FUNCTIONS] && json_count(doc, at[WORD_FUNCTIONS]));
    if (json_is(doc, at[WORD_RESPONSE_FORMAT], JSON_OBJECT)) {
        uint32_t type = json_get(doc, at[WORD_RESPONSE_FORMAT], "type");
        if (!json_is(doc, type, JSON_STRING))
            return view_refuse(b, "response_format needs a type: text, json_object or json_schema",
                               "response_format.type");
        v->has_schema = json_text_is(doc, type, "json_schema") || json_text_is(doc, type, "json_object");
    }
    int64_t top = 0;
    v->wants_logprobs = json_is_true(doc, at[WORD_LOGPROBS]) || (json_int(doc, at[WORD_TOP_LOGPROBS], &top) && top > 0);
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
    fault->param = NULL;
    fault->why.text[0] = 0; // the rest of its room needs no zeros
    struct view_builder b = {.view = view, .fault = fault};
    uint8_t words[MAX_FIELDS];
    if (doc->count == 0 || doc->nodes[0].type != JSON_OBJECT)
        return view_refuse(&b, "the body must be a JSON object with model and messages", "%s", "");
    if (view_read_keys(&b, 0, MAX_FIELDS, -1, words)) return -1;
    if (find_fields(&b, words) || read_fields(&b)) return -1;

    // a part is a string node, so there are no more parts than nodes
    view->parts = arena_alloc_array(arena, doc->count, sizeof *view->parts);
    if (!view->parts) return view_refuse(&b, "the request is too large for its memory; send less text", "%s", "");
    for (uint32_t k = 1, i = 0, end; k < doc->nodes[0].next; k = end, i++) {
        uint32_t value = k + 1;
        end = doc->nodes[value].next;
        if (words[i] == WORD_NONE || doc->nodes[k].escaped) view_add_part(&b, k, NO_MESSAGE, ROLE_NONE, PART_KEY);
        if (value == view->field[WORD_MESSAGES]) {
            if (read_messages(&b, value, max_messages)) return -1;
        } else if (doc->nodes[value].type >= JSON_STRING) {
            bool definition = value == view->field[WORD_TOOLS] || value == view->field[WORD_FUNCTIONS] ||
                              value == view->field[WORD_RESPONSE_FORMAT];
            view_add_strings(&b, value, end, NO_MESSAGE, ROLE_NONE, definition ? PART_DEFINITION : PART_OTHER);
        }
    }
    if (view_decode(&b)) return -1;
    view->estimated_tokens = tokens_estimate(view->text) + (size_t)view->message_count * TOKENS_PER_MESSAGE;
    return 0;
}
