#include "chat/restore.h"

#include <stdlib.h>

#include "mask_help.h"

// Values with everything that has to be escaped. No two placeholders differ in their first bytes only.
static const struct value VALUES[] = {
    {"ann@corp.example", "EMAIL_ADDRESS"},
    {"5 High \"St\"\n\\Lon\tdon \x01 \xc3\xa9", "ADDRESS"},
    {"bob@corp.example", "EMAIL_ADDRESS"},
    {"Ann", "PERSON"},
};
enum { VALUE_COUNT = sizeof VALUES / sizeof *VALUES };

static struct masking t;
static struct json_doc doc;

static int open_mask(const char *more) {
    static const char CONTENT[] =
        "ann@corp.example 5 High \\\"St\\\"\\n\\\\Lon\\tdon \\u0001 \xc3\xa9 bob@corp.example Ann";
    char body[512];
    snprintf(body, sizeof body, "{\"model\":\"m\"%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}", more,
             CONTENT);
    masking_open(&t, body, VALUES, VALUE_COUNT, MASK_LIMITS);
    return t.mask ? 0 : -1;
}

static int setup(void **state) {
    (void)state;
    return open_mask("");
}

static int setup_json(void **state) {
    (void)state;
    return open_mask(",\"response_format\":{\"type\":\"json_object\"}");
}

static int teardown(void **state) {
    (void)state;
    masking_close(&t);
    json_free(&doc);
    return 0;
}

// ---------------------------------------------------------------- texts

// The text as a JSON string inside, once or twice; by the JSON writer, not by the code under test.
static void escape(struct span text, int depth, struct buf *out) {
    struct buf once;
    buf_init(&once, 1 << 16);
    json_put_string(&once, text);
    struct span inside = span_sub(buf_span(&once), 1, once.len - 2);
    if (depth > 1) escape(inside, depth - 1, out);
    else buf_add_span(out, inside);
    buf_free(&once);
}

// A template in which <0> to <9> are the placeholders of the mask: as the model writes it, and as it is to be read.
static void expand(const char *template, int depth, struct buf *masked, struct buf *plain) {
    for (const char *p = template; *p; p++) {
        if (*p == '<' && p[1] >= '0' && p[1] <= '9' && p[2] == '>') {
            uint32_t i = (uint32_t)(p[1] - '0');
            buf_add_span(masked, mask_placeholder(t.mask, i));
            escape(mask_value(t.mask, i), depth, plain);
            p += 2;
        } else {
            buf_add_char(masked, *p);
            buf_add_char(plain, *p);
        }
    }
}

static const char *const TEMPLATES[] = {
    "",
    "plain",
    "<0>",
    "<0><1>",
    "<0><0>",
    "a <0> b <1> c",
    "[<0>]",
    "[[<2>",
    "[EMAIL_<0>",
    "[EMAIL_1<1>",
    "[EMAIL_1[EMAIL_1<3>[EMAIL_",
    "[EMAIL_3] [email_1] EMAIL_1 [ADDRESS_1 ]",
    "array[0] = [1, 2]; [",
    "<3>[PERSON_",
};
enum { TEMPLATE_COUNT = sizeof TEMPLATES / sizeof *TEMPLATES };

static void assert_same(struct span got, struct span expected, struct span whole, size_t a, size_t b) {
    if (!span_is(got, expected))
        fail_msg("\"%.*s\" split at %zu and %zu gave \"%.*s\", not \"%.*s\"", SPAN_ARG(whole), a, b, SPAN_ARG(got),
                 SPAN_ARG(expected));
}

// What may be held back: a proper prefix of a placeholder, and the longest end of the text that is one.
static void assert_hold_is_due(struct span seen, const struct restore_hold *hold) {
    size_t due = 0;
    for (uint32_t i = 0; i < mask_count(t.mask); i++) {
        struct span name = mask_placeholder(t.mask, i);
        for (size_t n = 1; n < name.len && n <= seen.len; n++)
            if (n > due && span_is(span_sub(seen, seen.len - n, n), span_sub(name, 0, n))) due = n;
    }
    assert_int_equal(hold->len, due);
}

