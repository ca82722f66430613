// Restoring in a stream of chat completion chunks.
#include <stdlib.h>

#include "base/mem.h"
#include "chat/restore.h"
#include "wire/sse.h"

enum { HEAD_BYTES = 512, MAX_CHANNELS = 256, NO_TOOL = -1 };

// The texts that come in pieces, and how a chunk with a piece of one is written.
enum channel_kind { CHANNEL_MEMBER, CHANNEL_ARGUMENTS, CHANNEL_INPUT, CHANNEL_FUNCTION };

static const struct {
    const char *before, *after; // around the string, in the delta or in the call
} SHAPES[] = {
    [CHANNEL_MEMBER] = {"", ""}, // its name stands before it
    [CHANNEL_ARGUMENTS] = {"\"function\":{\"arguments\":", "}}]"},
    [CHANNEL_INPUT] = {"\"custom\":{\"input\":", "}}]"},
    [CHANNEL_FUNCTION] = {"\"function_call\":{\"arguments\":", "}"},
};

// A text of which something is held back.
struct channel {
    int64_t choice;
    int32_t tool;  // index of the call, or NO_TOOL
    uint8_t kind;  // enum channel_kind
    char name[24]; // of a CHANNEL_MEMBER
    struct restore_hold hold;
};

struct restore {
    const struct mask *mask;
    struct json_limits limits;
    struct channel *channels; // [count]: those that hold something
    uint32_t count;
    struct buf head;   // "id":...,"model":... as the stream's chunks have it
    struct buf event;  // the event at work
    struct buf joined; // data of several lines
};

struct restore *restore_new(const struct mask *m, const struct json_limits *limits) {
    struct restore *r = mem_new(sizeof *r);
    r->mask = m;
    r->limits = *limits;
    buf_init(&r->head, HEAD_BYTES);
    buf_init(&r->event, SIZE_MAX / 2); // bounded by the buffer that it is copied to
    buf_init(&r->joined, SIZE_MAX / 2);
    return r;
}

void restore_free(struct restore *r) {
    if (!r) return;
    if (r->channels) mem_wipe(r->channels, r->count * sizeof *r->channels);
    free(r->channels);
    buf_free(&r->head);
    buf_free(&r->event);
    buf_free(&r->joined);
    free(r);
}

// ---------------------------------------------------------------- what is held back

static bool is_same(const struct channel *a, const struct channel *b) {
    return a->choice == b->choice && a->tool == b->tool && a->kind == b->kind && strcmp(a->name, b->name) == 0;
}

// What is held of this text, taken out of the list.
static struct restore_hold take_hold(struct restore *r, const struct channel *of) {
    struct restore_hold hold = {0};
    for (uint32_t i = 0; i < r->count; i++) {
        if (!is_same(&r->channels[i], of)) continue;
        hold = r->channels[i].hold;
        memmove(&r->channels[i], &r->channels[i + 1], (--r->count - i) * sizeof *r->channels);
        break;
    }
    return hold;
}

static void keep_hold(struct restore *r, const struct channel *of, const struct restore_hold *hold) {
    if (!hold->len) return;
    r->channels = mem_grow(r->channels, (r->count + 1) * sizeof *r->channels);
    r->channels[r->count] = *of;
    r->channels[r->count++].hold = *hold;
}

// A chunk of our own with what is held of one text.
static void write_held(const struct restore *r, const struct channel *c, struct buf *out) {
    buf_add_z(out, "data: {");
    buf_add_span(out, buf_span(&r->head));
    buf_printf(out, "%s\"choices\":[{\"index\":%lld,\"delta\":{", r->head.len ? "," : "", (long long)c->choice);
    if (c->kind == CHANNEL_MEMBER) json_put_key(out, c->name);
    if (c->tool != NO_TOOL) buf_printf(out, "\"tool_calls\":[{\"index\":%d,", c->tool);
    buf_add_z(out, SHAPES[c->kind].before);
    json_put_string(out, span_make(c->hold.bytes, c->hold.len));
    buf_add_z(out, SHAPES[c->kind].after);
    buf_add_z(out, "},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
}

// Writes what is held of one choice, or of all (-1).
static void release(struct restore *r, int64_t choice, struct buf *out) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        if (choice < 0 || r->channels[i].choice == choice) write_held(r, &r->channels[i], out);
        else r->channels[kept++] = r->channels[i];
    }
    r->count = kept;
}

