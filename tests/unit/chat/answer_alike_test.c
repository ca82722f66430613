// Events that differ in their text alone are passed without being parsed. Fed byte by byte no event takes that way:
// whatever comes, both must say the same.
#include <stdlib.h>

#include "base/mem.h"
#include "chat/answer_internal.h"
#include "test.h"

static struct answer_spec spec;
static struct answer *reader;
static struct buf out, whole;

static int setup(void **state) {
    (void)state;
    spec = (struct answer_spec){
        .protocol = PROTOCOL_OPENAI, .upstream_streams = true, .caller_streams = true, .id = "chatcmpl-1", .model = SPAN("m"),
        .max_body_bytes = 1 << 16, .max_event_bytes = 1 << 14, .json = {.max_depth = 32, .max_nodes = 5000}};
    buf_init(&out, 1 << 18);
    buf_init(&whole, 1 << 18);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    answer_free(reader);
    reader = NULL;
    buf_free(&out);
    buf_free(&whole);
    answer_thread_end();
    return 0;
}

static int run(struct span text, size_t size) {
    answer_free(reader);
    reader = answer_new(&spec);
    buf_reset(&out);
    for (size_t i = 0; i < text.len; i += size)
        if (answer_feed(reader, span_sub(text, i, size), &out)) return -1;
    return answer_end(reader, &out);
}

// The result, equal for the stream as a whole, in pieces that hold several events, and byte by byte.
static int run_both_ways(const char *text) {
    static const size_t SIZES[] = {1, 100, 333, 1000};
    struct span body = span_from(text);
    int result = run(body, body.len);
    struct answer_meter meter = *answer_meter(reader);
    char why[256];
    span_copy_z(why, sizeof why, meter.upstream_error.text);
    buf_reset(&whole);
    buf_add_span(&whole, buf_span(&out));
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        assert_int_equal(run(body, SIZES[i]), result);
        const struct answer_meter *m = answer_meter(reader);
        assert_true(span_is(buf_span(&out), buf_span(&whole)));
        assert_memory_equal(&m->usage, &meter.usage, sizeof meter.usage);
        assert_string_equal(m->finish, meter.finish);
        assert_int_equal(m->state, meter.state);
        assert_int_equal(m->events, meter.events);
        assert_int_equal(m->upstream_status, meter.upstream_status);
        assert_string_equal(m->upstream_error.text, why);
    }
    return result;
}

// ---------------------------------------------------------------- fixtures

#define HEAD                                                                                                           \
    "data: {\"id\":\"chatcmpl-9\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"gpt-5\","             \
    "\"system_fingerprint\":\"fp_1\",\"choices\":["
#define CHOICE(t) "{\"index\":0,\"delta\":{\"content\":\"" t "\"},\"logprobs\":null,\"finish_reason\":null}"
#define TEXT(t) HEAD CHOICE(t) "],\"usage\":null}\n\n"
#define HIDDEN(t, letters) HEAD CHOICE(t) "],\"usage\":null,\"obfuscation\":\"" letters "\"}\n\n"
#define STOP HEAD "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"
#define DELTA(d) "data: {\"choices\":[{\"delta\":{" d "}}]}\r\n\r\n"
#define CALL(t) DELTA("\"tool_calls\":[{\"index\":0,\"type\":\"function\",\"function\":{\"arguments\":\"" t "\"}}]")

static bool passes_alike(const char *first, const char *then) {
    answer_free(reader);
    reader = answer_new(&spec);
    buf_reset(&out);
    assert_int_equal(answer_feed(reader, span_from(first), &out), 0);
    if (!reader->pattern) return false;
    buf_reset(&out);
    size_t n = answer_pass_alike(reader, span_from(then), &out);
    assert_int_equal(out.len, n);
    assert_true(n == 0 || n == strlen(then));
    return n != 0;
}

// ---------------------------------------------------------------- what takes the short way

static void alike_events_pass_and_count(void **state) {
    (void)state;
    assert_true(passes_alike(TEXT("a"), TEXT("Hel\\u006co \\\"\xc3\xa9\\\" \xf0\x9f\x98\x80") TEXT("b") TEXT("c")));
    assert_int_equal(answer_meter(reader)->events, 4);
    assert_int_equal(run_both_ways(TEXT("a") TEXT("bc") ":\n\n" TEXT("\\n") TEXT("d") STOP DONE), 0);
    assert_string_equal(out.at, TEXT("a") TEXT("bc") ":\n\n" TEXT("\\n") TEXT("d") STOP DONE);
    assert_int_equal(answer_meter(reader)->events, 5);
}

