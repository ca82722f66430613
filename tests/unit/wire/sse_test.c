#include "wire/sse.h"

#include "test.h"

static void sse_end_finds_the_empty_line(void **state) {
    (void)state;
    struct sse s = {0};
    assert_int_equal(sse_end(&s, SPAN("data: a\n\ndata: b\n\n")), 9);
    assert_int_equal(sse_end(&s, SPAN("data: b\r\n\r\nrest")), 11);
    assert_int_equal(sse_end(&s, SPAN("\nrest")), 1);
    assert_int_equal(sse_end(&s, SPAN("data: a\ndata: b\n")), 0);
    assert_int_equal(sse_end(&s, SPAN("\n")), 1);
    assert_int_equal(sse_end(&s, SPAN_NONE), 0);
}

static void sse_end_counts_the_same_in_pieces_of_one_byte(void **state) {
    (void)state;
    static const char TEXT[] = "event: x\r\ndata: 1\r\n\r\n:\n\ndata:2\n\n";
    struct sse s = {0};
    size_t ends[4], count = 0;
    for (size_t i = 0; i < sizeof TEXT - 1; i++)
        if (sse_end(&s, span_make(TEXT + i, 1))) ends[count++] = i + 1;
    assert_int_equal(count, 3);
    assert_int_equal(ends[0], 21);
    assert_int_equal(ends[1], 24);
    assert_int_equal(ends[2], sizeof TEXT - 1);
}

static void sse_read_names_the_event_and_its_data(void **state) {
    (void)state;
    struct buf joined;
    struct sse_event e;
    buf_init(&joined, 100);
    sse_read(SPAN("id: 7\nevent: message_stop\r\ndata: {}\r\n\r\n"), &joined, &e);
    assert_true(e.has_data);
    assert_span_equal(e.name, "message_stop");
    assert_span_equal(e.data, "{}");
    sse_read(SPAN("data:  two\n\n"), &joined, &e);
    assert_span_equal(e.data, " two");
    assert_int_equal(joined.len, 0);
    buf_free(&joined);
}

static void sse_read_joins_data_lines(void **state) {
    (void)state;
    struct buf joined;
    struct sse_event e;
    buf_init(&joined, 100);
    sse_read(SPAN("data: {\ndata: \"a\":1\ndata\ndata: }\n\n"), &joined, &e);
    assert_span_equal(e.data, "{\n\"a\":1\n\n}");
    buf_free(&joined);
}

static void sse_read_sees_no_data_in_comments_and_other_fields(void **state) {
    (void)state;
    struct buf joined;
    struct sse_event e;
    buf_init(&joined, 100);
    sse_read(SPAN(": data: no\ndatax: no\nretry: 5\n\n"), &joined, &e);
    assert_false(e.has_data);
    sse_read(SPAN("\n"), &joined, &e);
    assert_false(e.has_data);
    buf_free(&joined);
}

static void sse_read_skips_a_byte_order_mark(void **state) {
    (void)state;
    struct buf joined;
    struct sse_event e;
    buf_init(&joined, 100);
    sse_read(SPAN("\xef\xbb\xbf" "data: x\n\n"), &joined, &e);
    assert_span_equal(e.data, "x");
    buf_free(&joined);
}

static void sse_has_lone_cr_tells_it_from_crlf(void **state) {
    (void)state;
    assert_false(sse_has_lone_cr(SPAN("a\r\nb\r\n")));
    assert_true(sse_has_lone_cr(SPAN("a\rb\r\n")));
    assert_true(sse_has_lone_cr(SPAN("a\r")));
    assert_false(sse_has_lone_cr(SPAN_NONE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sse_end_finds_the_empty_line),
        cmocka_unit_test(sse_end_counts_the_same_in_pieces_of_one_byte),
        cmocka_unit_test(sse_read_names_the_event_and_its_data),
        cmocka_unit_test(sse_read_joins_data_lines),
        cmocka_unit_test(sse_read_sees_no_data_in_comments_and_other_fields),
        cmocka_unit_test(sse_read_skips_a_byte_order_mark),
        cmocka_unit_test(sse_has_lone_cr_tells_it_from_crlf),
    };
    return RUN(tests);
}
