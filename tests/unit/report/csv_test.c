// The fast reader of CSV against a slow one that is plainly right, over many texts and all places of block borders.
#include "report/csv.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "report/pick.h"
#include "test.h"

static void read_all(struct span text, size_t most, struct buf *out) {
    struct err e = {""};
    struct window w;
    struct csv c;
    struct source *s = source_open_memory(text, &e);
    assert_non_null(s);
    window_init(&w, s, most);
    csv_init(&c, &w, ',');
    for (enum csv_status status; (status = csv_next(&c, &e)) != CSV_END;) {
        assert_int_not_equal(status, CSV_FAILED);
        buf_printf(out, "%llu", (unsigned long long)c.line);
        if (status == CSV_BAD) {
            buf_printf(out, "!%s", e.text);
        } else {
            for (size_t i = 0; i < c.count; i++) {
                struct span field = csv_text(&c, i);
                buf_add_char(out, '<');
                buf_add_span(out, field);
                buf_add_char(out, '>');
            }
        }
        buf_add_char(out, '\n');
    }
    csv_free(&c);
    window_free(&w);
    source_close(s);
}

static void assert_reads(const char *text, const char *expected) {
    struct buf b;
    buf_init(&b, 1 << 20);
    read_all(span_from(text), 1 << 16, &b);
    assert_string_equal(b.at ? b.at : "", expected);
    buf_free(&b);
}

static void csv_reads_what_rfc_4180_says(void **state) {
    (void)state;
    assert_reads("a,b\n1,2\n", "1<a><b>\n2<1><2>\n");
    assert_reads("a,b\r\n1,2", "1<a><b>\n2<1><2>\n");
    assert_reads("\"a,\"\"x\"\"\",b\r\n\"1\n2\",\"\"\r\n3,4\r\n", "1<a,\"x\"><b>\n2<1\n2><>\n4<3><4>\n");
    assert_reads("", "");
    assert_reads("\n", "1<>\n");
    assert_reads(",\n", "1<><>\n");
    assert_reads("a", "1<a>\n");
    assert_reads("\"a\"", "1<a>\n");
}

static void csv_takes_quotes_in_odd_places(void **state) {
    (void)state;
    assert_reads("a,5\" pipe,b\nc,d,e\n", "1<a><5\" pipe><b>\n2<c><d><e>\n");
    assert_reads("a,\"b\" c,d\ne,f,g\n", "1!text behind a closing quote\n2<e><f><g>\n");
    assert_reads("a,\"b\nc,d\ne,f\n", "1!a quote is opened and not closed\n2<c><d>\n3<e><f>\n");
    assert_reads("a,\"b\nc,\"d\"\ne,f\n", "1!text behind a closing quote\n2<c><d>\n3<e><f>\n");
    assert_reads("x,\"", "1!a quote is opened and not closed\n");
}

static void csv_borders_of_blocks_do_not_matter(void **state) {
    (void)state;
    char text[512], expected[512], spaces[200];
    for (size_t n = 0; n < 140; n++) {
        memset(spaces, 'x', n);
        spaces[n] = 0;
        snprintf(text, sizeof text, "%s,\"a,\"\"b\"\"\nc\",d\r\n\"%s\",\"\",5\" e\n,\"\",\"\"\"\"\n", spaces, spaces);
        snprintf(expected, sizeof expected, "1<%s><a,\"b\"\nc><d>\n3<%s><><5\" e>\n4<><><\">\n", spaces, spaces);
        assert_reads(text, expected);
    }
}

static void csv_long_records_are_read_up_to_the_limit(void **state) {
    (void)state;
    enum { LONG = 3 << 20 };
    char *text = mem_new(LONG + 64);
    struct buf b;
    buf_init(&b, 8 << 20);
    memset(text, 'y', LONG);
    memcpy(text, "a,\"", 3);
    memcpy(text + LONG, "\",b\nc,d\n", 9);
    read_all(span_from(text), 4 << 20, &b);
    assert_int_equal(b.len, LONG - 3 + strlen("1<a><><b>\n2<c><d>\n"));
    buf_reset(&b);
    read_all(span_from(text), 1 << 20, &b);
    assert_string_equal(b.at, "1!a line of more than 1048576 bytes\n2<c><d>\n");
    for (size_t i = 1000; i < LONG; i += 1000) text[i] = '\n';
    buf_reset(&b);
    read_all(span_from(text), 1 << 20, &b);
    assert_non_null(strstr(b.at, "1!a record of more than 1048576 bytes; is a quote missing?\n2<yyy"));
    buf_free(&b);
    free(text);
}

