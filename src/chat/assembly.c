#include "chat/assembly.h"

#include <stdlib.h>

#include "base/mem.h"

enum { MAX_CHOICES = 128, MAX_TOOLS = 512 };

const char *const ASSEMBLY_TEXT_KEYS[TEXT_COUNT] = {
    [TEXT_CONTENT] = "content",
    [TEXT_REFUSAL] = "refusal",
    [TEXT_REASONING] = "reasoning_content",
    [TEXT_REASONING_SHORT] = "reasoning",
};

struct tool {
    uint32_t index;
    struct buf id, type, name, arguments; // raw JSON strings
};

struct choice {
    uint32_t index;
    struct buf text[TEXT_COUNT];
    bool has_text[TEXT_COUNT];
    struct buf logprobs[2]; // elements of logprobs.content and logprobs.refusal
    bool has_logprobs[2];
    struct buf finish;
    struct tool *tools; // [count], in the order of their first piece
    uint32_t tool_count;
    struct tool function; // of a function_call
    bool has_function;
};

static const char *const LOGPROB_KEYS[2] = {"content", "refusal"};

// What stands once in the body, raw, from the first chunk that has it.
enum { HEAD_ID, HEAD_CREATED, HEAD_MODEL, HEAD_FINGERPRINT, HEAD_TIER, HEAD_COUNT };
static const char *const HEAD_KEYS[HEAD_COUNT] = {"id", "created", "model", "system_fingerprint", "service_tier"};

struct assembly {
    struct choice *choices; // [count]
    uint32_t count;
    struct buf head[HEAD_COUNT];
    struct buf usage;
    size_t max, total;
    bool full;
};

// ---------------------------------------------------------------- memory

struct assembly *assembly_new(size_t max) {
    struct assembly *s = mem_new(sizeof *s);
    s->max = max;
    return s;
}

static void free_tool(struct tool *t) {
    buf_free(&t->id);
    buf_free(&t->type);
    buf_free(&t->name);
    buf_free(&t->arguments);
}

void assembly_free(struct assembly *s) {
    if (!s) return;
    for (uint32_t i = 0; i < s->count; i++) {
        struct choice *c = &s->choices[i];
        for (int t = 0; t < TEXT_COUNT; t++) buf_free(&c->text[t]);
        buf_free(&c->logprobs[0]);
        buf_free(&c->logprobs[1]);
        buf_free(&c->finish);
        for (uint32_t t = 0; t < c->tool_count; t++) free_tool(&c->tools[t]);
        free(c->tools);
        free_tool(&c->function);
    }
    free(s->choices);
    for (int h = 0; h < HEAD_COUNT; h++) buf_free(&s->head[h]);
    buf_free(&s->usage);
    free(s);
}

bool assembly_is_full(const struct assembly *s) {
    return s->full;
}

// Counts n bytes against the limit.
static bool take(struct assembly *s, size_t n) {
    if (s->full || n > s->max - s->total) {
        s->full = true;
        return false;
    }
    s->total += n;
    return true;
}

static void append(struct assembly *s, struct buf *b, struct span bytes) {
    if (!take(s, bytes.len)) return;
    b->max = s->max;
    buf_add_span(b, bytes);
}

static void put_once(struct assembly *s, struct buf *b, struct span bytes) {
    if (b->len == 0) append(s, b, bytes);
}

static struct choice *choice_at(struct assembly *s, uint32_t index) {
    for (uint32_t i = 0; i < s->count; i++)
        if (s->choices[i].index == index) return &s->choices[i];
    if (s->count == MAX_CHOICES) s->full = true;
    if (!take(s, sizeof *s->choices)) return NULL;
    s->choices = mem_grow(s->choices, (s->count + 1) * sizeof *s->choices);
    // kept in the order of their index
    uint32_t at = s->count++;
    for (; at > 0 && s->choices[at - 1].index > index; at--) s->choices[at] = s->choices[at - 1];
    s->choices[at] = (struct choice){.index = index};
    return &s->choices[at];
}

static struct tool *tool_at(struct assembly *s, struct choice *c, uint32_t index) {
    for (uint32_t i = c->tool_count; i > 0; i--) // mostly the last one
        if (c->tools[i - 1].index == index) return &c->tools[i - 1];
    if (c->tool_count == MAX_TOOLS) s->full = true;
    if (!take(s, sizeof *c->tools)) return NULL;
    c->tools = mem_grow(c->tools, (c->tool_count + 1) * sizeof *c->tools);
    c->tools[c->tool_count] = (struct tool){.index = index};
    return &c->tools[c->tool_count++];
}

// ---------------------------------------------------------------- adding

void assembly_add_text(struct assembly *s, uint32_t choice, enum assembly_text kind, struct span raw) {
    struct choice *c = choice_at(s, choice);
    if (!c) return;
    c->has_text[kind] = true;
    append(s, &c->text[kind], raw);
}

