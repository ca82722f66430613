// The strings of a request: which there are, what they belong to, and their decoded text.
#include <stdio.h>

#include "chat/view_internal.h"
#include "chat/words.h"

// ---------------------------------------------------------------- collecting

__attribute__((noinline)) void view_add_part(struct view_builder *b, uint32_t node, uint32_t message,
                                             enum chat_role role, enum chat_part_kind kind) {
    struct chat_view *v = b->view;
    uint32_t len = (uint32_t)json_inner(v->doc, node).len;
    v->parts[v->part_count++] = (struct chat_part){
        .len = len, .node = node, .message = (uint16_t)message, .role = (uint8_t)role, .kind = (uint8_t)kind};
    b->text_bytes += (size_t)len + 1;
}

void view_add_key(struct view_builder *b, uint32_t key, uint32_t message, enum chat_role role) {
    if (chat_word_of(json_inner(b->view->doc, key)) == WORD_NONE) view_add_part(b, key, message, role, PART_KEY);
}

void view_add_strings(struct view_builder *b, uint32_t first, uint32_t end, uint32_t message, enum chat_role role,
                      enum chat_part_kind kind) {
    const struct json_doc *doc = b->view->doc;
    bool arguments = false; // the last node was the key `arguments`
    for (uint32_t n = first; n < end; n++) {
        bool value_of_arguments = arguments;
        arguments = false;
        if (doc->nodes[n].type != JSON_STRING) continue;
        if (json_is_key(doc, n)) {
            view_add_key(b, n, message, role);
            arguments = span_is(json_inner(doc, n), SPAN("arguments"));
        } else {
            view_add_part(b, n, message, role, value_of_arguments ? PART_ARGUMENTS : kind);
        }
    }
}

// ---------------------------------------------------------------- messages

static const struct {
    struct span name;
    enum chat_role role;
} ROLES[] = {
    {{"user", 4}, ROLE_USER}, {{"assistant", 9}, ROLE_ASSISTANT}, {{"system", 6}, ROLE_SYSTEM},
    {{"tool", 4}, ROLE_TOOL}, {{"developer", 9}, ROLE_SYSTEM},    {{"function", 8}, ROLE_TOOL},
};

enum content { CONTENT_UNKNOWN, CONTENT_TEXT, CONTENT_IMAGE, CONTENT_AUDIO, CONTENT_FILE };

// Content parts: `field` holds what counts.
static const struct part_type {
    const char *type, *field;
    enum content content;
    unsigned types; // of the field
    const char *fix;
} PART_TYPES[] = {
    {"text", "text", CONTENT_TEXT, 1u << JSON_STRING, "a text part needs a string in text"},
    {"image_url", "image_url", CONTENT_IMAGE, 1u << JSON_STRING | 1u << JSON_OBJECT,
     "an image_url part needs an object with url in image_url"},
    {"refusal", "refusal", CONTENT_TEXT, 1u << JSON_STRING, "a refusal part needs a string in refusal"},
    {"input_audio", "input_audio", CONTENT_AUDIO, 1u << JSON_OBJECT,
     "an input_audio part needs an object in input_audio"},
    {"file", "file", CONTENT_FILE, 1u << JSON_OBJECT, "a file part needs an object in file"},
};

static const struct part_type *part_type_of(const struct json_doc *doc, uint32_t type) {
    for (size_t i = 0; i < sizeof PART_TYPES / sizeof *PART_TYPES; i++)
        if (json_text_is(doc, type, PART_TYPES[i].type)) return &PART_TYPES[i];
    return NULL;
}

// The strings of an image, audio or file, without its bytes.
static void add_readable_strings(struct view_builder *b, uint32_t first, uint32_t end, uint32_t message,
                                 enum chat_role role) {
    const struct json_doc *doc = b->view->doc;
    struct span key = SPAN_NONE; // set while the node after a key is looked at
    for (uint32_t n = first; n < end; n++) {
        struct span of = key;
        key = SPAN_NONE;
        if (doc->nodes[n].type != JSON_STRING) continue;
        struct span raw = json_inner(doc, n);
        if (json_is_key(doc, n)) {
            view_add_key(b, n, message, role);
            key = raw;
        } else if (!span_starts(raw, SPAN("data:")) && !span_is_z(of, "data") && !span_is_z(of, "file_data")) {
            view_add_part(b, n, message, role, PART_OTHER);
        }
    }
}

