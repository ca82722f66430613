#include "wire/same_head.h"

#include <stdio.h>

#include "base/buf.h"
#include "test.h"

static const struct head_size LIMITS = {.bytes = 4000, .fields = 100};

// What a reader makes of a message.
struct seen {
    llhttp_errno_t error;
    uint64_t length, body;
    uint16_t flags;
    uint8_t method, major, minor;
    bool headed, complete, keeps;
    struct head_size left;
};

static struct seen seen;

static int on_url(llhttp_t *p, const char *at, size_t n) {
    (void)p, (void)at;
    seen.left.bytes -= (uint32_t)n;
    return 0;
}
static int on_name(llhttp_t *p, const char *at, size_t n) {
    seen.left.fields--;
    return on_url(p, at, n);
}
static int on_headers_complete(llhttp_t *p) {
    (void)p;
    seen.headed = true;
    return HPE_PAUSED;
}
static int on_body(llhttp_t *p, const char *at, size_t n) {
    (void)p, (void)at;
    seen.body += n;
    return 0;
}
static int on_message_complete(llhttp_t *p) {
    (void)p;
    seen.complete = true;
    return HPE_PAUSED;
}
static const llhttp_settings_t SETTINGS = {
    .on_url = on_url,
    .on_header_field = on_name,
    .on_header_value = on_url,
    .on_headers_complete = on_headers_complete,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

// Reads one message, with heads that came before if there are any. Returns whether its head was one of them.
static bool read(struct span bytes, struct same_heads *heads) {
    llhttp_t p;
    size_t used = 0;
    memset(&seen, 0, sizeof seen);
    seen.left = LIMITS;
    llhttp_init(&p, HTTP_REQUEST, &SETTINGS);
    bool known = heads && same_heads_find(heads, bytes, &p, &seen.left, &used) >= 0;
    if (known) seen.headed = true;
    else seen.error = llhttp_execute(&p, bytes.at, bytes.len);
    if (seen.headed) {
        if (!known) used = (size_t)(llhttp_get_error_pos(&p) - bytes.at);
        llhttp_resume(&p);
        seen.method = p.method, seen.major = p.http_major, seen.minor = p.http_minor;
        seen.flags = p.flags;
        seen.length = p.content_length;
        seen.keeps = llhttp_should_keep_alive(&p);
        if (heads && !known) {
            struct head_size size = {LIMITS.bytes - seen.left.bytes, LIMITS.fields - seen.left.fields};
            (void)same_heads_keep(heads, span_sub(bytes, 0, used), size, &p);
        }
        seen.error = llhttp_execute(&p, bytes.at + used, bytes.len - used);
    }
    return known;
}

// That a message is read with what is kept as the parser alone reads it.
static bool read_alike(struct span bytes, struct same_heads *heads) {
    read(bytes, NULL);
    struct seen alone = seen;
    bool known = read(bytes, heads);
    assert_int_equal(seen.error, alone.error);
    assert_int_equal(seen.length, alone.length);
    assert_int_equal(seen.body, alone.body);
    assert_int_equal(seen.flags, alone.flags);
    assert_int_equal(seen.method, alone.method);
    assert_int_equal(seen.major * 10 + seen.minor, alone.major * 10 + alone.minor);
    assert_int_equal(seen.headed, alone.headed);
    assert_int_equal(seen.complete, alone.complete);
    assert_int_equal(seen.keeps, alone.keeps);
    if (!seen.headed) return known;
    assert_int_equal(seen.left.bytes, alone.left.bytes);
    assert_int_equal(seen.left.fields, alone.left.fields);
    return known;
}

#define FIRST "POST /v1/chat/completions HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer b\r\n"
#define LAST "\r\nAccept: */*\r\n\r\n"
static const char KEPT[] = FIRST "Content-Length: 12" LAST "0123456789ab";

static struct same_heads heads;

static int fresh(void **state) {
    (void)state;
    same_heads_wipe(&heads);
    memset(&heads, 0, sizeof heads);
    return 0;
}

static void same_head_is_known_and_read_as_before(void **state) {
    (void)state;
    assert_false(read_alike(span_from(KEPT), &heads));
    assert_true(read_alike(span_from(KEPT), &heads));
    assert_int_equal(seen.body, 12);
    assert_true(seen.complete);
    assert_true(read_alike(SPAN(FIRST "Content-Length: 3" LAST "abc"), &heads));
    assert_true(read_alike(SPAN(FIRST "Content-Length: 000000000000000003" LAST "abc"), &heads));
    assert_true(read_alike(SPAN(FIRST "Content-Length: 0" LAST), &heads));
    assert_true(read_alike(SPAN(FIRST "Content-Length: 123456789012345678" LAST "ab"), &heads));
    assert_false(seen.complete);
}

static void same_head_without_a_body_is_known(void **state) {
    (void)state;
    static const struct span ASK = {"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 34};
    assert_false(read_alike(ASK, &heads));
    assert_true(read_alike(ASK, &heads));
    assert_true(seen.complete);
    assert_false(read_alike(SPAN("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"), &heads));
}

// Every byte changed to every other, left out, and doubled: what is read is what the parser alone reads.
static void same_head_with_another_byte_is_the_parsers_to_judge(void **state) {
    (void)state;
    char other[sizeof KEPT + 1];
    size_t n = sizeof KEPT - 1, known = 0;
    for (size_t at = 0; at < n; at++) {
        for (int byte = 0; byte < 256; byte++) {
            fresh(state);
            read(span_from(KEPT), &heads);
            memcpy(other, KEPT, n);
            other[at] = (char)byte;
            bool digit = at >= sizeof FIRST "Content-Length: " - 1 && at <= sizeof FIRST "Content-Length: ";
            bool body = at >= n - 12, same = byte == (unsigned char)KEPT[at];
            bool is_known = read_alike(span_make(other, n), &heads);
            assert_int_equal(is_known, same || body || (digit && byte >= '0' && byte <= '9'));
            known += is_known;
        }
        fresh(state);
        read(span_from(KEPT), &heads);
        memcpy(other, KEPT, at);
        memcpy(other + at, KEPT + at + 1, n - at - 1);
        read_alike(span_make(other, n - 1), &heads);
        fresh(state);
        read(span_from(KEPT), &heads);
        memcpy(other + at, KEPT + at, 1);
        memcpy(other + at + 1, KEPT + at, n - at);
        read_alike(span_make(other, n + 1), &heads);
    }
    assert_true(known > 12 * 256);
}

// What could hide a second request in the body of the first.
static void same_head_with_other_lengths_is_the_parsers_to_judge(void **state) {
    (void)state;
    static const char *const OTHERS[] = {
        FIRST "Content-Length: 12\r\nContent-Length: 12" LAST "0123456789ab",
        FIRST "Content-Length: 12\r\nTransfer-Encoding: chunked" LAST "0\r\n\r\n",
        FIRST "Transfer-Encoding: chunked" LAST "0\r\n\r\n",
        FIRST "Content-Length: +12" LAST "0123456789ab",
        FIRST "Content-Length: -1" LAST "0123456789ab",
        FIRST "Content-Length: 1 2" LAST "0123456789ab",
        FIRST "Content-Length: 12 " LAST "0123456789ab",
        FIRST "Content-Length: 0x12" LAST "0123456789ab",
        FIRST "Content-Length: 12,12" LAST "0123456789ab",
        FIRST "Content-Length: " LAST "0123456789ab",
        FIRST "Content-Length: 18446744073709551628" LAST "0123456789ab",
        FIRST "Content-Length: 1234567890123456789" LAST "0123456789ab",
        FIRST "Content-Length: 12\n" LAST "0123456789ab",
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        fresh(state);
        read(span_from(KEPT), &heads);
        assert_false(read_alike(span_from(OTHERS[i]), &heads));
        read_alike(span_from(OTHERS[i]), &heads);
        assert_true(read_alike(span_from(KEPT), &heads));
    }
}

static void same_head_that_is_cut_or_not_plain_is_not_kept(void **state) {
    (void)state;
    static const char *const OTHERS[] = {
        FIRST "Content-Length: 1 " LAST "a", // white space behind it
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        FIRST "X: y", // no head yet
    };
    char longer[SAME_HEAD_BYTES + 100];
    int n = snprintf(longer, sizeof longer, "GET / HTTP/1.1\r\nHost: a\r\nX: %0*d\r\n\r\n", SAME_HEAD_BYTES, 1);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        read(span_from(OTHERS[i]), &heads);
        assert_false(read_alike(span_from(OTHERS[i]), &heads));
    }
    read(span_make(longer, (size_t)n), &heads);
    assert_false(read_alike(span_make(longer, (size_t)n), &heads));
    read(span_from(KEPT), &heads);
    for (size_t cut = 0; cut < sizeof KEPT - 13; cut++) assert_false(read_alike(span_make(KEPT, cut), &heads));
}

static void same_head_must_fit_into_the_limits_that_are_left(void **state) {
    (void)state;
    llhttp_t p;
    size_t used;
    read(span_from(KEPT), &heads);
    struct head_size size = {LIMITS.bytes - seen.left.bytes, LIMITS.fields - seen.left.fields}, left = size;
    llhttp_init(&p, HTTP_REQUEST, &SETTINGS);
    assert_int_equal(same_heads_find(&heads, span_from(KEPT), &p, &left, &used), 0);
    assert_int_equal(left.bytes + left.fields, 0);
    left = (struct head_size){size.bytes - 1, size.fields};
    assert_int_equal(same_heads_find(&heads, span_from(KEPT), &p, &left, &used), -1);
    left = (struct head_size){size.bytes, size.fields - 1};
    assert_int_equal(same_heads_find(&heads, span_from(KEPT), &p, &left, &used), -1);
    left = size; // a digit more
    assert_int_equal(same_heads_find(&heads, SPAN(FIRST "Content-Length: 123" LAST), &p, &left, &used), -1);
}

static bool read_number(int number) {
    char text[200];
    int n = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\nX-Number: %d\r\n\r\n", number);
    return read_alike(span_make(text, (size_t)n), &heads);
}

static void same_head_gives_way_to_newer_ones(void **state) {
    (void)state;
    for (int i = 0; i <= SAME_HEADS; i++) assert_false(read_number(i));
    for (int i = 1; i <= SAME_HEADS; i++) assert_true(read_number(i));
    assert_false(read_number(0));
}

static void same_head_is_found_again_after_many_others(void **state) {
    (void)state;
    int known = 0;
    for (int i = 0; i < 1000; i++) assert_false(read_number(i));
    for (int i = 0; i < 200; i++) known += read_number(-1);
    assert_in_range(known, 70, 198); // looked for and kept once in 64, and from then on always
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(same_head_is_known_and_read_as_before, fresh),
        cmocka_unit_test_setup(same_head_without_a_body_is_known, fresh),
        cmocka_unit_test_setup(same_head_with_another_byte_is_the_parsers_to_judge, fresh),
        cmocka_unit_test_setup(same_head_with_other_lengths_is_the_parsers_to_judge, fresh),
        cmocka_unit_test_setup(same_head_that_is_cut_or_not_plain_is_not_kept, fresh),
        cmocka_unit_test_setup(same_head_must_fit_into_the_limits_that_are_left, fresh),
        cmocka_unit_test_setup(same_head_gives_way_to_newer_ones, fresh),
        cmocka_unit_test_setup(same_head_is_found_again_after_many_others, fresh),
    };
    return RUN(tests);
}
