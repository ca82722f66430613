#include "wire/http_client.h"

#include <stdio.h>

#include "base/buf.h"
#include "test.h"

struct seen {
    struct http_client *http;
    int heads, pieces;
    bool pause, give_up;
    struct buf body;
    struct http_head head;
};

static void on_head(void *ctx, const struct http_head *head) {
    struct seen *s = ctx;
    s->heads++;
    s->head = *head;
}

static void on_body(void *ctx, struct span bytes) {
    struct seen *s = ctx;
    s->pieces++;
    buf_add_span(&s->body, bytes);
    if (s->pause) s->http->paused = true;
    if (s->give_up) s->http->dead = true;
}

static const struct http_client_events EVENTS = {on_head, on_body};
static const struct head_size LIMITS = {.bytes = 1000, .fields = 10};

static struct http_client_heads *heads; // NULL: none are kept

static void seen_open(struct seen *s, struct http_client *h) {
    memset(s, 0, sizeof *s);
    s->http = h;
    buf_init(&s->body, 1 << 20);
    http_client_init(h, LIMITS, heads, &EVENTS, s);
}

#define ANSWER                                                                                                         \
    "HTTP/1.1 103 Hints\r\nContent-Type: wrong\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/event-stream; "            \
    "charset=utf-8 \r\n"                                                                                               \
    "X-Request-ID: abc\r\nRetry-After-Ms: 1500\r\nTransfer-Encoding: "                                                 \
    "chunked\r\n\r\n4\r\nwxyz\r\n2\r\n12\r\n0\r\nContent-Type: t\r\n\r\n"

static void http_client_reads_the_same_however_the_bytes_are_cut(void **state) {
    (void)state;
    struct span all = SPAN(ANSWER);
    for (size_t cut = 1; cut <= all.len; cut++) {
        struct seen s;
        struct http_client h;
        enum http_client_state st = HTTP_CLIENT_MORE;
        size_t used, at = 0;
        seen_open(&s, &h);
        for (; at < all.len && st == HTTP_CLIENT_MORE; at += used)
            st = http_client_feed(&h, span_sub(all, at, cut), &used);
        assert_int_equal(st, HTTP_CLIENT_DONE);
        assert_int_equal(at, all.len);
        assert_true(h.keep_alive);
        assert_int_equal(s.heads, 1);
        assert_int_equal(s.head.status, 200);
        assert_int_equal(s.head.content_length, -1);
        assert_true(http_head_is_event_stream(&s.head));
        assert_span_equal(http_head_field(&s.head, FIELD_REQUEST_ID), "abc");
        assert_int_equal(http_head_retry_after_ms(&s.head, 0), 1500);
        assert_span_equal(buf_span(&s.body), "wxyz12");
        buf_free(&s.body);
    }
}

static void http_client_stops_after_each_piece_when_paused(void **state) {
    (void)state;
    struct span all = SPAN(ANSWER);
    struct seen s;
    struct http_client h;
    size_t used, at = 0;
    seen_open(&s, &h);
    s.pause = true;
    assert_int_equal(http_client_feed(&h, all, &used), HTTP_CLIENT_PAUSED);
    assert_int_equal(s.pieces, 1);
    at += used;
    h.paused = false;
    assert_int_equal(http_client_feed(&h, span_sub(all, at, SIZE_MAX), &used), HTTP_CLIENT_PAUSED);
    assert_int_equal(s.pieces, 2);
    at += used;
    h.paused = false;
    assert_int_equal(http_client_feed(&h, span_sub(all, at, SIZE_MAX), &used), HTTP_CLIENT_DONE);
    assert_int_equal(at + used, all.len);
    buf_free(&s.body);
}

static void http_client_leaves_what_follows_the_answer(void **state) {
    (void)state;
    struct seen s;
    struct http_client h;
    size_t used;
    seen_open(&s, &h);
    assert_int_equal(http_client_feed(&h, SPAN("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1"), &used),
                     HTTP_CLIENT_DONE);
    assert_int_equal(used, 39);
    buf_free(&s.body);
}