void restore_flush(struct restore *r, struct buf *out) {
    release(r, -1, out);
}

// ---------------------------------------------------------------- one chunk

// A chunk that is being rewritten into r->event.
struct edit {
    struct restore *r;
    const struct json_doc *doc;
    size_t done; // bytes of the chunk that are written
    bool changed;
    bool last; // its choice finishes
};

static void copy_until(struct edit *e, size_t offset) {
    buf_add(&e->r->event, e->doc->text + e->done, offset - e->done);
    e->done = offset;
}

// Without a channel the string is whole.
static void edit_string(struct edit *e, uint32_t node, const struct channel *channel, enum restore_depth depth) {
    struct restore *r = e->r;
    struct span raw = json_text(e->doc, node);
    struct restore_hold hold = {0};
    copy_until(e, e->doc->nodes[node].start + 1);
    size_t from = r->event.len;
    if (channel) hold = take_hold(r, channel);
    restore_piece(r->mask, depth, &hold, raw, e->last || !channel || r->count == MAX_CHANNELS, &r->event);
    if (channel) keep_hold(r, channel, &hold);
    if (r->event.full || !span_is(span_sub(buf_span(&r->event), from, SIZE_MAX), raw)) e->changed = true;
    e->done = e->doc->nodes[node].end - 1;
}

// Every string of a value that is not one of the known texts: it is taken as it comes.
static void edit_others(struct edit *e, uint32_t value) {
    for (uint32_t n = value; n < e->doc->nodes[value].next; n++)
        if (e->doc->nodes[n].type == JSON_STRING && !json_is_key(e->doc, n)) edit_string(e, n, NULL, RESTORE_STRING);
}

// The member of an object that is known to come in pieces; everything else in it as it comes.
static void edit_object(struct edit *e, uint32_t object, const char *member, const struct channel *channel,
                        enum restore_depth depth) {
    const struct json_doc *doc = e->doc;
    if (!json_is(doc, object, JSON_OBJECT)) return;
    for (uint32_t k = object + 1; k < doc->nodes[object].next; k = doc->nodes[k + 1].next) {
        if (json_is(doc, k + 1, JSON_STRING) && json_text_is(doc, k, member)) edit_string(e, k + 1, channel, depth);
        else edit_others(e, k + 1);
    }
}

static void edit_calls(struct edit *e, uint32_t calls, int64_t choice) {
    const struct json_doc *doc = e->doc;
    int32_t position = 0;
    for (uint32_t c = calls + 1; c < doc->nodes[calls].next; c = doc->nodes[c].next, position++) {
        if (doc->nodes[c].type != JSON_OBJECT) continue;
        int64_t index = position;
        if (!json_int(doc, json_get(doc, c, "index"), &index) || index < 0 || index > INT32_MAX) index = position;
        struct channel channel = {.choice = choice, .tool = (int32_t)index, .kind = CHANNEL_ARGUMENTS};
        for (uint32_t k = c + 1; k < doc->nodes[c].next; k = doc->nodes[k + 1].next) {
            if (json_text_is(doc, k, "function")) {
                edit_object(e, k + 1, "arguments", &channel, RESTORE_NESTED_STRING);
            } else if (json_text_is(doc, k, "custom")) {
                channel.kind = CHANNEL_INPUT;
                edit_object(e, k + 1, "input", &channel, RESTORE_STRING);
            }
        }
    }
}

