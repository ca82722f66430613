// Cancel, pause, large bodies, what goes out, and the edges of a call's life.
#include "upstream/harness.h"
#include "upstream/internal.h"

static void say_nothing(struct peer *p) {
    (void)p;
}

// ---------------------------------------------------------------- cancel, pause

static void plain_cancel_closes_at_once_and_reports_nothing(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    w.server.on_data = say_nothing;
    record_open(&r);
    world_start(&w, &r, SPAN("{}"));
    world_run(&w, NULL, 0, 50);
    assert_true(upstream_sent(r.call) > 0);
    upstream_cancel(r.call);
    uv_run(&w.loop, UV_RUN_NOWAIT); // closes
    uv_run(&w.loop, UV_RUN_NOWAIT); // the other side sees it
    assert_true(w.server.peers[0]->ended);
    world_run(&w, NULL, 0, 50);
    assert_int_equal(r.heads + r.ends, 0);
    world_close(&w);
}

static void plain_cancel_is_safe_in_every_step(void **state) {
    (void)state;
    for (int turns = 0; turns < 6; turns++) {
        struct world w;
        struct record r;
        world_open(&w, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        if (turns & 1) world_aim(&w, "http://localhost:%d/v1", w.server.port);
        record_open(&r);
        world_start(&w, &r, SPAN("{}"));
        for (int i = 0; i < turns; i++) uv_run(&w.loop, UV_RUN_NOWAIT);
        upstream_cancel(r.call);
        world_run(&w, NULL, 0, 30);
        assert_int_equal(r.ends, 0);
        buf_free(&r.body);
        world_close(&w);
    }
}

// While calls are gathered the loop does not sleep: not for one that is no more.
static void plain_cancel_while_calls_are_gathered_lets_the_loop_sleep(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    world_call(&w, &r); // its connection is kept: the next call waits for others of its turn
    buf_free(&r.body);
    record_open(&r);
    world_start(&w, &r, SPAN("{}"));
    uv_run(&w.loop, UV_RUN_NOWAIT);
    assert_true(uv_is_active((uv_handle_t *)&w.up->idle));
    upstream_cancel(r.call);
    uv_run(&w.loop, UV_RUN_NOWAIT);
    assert_false(uv_is_active((uv_handle_t *)&w.up->idle));
    assert_int_equal(r.ends, 0);
    world_close(&w);
}

static void plain_cancel_in_an_event_stops_the_events(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct world w;
        struct record r;
        world_open(&w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
        record_open(&r);
        r.cancel_in_head = k == 0;
        r.cancel_in_body = k == 1;
        world_start(&w, &r, SPAN("{}"));
        assert_true(world_run(&w, &r.heads, 1, PATIENCE_MS));
        world_run(&w, NULL, 0, 50);
        assert_int_equal(r.bodies, k);
        assert_int_equal(r.ends + r.flushes, 0);
        buf_free(&r.body);
        world_close(&w);
    }
}

static void plain_pause_holds_the_body_back(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n");
    w.target.idle_timeout_ms = 100; // rests while paused
    record_open(&r);
    r.pause_in_body = true;
    world_start(&w, &r, SPAN("{}"));
    for (int i = 1; i <= 3; i++) {
        assert_true(world_run(&w, &r.bodies, i, PATIENCE_MS));
        world_run(&w, NULL, 0, 250);
        assert_int_equal(r.bodies, i);
        assert_int_equal(r.ends, 0);
        upstream_resume(r.call);
        assert_int_equal(r.bodies, i); // not from within the call
    }
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_span_equal(buf_span(&r.body), "abc");
    buf_free(&r.body);
    // The connection is fit for another request.
    world_call(&w, &r);
    assert_int_equal(w.server.accepted, 1);
    buf_free(&r.body);
    world_close(&w);
}

static void send_much(struct peer *p) {
    if (!peer_take(p)) return;
    static char piece[1 << 16];
    memset(piece, 'z', sizeof piece);
    peer_send(p, "HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n");
    for (int i = 0; i < 512; i++) peer_send_span(p, span_make(piece, sizeof piece));
}

static void plain_pause_pushes_back_on_the_sender(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, NULL);
    w.server.on_data = send_much;
    record_open(&r);
    r.pause_in_body = true;
    world_start(&w, &r, SPAN("{}"));
    assert_true(world_run(&w, &r.bodies, 1, PATIENCE_MS));
    world_run(&w, NULL, 0, 100);
    assert_int_equal(r.bodies, 1);
    assert_true(uv_stream_get_write_queue_size(&w.server.peers[0]->io.stream) > 1 << 20);
    r.pause_in_body = false;
    upstream_resume(r.call);
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_int_equal(r.body.len, 33554432);
    buf_free(&r.body);
    world_close(&w);
}

// ---------------------------------------------------------------- large requests