static __attribute__((noinline)) int add_content_part(struct view_builder *b, uint32_t part, uint32_t message,
                                                      uint32_t position, enum chat_role role) {
    struct chat_view *v = b->view;
    const struct json_doc *doc = v->doc;
    if (doc->nodes[part].type != JSON_OBJECT)
        return view_refuse(b, "a content part must be an object with a type", "messages[%u].content[%u]", message,
                           position);
    uint32_t type = json_get(doc, part, "type");
    if (!json_is(doc, type, JSON_STRING))
        return view_refuse(b, "a content part needs a type such as text or image_url", "messages[%u].content[%u].type",
                           message, position);
    const struct part_type *known = part_type_of(doc, type);
    uint32_t field = known ? json_get(doc, part, known->field) : 0;
    if (known && (!field || !(known->types & 1u << doc->nodes[field].type)))
        return view_refuse(b, known->fix, "messages[%u].content[%u].%s", message, position, known->field);
    enum content content = known ? known->content : CONTENT_UNKNOWN;
    if (content != CONTENT_TEXT) v->unreadable++;
    if (content == CONTENT_IMAGE) v->has_images = true;
    if (content == CONTENT_AUDIO) v->has_audio = true;
    for (uint32_t k = part + 1; k < doc->nodes[part].next; k = doc->nodes[k + 1].next) {
        uint32_t value = k + 1;
        view_add_key(b, k, message, role);
        if (value == type && known) continue;
        if (value == field && content == CONTENT_TEXT) view_add_part(b, value, message, role, PART_TEXT);
        else if (value == field) add_readable_strings(b, value, doc->nodes[value].next, message, role);
        else view_add_strings(b, value, doc->nodes[value].next, message, role, PART_OTHER);
    }
    return 0;
}

static int add_content(struct view_builder *b, uint32_t content, uint32_t message, enum chat_role role) {
    const struct json_doc *doc = b->view->doc;
    uint32_t position = 0;
    switch (json_type(doc, content)) {
    case JSON_NULL: return 0;
    case JSON_STRING: view_add_part(b, content, message, role, PART_TEXT); return 0;
    case JSON_ARRAY: break;
    default:
        return view_refuse(b, "content must be a string, an array of content parts, or null", "messages[%u].content",
                           message);
    }
    for (uint32_t p = content + 1; p < doc->nodes[content].next; p = doc->nodes[p].next)
        if (add_content_part(b, p, message, position++, role)) return -1;
    return 0;
}

static int read_role(struct view_builder *b, uint32_t node, uint32_t message, enum chat_role *role) {
    const struct json_doc *doc = b->view->doc;
    *role = ROLE_NONE;
    char room[JSON_WORD_ROOM];
    struct span word = json_is(doc, node, JSON_STRING) ? json_word(doc, node, room) : SPAN_NONE;
    for (size_t i = 0; i < sizeof ROLES / sizeof *ROLES && *role == ROLE_NONE; i++)
        if (span_is(word, ROLES[i].name)) *role = ROLES[i].role;
    if (*role == ROLE_NONE)
        return view_refuse(b, "role must be one of system, developer, user, assistant, tool, function",
                           "messages[%u].role", message);
    return 0;
}

static int check_tool_calls(struct view_builder *b, uint32_t node, uint32_t message) {
    const struct json_doc *doc = b->view->doc;
    uint32_t position = 0;
    if (node == 0 || doc->nodes[node].type == JSON_NULL) return 0;
    if (doc->nodes[node].type != JSON_ARRAY)
        return view_refuse(b, "tool_calls must be an array of tool call objects", "messages[%u].tool_calls", message);
    for (uint32_t c = node + 1; c < doc->nodes[node].next; c = doc->nodes[c].next, position++)
        if (doc->nodes[c].type != JSON_OBJECT)
            return view_refuse(b, "a tool call must be an object", "messages[%u].tool_calls[%u]", message, position);
    return 0;
}

