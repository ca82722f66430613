// The head of a request: checked, measured, written. Also used by the HTTPS side for its checks.
#include "upstream/internal.h"

#define USER_AGENT "User-Agent: sluice/" SLUICE_VERSION "\r\n"
#define JSON_TYPE "Content-Type: application/json\r\n"

// These are ours: a second one would change where the request ends, or where it goes.
static const char *const OURS[] = {
    "host", "content-length", "transfer-encoding", "connection",      "expect", "upgrade",
    "te",   "trailer",        "keep-alive",        "proxy-connection"};

static bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

// The next whole line without its CRLF; false when there is none or it is no "name: value".
static bool next_field(struct span *lines, struct span *name) {
    size_t end = span_find(*lines, SPAN("\r\n"));
    if (end == SIZE_MAX) return false;
    size_t n = 0;
    while (n < end && is_token_char(lines->at[n])) n++;
    if (n == 0 || n == end || lines->at[n] != ':') return false;
    for (size_t i = n + 1; i < end; i++) {
        unsigned char c = (unsigned char)lines->at[i];
        if ((c < ' ' && c != '\t') || c == 127) return false;
    }
    *name = span_make(lines->at, n);
    *lines = span_sub(*lines, end + 2, SIZE_MAX);
    return true;
}

static bool path_is_fit(struct span path) {
    if (path.len && path.at[0] != '/') return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.at[i] <= ' ' || (unsigned char)path.at[i] >= 127 || path.at[i] == '#') return false;
    return true;
}

int head_check(const struct upstream_request *r, struct head_notes *notes, const char **why) {
    *notes = (struct head_notes){0};
    struct span method = span_from(r->method), lines = r->extra_headers, name;
    for (size_t i = 0; i < method.len; i++)
        if (method.at[i] < 'A' || method.at[i] > 'Z') method.len = 0;
    *why = "the request's method is no method";
    if (method.len == 0) return -1;
    *why = "the request's path holds bytes that no path may hold";
    if (!path_is_fit(r->path)) return -1;

    *why = "a header line of the request is malformed";
    while (lines.len) {
        if (!next_field(&lines, &name)) return -1;
        if (span_is_nocase(name, SPAN("content-type"))) notes->has_type = true;
        if (span_is_nocase(name, SPAN("user-agent"))) notes->has_agent = true;
        for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++) {
            if (!span_is_nocase(name, span_from(OURS[i]))) continue;
            *why = "a header line of the request is not the caller's to set";
            return -1;
        }
    }
    *why = NULL;
    return 0;
}

// Decimal digits at the end of `out`; printf would cost more than all the rest of the head.
static struct span digits(uint64_t v, char out[static 20]) {
    size_t at = 20;
    do out[--at] = (char)('0' + v % 10);
    while (v /= 10);
    return span_make(out + at, 20 - at);
}

struct span head_authority(const struct upstream_target *t, char out[static HEAD_AUTHORITY_BYTES]) {
    if (t->authority) return span_from(t->authority);
    struct span host = t->host && *t->host ? span_from(t->host) : SPAN("localhost");
    bool v6 = host.len && memchr(host.at, ':', host.len);
    char *to = out, number[20];
    if (v6) to = span_put(to, SPAN("["));
    to = span_put(to, span_sub(host, 0, 256));
    if (v6) to = span_put(to, SPAN("]"));
    if (t->port && !t->socket_path && t->port != (strcmp(t->scheme, "https") == 0 ? 443 : 80)) {
        to = span_put(to, SPAN(":"));
        to = span_put(to, digits(t->port, number));
    }
    return span_make(out, (size_t)(to - out));
}

size_t head_room(const struct upstream_target *t, const struct upstream_request *r) {
    enum { FIXED = 256 }; // what head_write puts between them
    return strlen(r->method) + span_from(t->path_prefix).len + r->path.len + span_from(t->auth_header).len +
           r->extra_headers.len + HEAD_AUTHORITY_BYTES + FIXED;
}

size_t head_write(const struct upstream_target *t, const struct upstream_request *r, const struct head_notes *notes,
                  char *out) {
    struct span method = span_from(r->method), prefix = span_from(t->path_prefix);
    char authority[HEAD_AUTHORITY_BYTES], number[20], *to = span_put(out, method);
    to = span_put(to, SPAN(" "));
    to = span_put(to, prefix);
    to = span_put(to, r->path);
    if (!prefix.len && !r->path.len) to = span_put(to, SPAN("/"));
    to = span_put(to, SPAN(" HTTP/1.1\r\nHost: "));
    to = span_put(to, head_authority(t, authority));
    to = span_put(to, SPAN("\r\n"));
    if (!notes->has_agent) to = span_put(to, SPAN(USER_AGENT));
    to = span_put(to, span_from(t->auth_header));
    to = span_put(to, r->extra_headers);
    if (r->body.len && !notes->has_type) to = span_put(to, SPAN(JSON_TYPE));
    if (r->body.len || !span_is(method, SPAN("GET"))) {
        to = span_put(to, SPAN("Content-Length: "));
        to = span_put(to, digits(r->body.len, number));
        to = span_put(to, SPAN("\r\n"));
    }
    to = span_put(to, SPAN("\r\n"));
    return (size_t)(to - out);
}

static void split_lines(struct span lines, void (*line)(void *ctx, struct span line), void *ctx) {
    for (size_t end; (end = span_find(lines, SPAN("\r\n"))) != SIZE_MAX; lines = span_sub(lines, end + 2, SIZE_MAX))
        if (end) line(ctx, span_sub(lines, 0, end));
}

void head_each_line(const struct upstream_target *t, const struct upstream_request *r, const struct head_notes *notes,
                    void (*line)(void *ctx, struct span line), void *ctx) {
    if (!notes->has_agent) split_lines(SPAN(USER_AGENT), line, ctx);
    split_lines(span_from(t->auth_header), line, ctx);
    split_lines(r->extra_headers, line, ctx);
    if (r->body.len && !notes->has_type) split_lines(SPAN(JSON_TYPE), line, ctx);
}
