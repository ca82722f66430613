#include "upstream/harness.h"

// ---------------------------------------------------------------- framing

static void expect_answer(const char *answer, const char *body, enum upstream_end end) {
    struct world w;
    struct record r;
    world_open(&w, answer);
    world_call(&w, &r);
    assert_int_equal(r.end, end);
    assert_span_equal(buf_span(&r.body), body);
    assert_int_equal(r.ends, 1);
    buf_free(&r.body);
    world_close(&w);
}

static void plain_reads_an_answer_with_a_length(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, "HTTP/1.1 429 Slow\r\nContent-Type: application/json\r\nX-Request-Id: req-9\r\nRetry-After: 3\r\n"
                   "Content-Length: 4\r\n\r\nabcd");
    world_call(&w, &r);
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_int_equal(r.status, 429);
    assert_int_equal(r.length, 4);
    assert_int_equal(r.retry_ms, 3000);
    assert_string_equal(r.type, "application/json");
    assert_string_equal(r.id, "req-9");
    assert_false(r.event_stream);
    assert_span_equal(buf_span(&r.body), "abcd");
    assert_int_equal(r.sents, 1);
    assert_int_equal(r.sent, w.server.peers[0]->received);
    assert_int_equal(r.flushes, 1);
    buf_free(&r.body);
    world_close(&w);
}

static void plain_reads_a_chunked_answer(void **state) {
    (void)state;
    expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
                  "abcde", UPSTREAM_COMPLETE);
}

static void plain_skips_interim_answers(void **state) {
    (void)state;
    expect_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK_ANSWER, "{}",
                  UPSTREAM_COMPLETE);
}

static void plain_reads_an_answer_without_a_body(void **state) {
    (void)state;
    expect_answer("HTTP/1.1 204 No Content\r\n\r\n", "", UPSTREAM_COMPLETE);
}

static void plain_refuses_what_is_not_http(void **state) {
    (void)state;
    expect_answer("220 smtp.example ESMTP\r\n", "", UPSTREAM_BAD);
    expect_answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "", UPSTREAM_BAD);
    expect_answer("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "", UPSTREAM_BAD);
}

static void plain_refuses_a_length_beside_chunks(void **state) {
    (void)state;
    expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "",
                  UPSTREAM_BAD);
}

static void plain_refuses_too_many_headers(void **state) {
    (void)state;
    char flood[2048] = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 40; i++) snprintf(flood + strlen(flood), sizeof flood - strlen(flood), "X-%d: y\r\n", i);
    expect_answer(flood, "", UPSTREAM_BAD);
}

static void plain_refuses_headers_without_an_end(void **state) {
    (void)state;
    char flood[6000] = "HTTP/1.1 200 OK\r\nX-Long: ";
    memset(flood + strlen(flood), 'y', 5000);
    expect_answer(flood, "", UPSTREAM_BAD);
}

static void plain_refuses_interim_answers_without_an_end(void **state) {
    (void)state;
    char flood[4000] = "";
    for (int i = 0; i < 40; i++)
        snprintf(flood + strlen(flood), sizeof flood - strlen(flood), "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n");
    expect_answer(flood, "", UPSTREAM_BAD);
}

static void close_after_answer(struct peer *p) {
    if (!peer_take(p)) return;
    uv_buf_t b = uv_buf_init((char *)(uintptr_t)p->server->answer, (unsigned)strlen(p->server->answer));
    uv_try_write(&p->io.stream, &b, 1);
    peer_close(p);
}

static void expect_then_close(const char *answer, const char *body, enum upstream_end end, int heads) {
    struct world w;
    struct record r;
    world_open(&w, answer);
    w.server.on_data = close_after_answer;
    world_call(&w, &r);
    assert_int_equal(r.end, end);
    assert_int_equal(r.heads, heads);
    assert_span_equal(buf_span(&r.body), body);
    buf_free(&r.body);
    world_close(&w);
}

static void plain_takes_the_close_as_the_end_only_without_other_framing(void **state) {
    (void)state;
    expect_then_close("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end", "to the end", UPSTREAM_COMPLETE, 1);
}

