#include <stdio.h>

#include "gateway/request.h"
#include "gateway/server.h"

// Of a head that we write, and of it what begins with x-: five fields of the row and their names.
enum { MAX_HEAD_BYTES = 2048, MAX_OWN_BYTES = 1024 };
_Static_assert(sizeof((struct ledger_row *)0)->id + sizeof((struct ledger_row *)0)->route +
                       sizeof((struct ledger_row *)0)->reason + sizeof((struct ledger_row *)0)->model +
                       sizeof((struct ledger_row *)0)->degraded + 256 <=
                   MAX_OWN_BYTES,
               "the names and the number take less than 256 bytes");

static void add_status(struct buf *b, int status) {
    buf_printf(b, "HTTP/1.1 %d %s\r\n", status, http_status_phrase(status));
}

#define CLOSE "connection: close\r\n"

static bool closes(const struct conn *c) {
    return !c->keep_alive || c->worker->draining;
}

// Decimal digits at the end of `out`.
static struct span digits_of(int64_t v, char out[static 24]) {
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    size_t at = 24;
    do out[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (v < 0) out[--at] = '-';
    return span_make(out + at, 24 - at);
}

// NAME is a literal.
#define PUT_HEADER(to, NAME, value) span_put(span_put(span_put((to), SPAN(NAME ": ")), span_from(value)), SPAN("\r\n"))

// A name may come from outside: one that would end the line is left out. (strpbrk takes longer for a name.)
static bool is_word(const char *name) {
    const char *at = name;
    while (*at && *at != '\r' && *at != '\n') at++;
    return at > name && !*at;
}

// At most MAX_OWN_BYTES; returns the place behind them.
static char *put_sluice_headers(char *to, const struct ledger_row *row) {
    char number[24];
    to = PUT_HEADER(to, "x-request-id", row->id);
    if (!row->route[0]) return to;
    to = PUT_HEADER(to, "x-sluice-route", row->route);
    to = PUT_HEADER(to, "x-sluice-reason", row->reason);
    if (is_word(row->model)) to = PUT_HEADER(to, "x-sluice-model", row->model);
    if (row->degraded[0]) to = PUT_HEADER(to, "x-sluice-degraded", row->degraded);
    to = span_put(to, SPAN("x-sluice-overhead-us: "));
    to = span_put(to, digits_of(row->overhead_us, number));
    return span_put(to, SPAN("\r\n"));
}

static void send_whole(struct request *r, int status, const char *content_type, const char *extra, struct span body) {
    struct buf out;
    buf_init(&out, MAX_HEAD_BYTES + body.len);
    add_status(&out, status);
    buf_printf(&out, "content-type: %s\r\ncontent-length: %zu\r\n%s", content_type, body.len, extra);
    char *to = r->row.id[0] ? buf_reserve(&out, MAX_OWN_BYTES) : NULL;
    if (to) out.len += (size_t)(put_sluice_headers(to, &r->row) - to);
    if (closes(r->conn)) buf_add_z(&out, CLOSE);
    buf_add(&out, "\r\n", 2);
    if (r->method != HTTP_HEAD) buf_add_span(&out, body);
    conn_write(r->conn, buf_span(&out));
    buf_free(&out);
}

void respond_simple(struct request *r, int status, const char *content_type, struct span body) {
    r->row.status = status;
    send_whole(r, status, content_type, "", body);
}

// What an error row is called in the ledger.
static const char *outcome_of(enum gateway_error e) {
    switch (e) {
    case GATEWAY_FRONTIER_NOT_CONFIGURED:
    case GATEWAY_LOCAL_NOT_READY:
    case GATEWAY_LOCAL_BUSY:
    case GATEWAY_LOCAL_UNAVAILABLE_SENSITIVE:
    case GATEWAY_LOCAL_UNTRUSTED_SENSITIVE:
    case GATEWAY_LOCAL_NOT_ABLE:
    case GATEWAY_BUDGET_SPENT:
    case GATEWAY_NO_UPSTREAM: return "refused";
    default: return "error";
    }
}

void respond_error(struct request *r, enum gateway_error e, const char *param, const char *detail) {
    const struct gateway_error_info *info = gateway_error_info(e);
    int status = r->chat.upstream_status >= 400 && e == GATEWAY_UPSTREAM_REJECTED ? r->chat.upstream_status : info->status;
    char extra[96] = "";
    int64_t retry_s = info->retry_after_s;
    if (r->chat.retry_after_ms > 0 && (status == 429 || status >= 500)) retry_s = (r->chat.retry_after_ms + 999) / 1000;
    int n = retry_s ? snprintf(extra, sizeof extra, "retry-after: %lld\r\n", (long long)retry_s) : 0;
    if (e == GATEWAY_METHOD_NOT_ALLOWED) snprintf(extra + n, sizeof extra - (size_t)n, "allow: %s\r\n", param);
    if (r->conn->phase != CONN_BUSY) r->conn->keep_alive = false; // the rest of the request is not read
    struct buf body;
    buf_init(&body, 4096);
    gateway_error_body(&body, e, e == GATEWAY_METHOD_NOT_ALLOWED ? NULL : param, detail);
    r->row.status = status;
    span_copy_z(r->row.error_code, sizeof r->row.error_code, info->code);
    send_whole(r, status, "application/json", extra, buf_span(&body));
    buf_free(&body);
    request_finish(r, outcome_of(e));
}

static bool is_http_10(const struct request *r) {
    return r->conn->parser.http_major == 1 && r->conn->parser.http_minor == 0;
}

void respond_chat_head(struct request *r, int64_t length) {
    struct buf *head = &r->worker->head;
    char *begin = buf_reserve(head, MAX_HEAD_BYTES), *to = begin, number[24];
    if (!begin) return; // never: it holds nothing yet, and has room for the largest answer and event
    to = span_put(to, SPAN("HTTP/1.1 200 OK\r\n"));
    if (length < 0) {
        to = span_put(to, SPAN("content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\n"
                               "x-accel-buffering: no\r\n"));
        if (is_http_10(r)) r->conn->keep_alive = false; // it knows no chunks: the end of the connection ends it
        else to = span_put(to, SPAN("transfer-encoding: chunked\r\n"));
    } else {
        to = span_put(to, SPAN("content-type: application/json\r\ncontent-length: "));
        to = span_put(to, digits_of(length, number));
        to = span_put(to, SPAN("\r\n"));
    }
    to = put_sluice_headers(to, &r->row);
    if (closes(r->conn)) to = span_put(to, SPAN(CLOSE));
    to = span_put(to, SPAN("\r\n"));
    r->row.status = 200;
    head->len += (size_t)(to - begin);
    *to = 0;
}

// "1a2b\r\n", ending at CHUNK_ROOM; returns where it begins.
static size_t write_chunk_size(char *room, size_t len) {
    size_t at = CHUNK_ROOM;
    room[--at] = '\n';
    room[--at] = '\r';
    do room[--at] = "0123456789abcdef"[len & 15];
    while ((len >>= 4) && at);
    return at;
}

void respond_chunk(struct request *r, struct buf *piece) {
    size_t len = piece->len - CHUNK_ROOM;
    if (len == 0) return;
    bool framed = !is_http_10(r);
    size_t begin = framed ? write_chunk_size(piece->at, len) : CHUNK_ROOM;
    if (framed) buf_add(piece, "\r\n", 2);
    struct span bytes = span_sub(buf_span(piece), begin, SIZE_MAX);
    if (r->worker->head.len) {
        buf_add_span(&r->worker->head, bytes);
        conn_write(r->conn, buf_span(&r->worker->head));
        buf_reset(&r->worker->head);
    } else {
        conn_write(r->conn, bytes);
    }
}

void respond_last_chunk(struct request *r) {
    if (!is_http_10(r)) conn_write(r->conn, SPAN("0\r\n\r\n"));
}
