#include "chat/answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test.h"

static struct answer_spec spec;
static struct answer *reader;
static struct buf out;
static struct json_doc doc;

static int setup(void **state) {
    (void)state;
    spec = (struct answer_spec){
        .protocol = PROTOCOL_OPENAI, .upstream_streams = true, .caller_streams = true, .id = "chatcmpl-1", .model = SPAN("m"),
        .created = 5, .max_body_bytes = 1 << 16, .max_event_bytes = 1 << 14, .json = {.max_depth = 32, .max_nodes = 5000}};
    buf_init(&out, 1 << 18);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    answer_free(reader);
    reader = NULL;
    buf_free(&out);
    json_free(&doc);
    answer_thread_end();
    return 0;
}

// Feeds in pieces of `size` and ends; 0, or -1 when either failed.
static int run(struct span text, size_t size) {
    answer_free(reader);
    reader = answer_new(&spec);
    buf_reset(&out);
    for (size_t i = 0; i < text.len; i += size)
        if (answer_feed(reader, span_sub(text, i, size), &out)) return -1;
    return answer_end(reader, &out);
}

// Whole, in pieces of one byte, and of sizes between: all must agree.
static int run_all_ways(const char *text) {
    static const size_t SIZES[] = {1, 2, 3, 7, 16, 61, 200};
    struct span body = span_from(text);
    int result = run(body, body.len ? body.len : 1);
    struct answer_meter meter = *answer_meter(reader);
    char *whole = mem_copy_z(out.at ? out.at : "");
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        assert_int_equal(run(body, SIZES[i]), result);
        assert_string_equal(out.at ? out.at : "", whole);
        assert_memory_equal(&answer_meter(reader)->usage, &meter.usage, sizeof meter.usage);
        assert_int_equal(answer_meter(reader)->state, meter.state);
        assert_int_equal(answer_meter(reader)->events, meter.events);
        assert_int_equal(answer_meter(reader)->upstream_status, meter.upstream_status);
    }
    free(whole);
    return result;
}

static const struct usage *usage(void) {
    return &answer_meter(reader)->usage;
}

static void assert_failed(int status, const char *why) {
    assert_int_equal(answer_meter(reader)->state, ANSWER_FAILED);
    assert_int_equal(answer_meter(reader)->upstream_status, status);
    if (!strstr(answer_meter(reader)->upstream_error.text, why)) fail_msg("\"%s\"", answer_meter(reader)->upstream_error.text);
}

static void assert_valid_json(void) {
    static const struct json_limits LIMITS = {.max_depth = 32, .max_nodes = 5000};
    size_t at;
    if (json_parse(&doc, buf_span(&out), &LIMITS, &at) != JSON_OK) fail_msg("bad JSON at %zu: %s", at, out.at);
}

// ---------------------------------------------------------------- fixtures

#define HEAD "{\"id\":\"chatcmpl-9\",\"object\":\"chat.completion.chunk\",\"created\":17,\"model\":\"gpt-5\",\"system_fingerprint\":\"fp_1\","
#define CHUNK(choice) "data: " HEAD "\"choices\":[" choice "]}\n\n"
#define ROLE CHUNK("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}")
#define TEXT(t) CHUNK("{\"index\":0,\"delta\":{\"content\":\"" t "\"},\"finish_reason\":null}")
#define STOP CHUNK("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}")
#define USAGE_OBJECT "{\"prompt_tokens\":20,\"completion_tokens\":9,\"total_tokens\":29,\"prompt_tokens_details\":{\"cached_tokens\":16},\"completion_tokens_details\":{\"reasoning_tokens\":4}}"
#define USAGE "data: " HEAD "\"choices\":[],\"usage\":" USAGE_OBJECT "}\n\n"
#define DONE "data: [DONE]\n\n"
#define PING ":\n\n"

// ---------------------------------------------------------------- OpenAI stream to OpenAI stream