static void plain_reports_an_answer_that_was_cut(void **state) {
    (void)state;
    expect_then_close("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "abc", UPSTREAM_CUT, 1);
    expect_then_close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc", UPSTREAM_CUT, 1);
    expect_then_close("HTTP/1.1 200 OK\r\nConte", "", UPSTREAM_CUT, 0);
    expect_then_close("", "", UPSTREAM_CUT, 0);
}

// ---------------------------------------------------------------- connections

static void plain_reuses_a_connection(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    for (int i = 0; i < 3; i++) {
        world_call(&w, &r);
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        buf_free(&r.body);
    }
    assert_int_equal(w.server.accepted, 1);
    assert_int_equal(w.server.peers[0]->requests, 3);
    world_close(&w);
}

static void plain_does_not_reuse_what_says_close_or_says_more(void **state) {
    (void)state;
    static const char *const ANSWERS[] = {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
                                          OK_ANSWER "x"};
    for (int k = 0; k < 2; k++) {
        struct world w;
        struct record r;
        world_open(&w, ANSWERS[k]);
        for (int i = 0; i < 2; i++) {
            world_call(&w, &r);
            assert_int_equal(r.end, UPSTREAM_COMPLETE);
            buf_free(&r.body);
        }
        assert_int_equal(w.server.accepted, 2);
        world_close(&w);
    }
}

static void plain_closes_an_idle_connection_that_speaks(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    world_call(&w, &r);
    buf_free(&r.body);
    peer_send(w.server.peers[0], "HTTP/1.1 408 Timeout\r\n\r\n");
    world_run(&w, NULL, 0, 50);
    assert_true(w.server.peers[0]->ended);
    world_close(&w);
}

// The first connection answers once and closes as the second request arrives.
static void answer_once_then_close(struct peer *p) {
    if (!peer_take(p)) return;
    if (p == p->server->peers[0] && p->requests == 2) peer_close(p);
    else peer_send(p, p->server->answer);
}

static void plain_retries_a_stale_connection_on_a_fresh_one(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    w.server.on_data = answer_once_then_close;
    for (int i = 0; i < 2; i++) {
        world_call(&w, &r);
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        assert_int_equal(r.sents, 1);
        buf_free(&r.body);
    }
    assert_int_equal(w.server.accepted, 2);
    world_close(&w);
}

static void answer_once_then_half(struct peer *p) {
    if (!peer_take(p)) return;
    if (p->requests == 1) {
        peer_send(p, p->server->answer);
        return;
    }
    uv_buf_t b = uv_buf_init("HTTP/1.1 2", 10);
    uv_try_write(&p->io.stream, &b, 1);
    peer_close(p);
}

static void plain_does_not_retry_when_a_byte_of_the_answer_came(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    w.server.on_data = answer_once_then_half;
    world_call(&w, &r);
    buf_free(&r.body);
    world_call(&w, &r);
    assert_int_equal(r.end, UPSTREAM_CUT);
    assert_int_equal(w.server.accepted, 1);
    buf_free(&r.body);
    world_close(&w);
}

static void answer_first_close_others(struct peer *p) {
    if (!peer_take(p)) return;
    if (p->requests == 1 && p == p->server->peers[0]) peer_send(p, p->server->answer);
    else peer_close(p);
}

static void plain_retries_once_only(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    w.server.on_data = answer_first_close_others;
    world_call(&w, &r);
    buf_free(&r.body);
    world_call(&w, &r);
    assert_int_equal(r.end, UPSTREAM_CUT);
    assert_int_equal(w.server.accepted, 2);
    buf_free(&r.body);
    world_close(&w);
}

static void plain_drops_idle_connections_of_local_models_before_they_do(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    world_call(&w, &r);
    buf_free(&r.body);
    world_run(&w, NULL, 0, 3500);
    assert_false(w.server.peers[0]->ended);
    world_run(&w, NULL, 0, 1000);
    assert_true(w.server.peers[0]->ended);
    world_close(&w);
}

static void plain_speaks_over_a_unix_socket(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    world_use_pipe(&w, 16);
    for (int i = 0; i < 2; i++) {
        world_call(&w, &r);
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        buf_free(&r.body);
    }
    assert_int_equal(w.server.accepted, 1);
    world_close(&w);
}

static int ended;
static void count_end(struct record *r) {
    (void)r;
    ended++;
}

static void plain_waits_for_room_in_a_full_backlog(void **state) {
    (void)state;
    struct world w;
    struct record r[12];
    world_open(&w, OK_ANSWER);
    world_use_pipe(&w, 1);
    ended = 0;
    for (int i = 0; i < 12; i++) {
        record_open(&r[i]);
        r[i].then = count_end;
        world_start(&w, &r[i], SPAN("{}"));
    }
    assert_true(world_run(&w, &ended, 12, PATIENCE_MS));
    for (int i = 0; i < 12; i++) {
        assert_int_equal(r[i].end, UPSTREAM_COMPLETE);
        buf_free(&r[i].body);
    }
    world_close(&w);
}

static void plain_finds_a_host_by_name(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    world_aim(&w, "http://localhost:%d/v1", w.server.port);
    for (int i = 0; i < 2; i++) {
        world_call(&w, &r);
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        buf_free(&r.body);
    }
    assert_int_equal(w.server.accepted, 1);
    world_close(&w);
}

static void plain_reports_a_name_that_does_not_exist(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    // A label of more than 63 bytes fails without a question to anybody.
    world_aim(&w, "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid:%d/v1",
              w.server.port);
    w.target.connect_timeout_ms = 20000;
    record_open(&r);
    world_start(&w, &r, SPAN_NONE);
    assert_true(world_run(&w, &r.ends, 1, 20000));
    assert_int_equal(r.end, UPSTREAM_REFUSED);
    world_close(&w);
}

static void plain_reports_a_refusal(void **state) {
    (void)state;
    struct world w;
    struct record r;
    world_open(&w, OK_ANSWER);
    server_shut(&w.server);
    uv_run(&w.loop, UV_RUN_NOWAIT);
    world_call(&w, &r);
    assert_int_equal(r.end, UPSTREAM_REFUSED);
    assert_int_equal(r.sents, 0);
    world_aim(&w, "unix:/tmp/sluice-test-no-such.sock");
    world_call(&w, &r);
    assert_int_equal(r.end, UPSTREAM_REFUSED);
    world_close(&w);
}

// ---------------------------------------------------------------- timeouts

static void expect_timeout(struct world *w, const char *step) {
    struct record r;
    uint64_t began = uv_hrtime();
    world_call(w, &r);
    uint64_t ms = (uv_hrtime() - began) / 1000000;
    assert_int_equal(r.end, UPSTREAM_TIMEOUT);
    assert_non_null(strstr(r.why, step));
    assert_true(ms >= 100 && ms < 1500);
    buf_free(&r.body);
}

static void say_nothing(struct peer *p) {
    (void)p;
}

static void plain_ends_a_call_without_a_connection_in_time(void **state) {
    (void)state;
    struct world w;
    world_open(&w, OK_ANSWER);
    // A listener that never accepts, with a full backlog, does not complete the handshake.
    int fd = socket(AF_INET, SOCK_STREAM, 0), fill[4];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, n) | listen(fd, 0), 0);
    getsockname(fd, (struct sockaddr *)&at, &n);
    for (int i = 0; i < 4; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fill[i], (struct sockaddr *)&at, n);
    }
    world_aim(&w, "http://127.0.0.1:%d/v1", ntohs(at.sin_port));
    w.target.connect_timeout_ms = 200;
    expect_timeout(&w, "connect timeout");
    for (int i = 0; i < 4; i++) close(fill[i]);
    close(fd);
    world_close(&w);
}