int view_add_message(struct view_builder *b, uint32_t index) {
    struct chat_view *v = b->view;
    const struct json_doc *doc = v->doc;
    uint32_t node = v->messages[index].node;
    enum chat_role role;
    uint8_t words[MAX_FIELDS];
    if (doc->nodes[node].type != JSON_OBJECT)
        return view_refuse(b, "a message must be an object with role and content", "messages[%u]", index);
    if (view_read_keys(b, node, MAX_MESSAGE_FIELDS, index, words)) return -1;
    uint32_t role_node = 0, content = 0, tool_calls = 0;
    for (uint32_t k = node + 1, i = 0; k < doc->nodes[node].next; k = doc->nodes[k + 1].next, i++) {
        if (words[i] == WORD_ROLE) role_node = k + 1;
        else if (words[i] == WORD_CONTENT) content = k + 1;
        else if (words[i] == WORD_TOOL_CALLS) tool_calls = k + 1;
    }
    if (read_role(b, role_node, index, &role)) return -1;
    if (check_tool_calls(b, tool_calls, index)) return -1;
    v->messages[index].role = (uint8_t)role;
    if (role == ROLE_USER) v->user_turns++;
    for (uint32_t k = node + 1, i = 0; k < doc->nodes[node].next; k = doc->nodes[k + 1].next, i++) {
        uint32_t value = k + 1;
        if (words[i] == WORD_NONE || doc->nodes[k].escaped) view_add_part(b, k, index, role, PART_KEY);
        if (value == role_node) continue;
        if (value == content) {
            if (add_content(b, value, index, role)) return -1;
        } else {
            view_add_strings(b, value, doc->nodes[value].next, index, role, PART_OTHER);
        }
    }
    return 0;
}

// ---------------------------------------------------------------- text

int view_decode(struct view_builder *b) {
    struct chat_view *v = b->view;
    const struct json_doc *doc = v->doc;
    char *text = arena_alloc(v->arena, b->text_bytes + 1);
    if (!text) return view_refuse(b, "the request is too large for its memory; send less text", "%s", "");
    size_t len = 0;
    for (uint32_t i = 0; i < v->part_count; i++) {
        struct chat_part *part = &v->parts[i];
        uint32_t node = part->node;
        struct span raw = json_inner(doc, node);
        if (i) text[len++] = '\n';
        part->start = (uint32_t)len;
        if (doc->nodes[node].escaped) {
            part->len = (uint32_t)json_unescape(raw, text + len);
        } else {
            memcpy(text + len, raw.at, raw.len);
            part->len = (uint32_t)raw.len;
        }
        len += part->len;
    }
    v->text = span_make(text, len);
    return 0;
}

uint32_t chat_first_part(const struct chat_view *view, enum chat_role role) {
    uint32_t i = 0;
    while (i < view->part_count && !(view->parts[i].role == role && view->parts[i].kind == PART_TEXT)) i++;
    return i;
}

struct span chat_first_text(const struct chat_view *view, enum chat_role role) {
    uint32_t i = chat_first_part(view, role);
    if (i == view->part_count) return SPAN_NONE;
    return span_sub(view->text, view->parts[i].start, view->parts[i].len);
}

struct span chat_last_user_text(const struct chat_view *view, struct arena *arena) {
    uint32_t message = view->message_count, first = UINT32_MAX, last = 0, count = 0;
    while (message > 0 && view->messages[message - 1].role != ROLE_USER) message--;
    if (message-- == 0) return SPAN_NONE;
    size_t total = 0;
    for (uint32_t i = 0; i < view->part_count; i++) {
        const struct chat_part *part = &view->parts[i];
        if (part->message != message || part->kind != PART_TEXT) continue;
        if (first == UINT32_MAX) first = i;
        last = i;
        count++;
        total += (size_t)part->len + 1;
    }
    if (count == 0) return SPAN_NONE;
    const struct chat_part *from = &view->parts[first], *to = &view->parts[last];
    if (last - first + 1 == count) // no other string between them: they stand as wanted in the text
        return span_sub(view->text, from->start, (size_t)to->start + to->len - from->start);
    char *text = arena_alloc(arena, total);
    if (!text) return SPAN_NONE;
    size_t len = 0;
    for (uint32_t i = first; i <= last; i++) {
        const struct chat_part *part = &view->parts[i];
        if (part->message != message || part->kind != PART_TEXT) continue;
        if (len) text[len++] = '\n';
        memcpy(text + len, view->text.at + part->start, part->len);
        len += part->len;
    }
    return span_make(text, len);
}
