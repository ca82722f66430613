// HTTPS against `openssl s_server`, which carries the plain bytes over its standard input and output: the test
// plays the server. It serves one connection at a time, so a second connection shows as a call that waits.
#include <fcntl.h>
#include <sys/wait.h>

#include "upstream/harness.h"

static char dir[64], cert[96], key[96];
static bool have_openssl;

static int run_quietly(const char *const *argv) {
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execvp(argv[0], (char **)(uintptr_t)argv);
        _exit(127);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static int make_certificate(void **state) {
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/sluice-tls-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(cert, sizeof cert, "%s/cert.pem", dir);
    snprintf(key, sizeof key, "%s/key.pem", dir);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-keyout",
                                key,
                                "-out",
                                cert,
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost",
                                "-addext",
                                "subjectAltName=IP:127.0.0.1,DNS:localhost",
                                NULL};
    have_openssl = run_quietly(argv) == 0;
    if (!have_openssl) printf("openssl (package openssl) is missing: the HTTPS tests are skipped\n");
    setenv("no_proxy", "127.0.0.1,localhost", 1);
    return 0;
}

static int remove_certificate(void **state) {
    (void)state;
    unlink(cert);
    unlink(key);
    rmdir(dir);
    return 0;
}

struct tls_world {
    struct world w;
    uv_process_t process;
    uv_pipe_t to, from;
    struct buf in;
    int requests;
    const char *answer; // sent after each request; NULL: nothing
    bool answer_early;
    bool exited;
    char port[8];
};

static void tls_send(struct tls_world *t, const char *text) {
    struct span s = span_from(text);
    struct sent_text *copy = mem_new(sizeof *copy + s.len);
    memcpy(copy->bytes, s.at, s.len);
    copy->request.data = copy;
    uv_buf_t b = uv_buf_init(copy->bytes, (unsigned)s.len);
    if (uv_write(&copy->request, (uv_stream_t *)&t->to, &b, 1, on_text_sent)) free(copy);
}

static bool take_request(struct tls_world *t) {
    struct peer as_peer = {.in = t->in};
    bool whole = peer_take(&as_peer);
    t->in = as_peer.in;
    return whole;
}

static void tls_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b) {
    struct tls_world *t = s->data;
    if (n > 0) {
        buf_add(&t->in, b->base, (size_t)n);
        if (t->answer_early && t->requests == 0) {
            t->requests++;
            tls_send(t, t->answer);
        }
        while (!t->answer_early && take_request(t)) {
            t->requests++;
            if (t->answer) tls_send(t, t->answer);
        }
    }
    free(b->base);
}

static void tls_exited(uv_process_t *p, int64_t status, int signal_number) {
    (void)status, (void)signal_number;
    struct tls_world *t = p->data;
    t->exited = true;
}

static void wait_until_it_listens(struct tls_world *t) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(t->w.target.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 500; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        int failed = connect(fd, (struct sockaddr *)&at, sizeof at);
        close(fd);
        if (!failed) return;
        usleep(10000);
    }
    fail_msg("openssl s_server does not listen");
}

static bool tls_open(struct tls_world *t, const char *answer, bool trusted) {
    if (!have_openssl) return false;
    memset(t, 0, sizeof *t);
    if (trusted) setenv("CURL_CA_BUNDLE", cert, 1);
    else unsetenv("CURL_CA_BUNDLE");
    world_open(&t->w, NULL); // for a free port
    server_shut(&t->w.server);
    uv_run(&t->w.loop, UV_RUN_NOWAIT);
    world_aim(&t->w, "https://127.0.0.1:%d/v1", t->w.server.port);
    t->w.target.connect_timeout_ms = PATIENCE_MS;
    t->w.target.first_byte_timeout_ms = PATIENCE_MS;
    t->answer = answer;
    buf_init(&t->in, 64 << 20);
    snprintf(t->port, sizeof t->port, "%d", t->w.server.port);
    uv_pipe_init(&t->w.loop, &t->to, 0);
    uv_pipe_init(&t->w.loop, &t->from, 0);
    t->from.data = t->process.data = t;
    uv_stdio_container_t io[3] = {{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&t->to},
                                  {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&t->from},
                                  {.flags = UV_IGNORE}};
    char *argv[] = {"openssl", "s_server", "-accept", t->port, "-cert",    cert,
                    "-key",    key,        "-quiet",  "-alpn", "http/1.1", NULL};
    uv_process_options_t o = {.file = "openssl", .args = argv, .exit_cb = tls_exited, .stdio = io, .stdio_count = 3};
    assert_int_equal(uv_spawn(&t->w.loop, &t->process, &o), 0);
    uv_read_start((uv_stream_t *)&t->from, peer_allocate, tls_read);
    wait_until_it_listens(t);
    return true;
}