void assembly_add_tool(struct assembly *s, uint32_t choice, uint32_t tool, struct span id, struct span type,
                       struct span name) {
    struct choice *c = choice_at(s, choice);
    struct tool *t = c ? tool_at(s, c, tool) : NULL;
    if (!t) return;
    put_once(s, &t->id, id);
    put_once(s, &t->type, type);
    put_once(s, &t->name, name);
}

void assembly_add_arguments(struct assembly *s, uint32_t choice, uint32_t tool, struct span raw) {
    struct choice *c = choice_at(s, choice);
    struct tool *t = c ? tool_at(s, c, tool) : NULL;
    if (t) append(s, &t->arguments, raw);
}

void assembly_set_finish(struct assembly *s, uint32_t choice, struct span raw) {
    struct choice *c = choice_at(s, choice);
    if (!c) return;
    s->total -= c->finish.len;
    buf_reset(&c->finish);
    append(s, &c->finish, raw);
}

void assembly_set_usage(struct assembly *s, struct span raw) {
    s->total -= s->usage.len;
    buf_reset(&s->usage);
    append(s, &s->usage, raw);
}

// A tool call without an index (some servers leave it out) is a new one when it has an id, else the last.
static uint32_t tool_index(const struct json_doc *doc, uint32_t call, const struct choice *c) {
    int64_t v;
    if (json_int(doc, json_get(doc, call, "index"), &v) && v >= 0 && v < MAX_TOOLS) return (uint32_t)v;
    uint32_t last = c && c->tool_count ? c->tools[c->tool_count - 1].index : 0;
    struct span id = json_text(doc, json_get(doc, call, "id"));
    if (!c || !c->tool_count || !id.len || span_is(id, buf_span(&c->tools[c->tool_count - 1].id))) return last;
    return last + 1;
}

static void add_tool_calls(struct assembly *s, uint32_t choice, const struct json_doc *doc, uint32_t calls) {
    if (!json_is(doc, calls, JSON_ARRAY)) return;
    for (uint32_t call = calls + 1; call < doc->nodes[calls].next; call = doc->nodes[call].next) {
        uint32_t tool = tool_index(doc, call, choice_at(s, choice)), function = json_get(doc, call, "function");
        struct span name = function ? json_text(doc, json_get(doc, function, "name")) : SPAN_NONE;
        struct span arguments = function ? json_text(doc, json_get(doc, function, "arguments")) : SPAN_NONE;
        assembly_add_tool(s, choice, tool, json_text(doc, json_get(doc, call, "id")),
                          json_text(doc, json_get(doc, call, "type")), name);
        assembly_add_arguments(s, choice, tool, arguments);
    }
}

static void add_logprobs(struct assembly *s, uint32_t choice, const struct json_doc *doc, uint32_t logprobs) {
    if (!json_is(doc, logprobs, JSON_OBJECT)) return;
    for (int i = 0; i < 2; i++) {
        uint32_t list = json_get(doc, logprobs, LOGPROB_KEYS[i]);
        struct choice *c = json_is(doc, list, JSON_ARRAY) ? choice_at(s, choice) : NULL;
        if (!c) continue;
        c->has_logprobs[i] = true;
        struct span raw = json_raw(doc, list);
        raw = span_trim(span_sub(raw, 1, raw.len - 2));
        if (c->logprobs[i].len && raw.len) append(s, &c->logprobs[i], SPAN(","));
        append(s, &c->logprobs[i], raw);
    }
}

static void add_function_call(struct assembly *s, uint32_t choice, const struct json_doc *doc, uint32_t call) {
    struct choice *c = json_is(doc, call, JSON_OBJECT) ? choice_at(s, choice) : NULL;
    if (!c) return;
    c->has_function = true;
    put_once(s, &c->function.name, json_text(doc, json_get(doc, call, "name")));
    append(s, &c->function.arguments, json_text(doc, json_get(doc, call, "arguments")));
}

static void add_choice(struct assembly *s, const struct json_doc *doc, uint32_t node) {
    int64_t index = 0;
    json_int(doc, json_get(doc, node, "index"), &index);
    if (index < 0 || index >= MAX_CHOICES) {
        s->full = true;
        return;
    }
    uint32_t choice = (uint32_t)index, delta = json_get(doc, node, "delta");
    if (delta) {
        for (enum assembly_text t = 0; t < TEXT_COUNT; t++) {
            uint32_t text = json_get(doc, delta, ASSEMBLY_TEXT_KEYS[t]);
            if (json_is(doc, text, JSON_STRING)) assembly_add_text(s, choice, t, json_text(doc, text));
        }
        add_tool_calls(s, choice, doc, json_get(doc, delta, "tool_calls"));
        add_function_call(s, choice, doc, json_get(doc, delta, "function_call"));
    }
    add_logprobs(s, choice, doc, json_get(doc, node, "logprobs"));
    struct span finish = json_text(doc, json_get(doc, node, "finish_reason"));
    if (finish.len) assembly_set_finish(s, choice, finish);
}

