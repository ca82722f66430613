#include "wire/json.h"

#include <stdlib.h>

#include "test.h"

static const struct json_limits LIMITS = {.max_depth = 8, .max_nodes = 1000};

static enum json_status parse(const char *text, struct json_doc *doc) {
    size_t at;
    return json_parse(doc, span_from(text), &LIMITS, &at);
}

static void json_accepts_what_the_standard_allows(void **state) {
    (void)state;
    static const char *const GOOD[] = {"{}", "[]", " 1 ", "-0.5e+10", "\"\"", "null", "[1,[2,{\"a\":[]}]]", "\"\\u00e9\\n\"", "\"\xc3\xa9\""};
    struct json_doc doc = {0};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) assert_int_equal(parse(GOOD[i], &doc), JSON_OK);
    json_free(&doc);
}

static void json_refuses_what_the_standard_forbids(void **state) {
    (void)state;
    static const char *const BAD[] = {"", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01", "1.", "+1", "nul", "\"\n\"", "\"\\x\"", "\"\\u12g4\"", "[1] 2", "{a:1}", "'a'", "[1 2]", "\"a"};
    struct json_doc doc = {0};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) assert_int_equal(parse(BAD[i], &doc), JSON_BAD_SYNTAX);
    json_free(&doc);
}

static void json_refuses_bytes_that_are_not_utf8(void **state) {
    (void)state;
    static const char *const BAD[] = {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\""};
    struct json_doc doc = {0};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) assert_int_equal(parse(BAD[i], &doc), JSON_BAD_UTF8);
    json_free(&doc);
}

static void json_stops_at_its_limits(void **state) {
    (void)state;
    struct json_doc doc = {0};
    assert_int_equal(parse("[[[[[[[[]]]]]]]]", &doc), JSON_OK);
    assert_int_equal(parse("[[[[[[[[[]]]]]]]]]", &doc), JSON_TOO_DEEP);
    char many[4096] = "[1";
    for (int i = 0; i < 1000; i++) strcat(many, ",1");
    strcat(many, "]");
    assert_int_equal(parse(many, &doc), JSON_TOO_MANY);
    json_free(&doc);
}

static void json_says_where_the_fault_is(void **state) {
    (void)state;
    struct json_doc doc = {0};
    size_t at;
    assert_int_equal(json_parse(&doc, SPAN("{\"a\": x}"), &LIMITS, &at), JSON_BAD_SYNTAX);
    assert_int_equal(at, 6);
    json_free(&doc);
}

static void json_get_finds_keys_also_escaped_and_takes_the_last(void **state) {
    (void)state;
    struct json_doc doc = {0};
    assert_int_equal(parse("{\"a\":{\"b\":[1,2,{\"c\":3}]},\"d\":1,\"\\u0064\":2}", &doc), JSON_OK);
    int64_t v = 0;
    assert_true(json_int(&doc, json_get(&doc, 0, "d"), &v));
    assert_int_equal(v, 2);
    assert_int_equal(json_count(&doc, json_path(&doc, 0, "a", "b", NULL)), 3);
    assert_int_equal(json_get(&doc, 0, "absent"), 0);
    assert_int_equal(json_path(&doc, 0, "a", "x", "y", NULL), 0);
    json_free(&doc);
}

static void json_int_refuses_fractions_and_overflow(void **state) {
    (void)state;
    struct json_doc doc = {0};
    assert_int_equal(parse("[9223372036854775807,-9223372036854775808,9223372036854775808,1.0]", &doc), JSON_OK);
    int64_t v = 0;
    assert_true(json_int(&doc, 1, &v) && v == INT64_MAX);
    assert_true(json_int(&doc, 2, &v) && v == INT64_MIN);
    assert_false(json_int(&doc, 3, &v));
    assert_false(json_int(&doc, 4, &v));
    json_free(&doc);
}