static void alike_holds_for_every_kind_of_text(void **state) {
    (void)state;
    assert_true(passes_alike(DELTA("\"reasoning_content\":\"a\""), DELTA("\"reasoning_content\":\"b\"")));
    assert_true(passes_alike(DELTA("\"content\":\"a\",\"role\":\"r\""), DELTA("\"content\":\"b\",\"role\":\"r\"")));
    assert_true(passes_alike(CALL("{"), CALL("\\\"x\\\":1")));
    assert_true(passes_alike("event: x\ndata: {\"choices\":[{\"text\":\"a\"}]}\n\n", "event: x\ndata: {\"choices\":[{\"text\":\"bb\"}]}\n\n"));
}

static void alike_events_may_end_with_letters_that_hide_their_length(void **state) {
    (void)state;
    assert_true(passes_alike(HIDDEN("a", "xyz"), HIDDEN("bc", "q")));
    assert_true(passes_alike(HIDDEN("a", "xyz"), HIDDEN("bc", "")));
    assert_false(passes_alike(HIDDEN("a", "xyz"), HIDDEN("", "x")));
    assert_false(passes_alike(HIDDEN("a", "xyz"), HIDDEN("b", "\\x")));
    assert_false(passes_alike(HIDDEN("a", "xyz"), HIDDEN("b", "\",\"error\":\"e")));
}

// ---------------------------------------------------------------- what does not

static void alike_needs_a_valid_text_and_the_same_bytes_around_it(void **state) {
    (void)state;
    static const char *const OTHERS[] = {
        TEXT(""), TEXT("\\x"), TEXT("\\u12g4"), TEXT("\\"), TEXT("\n"), TEXT("\t"), TEXT("\xff"), TEXT("\xc3"), TEXT("\xed\xa0\x80"),
        TEXT("a\"},\"finish_reason\":\"stop\",\"x\":{\"y\":\""), TEXT("a\"") , HEAD CHOICE("a") "],\"usage\":{}}\n\n",
        HEAD CHOICE("a") "],\"usage\":null}\n", HEAD CHOICE("a") "],\"usage\":null}\r\n\n", HEAD "{\"index\":1", "data"};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) assert_false(passes_alike(TEXT("a"), OTHERS[i]));
    assert_false(passes_alike(DELTA("\"content\":\"a\""), "data: {\"choices\":[{\"delta\":{\"content\":\"}}]}\r\n\r\n"));
}

static void alike_is_not_learnt_from_what_does_more_than_say_something(void **state) {
    (void)state;
    static const char *const EVENTS[] = {
        HEAD CHOICE("a") "],\"usage\":{\"prompt_tokens\":1}}\n\n",
        HEAD CHOICE("a") "],\"x_groq\":{\"usage\":{\"prompt_tokens\":1}}}\n\n",
        HEAD "{\"delta\":{\"content\":\"a\"},\"usage\":{\"prompt_tokens\":1}}]}\n\n",
        HEAD "{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n",
        HEAD "{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"a\"}}]}\n\n",
        ":\n\n"};
    for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++) assert_false(passes_alike(EVENTS[i], EVENTS[i]));
}

static void alike_is_not_learnt_for_a_caller_that_does_not_stream(void **state) {
    (void)state;
    spec.caller_streams = false;
    assert_false(passes_alike(TEXT("a"), TEXT("b")));
}

// ---------------------------------------------------------------- the same result either way

static void broken_text_after_good_fails_as_it_would_first(void **state) {
    (void)state;
    static const char *const BROKEN[] = {TEXT("a") TEXT("\\x") DONE, TEXT("a") TEXT("b") TEXT("\\u12") DONE, TEXT("a") TEXT("\xc3\x28") DONE,
                                         TEXT("a") TEXT("\x01") DONE, TEXT("a") TEXT("b\"c") DONE, TEXT("a") TEXT("b\\") DONE,
                                         TEXT("a") TEXT("b\r") DONE, TEXT("a") "garbage\n\ndata: oops\n\n" DONE};
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++) {
        assert_int_equal(run_both_ways(BROKEN[i]), -1);
        assert_int_equal(answer_meter(reader)->state, ANSWER_FAILED);
        assert_string_equal(answer_meter(reader)->upstream_error.text, "the upstream sent an event that is not a JSON object");
        assert_memory_equal(out.at, TEXT("a"), sizeof TEXT("a") - 1);
    }
}

static void text_that_ends_early_is_read_for_what_it_says(void **state) {
    (void)state;
    assert_int_equal(run_both_ways(TEXT("a") TEXT("b\"},\"finish_reason\":\"length\",\"x\":{\"y\":\"") "data: {}\n\n"), -1);
    assert_string_equal(answer_meter(reader)->finish, ""); // the event's own null comes last
    assert_int_equal(run_both_ways(TEXT("a") TEXT("\"}},{\"index\":1,\"finish_reason\":\"stop\",\"delta\":{\"content\":\"")), -1);
    assert_int_equal(run_both_ways(TEXT("a") TEXT("\"}},{\"finish_reason\":\"length\",\"index\":0},{\"index\":0,\"delta\":{\"content\":\"") TEXT("b")), 0);
    assert_string_equal(answer_meter(reader)->finish, "length");
    assert_int_equal(run_both_ways(TEXT("a") TEXT("\"}}],\"error\":{\"message\":\"no\"},\"x\":[{\"y\":{\"z\":\"")), -1);
    assert_string_equal(answer_meter(reader)->upstream_error.text, "no");
    assert_int_equal(run_both_ways(HIDDEN("a", "x") HIDDEN("b", "\",\"usage\":{\"prompt_tokens\":8},\"x\":\"") DONE), 0);
    assert_int_equal(answer_meter(reader)->usage.input, 8);
}

