#include "gateway/hold.h"

#include <stdlib.h>

#include "base/mem.h"
#include "chat/logprobs.h"
#include "wire/sse.h"

struct hold *hold_new(const struct verify_need *need, const struct json_limits *limits, size_t held_bytes,
                      size_t answer_bytes) {
    struct hold *h = mem_new(sizeof *h);
    h->need = *need;
    h->limits = *limits;
    h->most = held_bytes;
    // what comes in one piece may pass that before it is seen that it does
    buf_init(&h->events, held_bytes + answer_bytes);
    buf_init(&h->joined, answer_bytes);
    if (held_bytes) h->seen = assembly_new(answer_bytes);
    return h;
}

void hold_free(struct hold *h) {
    if (!h) return;
    buf_free(&h->events);
    buf_free(&h->joined);
    assembly_free(h->seen);
    free(h);
}

static bool has_calls(const struct json_doc *doc) {
    uint32_t choices = json_get(doc, 0, "choices");
    if (!json_is(doc, choices, JSON_ARRAY)) return false;
    for (uint32_t c = choices + 1; c < doc->nodes[choices].next; c = doc->nodes[c].next) {
        uint32_t delta = json_is(doc, c, JSON_OBJECT) ? json_get(doc, c, "delta") : 0;
        if (!json_is(doc, delta, JSON_OBJECT)) continue;
        if (json_is(doc, json_get(doc, delta, "tool_calls"), JSON_ARRAY)) return true;
        if (json_is(doc, json_get(doc, delta, "function_call"), JSON_OBJECT)) return true;
    }
    return false;
}

// An event as the caller may have it.
static void pass(const struct hold *h, const struct json_doc *doc, struct span raw, struct buf *to) {
    static const char FIELD[] = "data: ";
    size_t begin = to->len;
    buf_add_z(to, FIELD);
    if (h->strip && doc && logprobs_drop(doc, to)) {
        for (size_t i = begin; i < to->len; i++) // only between values: a line more would be another event
            if (to->at[i] == '\n' || to->at[i] == '\r') to->at[i] = ' ';
        buf_add_z(to, "\n\n");
        return;
    }
    if (to->len > begin) to->len = begin;
    buf_add_span(to, raw);
}

int hold_events(struct hold *h, struct json_doc *doc, struct span events, struct buf *out) {
    struct sse sse = {0};
    size_t at;
    while (events.len) {
        struct sse_event event;
        struct buf *to = h->released ? out : &h->events;
        size_t n = sse_end(&sse, events);
        struct span raw = span_sub(events, 0, n ? n : events.len);
        sse_read(raw, &h->joined, &event);
        struct span data = span_trim(event.data);
        bool chunk = event.has_data && data.len && !span_is_z(data, "[DONE]");
        if (chunk && json_parse(doc, data, &h->limits, &at) != JSON_OK) return -1;
        if (chunk && !h->blind) {
            assembly_add_chunk(h->seen, doc);
            h->blind = assembly_is_full(h->seen);
            h->calls |= has_calls(doc);
        }
        pass(h, chunk ? doc : NULL, raw, to);
        events = span_sub(events, raw.len, SIZE_MAX);
    }
    return out->full || h->events.full ? -1 : 0;
}

bool hold_is_full(const struct hold *h) {
    return h->blind || h->events.len > h->most;
}

void hold_release(struct hold *h, struct buf *out) {
    h->released = true;
    buf_add_span(out, buf_span(&h->events));
    buf_free(&h->events);
}

bool hold_write(const struct hold *h, struct buf *out) {
    static const struct assembly_defaults NAMELESS = {.id = "", .model = {"", 0}};
    if (h->blind) return false;
    assembly_write(h->seen, &NAMELESS, out);
    return !out->full;
}

bool hold_strip(const struct hold *h, struct json_doc *doc, struct span body, struct buf *out) {
    size_t at;
    return h->strip && json_parse(doc, body, &h->limits, &at) == JSON_OK && logprobs_drop(doc, out);
}