static void stream_passes_byte_for_byte(void **state) {
    (void)state;
    static const char BODY[] = ROLE "event: x\r\nid: 1\r\n" TEXT("Hel\\u006co \xc3\xa9") PING TEXT("!") STOP DONE;
    assert_int_equal(run_all_ways(BODY), 0);
    assert_string_equal(out.at, BODY);
    assert_int_equal(answer_meter(reader)->state, ANSWER_DONE);
    assert_int_equal(answer_meter(reader)->events, 3);
    assert_string_equal(answer_meter(reader)->finish, "stop");
    assert_int_equal(usage()->input, -1);
    assert_int_equal(usage()->output, -1);
}

static void stream_loses_a_usage_chunk_that_was_not_asked_for(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(ROLE TEXT("a") STOP USAGE DONE), 0);
    assert_string_equal(out.at, ROLE TEXT("a") STOP DONE);
    assert_int_equal(usage()->input, 20);
    assert_int_equal(usage()->output, 9);
    assert_int_equal(usage()->cached, 16);
    assert_int_equal(usage()->reasoning, 4);
    assert_int_equal(run_all_ways(ROLE TEXT("a") STOP "data: {\"choices\":null,\"usage\":{\"prompt_tokens\":1}}\n\n" DONE), 0);
    assert_string_equal(out.at, ROLE TEXT("a") STOP DONE);
}

static void stream_keeps_a_usage_chunk_that_was_asked_for(void **state) {
    (void)state;
    spec.caller_wants_usage = true;
    assert_int_equal(run_all_ways(ROLE TEXT("a") STOP USAGE DONE), 0);
    assert_string_equal(out.at, ROLE TEXT("a") STOP USAGE DONE);
}

static void stream_meters_usage_wherever_it_stands(void **state) {
    (void)state;
    assert_int_equal(run_all_ways("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"prompt_cache_hit_tokens\":2}}\n\n"
                                  "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}\n\n"
                                  "data: {\"choices\":[{\"delta\":{}}],\"usage\":null}\n\n" DONE), 0);
    assert_int_equal(usage()->input, 3);
    assert_int_equal(usage()->output, 5);
    assert_int_equal(usage()->cached, 2);
    assert_string_equal(answer_meter(reader)->finish, "length");
}

static void stream_ignores_counts_that_are_no_counts(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(TEXT("a") STOP "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":-4,\"completion_tokens\":9223372036854775807}}\n\n" DONE), 0);
    assert_int_equal(usage()->input, -1);
    assert_int_equal(usage()->output, -1);
}

static void stream_waits_for_content_before_it_flows(void **state) {
    (void)state;
    reader = answer_new(&spec);
    assert_int_equal(answer_feed(reader, SPAN(PING ROLE PING), &out), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(answer_meter(reader)->state, ANSWER_WAITING);
    assert_int_equal(answer_feed(reader, SPAN(TEXT("a") PING), &out), 0);
    assert_string_equal(out.at, ROLE TEXT("a") PING);
    assert_int_equal(answer_meter(reader)->state, ANSWER_FLOWING);
}

static void stream_flows_with_anything_but_a_role(void **state) {
    (void)state;
    static const char *const DELTAS[] = {"{\"tool_calls\":[{\"index\":0}]}", "{\"reasoning_content\":\"r\"}", "{\"refusal\":\"no\"}", "{\"function_call\":{\"name\":\"f\"}}"};
    for (size_t i = 0; i < 4; i++) {
        char text[200];
        snprintf(text, sizeof text, "data: {\"choices\":[{\"delta\":%s}]}\n\n", DELTAS[i]);
        answer_free(reader);
        reader = answer_new(&spec);
        assert_int_equal(answer_feed(reader, span_from(text), &out), 0);
        assert_int_equal(answer_meter(reader)->state, ANSWER_FLOWING);
    }
    answer_free(reader);
    reader = answer_new(&spec);
    assert_int_equal(answer_feed(reader, SPAN("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}}]}\n\n"), &out), 0);
    assert_int_equal(answer_meter(reader)->state, ANSWER_WAITING);
}

static void stream_that_was_cut_has_no_end(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(ROLE TEXT("a") TEXT("b")), -1);
    assert_string_equal(out.at, ROLE TEXT("a") TEXT("b"));
    assert_failed(502, "before it was complete");
    assert_int_equal(run_all_ways(ROLE TEXT("a") "data: {\"choices\":[{\"delta\":{\"con"), -1);
    assert_string_equal(out.at, ROLE TEXT("a"));
    assert_int_equal(run_all_ways(""), -1);
}