// A body that comes with its head is not given to the parser; what it would have said holds all the same.
static void http_client_reads_a_whole_body_as_if_it_came_in_pieces(void **state) {
    (void)state;
    static const char *const ANSWERS[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
        "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nabc",
        "HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 304 No\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
        "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    };
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++) {
        struct span all = span_from(ANSWERS[i]);
        struct seen s[2];
        struct http_client h[2];
        size_t used, at[2] = {0};
        enum http_client_state st[2] = {HTTP_CLIENT_MORE, HTTP_CLIENT_MORE};
        for (int one = 0; one < 2; one++) {
            seen_open(&s[one], &h[one]);
            for (; at[one] < all.len && st[one] == HTTP_CLIENT_MORE; at[one] += used)
                st[one] = http_client_feed(&h[one], span_sub(all, at[one], one ? 1 : all.len), &used);
        }
        assert_int_equal(st[0], st[1]);
        if (st[0] != HTTP_CLIENT_BAD) assert_int_equal(at[0], at[1]);
        assert_int_equal(h[0].keep_alive, h[1].keep_alive);
        assert_int_equal(s[0].body.len, s[1].body.len);
        assert_int_equal(http_client_finish(&h[0]), http_client_finish(&h[1]));
        for (int one = 0; one < 2; one++) buf_free(&s[one].body);
    }
}

static void http_client_can_be_stopped_and_given_up_behind_a_whole_body(void **state) {
    (void)state;
    struct span all = SPAN("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP");
    struct seen s;
    struct http_client h;
    size_t used;
    for (size_t more = 0; more <= 4; more += 4) {
        seen_open(&s, &h);
        s.pause = true;
        assert_int_equal(http_client_feed(&h, span_sub(all, 0, all.len - 4 + more), &used), HTTP_CLIENT_PAUSED);
        assert_int_equal(used, all.len - 4);
        h.paused = false;
        assert_int_equal(http_client_feed(&h, span_sub(all, used, more), &used), HTTP_CLIENT_DONE);
        assert_int_equal(used, 0);
        assert_int_equal(s.pieces, 1);
        assert_span_equal(buf_span(&s.body), "abc");
        assert_true(h.keep_alive);
        buf_free(&s.body);
    }
    seen_open(&s, &h);
    s.give_up = true;
    assert_int_equal(http_client_feed(&h, all, &used), HTTP_CLIENT_BAD);
    assert_string_equal(http_client_reason(&h), "given up");
    assert_false(h.done);
    buf_free(&s.body);
}

// Reads one answer, the first `cut` bytes by themselves, and compares.
static void read_answer(struct span all, size_t cut, const char *body, int64_t length, const char *id) {
    struct seen s;
    struct http_client h;
    size_t used = 0, more = 0;
    seen_open(&s, &h);
    enum http_client_state st = http_client_feed(&h, span_sub(all, 0, cut), &used);
    if (st == HTTP_CLIENT_MORE) st = http_client_feed(&h, span_sub(all, cut, SIZE_MAX), &more);
    assert_int_equal(st, HTTP_CLIENT_DONE);
    assert_int_equal(used + more, all.len);
    assert_int_equal(s.heads, 1);
    assert_int_equal(s.head.status, 200);
    assert_int_equal(s.head.content_length, length);
    assert_span_equal(http_head_field(&s.head, FIELD_REQUEST_ID), id);
    assert_span_equal(buf_span(&s.body), body);
    assert_true(h.keep_alive);
    buf_free(&s.body);
}

