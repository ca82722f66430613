// Base URLs and keys: text from the configuration, checked once, so that nothing odd reaches a socket.
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "upstream/internal.h"

static const struct {
    const char *prefix, *scheme;
    uint16_t port;
} SCHEMES[] = {{"https://", "https", 443}, {"http://", "http", 80}};

static bool is_printable(struct span s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] <= ' ' || (unsigned char)s.at[i] >= 127) return false;
    return true;
}

// A copy without slashes at the end.
static char *copy_prefix(struct span s) {
    while (s.len && s.at[s.len - 1] == '/') s.len--;
    return mem_copy_span(s);
}

static int parse_unix(struct span s, struct upstream_target *out, struct err *e) {
    size_t colon = span_find(s, SPAN(":"));
    struct span path = span_sub(s, 0, colon);
    struct span prefix = colon == SIZE_MAX ? SPAN_NONE : span_sub(s, colon + 1, SIZE_MAX);
    if (path.len < 2 || path.at[0] != '/')
        return err_set(e, "the socket's path is not absolute: write unix:/run/model.sock or unix:/run/model.sock:/v1");
    if (path.len > SOCKET_PATH_MAX) return err_set(e, "the socket's path is longer than %d bytes", SOCKET_PATH_MAX);
    if (prefix.len && prefix.at[0] != '/') return err_set(e, "what follows the socket's path must begin with a slash");
    out->scheme = "unix";
    out->host = mem_copy_z("localhost");
    out->port = 0;
    out->socket_path = mem_copy_span(path);
    out->path_prefix = copy_prefix(prefix);
    return 0;
}

// "host", "host:port", "[v6]", "[v6]:port"
static int split_authority(struct span s, struct span *host, uint16_t *port, struct err *e) {
    struct span rest;
    if (s.len && s.at[0] == '[') {
        size_t close = span_find(s, SPAN("]"));
        if (close == SIZE_MAX) return err_set(e, "the address has no closing bracket");
        *host = span_sub(s, 1, close - 1);
        rest = span_sub(s, close + 1, SIZE_MAX);
    } else {
        size_t colon = span_find(s, SPAN(":"));
        *host = span_sub(s, 0, colon);
        rest = span_sub(s, host->len, SIZE_MAX);
    }
    if (host->len == 0 || host->len > 253) return err_set(e, "the URL has no host name, or one of more than 253 bytes");
    for (size_t i = 0; i < host->len; i++)
        if (strchr("\"'<>\\^`{|}%,;&=()!*$+", host->at[i])) return err_set(e, "the host name holds a wrong character");
    if (rest.len == 0) return 0;

    uint32_t v = 0;
    if (rest.at[0] != ':' || rest.len > 6) return err_set(e, "the port is not a number from 1 to 65535");
    for (size_t i = 1; i < rest.len; i++) {
        if (rest.at[i] < '0' || rest.at[i] > '9') return err_set(e, "the port is not a number from 1 to 65535");
        v = v * 10 + (uint32_t)(rest.at[i] - '0');
    }
    if (v == 0 || v > 65535) return err_set(e, "the port is not a number from 1 to 65535");
    *port = (uint16_t)v;
    return 0;
}

static int parse_tcp(struct span s, struct upstream_target *out, struct err *e) {
    size_t slash = span_find(s, SPAN("/"));
    struct span authority = span_sub(s, 0, slash), host = SPAN_NONE;
    if (span_find(s, SPAN("@")) != SIZE_MAX)
        return err_set(e, "the URL holds a user name or key: name an environment variable with key_env instead");
    if (span_find(s, SPAN("?")) != SIZE_MAX || span_find(s, SPAN("#")) != SIZE_MAX)
        return err_set(e, "the base URL may not hold a query or a fragment");
    if (split_authority(authority, &host, &out->port, e)) return -1;
    out->host = mem_copy_span(host);
    out->path_prefix = copy_prefix(slash == SIZE_MAX ? SPAN_NONE : span_sub(s, slash, SIZE_MAX));
    return 0;
}

static int parse(const char *base_url, struct upstream_target *out, struct err *e) {
    struct span url = span_from(base_url);
    out->scheme = out->host = out->socket_path = out->path_prefix = out->authority = out->auth_header = NULL;
    out->lines = SPAN_NONE;
    if (url.len == 0 || url.len > 2048) return err_set(e, "the URL is empty or longer than 2048 bytes");
    if (!is_printable(url)) return err_set(e, "the URL holds a space, a control byte or a byte that is not ASCII");
    if (url.len > 5 && strncasecmp(url.at, "unix:", 5) == 0) return parse_unix(span_sub(url, 5, SIZE_MAX), out, e);
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        size_t n = strlen(SCHEMES[i].prefix);
        if (url.len < n || strncasecmp(url.at, SCHEMES[i].prefix, n) != 0) continue;
        out->scheme = SCHEMES[i].scheme;
        out->port = SCHEMES[i].port;
        return parse_tcp(span_sub(url, n, SIZE_MAX), out, e);
    }
    return err_set(e, "the URL begins with none of https:// http:// unix:/");
}

static void free_wiped(const char *z, size_t n) {
    if (z) mem_wipe((char *)(uintptr_t)z, n);
    free((char *)(uintptr_t)z);
}

static void make_lines(struct upstream_target *t) {
    char *lines = mem_new(head_lines_room(t));
    free_wiped(t->lines.at, t->lines.len);
    t->lines = head_lines(t, lines);
}

int upstream_target_parse(const char *base_url, struct upstream_target *out, struct err *e) {
    char authority[HEAD_AUTHORITY_BYTES];
    if (parse(base_url, out, e)) return -1;
    out->authority = mem_copy_span(head_authority(out, authority));
    make_lines(out);
    return 0;
}

int upstream_target_set_key(struct upstream_target *t, enum protocol protocol, const char *key, struct err *e) {
    static const struct {
        const char *before, *always;
    } LINES[] = {
        [PROTOCOL_OPENAI] = {"Authorization: Bearer ", ""},
        [PROTOCOL_ANTHROPIC] = {"x-api-key: ", "anthropic-version: 2023-06-01\r\n"},
    };
    size_t n = key ? strlen(key) : 0;
    if (n > 8192 || !is_printable(span_make(key, n)))
        return err_set(e, "the key is longer than 8192 bytes or holds a space, a line end or a byte that is not ASCII");
    size_t size = strlen(LINES[protocol].before) + n + 2 + strlen(LINES[protocol].always) + 1;
    char *lines = mem_new(size);
    if (n) snprintf(lines, size, "%s%s\r\n%s", LINES[protocol].before, key, LINES[protocol].always);
    else snprintf(lines, size, "%s", LINES[protocol].always);
    free_wiped(t->auth_header, span_from(t->auth_header).len);
    t->auth_header = lines;
    make_lines(t);
    return 0;
}

void upstream_target_release(struct upstream_target *t) {
    free((char *)(uintptr_t)t->host);
    free((char *)(uintptr_t)t->socket_path);
    free((char *)(uintptr_t)t->path_prefix);
    free((char *)(uintptr_t)t->authority);
    free_wiped(t->auth_header, span_from(t->auth_header).len);
    free_wiped(t->lines.at, t->lines.len);
    t->host = t->socket_path = t->path_prefix = t->authority = t->auth_header = NULL;
    t->lines = SPAN_NONE;
}