static void restore_of_every_split_is_that_of_the_whole(void **state) {
    (void)state;
    for (enum restore_depth depth = RESTORE_STRING; depth <= RESTORE_NESTED_STRING; depth++) {
        for (size_t i = 0; i < TEMPLATE_COUNT; i++) {
            struct buf masked, plain, out;
            buf_init(&masked, 1 << 16);
            buf_init(&plain, 1 << 16);
            buf_init(&out, 1 << 16);
            expand(TEMPLATES[i], (int)depth, &masked, &plain);
            struct span whole = buf_span(&masked);
            for (size_t a = 0; a <= whole.len; a++) {
                for (size_t b = a; b <= whole.len; b++) {
                    struct restore_hold hold = {0};
                    buf_reset(&out);
                    restore_piece(t.mask, depth, &hold, span_sub(whole, 0, a), false, &out);
                    assert_hold_is_due(span_sub(whole, 0, a), &hold);
                    restore_piece(t.mask, depth, &hold, span_sub(whole, a, b - a), false, &out);
                    assert_hold_is_due(span_sub(whole, 0, b), &hold);
                    restore_piece(t.mask, depth, &hold, span_sub(whole, b, SIZE_MAX), true, &out);
                    assert_int_equal(hold.len, 0);
                    assert_same(buf_span(&out), buf_span(&plain), whole, a, b);
                }
            }
            buf_free(&masked);
            buf_free(&plain);
            buf_free(&out);
        }
    }
}

static void restore_of_single_bytes_is_that_of_the_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < TEMPLATE_COUNT; i++) {
        struct restore_hold hold = {0};
        struct buf masked, plain, out;
        buf_init(&masked, 1 << 16);
        buf_init(&plain, 1 << 16);
        buf_init(&out, 1 << 16);
        expand(TEMPLATES[i], 1, &masked, &plain);
        for (size_t k = 0; k < masked.len; k++)
            restore_piece(t.mask, RESTORE_STRING, &hold, span_sub(buf_span(&masked), k, 1), false, &out);
        restore_piece(t.mask, RESTORE_STRING, &hold, SPAN_NONE, true, &out);
        assert_same(buf_span(&out), buf_span(&plain), buf_span(&masked), 1, 1);
        buf_free(&masked);
        buf_free(&plain);
        buf_free(&out);
    }
}

// ---------------------------------------------------------------- bodies

static char body_out[8192];

static int read_body(const char *body) {
    struct buf out;
    buf_init(&out, sizeof body_out - 1);
    int status = restore_body(t.mask, &MASK_JSON, &doc, span_from(body), &out);
    snprintf(body_out, sizeof body_out, "%.*s", SPAN_ARG(buf_span(&out)));
    buf_free(&out);
    return status;
}

#define ADDRESS_ONCE "5 High \\\"St\\\"\\n\\\\Lon\\tdon \\u0001 \xc3\xa9"
#define ADDRESS_TWICE "5 High \\\\\\\"St\\\\\\\"\\\\n\\\\\\\\Lon\\\\tdon \\\\u0001 \xc3\xa9"

static void restore_body_reaches_every_text_of_a_choice(void **state) {
    (void)state;
    assert_int_equal(
        read_body("{ \"id\":\"[EMAIL_1]\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"To [ADDRESS_1]\","
                  "\"reasoning_content\":\"[EMAIL_2]\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
                  "\"{\\\"a\\\":\\\"[ADDRESS_1]\\\"}\"}}]},\"[EMAIL_1]\":1}],\"usage\":{\"a\":1}}"),
        0);
    // neither ids nor keys
    assert_string_equal(
        body_out, "{ \"id\":\"[EMAIL_1]\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"To " ADDRESS_ONCE
                  "\",\"reasoning_content\":\"bob@corp.example\",\"tool_calls\":[{\"function\":{\"name\":\"f\","
                  "\"arguments\":\"{\\\"a\\\":\\\"" ADDRESS_TWICE "\\\"}\"}}]},\"[EMAIL_1]\":1}],\"usage\":{\"a\":1}}");
}