static void stream_without_done_is_complete_when_all_choices_finished(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(ROLE TEXT("a") STOP), 0);
    assert_string_equal(out.at, ROLE TEXT("a") STOP DONE);
    assert_int_equal(run_all_ways(CHUNK("{\"index\":1,\"delta\":{\"content\":\"b\"}}") TEXT("a") STOP), -1);
}

static void stream_whose_last_event_lacks_its_blank_line_is_read(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(TEXT("a") "data: [DONE]"), 0);
    assert_string_equal(out.at, TEXT("a") DONE);
    assert_int_equal(run_all_ways(TEXT("a") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n"), 0);
    assert_string_equal(out.at, TEXT("a") "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" DONE);
}

static void stream_drops_what_follows_done(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(TEXT("a") DONE TEXT("b") "garbage\n\ndata: x\n\n"), 0);
    assert_string_equal(out.at, TEXT("a") DONE);
}

static void stream_error_before_content_writes_nothing(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(ROLE "data: {\"error\":{\"code\":500,\"message\":\"Context size has been\\nexceeded.\",\"type\":\"server_error\"}}\n\n"), -1);
    assert_int_equal(out.len, 0);
    assert_failed(500, "Context size has been exceeded. (server_error)");
}

static void stream_error_after_content_keeps_what_came(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(ROLE TEXT("a") "data: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\",\"code\":\"rate_limit_exceeded\"}}\n\n" DONE), -1);
    assert_string_equal(out.at, ROLE TEXT("a"));
    assert_failed(429, "slow down");
    assert_int_equal(answer_meter(reader)->events, 1);
    assert_int_equal(answer_end(reader, &out), -1);
}

static void stream_error_in_other_forms_is_seen(void **state) {
    (void)state;
    assert_int_equal(run_all_ways("data: {\"error\":\"model crashed\"}\n\n"), -1);
    assert_failed(502, "model crashed");
    assert_int_equal(run_all_ways("event: error\ndata: {\"detail\":1}\n\n"), -1);
    assert_failed(502, "without a message");
    assert_int_equal(run_all_ways("data: {\"object\":\"error\",\"message\":\"x\"}\n\n"), -1);
    assert_failed(502, "reported an error");
    assert_int_equal(run_all_ways("data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" DONE), 0);
}

static void stream_with_garbage_fails(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(TEXT("a") "data: oops\n\n" DONE), -1);
    assert_failed(502, "not a JSON object");
    assert_int_equal(run_all_ways("data: 7\n\n"), -1);
    assert_int_equal(run_all_ways(CHUNK("{\"index\":128,\"delta\":{}}")), -1);
    assert_failed(502, "bad index");
}

static void stream_cannot_hide_an_end_behind_a_bare_cr(void **state) {
    (void)state;
    assert_int_equal(run_all_ways(TEXT("a") "id: x\rdata: [DONE]\ndata: {\"choices\":[]}\n\n"), -1);
    assert_string_equal(out.at, TEXT("a"));
    assert_failed(502, "CR");
    assert_int_equal(run_all_ways(TEXT("a") ": x\rdata: [DONE]\n\n" "retry: 1\n\n"), -1);
    assert_string_equal(out.at, TEXT("a"));
}

static void stream_with_an_event_over_the_limit_fails(void **state) {
    (void)state;
    spec.max_event_bytes = 100;
    assert_int_equal(run_all_ways(TEXT("a")), -1);
    assert_failed(502, "max_event_bytes");
}

