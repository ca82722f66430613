// The turns of a request in Anthropic's protocol: roles alternate, tool results stand in the user's turn.
#include "chat/anthropic.h"

static const struct json_limits ARGUMENT_LIMITS = {.max_depth = 128, .max_nodes = 1u << 20};

void anthropic_begin_element(struct buf *out) {
    if (out->len && out->at[out->len - 1] != '[') buf_add_char(out, ',');
}

void anthropic_begin_block(struct anthropic_writer *w, const char *type) {
    anthropic_begin_element(w->out);
    buf_add_z(w->out, "{\"type\":");
    json_put_z(w->out, type);
}

// Blocks of white space only are refused by the provider, so they are left out.
static void put_text(struct anthropic_writer *w, uint32_t text, uint32_t part) {
    if (span_trim(anthropic_decoded(w, text)).len == 0) return;
    anthropic_begin_block(w, "text");
    anthropic_put_raw(w, "text", text);
    uint32_t cache = part ? json_get(w->doc, part, "cache_control") : 0;
    if (json_is(w->doc, cache, JSON_OBJECT)) anthropic_put_raw(w, "cache_control", cache);
    buf_add_char(w->out, '}');
}

// data:TYPE;base64,DATA
static bool split_data_url(struct span url, struct span *type, struct span *data) {
    if (!span_starts(url, SPAN("data:"))) return false;
    size_t comma = span_find(url, SPAN(","));
    if (comma == SIZE_MAX) return false;
    struct span head = span_sub(url, 5, comma - 5);
    size_t mark = span_find(head, SPAN(";base64"));
    if (mark == SIZE_MAX || mark + 7 != head.len) return false;
    size_t parameter = span_find(head, SPAN(";"));
    *type = span_sub(head, 0, parameter);
    *data = span_sub(url, comma + 1, url.len);
    return type->len > 0;
}

static void put_base64_source(struct anthropic_writer *w, struct span type, struct span data) {
    json_put_key(w->out, "source");
    buf_add_z(w->out, "{\"type\":\"base64\",\"media_type\":");
    json_put_string(w->out, type);
    json_put_key(w->out, "data");
    json_put_string(w->out, data);
    buf_add_char(w->out, '}');
}

static int put_image(struct anthropic_writer *w, uint32_t part, uint32_t message) {
    uint32_t image = json_get(w->doc, part, "image_url");
    uint32_t url = json_is(w->doc, image, JSON_OBJECT) ? json_get(w->doc, image, "url") : image;
    struct span text = anthropic_decoded(w, url), type, data;
    if (span_starts(text, SPAN("https://")) || span_starts(text, SPAN("http://"))) {
        anthropic_begin_block(w, "image");
        buf_add_z(w->out, ",\"source\":{\"type\":\"url\"");
        anthropic_put_raw(w, "url", url);
        buf_add_char(w->out, '}');
    } else if (split_data_url(text, &type, &data)) {
        anthropic_begin_block(w, "image");
        put_base64_source(w, type, data);
    } else {
        return anthropic_refuse(w, "an image must be an http(s) URL or a data URL in base64", "messages[%u].content",
                                message);
    }
    uint32_t cache = json_get(w->doc, part, "cache_control");
    if (json_is(w->doc, cache, JSON_OBJECT)) anthropic_put_raw(w, "cache_control", cache);
    buf_add_char(w->out, '}');
    return 0;
}

static int put_file(struct anthropic_writer *w, uint32_t part, uint32_t message) {
    uint32_t file = json_get(w->doc, part, "file"), name = json_get(w->doc, file, "filename");
    struct span type, data;
    if (!split_data_url(anthropic_decoded(w, json_get(w->doc, file, "file_data")), &type, &data) ||
        !span_is_z(type, "application/pdf"))
        return anthropic_refuse(w, "this model takes files as file_data with a PDF data URL in base64",
                                "messages[%u].content", message);
    anthropic_begin_block(w, "document");
    put_base64_source(w, type, data);
    if (json_is(w->doc, name, JSON_STRING)) anthropic_put_raw(w, "title", name);
    buf_add_char(w->out, '}');
    return 0;
}

static int put_part(struct anthropic_writer *w, uint32_t part, uint32_t message) {
    uint32_t type = json_get(w->doc, part, "type");
    if (json_text_is(w->doc, type, "text")) put_text(w, json_get(w->doc, part, "text"), part);
    else if (json_text_is(w->doc, type, "refusal")) put_text(w, json_get(w->doc, part, "refusal"), 0);
    else if (json_text_is(w->doc, type, "image_url")) return put_image(w, part, message);
    else if (json_text_is(w->doc, type, "file")) return put_file(w, part, message);
    else
        return anthropic_refuse(w, "this model takes text, image_url and file parts only", "messages[%u].content",
                                message);
    return 0;
}

int anthropic_put_content(struct anthropic_writer *w, uint32_t message) {
    uint32_t node = w->view->messages[message].node, content = json_get(w->doc, node, "content");
    if (json_is(w->doc, content, JSON_STRING)) put_text(w, content, node);
    if (json_is(w->doc, content, JSON_ARRAY))
        for (uint32_t p = content + 1; p < w->doc->nodes[content].next; p = w->doc->nodes[p].next)
            if (put_part(w, p, message)) return -1;
    return 0;
}

// ---------------------------------------------------------------- tools