static void restore_body_that_is_asked_for_as_json_stays_json(void **state) {
    (void)state;
    assert_int_equal(read_body("{\"choices\":[{\"message\":{\"content\":\"{\\\"a\\\":\\\"[ADDRESS_1]\\\"}\"}}]}"), 0);
    assert_string_equal(body_out,
                        "{\"choices\":[{\"message\":{\"content\":\"{\\\"a\\\":\\\"" ADDRESS_TWICE "\\\"}\"}}]}");
}

static void restore_body_without_choices_passes(void **state) {
    (void)state;
    assert_int_equal(read_body("{\"error\":\"[EMAIL_1]\"}"), 0);
    assert_string_equal(body_out, "{\"error\":\"[EMAIL_1]\"}");
    assert_int_equal(read_body("[]"), -1);
    assert_int_equal(read_body("{"), -1);
}

static void restore_body_over_its_limit_fails(void **state) {
    (void)state;
    struct buf out;
    buf_init(&out, 60);
    static const char BODY[] = "{\"choices\":[{\"message\":{\"content\":\"[EMAIL_1]\"}}]}";
    assert_int_equal(restore_body(t.mask, &MASK_JSON, &doc, SPAN(BODY), &out), 0);
    buf_reset(&out);
    out.max = 50;
    assert_int_equal(restore_body(t.mask, &MASK_JSON, &doc, SPAN(BODY), &out), -1);
    buf_free(&out);
}

// ---------------------------------------------------------------- streams

#define HEAD "\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"m\""
#define EVENT(choices) "data: {" HEAD ",\"choices\":[" choices "]}\n\n"
#define DELTA(index, delta) "{\"index\":" index ",\"delta\":{" delta "},\"finish_reason\":null}"
#define CONTENT(text) EVENT(DELTA("0", "\"content\":\"" text "\""))
#define FINISH(index) "{\"index\":" index ",\"delta\":{},\"finish_reason\":\"stop\"}"
#define HELD(index, delta)                                                                                             \
    "data: {" HEAD ",\"choices\":[{\"index\":" index ",\"delta\":{" delta                                              \
    "},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
#define DONE "data: [DONE]\n\n"

static int read_stream(const char *events, char *to, size_t size) {
    struct restore *r = restore_new(t.mask, &MASK_JSON);
    struct buf out;
    buf_init(&out, size - 1);
    int status = restore_events(r, &doc, span_from(events), &out);
    snprintf(to, size, "%.*s", SPAN_ARG(buf_span(&out)));
    buf_free(&out);
    restore_free(r);
    return status;
}

static void assert_stream(const char *events, const char *expected) {
    char out[8192];
    assert_int_equal(read_stream(events, out, sizeof out), 0);
    assert_string_equal(out, expected);
}

static void restore_events_without_placeholders_pass_byte_for_byte(void **state) {
    (void)state;
    static const char EVENTS[] = ": ping\n\nevent: x\r\ndata:  { " HEAD ",\"choices\":[ " DELTA(
        "0", "\"role\":\"assistant\",\"content\":\"a[1]\"") " ] }\r\n\r\n" CONTENT("EMAIL_1 [x]") EVENT("")
        EVENT(FINISH("0")) "data: {\"usage\":{\"a\":\"[EMAIL_1]\"}}\n\n" DONE;
    assert_stream(EVENTS, EVENTS);
}

static void restore_events_join_a_placeholder(void **state) {
    (void)state;
    assert_stream(CONTENT("a [EM") CONTENT("AIL_") CONTENT("1] b") EVENT(FINISH("0")) DONE,
                  CONTENT("a ") CONTENT("") CONTENT("ann@corp.example b") EVENT(FINISH("0")) DONE);
}