static void stream_that_does_not_fit_the_callers_buffer_fails(void **state) {
    (void)state;
    buf_free(&out);
    buf_init(&out, 50);
    assert_int_equal(run(SPAN(TEXT("a")), 10), -1);
    assert_failed(502, "buffer");
}

// ---------------------------------------------------------------- OpenAI stream to OpenAI body

static void assembled_body_has_what_the_stream_had(void **state) {
    (void)state;
    spec.caller_streams = false;
    assert_int_equal(run_all_ways(ROLE TEXT("Hel\\ud83d") TEXT("\\ude00lo \\\"x\\\"") STOP USAGE DONE), 0);
    assert_string_equal(out.at, "{\"id\":\"chatcmpl-9\",\"object\":\"chat.completion\",\"created\":17,\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"message\":"
                                "{\"role\":\"assistant\",\"content\":\"Hel\\ud83d\\ude00lo \\\"x\\\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
                                "\"usage\":" USAGE_OBJECT ",\"system_fingerprint\":\"fp_1\"}");
    assert_valid_json();
    assert_int_equal(answer_meter(reader)->state, ANSWER_DONE);
}

static void assembled_body_joins_tool_calls_by_index(void **state) {
    (void)state;
    spec.caller_streams = false;
#define CALL(c) CHUNK("{\"index\":0,\"delta\":{\"tool_calls\":[" c "]}}")
    assert_int_equal(run_all_ways(CHUNK("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}")
                                  CALL("{\"index\":0,\"id\":\"c0\",\"type\":\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"\"}}")
                                  CALL("{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\"\"}}")
                                  CALL("{\"index\":1,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"put\",\"arguments\":\"{}\"}}")
                                  CALL("{\"index\":0,\"function\":{\"arguments\":\":1}\"}}")
                                  CHUNK("{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}") DONE), 0);
    assert_valid_json();
    assert_non_null(strstr(out.at, "\"content\":null,\"refusal\":null,\"tool_calls\":[{\"id\":\"c0\",\"type\":\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"{\\\"a\\\":1}\"}},"
                                   "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"put\",\"arguments\":\"{}\"}}]},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}"));
}

static void assembled_body_tells_tool_calls_apart_without_indexes(void **state) {
    (void)state;
    spec.caller_streams = false;
    assert_int_equal(run_all_ways(CALL("{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}") CALL("{\"function\":{\"arguments\":\"}\"}}")
                                  CALL("{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}") DONE), 0);
    assert_non_null(strstr(out.at, "[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]"));
}

static void assembled_body_has_choices_logprobs_and_other_texts(void **state) {
    (void)state;
    spec.caller_streams = false;
    assert_int_equal(run_all_ways(CHUNK("{\"index\":1,\"delta\":{\"refusal\":\"no\"},\"finish_reason\":\"content_filter\"}")
                                  CHUNK("{\"index\":0,\"delta\":{\"reasoning_content\":\"hm\"},\"logprobs\":{\"content\":[{\"token\":\"a\"}],\"refusal\":null}}")
                                  CHUNK("{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[]}}")
                                  CHUNK("{\"index\":0,\"delta\":{\"function_call\":{\"name\":\"f\",\"arguments\":\"{\"}}}")
                                  CHUNK("{\"index\":0,\"delta\":{\"function_call\":{\"arguments\":\"}\"}},\"logprobs\":{\"content\":[ {\"token\":\"b\"} ]},\"finish_reason\":\"stop\"}")), 0);
    assert_valid_json();
    assert_non_null(strstr(out.at, "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null,\"reasoning_content\":\"hm\",\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
                                   "\"logprobs\":{\"content\":[{\"token\":\"a\"},{\"token\":\"b\"}],\"refusal\":null},\"finish_reason\":\"stop\"},"
                                   "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"},\"logprobs\":null,\"finish_reason\":\"content_filter\"}]"));
}