static void tls_shut(struct tls_world *t) {
    if (!t->exited) uv_process_kill(&t->process, SIGKILL);
    for (int i = 0; i < 200 && !t->exited; i++) world_run(&t->w, NULL, 0, 10);
    uv_close((uv_handle_t *)&t->process, NULL);
    uv_close((uv_handle_t *)&t->to, NULL);
    uv_close((uv_handle_t *)&t->from, NULL);
    buf_free(&t->in);
    world_close(&t->w);
}

#define OPEN(t, answer, trusted)                                                                                       \
    if (!tls_open(t, answer, trusted)) skip()

#define CHUNKED                                                                                                        \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: r1\r\nTransfer-Encoding: chunked\r\n\r\n"     \
    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

static void tls_carries_requests_and_reuses_the_connection(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, CHUNKED, true);
    for (int i = 0; i < 3; i++) {
        world_call(&t.w, &r);
        assert_string_equal(r.why, "");
        assert_int_equal(r.end, UPSTREAM_COMPLETE);
        assert_int_equal(r.status, 200);
        assert_int_equal(r.length, -1);
        assert_true(r.event_stream);
        assert_string_equal(r.id, "r1");
        assert_span_equal(buf_span(&r.body), "abcde");
        assert_int_equal(r.sents, 1);
        assert_true(r.flushes >= 1);
        buf_free(&r.body);
    }
    assert_int_equal(t.requests, 3);
    tls_shut(&t);
}

static void tls_writes_the_request_without_expect(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, NULL, true);
    struct err e;
    assert_int_equal(upstream_target_set_key(&t.w.target, PROTOCOL_ANTHROPIC, "k", &e), 0);
    t.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    t.answer_early = true; // leaves the input as it came
    record_open(&r);
    static char body[2 << 20];
    memset(body, 'b', sizeof body);
    world_start(&t.w, &r, span_make(body, sizeof body));
    assert_true(world_run(&t.w, &r.ends, 1, PATIENCE_MS));
    char *head = mem_copy_span(span_sub(buf_span(&t.in), 0, 1000));
    assert_ptr_equal(strstr(head, "POST /v1/chat/completions HTTP/1.1\r\n"), head);
    assert_non_null(strstr(head, "x-api-key: k\r\nanthropic-version: 2023-06-01\r\n"));
    assert_non_null(strstr(head, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(head, "Content-Length: 2097152\r\n"));
    assert_null(strstr(head, "Expect"));
    assert_int_equal(r.length, 2);
    free(head);
    buf_free(&r.body);
    tls_shut(&t);
}

static void tls_refuses_a_certificate_of_nobody_it_trusts(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, CHUNKED, false);
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_REFUSED);
    assert_non_null(strstr(r.why, "certificate"));
    assert_int_equal(r.sents + r.heads, 0);
    assert_int_equal(t.in.len + (size_t)t.requests, 0);
    tls_shut(&t);
}

static void tls_refuses_a_certificate_of_another_host(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, CHUNKED, true);
    world_aim(&t.w, "https://127.0.0.2:%d/v1", t.w.server.port);
    setenv("no_proxy", "*", 1);
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_REFUSED);
    assert_non_null(strstr(r.why, "certificate"));
    assert_int_equal(t.requests, 0);
    tls_shut(&t);
}

static void tls_reports_a_refused_connection(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, CHUNKED, true);
    uv_process_kill(&t.process, SIGKILL);
    while (!t.exited) world_run(&t.w, NULL, 0, 10);
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_REFUSED);
    tls_shut(&t);
}

static void tls_reports_an_answer_that_was_cut(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true);
    record_open(&r);
    world_start(&t.w, &r, SPAN("{}"));
    assert_true(world_run(&t.w, &r.bodies, 1, PATIENCE_MS));
    uv_process_kill(&t.process, SIGKILL);
    assert_true(world_run(&t.w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.end, UPSTREAM_CUT);
    assert_span_equal(buf_span(&r.body), "abc");
    buf_free(&r.body);
    tls_shut(&t);
}

static void tls_ends_calls_that_wait_too_long(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, NULL, true);
    t.w.target.first_byte_timeout_ms = 200;
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_TIMEOUT);
    assert_non_null(strstr(r.why, "first-byte"));
    assert_int_equal(r.sents, 1);
    t.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    t.w.target.first_byte_timeout_ms = 4000;
    t.w.target.idle_timeout_ms = 200;
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_TIMEOUT);
    assert_non_null(strstr(r.why, "idle"));
    buf_free(&r.body);
    tls_shut(&t);
}

static void tls_refuses_too_many_headers(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    static char flood[4096];
    snprintf(flood, sizeof flood, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 40; i++) snprintf(flood + strlen(flood), sizeof flood - strlen(flood), "X-%d: y\r\n", i);
    OPEN(&t, flood, true);
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_BAD);
    assert_int_equal(r.heads, 0);
    tls_shut(&t);
}