static void json_strings_survive_a_round_trip(void **state) {
    (void)state;
    struct json_doc doc = {0};
    struct buf b;
    buf_init(&b, 1000);
    struct span original = SPAN("q\" b\\ n\n t\t \x01 \xc3\xa9 \xf0\x9f\x98\x80");
    json_put_string(&b, original);
    size_t at;
    assert_int_equal(json_parse(&doc, buf_span(&b), &LIMITS, &at), JSON_OK);
    char out[100];
    struct json_node *n = doc.nodes;
    size_t len = json_unescape(span_make(doc.text + n->start + 1, n->end - n->start - 2), out);
    assert_int_equal(len, original.len);
    assert_memory_equal(out, original.at, len);
    json_free(&doc);
    buf_free(&b);
}

static void json_unescape_joins_surrogates_and_replaces_lone_ones(void **state) {
    (void)state;
    char out[100];
    size_t n = json_unescape(SPAN("\\ud83d\\ude00|\\ud800|\\udc00x"), out);
    assert_span_equal(span_make(out, n), "\xf0\x9f\x98\x80|\xef\xbf\xbd|\xef\xbf\xbdx");
}

static void json_put_string_replaces_broken_utf8(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    json_put_string(&b, SPAN("a\xff" "b"));
    json_put_string(&b, SPAN_NONE);
    assert_span_equal(buf_span(&b), "\"a\xef\xbf\xbd" "b\"\"\"");
    buf_free(&b);
}

static void json_string_length_finds_the_closing_quote_of_a_valid_string(void **state) {
    (void)state;
    assert_int_equal(json_string_length(SPAN("\"")), 0);
    assert_int_equal(json_string_length(SPAN("plain\" and more")), 5);
    assert_int_equal(json_string_length(SPAN("a string longer than a register\"\xff")), 31);
    assert_int_equal(json_string_length(SPAN("\\\"\\u00e9 \xc3\xa9\\\\\"x")), 13);
}

static void json_string_length_refuses_what_is_no_string(void **state) {
    (void)state;
    static const char *const BAD[] = {"", "a", "\\", "\\\"", "\\x\"", "\\u12g4\"", "\\u12", "\n\"", "\xff\"", "\xc3", "\xe2\x82\"", "\xed\xa0\x80\""};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) assert_true(json_string_length(span_from(BAD[i])) == SIZE_MAX);
}

static void json_faults_stand_at_the_first_wrong_byte(void **state) {
    (void)state;
    static const struct { const char *text; size_t at; enum json_status status; } CASES[] = {
        {"[1,\"a\\x\"]", 5, JSON_BAD_SYNTAX}, {"[\"\xc3\"]", 2, JSON_BAD_UTF8}, {"[1.x]", 3, JSON_BAD_SYNTAX}, {"{\"a\" 1}", 5, JSON_BAD_SYNTAX},
        {"[nul]", 1, JSON_BAD_SYNTAX}, {"[1] 2", 4, JSON_BAD_SYNTAX}, {"[[[[[[[[[", 8, JSON_TOO_DEEP}, {"[1", 2, JSON_BAD_SYNTAX}};
    struct json_doc doc = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        size_t at;
        assert_int_equal(json_parse(&doc, span_from(CASES[i].text), &LIMITS, &at), CASES[i].status);
        assert_int_equal(at, CASES[i].at);
    }
    json_free(&doc);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_accepts_what_the_standard_allows),
        cmocka_unit_test(json_refuses_what_the_standard_forbids),
        cmocka_unit_test(json_refuses_bytes_that_are_not_utf8),
        cmocka_unit_test(json_stops_at_its_limits),
        cmocka_unit_test(json_says_where_the_fault_is),
        cmocka_unit_test(json_get_finds_keys_also_escaped_and_takes_the_last),
        cmocka_unit_test(json_int_refuses_fractions_and_overflow),
        cmocka_unit_test(json_strings_survive_a_round_trip),
        cmocka_unit_test(json_unescape_joins_surrogates_and_replaces_lone_ones),
        cmocka_unit_test(json_put_string_replaces_broken_utf8),
        cmocka_unit_test(json_string_length_finds_the_closing_quote_of_a_valid_string),
        cmocka_unit_test(json_string_length_refuses_what_is_no_string),
        cmocka_unit_test(json_faults_stand_at_the_first_wrong_byte),
    };
    return RUN(tests);
}
