// Restoring within a text, and in a body that is whole. Streams: restore_stream.c.
#include "chat/restore.h"

// ---------------------------------------------------------------- values

// One byte of the value, escaped for a JSON string; returns the length.
static size_t escape_byte(unsigned char c, char out[static 6]) {
    static const char SHORT[] = "\b\f\n\r\t", NAMES[] = "bfnrt", HEX[] = "0123456789abcdef";
    const char *known = c ? strchr(SHORT, c) : NULL;
    if (c >= ' ' && c != '"' && c != '\\') {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    if (c >= ' ' || known) {
        out[1] = known ? NAMES[known - SHORT] : (char)c;
        return 2;
    }
    out[1] = 'u';
    out[2] = out[3] = '0';
    out[4] = HEX[c >> 4];
    out[5] = HEX[c & 15];
    return 6;
}

static void put_value(struct span value, enum restore_depth depth, struct buf *out) {
    char once[6], twice[6];
    for (size_t i = 0; i < value.len; i++) {
        size_t n = escape_byte((unsigned char)value.at[i], once);
        if (depth == RESTORE_STRING) {
            buf_add(out, once, n);
            continue;
        }
        for (size_t k = 0; k < n; k++) buf_add(out, twice, escape_byte((unsigned char)once[k], twice));
    }
}

// ---------------------------------------------------------------- texts

enum match { MATCH_NONE, MATCH_PREFIX, MATCH_WHOLE };

// What stands at the begin of `text`: a placeholder, all that there is of one, or neither.
static enum match match_at(const struct mask *m, struct span text, uint32_t *which) {
    if (text.len > 1 && (text.at[1] < 'A' || text.at[1] > 'Z')) return MATCH_NONE;
    for (*which = 0; *which < mask_count(m); ++*which) {
        struct span name = mask_placeholder(m, *which);
        if (span_starts(text, name)) return MATCH_WHOLE;
        if (span_starts(name, text)) return MATCH_PREFIX;
    }
    return MATCH_NONE;
}

// What was held and what came now, as far as a placeholder can reach. Returns how much of the piece is used up.
static size_t take_held(const struct mask *m, enum restore_depth depth, struct restore_hold *hold, struct span piece,
                        struct buf *out) {
    char joined[2 * MASK_PLACEHOLDER_BYTES];
    uint32_t which;
    size_t held = hold->len, taken = piece.len < MASK_PLACEHOLDER_BYTES ? piece.len : MASK_PLACEHOLDER_BYTES;
    memcpy(joined, hold->bytes, held);
    memcpy(joined + held, piece.at, taken);
    switch (match_at(m, span_make(joined, held + taken), &which)) {
    case MATCH_PREFIX: // shorter than a placeholder, so the piece was taken whole
        memcpy(hold->bytes + held, piece.at, taken);
        hold->len = (uint8_t)(held + taken);
        return taken;
    case MATCH_WHOLE:
        put_value(mask_value(m, which), depth, out);
        hold->len = 0;
        return mask_placeholder(m, which).len - held;
    case MATCH_NONE: break;
    }
    buf_add(out, hold->bytes, held); // its only bracket is its first byte, so no other placeholder begins in it
    hold->len = 0;
    return 0;
}

void restore_piece(const struct mask *m, enum restore_depth depth, struct restore_hold *hold, struct span piece,
                   bool last, struct buf *out) {
    uint32_t which;
    if (hold->len && piece.len) piece = span_sub(piece, take_held(m, depth, hold, piece, out), SIZE_MAX);
    while (piece.len) {
        const char *open = memchr(piece.at, '[', piece.len);
        size_t plain = open ? (size_t)(open - piece.at) : piece.len, used = 0;
        buf_add(out, piece.at, plain);
        piece = span_sub(piece, plain, SIZE_MAX);
        if (!open) break;
        switch (match_at(m, piece, &which)) {
        case MATCH_WHOLE:
            put_value(mask_value(m, which), depth, out);
            used = mask_placeholder(m, which).len;
            break;
        case MATCH_PREFIX:
            memcpy(hold->bytes, piece.at, piece.len);
            hold->len = (uint8_t)piece.len;
            used = piece.len;
            break;
        case MATCH_NONE:
            buf_add_char(out, '[');
            used = 1;
            break;
        }
        piece = span_sub(piece, used, SIZE_MAX);
    }
    if (!last) return;
    buf_add(out, hold->bytes, hold->len);
    hold->len = 0;
}

// ---------------------------------------------------------------- a whole body

int restore_body(const struct mask *m, const struct json_limits *limits, struct json_doc *doc, struct span body,
                 struct buf *out) {
    size_t at, done = 0;
    if (json_parse(doc, body, limits, &at) != JSON_OK || doc->nodes[0].type != JSON_OBJECT) return -1;
    uint32_t choices = json_get(doc, 0, "choices"), end = choices ? doc->nodes[choices].next : 0;
    enum restore_depth depth = RESTORE_STRING;
    for (uint32_t n = choices; n < end; n++) {
        if (doc->nodes[n].type != JSON_STRING) continue;
        if (json_is_key(doc, n)) {
            bool nested =
                json_text_is(doc, n, "arguments") || (mask_json_content(m) && json_text_is(doc, n, "content"));
            depth = nested ? RESTORE_NESTED_STRING : RESTORE_STRING;
            continue;
        }
        struct restore_hold hold = {0};
        buf_add(out, body.at + done, doc->nodes[n].start + 1 - done);
        restore_piece(m, depth, &hold, json_text(doc, n), true, out);
        done = doc->nodes[n].end - 1;
    }
    buf_add(out, body.at + done, body.len - done);
    return out->full ? -1 : 0;
}