static void plain_ends_a_call_without_an_answer_in_time(void **state) {
    (void)state;
    struct world w;
    world_open(&w, OK_ANSWER);
    w.server.on_data = say_nothing;
    w.target.first_byte_timeout_ms = 200;
    expect_timeout(&w, "first-byte timeout");
    assert_true(w.server.peers[0]->ended);
    world_close(&w);
}

static void plain_ends_a_call_whose_answer_stalls(void **state) {
    (void)state;
    struct world w;
    world_open(&w, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    w.target.idle_timeout_ms = 200;
    expect_timeout(&w, "idle timeout");
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_reads_an_answer_with_a_length),
        cmocka_unit_test(plain_reads_a_chunked_answer),
        cmocka_unit_test(plain_skips_interim_answers),
        cmocka_unit_test(plain_reads_an_answer_without_a_body),
        cmocka_unit_test(plain_refuses_what_is_not_http),
        cmocka_unit_test(plain_refuses_a_length_beside_chunks),
        cmocka_unit_test(plain_refuses_too_many_headers),
        cmocka_unit_test(plain_refuses_headers_without_an_end),
        cmocka_unit_test(plain_refuses_interim_answers_without_an_end),
        cmocka_unit_test(plain_takes_the_close_as_the_end_only_without_other_framing),
        cmocka_unit_test(plain_reports_an_answer_that_was_cut),
        cmocka_unit_test(plain_reuses_a_connection),
        cmocka_unit_test(plain_does_not_reuse_what_says_close_or_says_more),
        cmocka_unit_test(plain_closes_an_idle_connection_that_speaks),
        cmocka_unit_test(plain_retries_a_stale_connection_on_a_fresh_one),
        cmocka_unit_test(plain_does_not_retry_when_a_byte_of_the_answer_came),
        cmocka_unit_test(plain_retries_once_only),
        cmocka_unit_test(plain_drops_idle_connections_of_local_models_before_they_do),
        cmocka_unit_test(plain_speaks_over_a_unix_socket),
        cmocka_unit_test(plain_waits_for_room_in_a_full_backlog),
        cmocka_unit_test(plain_finds_a_host_by_name),
        cmocka_unit_test(plain_reports_a_name_that_does_not_exist),
        cmocka_unit_test(plain_reports_a_refusal),
        cmocka_unit_test(plain_ends_a_call_without_a_connection_in_time),
        cmocka_unit_test(plain_ends_a_call_without_an_answer_in_time),
        cmocka_unit_test(plain_ends_a_call_whose_answer_stalls),
    };
    return RUN(tests);
}