// Ids may hold letters, digits, _ and - only; others become _, in the call and in its result alike.
static void put_id(struct anthropic_writer *w, const char *key, uint32_t node) {
    json_put_key(w->out, key);
    buf_add_char(w->out, '"');
    struct span id = anthropic_decoded(w, node);
    for (size_t i = 0; i < id.len; i++) {
        char c = id.at[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-';
        buf_add_char(w->out, plain ? c : '_');
    }
    buf_add_char(w->out, '"');
}

static void put_input(struct anthropic_writer *w, uint32_t arguments) {
    struct span text = span_trim(anthropic_decoded(w, arguments));
    struct json_doc doc = {0};
    size_t at;
    json_put_key(w->out, "input");
    if (text.len == 0) {
        buf_add_z(w->out, "{}");
    } else if (json_parse(&doc, text, &ARGUMENT_LIMITS, &at) == JSON_OK && doc.nodes[0].type == JSON_OBJECT) {
        buf_add_span(w->out, text);
    } else {
        buf_add_z(w->out, "{\"_raw\":");
        json_put_string(w->out, text);
        buf_add_char(w->out, '}');
    }
    json_free(&doc);
}

// `id` is the node of the id: of a function_call, which has none, its name.
static int put_tool_use(struct anthropic_writer *w, uint32_t id, uint32_t function, uint32_t message) {
    uint32_t name = json_get(w->doc, function, "name");
    if (!function || json_text(w->doc, name).len == 0 || json_text(w->doc, id).len == 0)
        return anthropic_refuse(w, "a tool call needs an id and a function with a name", "messages[%u].tool_calls",
                                message);
    anthropic_begin_block(w, "tool_use");
    put_id(w, "id", id);
    anthropic_put_raw(w, "name", name);
    put_input(w, json_get(w->doc, function, "arguments"));
    buf_add_char(w->out, '}');
    return 0;
}

static int put_tool_calls(struct anthropic_writer *w, uint32_t message) {
    uint32_t node = w->view->messages[message].node;
    uint32_t calls = json_get(w->doc, node, "tool_calls"), legacy = json_get(w->doc, node, "function_call");
    if (json_is(w->doc, legacy, JSON_OBJECT) && put_tool_use(w, json_get(w->doc, legacy, "name"), legacy, message))
        return -1;
    if (!json_is(w->doc, calls, JSON_ARRAY)) return 0;
    for (uint32_t c = calls + 1; c < w->doc->nodes[calls].next; c = w->doc->nodes[c].next)
        if (put_tool_use(w, json_get(w->doc, c, "id"), json_get(w->doc, c, "function"), message)) return -1;
    return 0;
}

static int put_tool_result(struct anthropic_writer *w, uint32_t message) {
    uint32_t node = w->view->messages[message].node, id = json_get(w->doc, node, "tool_call_id");
    if (!id) id = json_get(w->doc, node, "name"); // role function
    if (json_text(w->doc, id).len == 0)
        return anthropic_refuse(w, "a tool message needs the id of its call", "messages[%u].tool_call_id", message);
    anthropic_begin_block(w, "tool_result");
    put_id(w, "tool_use_id", id);
    json_put_key(w->out, "content");
    buf_add_char(w->out, '[');
    if (anthropic_put_content(w, message)) return -1;
    buf_add_z(w->out, "]}");
    return 0;
}

// ---------------------------------------------------------------- turns

static void open_turn(struct anthropic_writer *w, enum chat_role role) {
    if (w->turn == role) return;
    if (w->turn != ROLE_NONE) buf_add_z(w->out, "]}");
    anthropic_begin_element(w->out);
    buf_add_z(w->out,
              role == ROLE_ASSISTANT ? "{\"role\":\"assistant\",\"content\":[" : "{\"role\":\"user\",\"content\":[");
    w->turn = role;
}

static bool has_something(struct anthropic_writer *w, uint32_t message) {
    uint32_t node = w->view->messages[message].node, content = json_get(w->doc, node, "content");
    if (w->view->messages[message].role == ROLE_TOOL) return true;
    if (json_is(w->doc, json_get(w->doc, node, "function_call"), JSON_OBJECT)) return true;
    uint32_t calls = json_get(w->doc, node, "tool_calls");
    if (calls && json_count(w->doc, calls)) return true;
    if (json_is(w->doc, content, JSON_STRING)) return span_trim(anthropic_decoded(w, content)).len > 0;
    if (!json_is(w->doc, content, JSON_ARRAY)) return false;
    for (uint32_t p = content + 1; p < w->doc->nodes[content].next; p = w->doc->nodes[p].next) {
        uint32_t text = json_get(w->doc, p, "text");
        if (!text) text = json_get(w->doc, p, "refusal");
        if (!json_is(w->doc, text, JSON_STRING)) return true; // an image or the like
        if (span_trim(anthropic_decoded(w, text)).len > 0) return true;
    }
    return false;
}

static int put_turn(struct anthropic_writer *w, uint32_t message) {
    enum chat_role role = (enum chat_role)w->view->messages[message].role;
    if (role == ROLE_SYSTEM && !w->system_is_turn) return 0;
    if (!has_something(w, message)) return 0;
    open_turn(w, role == ROLE_ASSISTANT ? ROLE_ASSISTANT : ROLE_USER);
    if (role == ROLE_TOOL) return put_tool_result(w, message);
    if (anthropic_put_content(w, message)) return -1;
    return role == ROLE_ASSISTANT ? put_tool_calls(w, message) : 0;
}

int anthropic_put_turns(struct anthropic_writer *w) {
    json_put_key(w->out, "messages");
    buf_add_char(w->out, '[');
    for (uint32_t i = 0; i < w->view->message_count; i++)
        if (put_turn(w, i)) return -1;
    if (w->turn == ROLE_NONE)
        return anthropic_refuse(w, "no message has content; send at least one user message with text", "messages");
    buf_add_z(w->out, "]}]");
    return 0;
}