static void plain_sends_a_body_larger_than_the_socket_buffers(void **state) {
    (void)state;
    enum { BIG = 24 << 20 };
    for (int k = 0; k < 2; k++) {
        struct world w;
        struct record r;
        char *big = mem_new(BIG);
        for (size_t i = 0; i < BIG; i++) big[i] = (char)('a' + i % 23);
        world_open(&w, OK_ANSWER);
        if (k) world_use_pipe(&w, 16);
        w.target.first_byte_timeout_ms = PATIENCE_MS;
        record_open(&r);
        world_start(&w, &r, span_make(big, BIG));
        assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        assert_int_equal(r.sents, 1);
        assert_int_equal(r.sent, w.server.peers[0]->received);
        assert_true(r.sent > BIG);
        free(big);
        buf_free(&r.body);
        world_close(&w);
    }
}

static bool body_is_right;
static void check_body(struct peer *p) {
    struct span in = buf_span(&p->in);
    size_t end = span_find(in, SPAN("\r\n\r\n"));
    if (end == SIZE_MAX || in.len < end + 4 + (3 << 20)) return;
    body_is_right = true;
    for (size_t i = 0; i < 3 << 20; i++) body_is_right = body_is_right && in.at[end + 4 + i] == (char)('a' + i % 23);
    answer_each(p);
}

static void plain_sends_the_body_unchanged(void **state) {
    (void)state;
    struct world w;
    struct record r;
    char *big = mem_new(3 << 20);
    for (size_t i = 0; i < 3 << 20; i++) big[i] = (char)('a' + i % 23);
    world_open(&w, OK_ANSWER);
    world_use_pipe(&w, 16);
    w.target.first_byte_timeout_ms = PATIENCE_MS;
    w.server.on_data = check_body;
    body_is_right = false;
    record_open(&r);
    world_start(&w, &r, span_make(big, 3 << 20));
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    assert_true(body_is_right);
    free(big);
    buf_free(&r.body);
    world_close(&w);
}

static void answer_without_reading(struct peer *p) {
    if (p->requests++) return;
    uv_read_stop(&p->io.stream);
    peer_send(p, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
}

static void plain_takes_an_answer_that_comes_before_the_body_is_out(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, NULL);
    w.server.on_data = answer_without_reading;
    record_open(&r);
    r.free_in_head = mem_new(24 << 20); // the sanitizer tells if it is touched afterwards
    world_start(&w, &r, span_make(r.free_in_head, 24 << 20));
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.status, 413);
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_int_equal(r.sents, 1);
    assert_true(r.sent > 0 && r.sent < 24 << 20);
    assert_span_equal(buf_span(&r.body), "big");
    buf_free(&r.body);
    // That connection still owes a body: it is not used again.
    w.server.on_data = answer_each;
    w.server.answer = OK_ANSWER;
    world_call(&w, &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(w.server.accepted, 2);
    buf_free(&r.body);
    world_close(&w);
}

// ---------------------------------------------------------------- what goes out

static char seen[2048];
static void keep_request(struct peer *p) {
    snprintf(seen, sizeof seen, "%.*s", SPAN_ARG(buf_span(&p->in)));
    answer_each(p);
}

static void plain_writes_the_request(void **state) {
    (void)state;
    struct world w;
    struct record r;
    struct err e;
    char want[512];
    world_open(&w, OK_ANSWER);
    w.server.on_data = keep_request;
    world_aim(&w, "http://127.0.0.1:%d/v1/", w.server.port);
    snprintf(want, sizeof want,
             "POST /v1/x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: sluice/" SLUICE_VERSION
             "\r\nContent-Type: application/json\r\nx-api-key: k\r\nanthropic-version: 2023-06-01\r\n"
             "Content-Length: 2\r\n\r\n{}",
             w.server.port);
    assert_int_equal(upstream_target_set_key(&w.target, PROTOCOL_ANTHROPIC, "k", &e), 0);
    record_open(&r);
    struct upstream_request q = {.path = SPAN("/x?y=1"), .body = SPAN("{}")};
    r.call = upstream_start(w.up, &w.target, &q, &RECORDING, &r);
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    assert_string_equal(seen, want);
    buf_free(&r.body);
    world_close(&w);
}

static struct span sent_body;
static int same_bodies;
static void compare_body(struct peer *p) {
    size_t head = span_find(buf_span(&p->in), SPAN("\r\n\r\n"));
    if (head == SIZE_MAX) return;
    same_bodies += span_is(span_sub(buf_span(&p->in), head + 4, SIZE_MAX), sent_body);
    answer_each(p);
}