static void assembled_body_of_a_cut_stream_is_not_written(void **state) {
    (void)state;
    spec.caller_streams = false;
    assert_int_equal(run_all_ways(ROLE TEXT("a")), -1);
    assert_int_equal(out.len, 0);
}

static void assembled_body_keeps_its_limit(void **state) {
    (void)state;
    spec.caller_streams = false;
    spec.max_body_bytes = 2000;
    static char text[8000];
    text[0] = 0;
    for (int i = 0; i < 30; i++) strcat(text, TEXT("0123456789012345678901234567890123456789012345678901234567890123"));
    assert_int_equal(run_all_ways(text), -1);
    assert_failed(502, "max_body_bytes");
}

// ---------------------------------------------------------------- OpenAI body to OpenAI body

#define BODY "{\"id\":\"x\", \"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}],\"usage\":" USAGE_OBJECT ",\"timings\":{\"a\":1.50}}\n"

static void body_passes_byte_for_byte_and_is_metered(void **state) {
    (void)state;
    spec.upstream_streams = spec.caller_streams = false;
    assert_int_equal(run_all_ways(BODY), 0);
    assert_string_equal(out.at, BODY);
    assert_int_equal(usage()->input, 20);
    assert_string_equal(answer_meter(reader)->finish, "stop");
    assert_int_equal(answer_meter(reader)->state, ANSWER_DONE);
}

static void body_that_is_no_answer_fails(void **state) {
    (void)state;
    spec.upstream_streams = spec.caller_streams = false;
    assert_int_equal(run(SPAN("{\"choices\":[{\"index\":0,\"mess"), 5), -1);
    assert_failed(502, "not a whole JSON object");
    assert_int_equal(run(SPAN("{\"error\":{\"message\":\"m\",\"type\":\"overloaded_error\"}}"), 5), -1);
    assert_failed(529, "m (overloaded_error)");
    assert_int_equal(run(SPAN("{\"choices\":[{\"index\":0,\"finish_reason\":null}]}"), 5), -1);
    assert_failed(502, "finish reason");
    spec.max_body_bytes = 40; // what fitted before the limit was seen depends on the pieces
    assert_int_equal(run(SPAN(BODY), 1000), -1);
    assert_int_equal(run(SPAN(BODY), 7), -1);
    assert_failed(502, "max_body_bytes");
}

static void body_cannot_serve_a_caller_that_streams(void **state) {
    (void)state;
    spec.upstream_streams = false;
    assert_int_equal(run_all_ways(BODY), -1);
    assert_int_equal(out.len, 0);
    assert_failed(502, "did not stream");
}

static void service_tier_is_that_of_the_last_that_told_one(void **state) {
    (void)state;
    assert_int_equal(run_all_ways("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"service_tier\":\"auto\"}\n\n"
                                  "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"service_tier\":\"priority\"}\n\n"
                                  "data: {\"choices\":[],\"service_tier\":null}\n\n" DONE), 0);
    assert_string_equal(usage()->service, "priority");
    spec.upstream_streams = spec.caller_streams = false;
    assert_int_equal(run_all_ways("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}],\"service_tier\":\"a-name-that-is-longer\"}"), 0);
    assert_string_equal(usage()->service, "a-name-that-is-");
    spec.protocol = PROTOCOL_ANTHROPIC;
    assert_int_equal(run_all_ways("{\"type\":\"message\",\"content\":[],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4,\"service_tier\":\"batch\"}}"), 0);
    assert_string_equal(usage()->service, "batch");
}

// ---------------------------------------------------------------- Anthropic