void assembly_add_chunk(struct assembly *s, const struct json_doc *doc) {
    for (int h = 0; h < HEAD_COUNT; h++) {
        uint32_t node = s->head[h].len ? 0 : json_get(doc, 0, HEAD_KEYS[h]);
        if (node && doc->nodes[node].type != JSON_NULL) append(s, &s->head[h], json_raw(doc, node));
    }
    uint32_t choices = json_get(doc, 0, "choices"), usage = json_get(doc, 0, "usage");
    if (json_is(doc, usage, JSON_OBJECT)) assembly_set_usage(s, json_raw(doc, usage));
    if (!json_is(doc, choices, JSON_ARRAY)) return;
    for (uint32_t c = choices + 1; c < doc->nodes[choices].next; c = doc->nodes[c].next) add_choice(s, doc, c);
}

// ---------------------------------------------------------------- writing

static void put_raw_string(struct buf *out, const char *key, struct span raw) {
    json_put_key(out, key);
    buf_add_char(out, '"');
    buf_add_span(out, raw);
    buf_add_char(out, '"');
}

static void put_function(struct buf *out, const struct tool *t) {
    buf_add_char(out, '{');
    put_raw_string(out, "name", buf_span(&t->name));
    put_raw_string(out, "arguments", buf_span(&t->arguments));
    buf_add_char(out, '}');
}

static void put_message(const struct choice *c, struct buf *out) {
    json_put_key(out, "message");
    buf_add_z(out, "{\"role\":\"assistant\"");
    for (int t = 0; t < TEXT_COUNT; t++) {
        bool calls = c->tool_count || c->has_function;
        if (c->text[t].len || (c->has_text[t] && !(t == TEXT_CONTENT && calls)))
            put_raw_string(out, ASSEMBLY_TEXT_KEYS[t], buf_span(&c->text[t]));
        else if (t <= TEXT_REFUSAL) // these two are always there
            buf_add_z(out, t == TEXT_CONTENT ? ",\"content\":null" : ",\"refusal\":null");
    }
    if (c->tool_count) {
        json_put_key(out, "tool_calls");
        buf_add_char(out, '[');
        for (uint32_t i = 0; i < c->tool_count; i++) {
            const struct tool *t = &c->tools[i];
            buf_add_z(out, i ? ",{" : "{");
            put_raw_string(out, "id", buf_span(&t->id));
            put_raw_string(out, "type", t->type.len ? buf_span(&t->type) : SPAN("function"));
            json_put_key(out, "function");
            put_function(out, t);
            buf_add_char(out, '}');
        }
        buf_add_char(out, ']');
    }
    if (c->has_function) {
        json_put_key(out, "function_call");
        put_function(out, &c->function);
    }
    buf_add_char(out, '}');
}

static void put_logprobs(const struct choice *c, struct buf *out) {
    json_put_key(out, "logprobs");
    if (!c->has_logprobs[0] && !c->has_logprobs[1]) {
        buf_add_z(out, "null");
        return;
    }
    buf_add_char(out, '{');
    for (int i = 0; i < 2; i++) {
        json_put_key(out, LOGPROB_KEYS[i]);
        if (!c->has_logprobs[i]) {
            buf_add_z(out, "null");
            continue;
        }
        buf_add_char(out, '[');
        buf_add_span(out, buf_span(&c->logprobs[i]));
        buf_add_char(out, ']');
    }
    buf_add_char(out, '}');
}

static void put_choice(const struct choice *c, struct buf *out) {
    buf_add_z(out, "{\"index\":");
    buf_add_u64(out, c->index);
    put_message(c, out);
    put_logprobs(c, out);
    if (c->finish.len) put_raw_string(out, "finish_reason", buf_span(&c->finish));
    else buf_add_z(out, ",\"finish_reason\":null");
    buf_add_char(out, '}');
}

static void put_head(const struct assembly *s, int head, struct buf *out) {
    if (!s->head[head].len) return;
    json_put_key(out, HEAD_KEYS[head]);
    buf_add_span(out, buf_span(&s->head[head]));
}

void assembly_write(const struct assembly *s, const struct assembly_defaults *defaults, struct buf *out) {
    buf_add_char(out, '{');
    put_head(s, HEAD_ID, out);
    if (!s->head[HEAD_ID].len) {
        json_put_key(out, "id");
        json_put_z(out, defaults->id);
    }
    buf_add_z(out, ",\"object\":\"chat.completion\"");
    put_head(s, HEAD_CREATED, out);
    if (!s->head[HEAD_CREATED].len) {
        json_put_key(out, "created");
        buf_add_i64(out, defaults->created);
    }
    put_head(s, HEAD_MODEL, out);
    if (!s->head[HEAD_MODEL].len) {
        json_put_key(out, "model");
        json_put_string(out, defaults->model);
    }
    buf_add_z(out, ",\"choices\":[");
    for (uint32_t i = 0; i < s->count; i++) {
        if (i) buf_add_char(out, ',');
        put_choice(&s->choices[i], out);
    }
    buf_add_char(out, ']');
    if (s->usage.len) {
        buf_add_z(out, ",\"usage\":");
        buf_add_span(out, buf_span(&s->usage));
    }
    put_head(s, HEAD_TIER, out);
    put_head(s, HEAD_FINGERPRINT, out);
    buf_add_char(out, '}');
}
