// local.url: a small HTTP server on loopback, on the same loop.
#include "base/log.h"
#include "fake.h"

struct site {
    uv_tcp_t listener;
    int status;
    const char *body;
    char seen[2048]; // the newest request
    int requests;
    bool silent;
};

struct visit {
    uv_tcp_t link;
    uv_write_t write;
    char in[2048], out[1024];
};

static void on_visit_closed(uv_handle_t *h) {
    free(h->data);
}

static void on_written(uv_write_t *w, int status) {
    (void)status;
    struct visit *v = w->data;
    uv_close((uv_handle_t *)&v->link, on_visit_closed);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *out) {
    (void)hint;
    struct visit *v = h->data;
    *out = uv_buf_init(v->in, sizeof v->in - 1);
}

static struct site *site_of_loop(uv_loop_t *loop) {
    return loop->data;
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b) {
    struct visit *v = s->data;
    struct site *site = site_of_loop(s->loop);
    if (n <= 0) {
        if (!uv_is_closing((uv_handle_t *)s)) uv_close((uv_handle_t *)s, on_visit_closed);
        return;
    }
    snprintf(site->seen, sizeof site->seen, "%.*s", (int)n, b->base);
    site->requests++;
    if (site->silent) return;
    int len = snprintf(v->out, sizeof v->out, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", site->status,
                       strlen(site->body), site->body);
    uv_buf_t out = uv_buf_init(v->out, (unsigned)len);
    v->write.data = v;
    uv_read_stop(s);
    uv_write(&v->write, s, &out, 1, on_written);
}

static void on_connection(uv_stream_t *s, int status) {
    assert_int_equal(status, 0);
    struct visit *v = mem_new(sizeof *v);
    uv_tcp_init(s->loop, &v->link);
    v->link.data = v;
    assert_int_equal(uv_accept(s, (uv_stream_t *)&v->link), 0);
    uv_read_start((uv_stream_t *)&v->link, on_alloc, on_read);
}

static void site_open(struct site *site, struct fake *f, char *url, size_t size) {
    struct sockaddr_in a;
    int len = sizeof a;
    uv_ip4_addr("127.0.0.1", 0, &a);
    uv_tcp_init(&f->loop, &site->listener);
    f->loop.data = site;
    assert_int_equal(uv_tcp_bind(&site->listener, (struct sockaddr *)&a, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&site->listener, 16, on_connection), 0);
    uv_tcp_getsockname(&site->listener, (struct sockaddr *)&a, &len);
    snprintf(url, size, "http://127.0.0.1:%d/v1/", ntohs(a.sin_port));
    f->config->local.url = url;
    f->config->local.model = "embedded";
}

static void site_close(struct site *site, struct fake *f) {
    uv_close((uv_handle_t *)&site->listener, NULL);
    fake_stop(f);
    fake_cleanup(f);
}

static void foreign_takes_the_model_that_the_server_lists(void **state) {
    (void)state;
    struct fake f;
    char url[64];
    fake_setup(&f, "good");
    struct site site = {.status = 200, .body = "{\"data\":[{\"id\":\"theirs\"}]}"};
    site_open(&site, &f, url, sizeof url);
    setenv("LOCAL_TEST_KEY", "abc", 1);
    f.config->local.key_env = "LOCAL_TEST_KEY";
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    const struct local_server *s = local_server(f.local);
    assert_string_equal(s->model, "theirs");
    assert_string_equal(s->url, url);
    assert_null(s->socket_path);
    assert_false(s->always_stream);
    assert_true(s->control_token_count > 10);
    assert_non_null(strstr(site.seen, "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:"));
    assert_non_null(strstr(site.seen, "Authorization: Bearer abc\r\n"));
    unsetenv("LOCAL_TEST_KEY");
    site_close(&site, &f);
}

static void foreign_that_fails_is_withdrawn_and_comes_back(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    char url[64];
    fake_setup(&f, "good");
    struct site site = {.status = 200, .body = "{}"};
    site_open(&site, &f, url, sizeof url);
    f.config->local.model = "mine";
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    const struct local_server *first = local_server(f.local);
    site.status = 401;
    assert_true(fake_run_until(&f, fake_is_down));
    assert_null(local_server(f.local));
    local_last_words(f.local, &words);
    assert_non_null(strstr(words.text, "wants a key"));
    site.status = 200;
    assert_true(fake_run_until(&f, fake_is_ready));
    assert_ptr_equal(local_server(f.local), first); // the same server: the same generation
    site_close(&site, &f);
}

static void foreign_may_be_slow_but_not_for_ever(void **state) {
    (void)state;
    struct fake f;
    char url[64];
    fake_setup(&f, "good");
    struct site site = {.status = 200, .body = "{}"};
    site_open(&site, &f, url, sizeof url);
    f.config->local.model = "mine";
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_ready));
    site.silent = true;
    int before = site.requests;
    assert_true(fake_run_until(&f, fake_is_down));
    assert_in_range(site.requests - before, 3, 4);
    site_close(&site, &f);
}

static void foreign_refuses_settings_that_cannot_work(void **state) {
    (void)state;
    struct fake f;
    struct err e;
    fake_setup(&f, "good");
    f.config->local.url = "https://models.example/v1";
    f.config->local.model = "embedded";
    assert_null(local_start(&f.loop, f.config, &e));
    assert_non_null(strstr(e.text, "local.model: name the model"));
    f.config->local.model = "m";
    f.config->local.url = "ftp://a";
    assert_null(local_start(&f.loop, f.config, &e));
    assert_non_null(strstr(e.text, "local.url: "));
    f.config->local.url = "http://127.0.0.1:9/v1";
    f.config->local.key_env = "NOT_SET_ANYWHERE";
    assert_null(local_start(&f.loop, f.config, &e));
    assert_non_null(strstr(e.text, "NOT_SET_ANYWHERE"));
    fake_cleanup(&f);
}

static void foreign_waits_for_a_socket_that_is_not_there_yet(void **state) {
    (void)state;
    struct fake f;
    struct err words;
    fake_setup(&f, "good");
    f.config->local.url = "unix:/nowhere/at/all.sock:/v1";
    f.config->local.model = "mine";
    fake_start(&f);
    assert_true(fake_run_until(&f, fake_is_down));
    local_last_words(f.local, &words);
    assert_string_equal(words.text, "local.url: no connection from unix:/nowhere/at/all.sock:/v1");
    fake_stop(&f);
    fake_cleanup(&f);
}

int main(void) {
    log_setup(LOG_ERROR, LOG_HUMAN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_takes_the_model_that_the_server_lists),
        cmocka_unit_test(foreign_that_fails_is_withdrawn_and_comes_back),
        cmocka_unit_test(foreign_may_be_slow_but_not_for_ever),
        cmocka_unit_test(foreign_refuses_settings_that_cannot_work),
        cmocka_unit_test(foreign_waits_for_a_socket_that_is_not_there_yet),
    };
    return RUN(tests);
}
