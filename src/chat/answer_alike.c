// Passing events that differ from an earlier one in their text alone.
//
// Nearly all of a stream's events are the same bytes around another piece of text. The bytes around it were parsed
// once; where they come again, the text need only be a valid, non-empty string for the whole to be what parsing it
// would say: content, no finish reason, no usage, no error, the same limits kept. Some providers end each event with
// a member of random letters that hides the length of the text ("obfuscation"): it may differ too.
#include <stdlib.h>

#include "base/mem.h"
#include "chat/answer_internal.h"

// The pattern is as large as its event, up to this; events with more around their text are parsed one by one.
enum { MOST_BYTES = 400 - sizeof(struct answer_pattern), PARTS = 3 };

struct parts {
    struct span part[PARTS];
    uint16_t count;
};

// `raw` without the insides of the strings: a part ends with the opening quote, the next begins with the closing one.
static struct parts cut(struct span raw, size_t data, const struct json_doc *doc, uint32_t text, uint32_t tail) {
    const struct json_node *n = &doc->nodes[text], *t = &doc->nodes[tail];
    struct parts p = {.count = 2};
    size_t from = data + n->end - 1;
    p.part[0] = span_sub(raw, 0, data + n->start + 1);
    if (t->type == JSON_STRING && t->start > n->end) {
        p.part[p.count++ - 1] = span_sub(raw, from, data + t->start + 1 - from);
        from = data + t->end - 1;
    }
    p.part[p.count - 1] = span_sub(raw, from, raw.len);
    return p;
}

// The buffer for half events is empty; where they are many or large, the reader keeps it rather than the pattern.
static void make_way(struct answer *a) {
    if (a->partial.cap > KEPT_BESIDE) buf_free(&a->partial);
}

void answer_learn(struct answer *a, struct span raw, const struct json_doc *doc, uint32_t text, uint32_t tail) {
    size_t data = (size_t)((uintptr_t)doc->text - (uintptr_t)raw.at), need = 0;
    // An event that came in pieces stands in the buffer that is to make way; data of several lines not in `raw`.
    if (a->partial.len || data >= raw.len) return;
    struct parts p = cut(raw, data, doc, text, tail);
    for (int i = 0; i < p.count; i++) need += p.part[i].len;
    if (need > MOST_BYTES) return;
    make_way(a);
    if (!a->pattern || a->pattern->cap < need) {
        size_t cap = (need + 31) / 32 * 32 < MOST_BYTES ? (need + 31) / 32 * 32 : MOST_BYTES;
        answer_forget(a);
        a->pattern = mem_new(sizeof *a->pattern + cap);
        a->pattern->cap = (uint16_t)cap;
    }
    char *to = a->pattern->bytes;
    a->pattern->parts = p.count;
    for (int i = 0; i < p.count; i++) {
        a->pattern->len[i] = (uint16_t)p.part[i].len;
        memcpy(to, p.part[i].at, p.part[i].len);
        to += p.part[i].len;
    }
}

void answer_forget(struct answer *a) {
    if (a->pattern) mem_wipe(a->pattern, sizeof *a->pattern + a->pattern->cap);
    free(a->pattern);
    a->pattern = NULL;
}

// Length of the event at the start of `bytes` when it fits the pattern, or 0.
static size_t alike(const struct answer_pattern *pattern, struct span bytes) {
    const char *at = bytes.at, *end = bytes.at + bytes.len, *part = pattern->bytes;
    for (int i = 0;; i++) {
        size_t n = pattern->len[i];
        if ((size_t)(end - at) < n || memcmp(at, part, n) != 0) return 0;
        at += n;
        part += n;
        if (i + 1 == pattern->parts) return (size_t)(at - bytes.at);
        n = json_string_length(span_make(at, (size_t)(end - at)));
        if (n == SIZE_MAX || (n == 0 && i == 0)) return 0; // no text may mean no content
        at += n;
    }
}

size_t answer_pass_alike(struct answer *a, struct span bytes, struct buf *out) {
    size_t passed = 0, room = out->full ? 0 : out->max - out->len;
    while (passed < bytes.len) {
        size_t n = alike(a->pattern, span_make(bytes.at + passed, bytes.len - passed));
        if (n == 0 || n > a->spec.max_event_bytes || n > room - passed) break;
        passed += n;
        answer_content(a);
    }
    if (passed) {
        make_way(a);
        buf_add(out, bytes.at, passed);
    }
    return passed;
}