static void tls_pause_holds_the_body_back(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", true);
    t.w.target.idle_timeout_ms = 100; // rests while paused
    record_open(&r);
    r.pause_in_body = true;
    world_start(&t.w, &r, SPAN("{}"));
    assert_true(world_run(&t.w, &r.bodies, 1, PATIENCE_MS));
    tls_send(&t, "1\r\nb\r\n0\r\n\r\n");
    world_run(&t.w, NULL, 0, 300);
    assert_int_equal(r.bodies, 1);
    assert_int_equal(r.ends, 0);
    r.pause_in_body = false;
    upstream_resume(r.call);
    assert_int_equal(r.bodies, 1);
    assert_true(world_run(&t.w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_span_equal(buf_span(&r.body), "ab");
    buf_free(&r.body);
    tls_shut(&t);
}

static void tls_cancel_frees_the_connection_and_reports_nothing(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, NULL, true);
    // While waiting for the answer, in the head's event, in the body's.
    for (int k = 0; k < 3; k++) {
        t.answer = k ? CHUNKED : NULL;
        record_open(&r);
        r.cancel_in_head = k == 1;
        r.cancel_in_body = k == 2;
        world_start(&t.w, &r, SPAN("{}"));
        if (k == 0) {
            assert_true(world_run(&t.w, &t.requests, 1, PATIENCE_MS));
            upstream_cancel(r.call);
        } else {
            assert_true(world_run(&t.w, &r.heads, 1, PATIENCE_MS));
        }
        world_run(&t.w, NULL, 0, 50);
        assert_int_equal(r.ends + r.flushes, 0);
        assert_int_equal(r.bodies, k == 2);
        buf_free(&r.body);
    }
    // The server takes this one only because the others are gone.
    world_call(&t.w, &r);
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    buf_free(&r.body);
    tls_shut(&t);
}

static void tls_cancel_is_safe_in_every_step(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, CHUNKED, true);
    for (int turns = 0; turns < 8; turns++) {
        if (turns & 1) world_aim(&t.w, "https://localhost:%d/v1", t.w.server.port);
        record_open(&r);
        world_start(&t.w, &r, SPAN("{}"));
        for (int i = 0; i < turns && !r.ends; i++) uv_run(&t.w.loop, UV_RUN_NOWAIT);
        if (!r.ends) upstream_cancel(r.call);
        int before = r.ends;
        world_run(&t.w, NULL, 0, 20);
        assert_int_equal(r.ends, before);
        buf_free(&r.body);
    }
    tls_shut(&t);
}

static void tls_takes_an_answer_that_comes_before_the_body_is_out(void **state) {
    (void)state;
    struct tls_world t;
    struct record r;
    OPEN(&t, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbig", true);
    t.answer_early = true;
    t.w.target.idle_timeout_ms = PATIENCE_MS; // the rest of the body goes out meanwhile
    record_open(&r);
    r.free_in_head = mem_new(24 << 20); // the sanitizer tells if it is touched afterwards
    world_start(&t.w, &r, span_make(r.free_in_head, 24 << 20));
    assert_true(world_run(&t.w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_span_equal(buf_span(&r.body), "big");
    buf_free(&r.body);
    tls_shut(&t);
}

static struct world *closing;
static void close_in_event(struct record *r) {
    (void)r;
    upstreams_close(closing->up);
    closing->up = NULL;
}

static void tls_may_be_closed_in_an_event_and_with_calls_open(void **state) {
    (void)state;
    struct tls_world t;
    struct record r, open;
    OPEN(&t, CHUNKED, true);
    closing = &t.w;
    record_open(&r);
    record_open(&open);
    r.then = close_in_event;
    world_start(&t.w, &r, SPAN("{}"));
    world_start(&t.w, &open, SPAN("{}"));
    assert_true(world_run(&t.w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(open.ends, 0);
    buf_free(&r.body);
    buf_free(&open.body);
    tls_shut(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_carries_requests_and_reuses_the_connection),
        cmocka_unit_test(tls_writes_the_request_without_expect),
        cmocka_unit_test(tls_refuses_a_certificate_of_nobody_it_trusts),
        cmocka_unit_test(tls_refuses_a_certificate_of_another_host),
        cmocka_unit_test(tls_reports_a_refused_connection),
        cmocka_unit_test(tls_reports_an_answer_that_was_cut),
        cmocka_unit_test(tls_ends_calls_that_wait_too_long),
        cmocka_unit_test(tls_refuses_too_many_headers),
        cmocka_unit_test(tls_pause_holds_the_body_back),
        cmocka_unit_test(tls_cancel_frees_the_connection_and_reports_nothing),
        cmocka_unit_test(tls_cancel_is_safe_in_every_step),
        cmocka_unit_test(tls_takes_an_answer_that_comes_before_the_body_is_out),
        cmocka_unit_test(tls_may_be_closed_in_an_event_and_with_calls_open),
    };
    return cmocka_run_group_tests(tests, make_certificate, remove_certificate);
}