static void edit_delta(struct edit *e, uint32_t delta, int64_t choice) {
    const struct json_doc *doc = e->doc;
    for (uint32_t k = delta + 1; k < doc->nodes[delta].next; k = doc->nodes[k + 1].next) {
        struct channel channel = {.choice = choice, .tool = NO_TOOL, .kind = CHANNEL_MEMBER};
        struct span name = json_text(doc, k);
        if (json_is(doc, k + 1, JSON_STRING) && name.len < sizeof channel.name && !doc->nodes[k].escaped) {
            memcpy(channel.name, name.at, name.len);
            bool nested = mask_json_content(e->r->mask) && span_is_z(name, "content");
            if (!span_is_z(name, "role"))
                edit_string(e, k + 1, &channel, nested ? RESTORE_NESTED_STRING : RESTORE_STRING);
        } else if (json_is(doc, k + 1, JSON_ARRAY) && json_text_is(doc, k, "tool_calls")) {
            edit_calls(e, k + 1, choice);
        } else if (json_text_is(doc, k, "function_call")) {
            channel.kind = CHANNEL_FUNCTION;
            edit_object(e, k + 1, "arguments", &channel, RESTORE_NESTED_STRING);
        } else {
            edit_others(e, k + 1);
        }
    }
}

// Chunks of our own are to look like the stream's.
static void learn_head(struct restore *r, const struct json_doc *doc) {
    static const char *const KEYS[] = {"id", "object", "created", "model", "system_fingerprint"};
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS && !r->head.full; i++) {
        uint32_t node = json_get(doc, 0, KEYS[i]);
        if (!node) continue;
        if (r->head.len) json_put_key(&r->head, KEYS[i]);
        else buf_printf(&r->head, "\"%s\":", KEYS[i]);
        buf_add_span(&r->head, json_raw(doc, node));
    }
    if (r->head.full) buf_reset(&r->head);
}

// Writes the event that was edited. What is held of a choice that finishes goes before it.
static void write_event(struct edit *e, const struct sse_event *event, struct span raw, struct buf *out) {
    struct buf *text = &e->r->event;
    if (!e->changed) {
        buf_add_span(out, raw);
        return;
    }
    for (size_t i = 0; i < text->len; i++) // only between values: a line more would be another event
        if (text->at[i] == '\n' || text->at[i] == '\r') text->at[i] = ' ';
    if (event->name.len) buf_printf(out, "event: %.*s\n", SPAN_ARG(event->name));
    buf_add_z(out, "data: ");
    buf_add_span(out, buf_span(text));
    buf_add_z(out, "\n\n");
}

static int edit_chunk(struct restore *r, const struct json_doc *doc, const struct sse_event *event, struct span raw,
                      struct buf *out) {
    struct edit e = {.r = r, .doc = doc};
    uint32_t choices = json_get(doc, 0, "choices");
    buf_reset(&r->event);
    r->event.max = out->max - out->len;
    if (!r->head.len) learn_head(r, doc);
    for (uint32_t c = choices + 1; json_is(doc, choices, JSON_ARRAY) && c < doc->nodes[choices].next;
         c = doc->nodes[c].next) {
        if (doc->nodes[c].type != JSON_OBJECT) continue;
        int64_t index = 0;
        json_int(doc, json_get(doc, c, "index"), &index);
        e.last = json_text(doc, json_get(doc, c, "finish_reason")).len > 0;
        uint32_t delta = json_get(doc, c, "delta");
        if (json_is(doc, delta, JSON_OBJECT)) edit_delta(&e, delta, index);
        if (e.last) release(r, index, out);
    }
    copy_until(&e, doc->len);
    write_event(&e, event, raw, out);
    return r->event.full || out->full ? -1 : 0;
}

int restore_events(struct restore *r, struct json_doc *doc, struct span events, struct buf *out) {
    struct sse sse = {0};
    size_t at;
    while (events.len) {
        struct sse_event event;
        size_t n = sse_end(&sse, events);
        struct span raw = span_sub(events, 0, n ? n : events.len);
        sse_read(raw, &r->joined, &event);
        struct span data = span_trim(event.data);
        if (!event.has_data || !data.len) {
            buf_add_span(out, raw);
        } else if (span_is_z(data, "[DONE]")) {
            restore_flush(r, out);
            buf_add_span(out, raw);
        } else if (json_parse(doc, data, &r->limits, &at) != JSON_OK || edit_chunk(r, doc, &event, raw, out)) {
            return -1;
        }
        events = span_sub(events, raw.len, SIZE_MAX);
    }
    return out->full ? -1 : 0;
}