static void restore_events_release_what_is_none(void **state) {
    (void)state;
    assert_stream(CONTENT("[EM") CONTENT("BER]"), CONTENT("") CONTENT("[EMBER]"));
    assert_stream(CONTENT("x [") EVENT(FINISH("0")) DONE,
                  CONTENT("x ") HELD("0", "\"content\":\"[\"") EVENT(FINISH("0")) DONE);
    assert_stream(CONTENT("x [") DONE, CONTENT("x ") HELD("0", "\"content\":\"[\"") DONE);
    // a chunk that finishes its choice holds nothing back itself
    assert_stream(EVENT("{\"index\":0,\"delta\":{\"content\":\"[EMAIL_1][\"},\"finish_reason\":\"length\"}"),
                  EVENT("{\"index\":0,\"delta\":{\"content\":\"ann@corp.example[\"},\"finish_reason\":\"length\"}"));
}

static void restore_events_keep_texts_apart(void **state) {
    (void)state;
    // two choices, reasoning and content, interleaved
    assert_stream(EVENT(DELTA("0", "\"content\":\"[EMAIL_\"")) EVENT(DELTA("1", "\"content\":\"[PERS\""))
                      EVENT(DELTA("0", "\"reasoning_content\":\"[ADD\"")) EVENT(DELTA("1", "\"content\":\"ON_1]\""))
                          EVENT(DELTA("0", "\"content\":\"2]\"")) EVENT(FINISH("1")) EVENT(FINISH("0")),
                  EVENT(DELTA("0", "\"content\":\"\"")) EVENT(DELTA("1", "\"content\":\"\""))
                      EVENT(DELTA("0", "\"reasoning_content\":\"\"")) EVENT(DELTA("1", "\"content\":\"Ann\""))
                          EVENT(DELTA("0", "\"content\":\"bob@corp.example\"")) EVENT(FINISH("1"))
                              HELD("0", "\"reasoning_content\":\"[ADD\"") EVENT(FINISH("0")));
}

#define CALLS(index, rest) DELTA("0", "\"tool_calls\":[{\"index\":" index "," rest "}]")
#define ARGUMENTS(index, text) EVENT(CALLS(index, "\"function\":{\"arguments\":\"" text "\"}"))