#define EVENT(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define START EVENT("message_start", ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":20,\"cache_creation_input_tokens\":90,\"cache_read_input_tokens\":500,\"cache_creation\":{\"ephemeral_5m_input_tokens\":30,\"ephemeral_1h_input_tokens\":60},\"output_tokens\":1}}")
#define APING EVENT("ping", "")
#define BLOCK(i, b) EVENT("content_block_start", ",\"index\":" i ",\"content_block\":" b)
#define DELTA(i, d) EVENT("content_block_delta", ",\"index\":" i ",\"delta\":" d)
#define CLOSE(i) EVENT("content_block_stop", ",\"index\":" i)
#define TEXT_BLOCK BLOCK("0", "{\"type\":\"text\",\"text\":\"\"}") APING DELTA("0", "{\"type\":\"text_delta\",\"text\":\"Hel\\u006c\"}") DELTA("0", "{\"type\":\"text_delta\",\"text\":\"o\"}") CLOSE("0")
#define TOOL_BLOCK BLOCK("1", "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"get\",\"input\":{}}") DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\"\"}") \
    DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":\"}") DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\" 1}\"}") CLOSE("1")
#define FINISH(reason) EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":77}") EVENT("message_stop", "")

#define OHEAD "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"m\",\"choices\":["
#define O(delta, finish) OHEAD "{\"index\":0,\"delta\":" delta ",\"logprobs\":null,\"finish_reason\":" finish "}]}\n\n"
#define OROLE O("{\"role\":\"assistant\",\"content\":\"\"}", "null")

static void anthropic_stream_becomes_chunks(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    assert_int_equal(run_all_ways(START TEXT_BLOCK FINISH("end_turn")), 0);
    assert_string_equal(out.at, OROLE O("{\"content\":\"Hel\\u006c\"}", "null") O("{\"content\":\"o\"}", "null") O("{}", "\"stop\"") DONE);
    assert_int_equal(usage()->input, 610);
    assert_int_equal(usage()->cached, 500);
    assert_int_equal(usage()->cache_write, 90);
    assert_int_equal(usage()->cache_write_1h, 60);
    assert_int_equal(usage()->output, 77);
    assert_int_equal(answer_meter(reader)->state, ANSWER_DONE);
}

static void anthropic_tool_calls_are_numbered_among_themselves(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    assert_int_equal(run_all_ways(START TEXT_BLOCK TOOL_BLOCK BLOCK("2", "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"nop\",\"input\":{}}") CLOSE("2") FINISH("tool_use")), 0);
    assert_non_null(strstr(out.at, O("{\"tool_calls\":[{\"index\":0,\"id\":\"toolu_1\",\"type\":\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"\"}}]}", "null")
                                       O("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}]}", "null")
                                       O("{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\" 1}\"}}]}", "null")
                                       O("{\"tool_calls\":[{\"index\":1,\"id\":\"toolu_2\",\"type\":\"function\",\"function\":{\"name\":\"nop\",\"arguments\":\"\"}}]}", "null")
                                       O("{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{}\"}}]}", "null") O("{}", "\"tool_calls\"") DONE));
}

static void anthropic_thinking_becomes_reasoning(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    assert_int_equal(run_all_ways(START BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}") DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}")
                                  DELTA("0", "{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}") CLOSE("0")
                                  BLOCK("1", "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}") DELTA("1", "{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}") CLOSE("1")
                                  EVENT("new_event", ",\"x\":1") FINISH("refusal")), 0);
    assert_string_equal(out.at, OROLE O("{\"reasoning_content\":\"hm\"}", "null") O("{}", "\"content_filter\"") DONE);
}

static void anthropic_stop_reasons_are_told_in_openai_words(void **state) {
    (void)state;
    static const char *const REASONS[][2] = {{"end_turn", "stop"}, {"stop_sequence", "stop"}, {"max_tokens", "length"}, {"tool_use", "tool_calls"}, {"refusal", "content_filter"},
                                             {"pause_turn", "stop"}, {"model_context_window_exceeded", "length"}, {"from_the_future", "stop"}};
    spec.protocol = PROTOCOL_ANTHROPIC;
    for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++) {
        char text[300];
        snprintf(text, sizeof text, "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"%s\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n", REASONS[i][0]);
        assert_int_equal(run(span_from(text), 1000), 0);
        assert_string_equal(answer_meter(reader)->finish, REASONS[i][1]);
    }
}

