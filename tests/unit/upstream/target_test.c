#include "upstream/upstream.h"

#include <stdlib.h>

#include "test.h"

static void target_reads_the_three_kinds_of_address(void **state) {
    (void)state;
    static const struct {
        const char *url, *scheme, *host, *socket, *prefix;
        int port;
        const char *authority;
    } GOOD[] = {
        {"https://api.openai.com/v1", "https", "api.openai.com", NULL, "/v1", 443, "api.openai.com"},
        {"https://api.openai.com/v1/", "https", "api.openai.com", NULL, "/v1", 443, "api.openai.com"},
        {"HTTPS://h", "https", "h", NULL, "", 443, "h"},
        {"http://127.0.0.1:8080", "http", "127.0.0.1", NULL, "", 8080, "127.0.0.1:8080"},
        {"http://[::1]:9/a/b", "http", "::1", NULL, "/a/b", 9, "[::1]:9"},
        {"http://[::1]", "http", "::1", NULL, "", 80, "[::1]"},
        {"unix:/run/m.sock", "unix", "localhost", "/run/m.sock", "", 0, "localhost"},
        {"unix:/run/m.sock:/v1", "unix", "localhost", "/run/m.sock", "/v1", 0, "localhost"},
    };
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        struct upstream_target t = {.name = "kept", .zone = ZONE_EU};
        struct err e = {0};
        assert_int_equal(upstream_target_parse(GOOD[i].url, &t, &e), 0);
        assert_string_equal(t.scheme, GOOD[i].scheme);
        assert_string_equal(t.host, GOOD[i].host);
        assert_string_equal(t.path_prefix, GOOD[i].prefix);
        assert_int_equal(t.port, GOOD[i].port);
        assert_string_equal(t.authority, GOOD[i].authority);
        assert_true(span_starts(span_sub(t.lines, 6, SIZE_MAX), span_from(GOOD[i].authority)));
        if (GOOD[i].socket) assert_string_equal(t.socket_path, GOOD[i].socket);
        else assert_null(t.socket_path);
        assert_string_equal(t.name, "kept");
        assert_int_equal(t.zone, ZONE_EU);
        upstream_target_release(&t);
    }
}

static void target_refuses_other_text_and_says_why(void **state) {
    (void)state;
    static const char *const BAD[] = {
        "",
        "api.openai.com",
        "ftp://h",
        "http://",
        "http:///v1",
        "http://h:0",
        "http://h:65536",
        "http://h:x",
        "http://h:",
        "http://u:p@h/",
        "http://h/?q",
        "http://h/#f",
        "http://h h/",
        "http://h\r\nX: y",
        "http://h\x7f",
        "http://h\xc3\xa9",
        "http://[::1",
        "http://[::1]x",
        "http://a,b/",
        "http://a%41/",
        "unix:",
        "unix:rel.sock",
        "unix:/",
        "unix:/a:v1",
        ("unix:/"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "a"),
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct upstream_target t = {0};
        struct err e = {0};
        assert_int_equal(upstream_target_parse(BAD[i], &t, &e), -1);
        assert_true(e.text[0]);
    }
}

static void target_never_repeats_a_key_that_stands_in_a_url(void **state) {
    (void)state;
    struct upstream_target t = {0};
    struct err e = {0};
    assert_int_equal(upstream_target_parse("https://user:wordword@h/v1", &t, &e), -1);
    assert_null(strstr(e.text, "wordword"));
}

static void target_carries_the_key_as_the_protocol_wants(void **state) {
    (void)state;
    struct err e = {0};
    static const struct {
        enum protocol protocol;
        const char *key, *lines;
    } CASES[] = {
        {PROTOCOL_OPENAI, "abc", "Authorization: Bearer abc\r\n"},
        {PROTOCOL_OPENAI, "", ""},
        {PROTOCOL_OPENAI, NULL, ""},
        {PROTOCOL_ANTHROPIC, "abc", "x-api-key: abc\r\nanthropic-version: 2023-06-01\r\n"},
        {PROTOCOL_ANTHROPIC, NULL, "anthropic-version: 2023-06-01\r\n"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct upstream_target t;
        assert_int_equal(upstream_target_parse("https://h", &t, &e), 0);
        size_t before = t.lines.len;
        assert_int_equal(upstream_target_set_key(&t, PROTOCOL_OPENAI, "another", &e), 0);
        assert_int_equal(upstream_target_set_key(&t, CASES[i].protocol, CASES[i].key, &e), 0);
        assert_string_equal(t.auth_header, CASES[i].lines);
        assert_true(span_is_z(span_sub(t.lines, before, SIZE_MAX), CASES[i].lines));
        upstream_target_release(&t);
    }
}

static void target_refuses_keys_that_would_add_lines(void **state) {
    (void)state;
    static const char *const BAD[] = {"a\r\nX: y", "a\n", "q q", "\x01", "a\x7f", "\xc3\xa9"};
    struct upstream_target t;
    struct err e = {0};
    assert_int_equal(upstream_target_parse("https://h", &t, &e), 0);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        e.text[0] = 0;
        assert_int_equal(upstream_target_set_key(&t, PROTOCOL_OPENAI, BAD[i], &e), -1);
        assert_int_equal(upstream_target_set_key(&t, PROTOCOL_ANTHROPIC, BAD[i], &e), -1);
        assert_true(e.text[0]);
        assert_null(strstr(e.text, BAD[i]));
        assert_null(t.auth_header);
    }
    upstream_target_release(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(target_reads_the_three_kinds_of_address),
        cmocka_unit_test(target_refuses_other_text_and_says_why),
        cmocka_unit_test(target_never_repeats_a_key_that_stands_in_a_url),
        cmocka_unit_test(target_carries_the_key_as_the_protocol_wants),
        cmocka_unit_test(target_refuses_keys_that_would_add_lines),
    };
    return RUN(tests);
}
