#include "wire/sse.h"

size_t sse_end(struct sse *s, struct span bytes) {
    if (bytes.len == 0) return 0;
    const char *line = bytes.at, *end = bytes.at + bytes.len;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *p = line, *to = stop ? stop : end;
        while (!s->line_begun && p < to)
            if (*p++ != '\r') s->line_begun = true;
        if (!stop) return 0;
        if (!s->line_begun) return (size_t)(stop + 1 - bytes.at);
        s->line_begun = false;
        line = stop + 1;
    }
    return 0;
}

// The value of a line `name: value` (one space after the colon is not part of it).
static bool field_of(struct span line, struct span name, struct span *value) {
    if (!span_starts(line, name)) return false;
    if (line.len == name.len) {
        *value = SPAN_NONE;
        return true;
    }
    if (line.at[name.len] != ':') return false;
    size_t from = name.len + 1;
    if (from < line.len && line.at[from] == ' ') from++;
    *value = span_sub(line, from, line.len);
    return true;
}

void sse_read(struct span raw, struct buf *joined, struct sse_event *event) {
    *event = (struct sse_event){0};
    bool several = false;
    raw = span_unmarked(raw); // as it may open a stream
    while (raw.len) {
        const char *stop = memchr(raw.at, '\n', raw.len);
        size_t n = stop ? (size_t)(stop - raw.at) : raw.len;
        struct span line = span_make(raw.at, n), value;
        raw = span_make(raw.at + n + (stop != NULL), raw.len - n - (stop != NULL));
        if (line.len && line.at[line.len - 1] == '\r') line.len--;
        if (field_of(line, SPAN("data"), &value)) {
            if (event->has_data) {
                if (!several) {
                    buf_reset(joined);
                    buf_add_span(joined, event->data);
                }
                several = true;
                buf_add_char(joined, '\n');
                buf_add_span(joined, value);
                event->data = buf_span(joined);
            } else {
                event->data = value;
                event->has_data = true;
            }
        } else if (field_of(line, SPAN("event"), &value)) {
            event->name = value;
        }
    }
}

bool sse_has_lone_cr(struct span raw) {
    const char *p = raw.at, *end = raw.len ? raw.at + raw.len : raw.at;
    while (p < end && (p = memchr(p, '\r', (size_t)(end - p)))) {
        if (p + 1 == end || p[1] != '\n') return true;
        p++;
    }
    return false;
}