static void usage_after_alike_events_is_metered(void **state) {
    (void)state;
#define METERED(t, n) HEAD CHOICE(t) "],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":" n "}}\n\n"
    assert_int_equal(run_both_ways(METERED("a", "1") METERED("b", "2") METERED("c", "3") METERED("d", "2") STOP DONE), 0);
    assert_int_equal(answer_meter(reader)->usage.output, 2);
    assert_int_equal(run_both_ways(TEXT("a") TEXT("b") HEAD "],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":7}}\n\n" TEXT("c") STOP DONE), 0);
    assert_int_equal(answer_meter(reader)->usage.output, 7);
    assert_string_equal(out.at, TEXT("a") TEXT("b") TEXT("c") STOP DONE);
}

static void alike_events_keep_the_limit_of_one_event(void **state) {
    (void)state;
    spec.max_event_bytes = sizeof TEXT("1234") - 1;
    assert_int_equal(run_both_ways(TEXT("a") TEXT("1234") STOP DONE), 0);
    assert_int_equal(run_both_ways(TEXT("a") TEXT("12345") STOP DONE), -1);
    assert_string_equal(out.at, TEXT("a"));
    assert_non_null(strstr(answer_meter(reader)->upstream_error.text, "max_event_bytes"));
}

static void alike_events_that_fit_the_callers_buffer_come_before_it_is_full(void **state) {
    (void)state;
    buf_free(&out);
    buf_init(&out, 3 * (sizeof TEXT("a") - 1) + 5);
    assert_int_equal(run(SPAN(TEXT("a") TEXT("b") TEXT("c") TEXT("d") TEXT("e")), 1 << 16), -1);
    assert_string_equal(out.at, TEXT("a") TEXT("b") TEXT("c"));
    assert_int_equal(answer_meter(reader)->events, 5);
    assert_non_null(strstr(answer_meter(reader)->upstream_error.text, "buffer"));
}

// ---------------------------------------------------------------- memory

static void reader_stays_below_a_kilobyte_wherever_an_event_is_cut(void **state) {
    (void)state;
    char wide[700] = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"x\":\"";
    for (size_t room = 250; room <= 420; room += 17) {
        size_t n = strlen("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"x\":\"");
        memset(wide + n, 'x', room - n);
        memcpy(wide + room, "\",\"y\":1}\n\n", sizeof "\",\"y\":1}\n\n");
        struct span event = span_from(wide);
        for (size_t cut = 0; cut < event.len; cut++) {
            answer_free(reader);
            reader = answer_new(&spec);
            for (int i = 0; i < 2; i++) {
                assert_int_equal(answer_feed(reader, event, &out), 0);
                assert_int_equal(answer_feed(reader, span_sub(event, 0, cut), &out), 0);
                size_t pattern = reader->pattern ? sizeof *reader->pattern + reader->pattern->cap : 0;
                assert_true(sizeof *reader + pattern + reader->partial.cap < 1024);
                assert_int_equal(answer_feed(reader, span_sub(event, cut, event.len), &out), 0);
            }
            buf_reset(&out);
        }
    }
}

static void events_with_much_around_their_text_are_not_learnt(void **state) {
    (void)state;
    char wide[1024] = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"x\":\"";
    memset(wide + strlen(wide), 'x', 400);
    strcat(wide, "\",\"y\":1}\n\n");
    assert_false(passes_alike(wide, wide));
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(alike_events_pass_and_count),
        T(alike_holds_for_every_kind_of_text),
        T(alike_events_may_end_with_letters_that_hide_their_length),
        T(alike_needs_a_valid_text_and_the_same_bytes_around_it),
        T(alike_is_not_learnt_from_what_does_more_than_say_something),
        T(alike_is_not_learnt_for_a_caller_that_does_not_stream),
        T(broken_text_after_good_fails_as_it_would_first),
        T(text_that_ends_early_is_read_for_what_it_says),
        T(usage_after_alike_events_is_metered),
        T(alike_events_keep_the_limit_of_one_event),
        T(alike_events_that_fit_the_callers_buffer_come_before_it_is_full),
        T(reader_stays_below_a_kilobyte_wherever_an_event_is_cut),
        T(events_with_much_around_their_text_are_not_learnt),
    };
    return RUN(tests);
}
