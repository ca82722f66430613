// The head of a request, which is always a POST of JSON. Also used by the HTTPS side for its checks.
#include "upstream/internal.h"

#define FIXED_LINES "User-Agent: sluice/" SLUICE_VERSION "\r\nContent-Type: application/json\r\n"

bool head_path_is_fit(struct span path) {
    if (path.len && path.at[0] != '/') return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.at[i] <= ' ' || (unsigned char)path.at[i] >= 127 || path.at[i] == '#') return false;
    return true;
}

// Decimal digits at the end of `out`; printf would cost more than all the rest of the head.
static struct span digits(uint64_t v, char out[static 20]) {
    size_t at = 20;
    do out[--at] = (char)('0' + v % 10);
    while (v /= 10);
    return span_make(out + at, 20 - at);
}

struct span head_authority(const struct upstream_target *t, char out[static HEAD_AUTHORITY_BYTES]) {
    struct span host = t->host && *t->host ? span_from(t->host) : SPAN("localhost");
    bool v6 = host.len && memchr(host.at, ':', host.len);
    char *to = out, number[20];
    if (v6) to = span_put(to, SPAN("["));
    to = span_put(to, span_sub(host, 0, 256));
    if (v6) to = span_put(to, SPAN("]"));
    if (t->port && !t->socket_path && t->port != (target_is_https(t) ? 443 : 80)) {
        to = span_put(to, SPAN(":"));
        to = span_put(to, digits(t->port, number));
    }
    return span_make(out, (size_t)(to - out));
}

size_t head_lines_room(const struct upstream_target *t) {
    return sizeof "Host: \r\n" FIXED_LINES + span_from(t->authority).len + span_from(t->auth_header).len;
}

struct span head_lines(const struct upstream_target *t, char *out) {
    char *to = span_put(out, SPAN("Host: "));
    to = span_put(to, span_from(t->authority));
    to = span_put(to, SPAN("\r\n" FIXED_LINES));
    to = span_put(to, span_from(t->auth_header));
    return span_make(out, (size_t)(to - out));
}

size_t head_room(const struct upstream_target *t, const struct upstream_request *r) {
    enum { FIXED = 256 }; // what head_write puts between them, and enough for a block that spare.h keeps
    return span_from(t->path_prefix).len + r->path.len + t->lines.len + FIXED;
}

size_t head_write(const struct upstream_target *t, const struct upstream_request *r, char *out) {
    char number[20], *to = span_put(out, SPAN("POST "));
    to = span_put(to, span_from(t->path_prefix));
    to = span_put(to, r->path);
    to = span_put(to, SPAN(" HTTP/1.1\r\n"));
    to = span_put(to, t->lines);
    to = span_put(to, SPAN("Content-Length: "));
    to = span_put(to, digits(r->body.len, number));
    to = span_put(to, SPAN("\r\n\r\n"));
    return (size_t)(to - out);
}

void head_each_line(const struct upstream_target *t, void (*line)(void *ctx, struct span line), void *ctx) {
    const struct span parts[] = {SPAN(FIXED_LINES), span_from(t->auth_header)};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct span rest = parts[i];
        for (size_t end; (end = span_find(rest, SPAN("\r\n"))) != SIZE_MAX; rest = span_sub(rest, end + 2, SIZE_MAX))
            line(ctx, span_sub(rest, 0, end));
    }
}
