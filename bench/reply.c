#include "reply.h"

#include <stdlib.h>

void reply_begin(struct reply *r) {
    r->state = REPLY_HEAD;
    r->status = 0;
    r->left = r->body = 0;
    r->events = 0;
    r->newline = false;
    r->head_len = 0;
    r->tail_len = 0;
}

static void keep_tail(struct reply *r, struct span s) {
    if (s.len >= sizeof r->tail) {
        memcpy(r->tail, s.at + s.len - sizeof r->tail, sizeof r->tail);
        r->tail_len = sizeof r->tail;
        return;
    }
    size_t keep = r->tail_len < sizeof r->tail - s.len ? r->tail_len : sizeof r->tail - s.len;
    memmove(r->tail, r->tail + r->tail_len - keep, keep);
    memcpy(r->tail + keep, s.at, s.len);
    r->tail_len = (uint8_t)(keep + s.len);
}

static void take_body(struct reply *r, struct span s) {
    if (s.len == 0) return;
    r->body += s.len;
    const char *end = s.at + s.len;
    for (const char *p = s.at; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++) {
        bool second = p == s.at ? r->newline : p[-1] == '\n';
        if (second) r->events++;
    }
    r->newline = end[-1] == '\n';
    keep_tail(r, s);
}

static struct span header(struct span head, const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; i + n < head.len; i++) {
        if (head.at[i] != '\n' || strncasecmp(head.at + i + 1, name, n) != 0) continue;
        struct span value = span_sub(head, i + 1 + n, head.len);
        size_t end = span_find(value, SPAN("\r\n"));
        if (end != SIZE_MAX) value.len = end;
        return span_trim(value);
    }
    return SPAN_NONE;
}

static void read_head(struct reply *r, size_t len) {
    struct span head = span_make(r->head, len);
    r->status = len > 12 ? atoi(r->head + 9) : 0;
    struct span length = header(head, "content-length:");
    r->left = length.len ? strtoull(length.at, NULL, 10) : 0;
    if (header(head, "transfer-encoding:").len) r->state = REPLY_CHUNK_SIZE;
    else r->state = r->left ? REPLY_BODY : REPLY_WHOLE;
    r->head_len = 0;
}

// Collects until `end` has come; returns the bytes taken, *whole when it has.
static size_t collect(struct reply *r, struct span bytes, struct span end, bool *whole) {
    *whole = false;
    for (size_t i = 0; i < bytes.len; i++) {
        if (r->head_len == sizeof r->head - 1) {
            r->state = REPLY_BROKEN;
            return bytes.len;
        }
        r->head[r->head_len++] = bytes.at[i];
        if (r->head_len < end.len || memcmp(r->head + r->head_len - end.len, end.at, end.len) != 0) continue;
        r->head[r->head_len] = 0;
        *whole = true;
        return i + 1;
    }
    return bytes.len;
}

static size_t take_bytes(struct reply *r, struct span bytes, enum reply_state next) {
    size_t n = bytes.len < r->left ? bytes.len : (size_t)r->left;
    take_body(r, span_sub(bytes, 0, n));
    r->left -= n;
    if (r->left == 0) r->state = next;
    return n;
}

static size_t take_line(struct reply *r, struct span bytes) {
    bool whole;
    size_t n = collect(r, bytes, r->state == REPLY_HEAD ? SPAN("\r\n\r\n") : SPAN("\r\n"), &whole);
    if (!whole) return n;
    switch (r->state) {
    case REPLY_HEAD: read_head(r, r->head_len); break;
    case REPLY_CHUNK_SIZE:
        r->left = strtoull(r->head, NULL, 16);
        r->state = r->left ? REPLY_CHUNK : REPLY_TRAILER;
        break;
    case REPLY_CHUNK_END: r->state = r->head_len == 2 ? REPLY_CHUNK_SIZE : REPLY_BROKEN; break;
    default: r->state = r->head_len == 2 ? REPLY_WHOLE : REPLY_TRAILER; break;
    }
    r->head_len = 0;
    return n;
}

size_t reply_feed(struct reply *r, struct span bytes) {
    size_t used = 0;
    while (used < bytes.len && r->state < REPLY_WHOLE) {
        struct span rest = span_sub(bytes, used, bytes.len);
        if (r->state == REPLY_BODY) used += take_bytes(r, rest, REPLY_WHOLE);
        else if (r->state == REPLY_CHUNK) used += take_bytes(r, rest, REPLY_CHUNK_END);
        else used += take_line(r, rest);
    }
    return used;
}

bool reply_says_done(const struct reply *r) {
    return span_find(span_make(r->tail, r->tail_len), SPAN("data: [DONE]\n\n")) != SIZE_MAX;
}
