// Masking and the way back: whatever is masked, the result is the same request with other strings, no value is left in
// it, and restoring it gives every string as it was, however it is cut.
//
// Input: number of spans, then five bytes a span (place, length, type), then the request.
#include <assert.h>

#include "chat/restore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_SPANS = 8, SPAN_BYTES = 5 };
static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 4096};
static const char *const TYPES[] = {"EMAIL_ADDRESS", "PERSON", "US_SSN", "x1"};

// The raw string restored, cut in three at two places that its length gives.
static void restore(const struct mask *m, enum restore_depth depth, struct span raw, struct buf *out) {
    struct restore_hold hold = {0};
    size_t a = raw.len / 3, b = raw.len - raw.len / 4;
    if (b < a) b = a;
    restore_piece(m, depth, &hold, span_sub(raw, 0, a), false, out);
    restore_piece(m, depth, &hold, span_sub(raw, a, b - a), false, out);
    restore_piece(m, depth, &hold, span_sub(raw, b, SIZE_MAX), true, out);
    assert(hold.len == 0);
}

// Calls the pieces one string of a document, so that it can be decoded.
static void decode(const struct buf *raw, struct buf *out) {
    struct json_doc doc = {0};
    struct buf text;
    size_t at;
    buf_init(&text, 1 << 22);
    buf_add_z(&text, "[\"");
    buf_add_span(&text, buf_span(raw));
    buf_add_z(&text, "\"]");
    assert(json_parse(&doc, buf_span(&text), &LIMITS, &at) == JSON_OK);
    json_unescape_to(out, &doc, 1);
    json_free(&doc);
    buf_free(&text);
}

static bool is_json(struct span text) {
    struct json_doc doc = {0};
    size_t at;
    bool good = json_parse(&doc, text, &LIMITS, &at) == JSON_OK;
    json_free(&doc);
    return good;
}

static void check_part(const struct mask *m, const struct chat_view *before, const struct chat_view *after,
                       uint32_t i) {
    const struct chat_part *p = &before->parts[i];
    struct span was = span_sub(before->text, p->start, p->len);
    bool nested = p->kind == PART_ARGUMENTS && is_json(was);
    struct buf raw, text;
    assert(p->kind == after->parts[i].kind && p->message == after->parts[i].message);
    buf_init(&raw, 1 << 22);
    buf_init(&text, 1 << 22);
    restore(m, nested ? RESTORE_NESTED_STRING : RESTORE_STRING, json_text(after->doc, after->parts[i].node), &raw);
    decode(&raw, &text);
    if (nested) assert(is_json(buf_span(&text))); // other escapes may say the same
    else assert(span_is(buf_span(&text), was));
    buf_free(&raw);
    buf_free(&text);
}

static void check(const struct mask *m, const struct chat_view *view, struct arena *arena) {
    struct json_doc doc = {0};
    struct chat_view masked;
    struct chat_fault fault;
    size_t at;
    assert(json_parse(&doc, mask_body(m), &LIMITS, &at) == JSON_OK);
    assert(doc.count == view->doc->count);
    if (chat_view_openai(&masked, &doc, 64, arena, &fault) == 0) {
        assert(masked.part_count == view->part_count);
        for (uint32_t i = 0; i < view->part_count; i++) check_part(m, view, &masked, i);
        (void)mask_hides(m, masked.text);
    }
    json_free(&doc);
}

static void run(struct chat_view *view, const uint8_t *at, uint32_t count) {
    struct mask_span spans[MOST_SPANS];
    struct mask_limits limits = {.values = 16, .bytes = 4096};
    const char *why;
    for (uint32_t i = 0; i < count; i++, at += SPAN_BYTES) {
        uint32_t start = ((uint32_t)at[0] << 8 | at[1]) % ((uint32_t)view->text.len + 1);
        spans[i] = (struct mask_span){start, start + ((uint32_t)at[2] << 2) + (at[3] >> 6), TYPES[at[4] % 4]};
    }
    struct mask *m = mask_new(view, spans, count, &limits, &why);
    if (m) check(m, view, view->arena);
    else assert(why);
    mask_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct json_doc doc = {0};
    struct arena arena;
    struct chat_view view;
    struct chat_fault fault;
    size_t at;
    if (size < 1) return 0;
    uint32_t count = data[0] % (MOST_SPANS + 1);
    size_t head = 1 + (size_t)count * SPAN_BYTES;
    if (size < head) return 0;
    arena_init(&arena, 1 << 20);
    if (json_parse(&doc, span_make((const char *)data + head, size - head), &LIMITS, &at) == JSON_OK &&
        chat_view_openai(&view, &doc, 64, &arena, &fault) == 0)
        run(&view, data + 1, count);
    arena_release(&arena);
    json_free(&doc);
    return 0;
}