static void http_client_reads_an_answer_whose_head_came_before(void **state) {
    (void)state;
    static struct http_client_heads kept;
    static const struct {
        const char *all;
        const char *body;
        int64_t length;
        const char *id;
    } ANSWERS[] = {
        {"HTTP/1.1 200 OK\r\nX-Request-Id: a\r\nContent-Length: 3\r\n\r\nabc", "abc", 3, "a"},
        {"HTTP/1.1 200 OK\r\nX-Request-Id: a\r\nContent-Length: 12\r\n\r\n0123456789ab", "0123456789ab", 12, "a"},
        {"HTTP/1.1 200 OK\r\nX-Request-Id: b\r\nContent-Length: 3\r\n\r\nabc", "abc", 3, "b"},
        {"HTTP/1.1 200 OK\r\nX-Request-Id: c\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\nX-Request-Id: "
         "d\r\n\r\n",
         "xy", -1, "c"},
        {"HTTP/1.1 100 Continue\r\nX-Hint: y\r\n\r\nHTTP/1.1 200 OK\r\nX-Request-Id: e\r\n"
         "Content-Length: 3\r\n\r\nabc",
         "abc", 3, "e"},
    };
    heads = &kept;
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++)
            for (size_t cut = 1; cut <= strlen(ANSWERS[i].all); cut++)
                read_answer(span_from(ANSWERS[i].all), cut, ANSWERS[i].body, ANSWERS[i].length, ANSWERS[i].id);
    assert_int_equal(kept.same.next, 3); // those with other bytes; the one behind an interim answer is not kept
    heads = NULL;
}

static void http_client_with_a_known_head_can_be_stopped_and_given_up(void **state) {
    (void)state;
    static struct http_client_heads kept;
    struct span all = SPAN("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    struct seen s;
    struct http_client h;
    size_t used;
    heads = &kept;
    read_answer(all, all.len, "abc", 3, "");
    seen_open(&s, &h);
    h.paused = true;
    assert_int_equal(http_client_feed(&h, all, &used), HTTP_CLIENT_PAUSED);
    assert_int_equal(used, all.len - 3);
    assert_int_equal(s.heads, 1);
    h.paused = false;
    assert_int_equal(http_client_feed(&h, span_sub(all, used, SIZE_MAX), &used), HTTP_CLIENT_DONE);
    assert_span_equal(buf_span(&s.body), "abc");
    buf_free(&s.body);
    seen_open(&s, &h);
    h.dead = true;
    assert_int_equal(http_client_feed(&h, all, &used), HTTP_CLIENT_BAD);
    assert_string_equal(http_client_reason(&h), "given up");
    heads = NULL;
}

static void head_field_too_long_to_keep_counts_as_absent(void **state) {
    (void)state;
    struct http_head h;
    char longer[200];
    memset(longer, 'x', sizeof longer);
    http_head_init(&h);
    http_head_open(&h, SPAN("x-request-id"));
    http_head_add(&h, span_make(longer, 100));
    http_head_add(&h, span_make(longer, 100));
    http_head_open(&h, SPAN("content-type"));
    http_head_add(&h, SPAN("text/"));
    http_head_add(&h, SPAN("event-stream"));
    assert_int_equal(http_head_field(&h, FIELD_REQUEST_ID).len, 0);
    assert_true(http_head_is_event_stream(&h));
}

static void retry_after_reads_seconds_and_dates(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } CASES[] = {
        {"0", 0},
        {"120", 120000},
        {"Thu, 01 Jan 1970 00:01:40 GMT", 90000},
        {"Thu, 01 Jan 1970 00:00:01 GMT", 0},
        {"-1", -1},
        {"1.5", -1},
        {"soon", -1},
        {"99999999999999", -1},
        {"999999999999", INT64_C(3652) * 86400000},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct http_head h;
        http_head_init(&h);
        http_head_open(&h, SPAN("Retry-After"));
        http_head_add(&h, span_from(CASES[i].text));
        assert_int_equal(http_head_retry_after_ms(&h, 10 * 1000000), CASES[i].ms);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_client_reads_the_same_however_the_bytes_are_cut),
        cmocka_unit_test(http_client_stops_after_each_piece_when_paused),
        cmocka_unit_test(http_client_leaves_what_follows_the_answer),
        cmocka_unit_test(http_client_reads_a_whole_body_as_if_it_came_in_pieces),
        cmocka_unit_test(http_client_can_be_stopped_and_given_up_behind_a_whole_body),
        cmocka_unit_test(http_client_reads_an_answer_whose_head_came_before),
        cmocka_unit_test(http_client_with_a_known_head_can_be_stopped_and_given_up),
        cmocka_unit_test(head_field_too_long_to_keep_counts_as_absent),
        cmocka_unit_test(retry_after_reads_seconds_and_dates),
    };
    return RUN(tests);
}