static void restore_events_join_arguments(void **state) {
    (void)state;
    assert_stream(EVENT(CALLS("0", "\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}"))
                      ARGUMENTS("0", "{\\\"to\\\":\\\"[ADDR") ARGUMENTS("1", "[EM") ARGUMENTS("0", "ESS_1]\\\"}")
                          EVENT(CALLS("2", "\"custom\":{\"input\":\"[ADDRESS_1] [PE\"}")) EVENT(FINISH("0")),
                  EVENT(CALLS("0", "\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}"))
                      ARGUMENTS("0", "{\\\"to\\\":\\\"") ARGUMENTS("1", "") ARGUMENTS("0", ADDRESS_TWICE "\\\"}")
                          EVENT(CALLS("2", "\"custom\":{\"input\":\"" ADDRESS_ONCE " \"}"))
                              HELD("0", "\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"[EM\"}}]")
                                  HELD("0", "\"tool_calls\":[{\"index\":2,\"custom\":{\"input\":\"[PE\"}}]")
                                      EVENT(FINISH("0")));
    assert_stream(EVENT(DELTA("0", "\"function_call\":{\"arguments\":\"[EMA\"}"))
                      EVENT(DELTA("0", "\"function_call\":{\"arguments\":\"IL_1][\"}")) DONE,
                  EVENT(DELTA("0", "\"function_call\":{\"arguments\":\"\"}"))
                      EVENT(DELTA("0", "\"function_call\":{\"arguments\":\"ann@corp.example\"}"))
                          HELD("0", "\"function_call\":{\"arguments\":\"[\"}") DONE);
}

static void restore_events_of_json_content_escape_twice(void **state) {
    (void)state;
    assert_stream(CONTENT("{\\\"a\\\":\\\"[ADDRESS") CONTENT("_1]\\\"}"),
                  CONTENT("{\\\"a\\\":\\\"") CONTENT(ADDRESS_TWICE "\\\"}"));
}

static void restore_events_restore_what_they_do_not_know(void **state) {
    (void)state;
    assert_stream(EVENT(DELTA("0", "\"reasoning_details\":[{\"text\":\"[PERSON_1]\",\"n\":1}]")),
                  EVENT(DELTA("0", "\"reasoning_details\":[{\"text\":\"Ann\",\"n\":1}]")));
    assert_stream("event: x\ndata: {\"choices\":\ndata: [" DELTA("0", "\"content\":\"[PERSON_1]\"") "]}\n\n",
                  "event: x\ndata: {\"choices\": [" DELTA("0", "\"content\":\"Ann\"") "]}\n\n");
}

static void restore_events_that_are_no_json_fail(void **state) {
    (void)state;
    char out[256];
    assert_int_equal(read_stream("data: {\n\n", out, sizeof out), -1);
    assert_int_equal(read_stream(CONTENT("[EMAIL_1]"), out, strlen(CONTENT("[EMAIL_1]"))), -1); // does not fit
}

// The text of content, put together from the stream's chunks.
static void content_of(const char *stream, struct buf *out) {
    for (const char *p = stream; (p = strstr(p, "\"content\":\""));) {
        p += strlen("\"content\":\"");
        size_t n = json_string_length(span_from(p));
        buf_add(out, p, n);
        p += n;
    }
}

static void restore_events_of_every_split_give_the_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < TEMPLATE_COUNT; i++) {
        struct buf masked, plain, events, joined;
        char out[8192];
        buf_init(&masked, 4096);
        buf_init(&plain, 4096);
        buf_init(&events, 8192);
        buf_init(&joined, 4096);
        expand(TEMPLATES[i], 1, &masked, &plain);
        for (size_t a = 0; a <= masked.len; a++) {
            buf_reset(&events);
            buf_reset(&joined);
            buf_printf(&events, "data: {" HEAD ",\"choices\":[" DELTA("0", "\"content\":\"%.*s\"") "]}\n\n", (int)a,
                       masked.at ? masked.at : "");
            buf_printf(&events, "data: {" HEAD ",\"choices\":[" DELTA("0", "\"content\":\"%s\"") "]}\n\n",
                       masked.at ? masked.at + a : "");
            buf_add_z(&events, EVENT(FINISH("0")) DONE);
            assert_int_equal(read_stream(events.at, out, sizeof out), 0);
            content_of(out, &joined);
            assert_same(buf_span(&joined), buf_span(&plain), buf_span(&masked), a, a);
        }
        buf_free(&masked);
        buf_free(&plain);
        buf_free(&events);
        buf_free(&joined);
    }
}

int main(void) {
#define PLAIN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        PLAIN(restore_of_every_split_is_that_of_the_whole),
        PLAIN(restore_of_single_bytes_is_that_of_the_whole),
        PLAIN(restore_body_reaches_every_text_of_a_choice),
        cmocka_unit_test_setup_teardown(restore_body_that_is_asked_for_as_json_stays_json, setup_json, teardown),
        PLAIN(restore_body_without_choices_passes),
        PLAIN(restore_body_over_its_limit_fails),
        PLAIN(restore_events_without_placeholders_pass_byte_for_byte),
        PLAIN(restore_events_join_a_placeholder),
        PLAIN(restore_events_release_what_is_none),
        PLAIN(restore_events_keep_texts_apart),
        PLAIN(restore_events_join_arguments),
        cmocka_unit_test_setup_teardown(restore_events_of_json_content_escape_twice, setup_json, teardown),
        PLAIN(restore_events_restore_what_they_do_not_know),
        PLAIN(restore_events_that_are_no_json_fail),
        PLAIN(restore_events_of_every_split_give_the_whole),
    };
    return RUN(tests);
}