static void csv_many_columns_are_a_bad_record(void **state) {
    (void)state;
    struct buf text, b;
    buf_init(&text, 1 << 20);
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 5000; i++) buf_add_char(&text, ',');
    buf_add_z(&text, "\na,b\n");
    read_all(buf_span(&text), 1 << 16, &b);
    assert_string_equal(b.at, "1!more than 1024 columns\n2<a><b>\n");
    buf_free(&text);
    buf_free(&b);
}

// ---------------------------------------------------------------- a slow reader to compare with

static uint32_t seed = 7;
static uint32_t dice(uint32_t n) {
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

// Only well-formed texts: what is malformed has its own tests.
static void write_record(struct buf *text, struct buf *expected, uint64_t *line) {
    static const char PLAIN[] = "abc xyz09.-:{}[]'\\";
    static const char QUOTED[] = "ab,\"\n\r;{}: x";
    buf_printf(expected, "%llu", (unsigned long long)*line);
    uint32_t fields = 1 + dice(6);
    for (uint32_t f = 0; f < fields; f++) {
        bool quoted = dice(2);
        uint32_t n = dice(dice(8) ? 12 : 200) + !f; // no blank line
        if (f) buf_add_char(text, ',');
        if (quoted) buf_add_char(text, '"');
        buf_add_char(expected, '<');
        for (uint32_t i = 0; i < n; i++) {
            char c = quoted ? QUOTED[dice(sizeof QUOTED - 1)] : PLAIN[dice(sizeof PLAIN - 1)];
            if (c == '"') buf_add_char(text, '"');
            *line += c == '\n';
            buf_add_char(text, c);
            buf_add_char(expected, c);
        }
        if (quoted) buf_add_char(text, '"');
        buf_add_char(expected, '>');
    }
    buf_add_z(text, dice(2) ? "\r\n" : "\n");
    buf_add_char(expected, '\n');
    ++*line;
}

static void csv_random_texts_are_read_as_they_were_written(void **state) {
    (void)state;
    for (int round = 0; round < 40; round++) {
        struct buf text, expected, got;
        uint64_t line = 1;
        buf_init(&text, 4 << 20);
        buf_init(&expected, 4 << 20);
        buf_init(&got, 4 << 20);
        while (text.len < (round < 38 ? 3000u : 700000u)) write_record(&text, &expected, &line);
        read_all(buf_span(&text), 1 << 16, &got);
        assert_int_equal(got.len, expected.len);
        assert_memory_equal(got.at, expected.at, got.len);
        buf_free(&text);
        buf_free(&expected);
        buf_free(&got);
    }
}

// ---------------------------------------------------------------- values out of JSON in a cell

static void pick_finds_paths_with_single_and_doubled_quotes(void **state) {
    (void)state;
    struct picks p = {.count = 0};
    struct span out[PICK_MOST];
    assert_true(picks_add(&p, SPAN("a.b")) && picks_add(&p, SPAN("a.c.d")) && picks_add(&p, SPAN("e")));
    assert_false(picks_add(&p, SPAN("a..b")));
    p.count = 3;
    assert_true(
        picks_find(&p,
                   SPAN("{\"x\": {\"a\": {\"b\": 1}}, \"a\": {\"b\": 2, \"c\": {\"z\": [{\"d\": 3}], \"d\": 4}}, "
                        "\"e\": \"}\\\"\"}"),
                   1, out));
    assert_span_equal(out[0], "2");
    assert_span_equal(out[1], "4");
    assert_span_equal(out[2], "\"}\\\"\"");
    assert_true(picks_find(
        &p, SPAN("{\"\"s\"\": \"\"\\\"\"e\\\"\": 5\"\", \"\"a\"\" : {\"\"b\"\":2,\"\"c\"\":{\"\"d\"\":4}}}"), 2, out));
    assert_span_equal(out[0], "2");
    assert_span_equal(out[1], "4");
    assert_null(out[2].at);
    static const char *const BROKEN[] = {
        "", "[]", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":{\"b\":1}", "{'a': 1}", "{\"a\":\"x", "{\"a\" 1}"};
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++)
        if (picks_find(&p, span_from(BROKEN[i]), 1, out)) fail_msg("%s", BROKEN[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_reads_what_rfc_4180_says),
        cmocka_unit_test(csv_takes_quotes_in_odd_places),
        cmocka_unit_test(csv_borders_of_blocks_do_not_matter),
        cmocka_unit_test(csv_long_records_are_read_up_to_the_limit),
        cmocka_unit_test(csv_many_columns_are_a_bad_record),
        cmocka_unit_test(csv_random_texts_are_read_as_they_were_written),
        cmocka_unit_test(pick_finds_paths_with_single_and_doubled_quotes),
    };
    return RUN(tests);
}