// A small one leaves in one piece with the head, a larger one by itself.
static void plain_sends_bodies_of_every_size_as_they_are(void **state) {
    (void)state;
    enum { MOST = 4600, STEP = 41 };
    static char body[MOST];
    struct world w;
    int calls = 0;
    for (size_t i = 0; i < MOST; i++) body[i] = (char)('a' + i % 23);
    world_open(&w, OK_ANSWER);
    w.server.on_data = compare_body;
    same_bodies = 0;
    for (size_t n = 1; n < MOST; n += STEP, calls++) {
        struct record r;
        record_open(&r);
        sent_body = span_make(body, n);
        world_start(&w, &r, sent_body);
        assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        buf_free(&r.body);
    }
    assert_int_equal(same_bodies, calls);
    world_close(&w);
}

static void plain_refuses_paths_that_would_break_the_framing(void **state) {
    (void)state;
    static const struct span BAD[] = {SPAN("/a b"), SPAN("/a\r\nX: y"), SPAN("/a\0b"), SPAN("a"), SPAN("/a#b")};
    struct world w;
    world_open(&w, OK_ANSWER);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct record r;
        record_open(&r);
        struct upstream_request q = {.path = BAD[i]};
        r.call = upstream_start(w.up, &w.target, &q, &RECORDING, &r);
        assert_non_null(r.call);
        assert_int_equal(r.ends, 0);
        assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
        assert_int_equal(r.end, UPSTREAM_BAD);
    }
    assert_int_equal(w.server.accepted, 0);
    world_close(&w);
}

static void plain_sends_nothing_to_another_zone_without_a_clearance(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    static const char *const SCHEMES[] = {"http", "https"};
    struct clearance made_up = {.request = 7, .zone = ZONE_US, .seal = 0x1234567890abcdef};
    for (int k = 0; k < 4; k++) {
        for (enum zone zone = ZONE_EU; zone < ZONE_COUNT; zone++) {
            record_open(&r);
            w.target.scheme = SCHEMES[k & 1];
            w.target.zone = zone;
            struct upstream_request q = {
                .number = 7, .clearance = k & 2 ? &made_up : NULL, .path = SPAN("/x"), .body = SPAN("{}")};
            assert_null(upstream_start(w.up, &w.target, &q, &RECORDING, &r));
        }
    }
    world_run(&w, NULL, 0, 50);
    assert_int_equal(w.server.accepted, 0);
    assert_int_equal(r.ends, 0);
    world_close(&w);
}

static struct world *again_world;
static struct record second;
static void start_again(struct record *r) {
    (void)r;
    record_open(&second);
    world_start(again_world, &second, SPAN("{}"));
}

static void plain_may_be_started_in_on_end(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    again_world = &w;
    record_open(&r);
    r.then = start_again;
    world_start(&w, &r, SPAN("{}"));
    second.ends = 0;
    assert_true(world_run(&w, &second.ends, 1, PATIENCE_MS));
    assert_int_equal(second.end, UPSTREAM_COMPLETE);
    assert_int_equal(w.server.accepted, 1);
    buf_free(&r.body);
    buf_free(&second.body);
    world_close(&w);
}

static void close_all(struct record *r) {
    (void)r;
    upstreams_close(again_world->up);
}

static void plain_may_be_closed_in_an_event_and_with_calls_open(void **state) {
    (void)state;
    struct world w;
    struct record r, open;
    world_open(&w, OK_ANSWER);
    again_world = &w;
    record_open(&open);
    record_open(&r);
    r.then = close_all;
    world_start(&w, &r, SPAN("{}"));
    world_start(&w, &open, SPAN("{}"));
    server_shut(&w.server);
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    w.up = NULL;
    buf_free(&r.body);
    buf_free(&open.body);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_cancel_closes_at_once_and_reports_nothing),
        cmocka_unit_test(plain_cancel_is_safe_in_every_step),
        cmocka_unit_test(plain_cancel_while_calls_are_gathered_lets_the_loop_sleep),
        cmocka_unit_test(plain_cancel_in_an_event_stops_the_events),
        cmocka_unit_test(plain_pause_holds_the_body_back),
        cmocka_unit_test(plain_pause_pushes_back_on_the_sender),
        cmocka_unit_test(plain_sends_a_body_larger_than_the_socket_buffers),
        cmocka_unit_test(plain_sends_the_body_unchanged),
        cmocka_unit_test(plain_takes_an_answer_that_comes_before_the_body_is_out),
        cmocka_unit_test(plain_writes_the_request),
        cmocka_unit_test(plain_sends_bodies_of_every_size_as_they_are),
        cmocka_unit_test(plain_refuses_paths_that_would_break_the_framing),
        cmocka_unit_test(plain_sends_nothing_to_another_zone_without_a_clearance),
        cmocka_unit_test(plain_may_be_started_in_on_end),
        cmocka_unit_test(plain_may_be_closed_in_an_event_and_with_calls_open),
    };
    return RUN(tests);
}