static void anthropic_usage_is_told_when_asked_for(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    spec.caller_wants_usage = true;
    assert_int_equal(run_all_ways(START TEXT_BLOCK FINISH("end_turn")), 0);
    assert_non_null(strstr(out.at, "\"finish_reason\":\"stop\"}],\"usage\":null}\n\n" OHEAD "],\"usage\":{\"prompt_tokens\":610,\"completion_tokens\":77,\"total_tokens\":687,"
                                   "\"prompt_tokens_details\":{\"cached_tokens\":500,\"cache_write_tokens\":90},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}\n\n" DONE));
}

static void anthropic_stream_waits_for_content(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    reader = answer_new(&spec);
    assert_int_equal(answer_feed(reader, SPAN(START APING BLOCK("0", "{\"type\":\"text\",\"text\":\"\"}")), &out), 0);
    assert_int_equal(out.len, 0);
    assert_int_equal(answer_meter(reader)->state, ANSWER_WAITING);
    assert_int_equal(answer_feed(reader, SPAN(DELTA("0", "{\"type\":\"text_delta\",\"text\":\"a\"}") APING), &out), 0);
    assert_string_equal(out.at, OROLE O("{\"content\":\"a\"}", "null") ": ping\n\n");
    assert_int_equal(answer_meter(reader)->state, ANSWER_FLOWING);
}

static void anthropic_errors_and_cuts_have_no_end(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    assert_int_equal(run_all_ways(START EVENT("error", ",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}")), -1);
    assert_int_equal(out.len, 0);
    assert_failed(529, "Overloaded (overloaded_error)");
    assert_int_equal(run_all_ways(START TEXT_BLOCK), -1);
    assert_null(strstr(out.at, "[DONE]"));
    assert_failed(502, "before it was complete");
}

static void anthropic_stream_becomes_a_body(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    spec.caller_streams = false;
    assert_int_equal(run_all_ways(START TEXT_BLOCK TOOL_BLOCK FINISH("tool_use")), 0);
    assert_string_equal(out.at, "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":5,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hel\\u006co\",\"refusal\":null,"
                                "\"tool_calls\":[{\"id\":\"toolu_1\",\"type\":\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"{\\\"a\\\": 1}\"}}]},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}],"
                                "\"usage\":{\"prompt_tokens\":610,\"completion_tokens\":77,\"total_tokens\":687,\"prompt_tokens_details\":{\"cached_tokens\":500,\"cache_write_tokens\":90},\"completion_tokens_details\":{\"reasoning_tokens\":0}}}");
    assert_valid_json();
}

#define ABODY "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"get\",\"input\":{\"a\": \"\\\"q\"}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}"

static void anthropic_body_becomes_a_body(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    spec.upstream_streams = spec.caller_streams = false;
    assert_int_equal(run_all_ways(ABODY), 0);
    assert_valid_json();
    assert_non_null(strstr(out.at, "\"content\":\"hi\",\"refusal\":null,\"tool_calls\":[{\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"{\\\"a\\\": \\\"\\\\\\\"q\\\"}\"}}]}"));
    assert_non_null(strstr(out.at, "\"total_tokens\":7"));
    assert_int_equal(run_all_ways("{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"later\"}}"), -1);
    assert_failed(429, "later");
    assert_int_equal(run_all_ways("{\"type\":\"message\",\"content\":[],\"stop_reason\":null}"), -1);
    assert_failed(502, "stop reason");
}

static void anthropic_body_becomes_a_stream(void **state) {
    (void)state;
    spec.protocol = PROTOCOL_ANTHROPIC;
    spec.upstream_streams = false;
    assert_int_equal(run_all_ways("{\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],\"stop_reason\":\"end_turn\"}"), 0);
    assert_string_equal(out.at, OROLE O("{\"content\":\"hi\"}", "null") O("{}", "\"stop\"") DONE);
}

// ---------------------------------------------------------------- errors

static void error_event_is_json_without_done(void **state) {
    (void)state;
    answer_error_event(&out, "api_error", "upstream_cut", "the \"upstream\" left");
    assert_string_equal(out.at, "data: {\"error\":{\"message\":\"the \\\"upstream\\\" left\",\"type\":\"api_error\",\"param\":null,\"code\":\"upstream_cut\"}}\n\n");
}

static void error_text_reads_both_protocols_and_fits(void **state) {
    (void)state;
    struct err e;
    answer_error_text(SPAN("{\"error\":{\"message\":\"No\\nway\",\"type\":\"invalid_request_error\",\"code\":null}}"), PROTOCOL_OPENAI, &e);
    assert_string_equal(e.text, "No way (invalid_request_error)");
    answer_error_text(SPAN("{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: x\"},\"request_id\":\"r\"}"), PROTOCOL_ANTHROPIC, &e);
    assert_string_equal(e.text, "model: x (not_found_error)");
    answer_error_text(SPAN("{\"error\":\"plain\"}"), PROTOCOL_OPENAI, &e);
    assert_string_equal(e.text, "plain");
    answer_error_text(SPAN("<html>"), PROTOCOL_OPENAI, &e);
    assert_string_equal(e.text, "");
    struct buf body;
    buf_init(&body, 10000);
    buf_add_z(&body, "{\"error\":{\"message\":\"");
    for (int i = 0; i < 1000; i++) buf_add_z(&body, "\xc3\xa9");
    buf_add_z(&body, "\"}}");
    answer_error_text(buf_span(&body), PROTOCOL_OPENAI, &e);
    assert_int_equal(strlen(e.text), 400);
    buf_free(&body);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(stream_passes_byte_for_byte),
        T(stream_loses_a_usage_chunk_that_was_not_asked_for),
        T(service_tier_is_that_of_the_last_that_told_one),
        T(stream_keeps_a_usage_chunk_that_was_asked_for),
        T(stream_meters_usage_wherever_it_stands),
        T(stream_ignores_counts_that_are_no_counts),
        T(stream_waits_for_content_before_it_flows),
        T(stream_flows_with_anything_but_a_role),
        T(stream_that_was_cut_has_no_end),
        T(stream_without_done_is_complete_when_all_choices_finished),
        T(stream_whose_last_event_lacks_its_blank_line_is_read),
        T(stream_drops_what_follows_done),
        T(stream_error_before_content_writes_nothing),
        T(stream_error_after_content_keeps_what_came),
        T(stream_error_in_other_forms_is_seen),
        T(stream_with_garbage_fails),
        T(stream_cannot_hide_an_end_behind_a_bare_cr),
        T(stream_with_an_event_over_the_limit_fails),
        T(stream_that_does_not_fit_the_callers_buffer_fails),
        T(assembled_body_has_what_the_stream_had),
        T(assembled_body_joins_tool_calls_by_index),
        T(assembled_body_tells_tool_calls_apart_without_indexes),
        T(assembled_body_has_choices_logprobs_and_other_texts),
        T(assembled_body_of_a_cut_stream_is_not_written),
        T(assembled_body_keeps_its_limit),
        T(body_passes_byte_for_byte_and_is_metered),
        T(body_that_is_no_answer_fails),
        T(body_cannot_serve_a_caller_that_streams),
        T(anthropic_stream_becomes_chunks),
        T(anthropic_tool_calls_are_numbered_among_themselves),
        T(anthropic_thinking_becomes_reasoning),
        T(anthropic_stop_reasons_are_told_in_openai_words),
        T(anthropic_usage_is_told_when_asked_for),
        T(anthropic_stream_waits_for_content),
        T(anthropic_errors_and_cuts_have_no_end),
        T(anthropic_stream_becomes_a_body),
        T(anthropic_body_becomes_a_body),
        T(anthropic_body_becomes_a_stream),
        T(error_event_is_json_without_done),
        T(error_text_reads_both_protocols_and_fits),
    };
    return RUN(tests);
}
