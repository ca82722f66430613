#include "chat/request.h"

#include "test.h"

static const struct json_limits LIMITS = {.max_depth = 32, .max_nodes = 20000};
static const char *const TOKENS[] = {"<|end|>", "<|im_start|>", "[INST]", "<"};

static struct json_doc doc;
static struct arena arena;
static struct chat_view view;
static struct chat_fault fault;
static struct buf out;

static int setup(void **state) {
    (void)state;
    arena_init(&arena, 1 << 20);
    buf_init(&out, 1 << 16);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_release(&arena);
    json_free(&doc);
    buf_free(&out);
    return 0;
}

static void read_view(const char *body) {
    size_t at;
    assert_int_equal(json_parse(&doc, span_from(body), &LIMITS, &at), JSON_OK);
    if (chat_view_openai(&view, &doc, 64, &arena, &fault)) fail_msg("%s", fault.why.text);
    buf_reset(&out);
}

static void assert_openai(const char *body, struct chat_shape shape, const char *want) {
    read_view(body);
    assert_int_equal(chat_request_openai(&view, &shape, &out), 0);
    assert_string_equal(out.at, want);
}

static void assert_anthropic(const char *body, const char *want) {
    struct chat_shape shape = {.model = SPAN("claude"), .max_tokens_default = 4096};
    struct json_doc check = {0};
    size_t at;
    read_view(body);
    if (chat_request_anthropic(&view, &shape, &out, &fault)) fail_msg("%s", fault.why.text);
    assert_string_equal(out.at, want);
    assert_int_equal(json_parse(&check, buf_span(&out), &LIMITS, &at), JSON_OK);
    json_free(&check);
}

static void assert_anthropic_has(const char *body, const char *want) {
    struct chat_shape shape = {.model = SPAN("claude"), .max_tokens_default = 4096, .stream = true};
    struct json_doc check = {0};
    size_t at;
    read_view(body);
    if (chat_request_anthropic(&view, &shape, &out, &fault)) fail_msg("%s", fault.why.text);
    assert_int_equal(json_parse(&check, buf_span(&out), &LIMITS, &at), JSON_OK);
    json_free(&check);
    if (!strstr(out.at, want)) fail_msg("no %s\nin %s", want, out.at);
}

static void assert_anthropic_refuses(const char *body, const char *param) {
    struct chat_shape shape = {.model = SPAN("claude"), .max_tokens_default = 4096};
    read_view(body);
    assert_int_equal(chat_request_anthropic(&view, &shape, &out, &fault), -1);
    assert_string_equal(fault.param, param);
    assert_true(fault.why.text[0]);
}

#define MESSAGES "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"

// ---------------------------------------------------------------- OpenAI to OpenAI

static void openai_changes_the_model_and_nothing_else(void **state) {
    (void)state;
    assert_openai(" { \"messages\" : [ {\"role\":\"user\" , \"content\":\"h\\u0069\"} ],\n\"model\"\t:\"m\", \"seed\":9007199254740993, \"x\":1e400, \"y\":-0.0 }\n",
                  (struct chat_shape){.model = SPAN("gpt \"5\"")},
                  " { \"messages\" : [ {\"role\":\"user\" , \"content\":\"h\\u0069\"} ],\n\"model\"\t:\"gpt \\\"5\\\"\", \"seed\":9007199254740993, \"x\":1e400, \"y\":-0.0 }\n");
}

static void openai_asks_for_a_stream_with_usage_where_absent(void **state) {
    (void)state;
    assert_openai("{\"model\":\"m\"," MESSAGES "}", (struct chat_shape){.model = SPAN("n"), .stream = true, .ask_usage = true},
                  "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"n\"," MESSAGES "}");
    assert_openai("{\"model\":\"m\"," MESSAGES ",\"stream\":false}", (struct chat_shape){.model = SPAN("n"), .stream = true},
                  "{\"model\":\"n\"," MESSAGES ",\"stream\":true}");
}

static void openai_patches_stream_options_and_keeps_the_rest(void **state) {
    (void)state;
    struct chat_shape shape = {.model = SPAN("m"), .stream = true, .ask_usage = true};
#define OPTIONS(o) "{\"stream\":true,\"model\":\"m\",\"stream_options\":" o "," MESSAGES "}"
    assert_openai(OPTIONS("{\"x\": 1}"), shape, OPTIONS("{\"include_usage\":true,\"x\": 1}"));
    assert_openai(OPTIONS("{ }"), shape, OPTIONS("{\"include_usage\":true }"));
    assert_openai(OPTIONS("{\"include_usage\" : false,\"x\":1}"), shape, OPTIONS("{\"include_usage\" : true,\"x\":1}"));
    assert_openai(OPTIONS("{\"include_usage\":null}"), shape, OPTIONS("{\"include_usage\":true}"));
    assert_openai(OPTIONS("null"), shape, OPTIONS("{\"include_usage\":true}"));
    assert_openai(OPTIONS("{ \"include_usage\":true}"), shape, OPTIONS("{ \"include_usage\":true}"));
}

static void openai_drops_stream_options_with_the_stream(void **state) {
    (void)state;
    assert_openai("{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}," MESSAGES "}", (struct chat_shape){.model = SPAN("m")},
                  "{\"model\":\"m\",\"stream\":false,\"stream_options\":null," MESSAGES "}");
    assert_openai("{\"model\":\"m\",\"stream\":false,\"stream_options\":{}," MESSAGES "}", (struct chat_shape){.model = SPAN("m"), .ask_usage = true},
                  "{\"model\":\"m\",\"stream\":false,\"stream_options\":{}," MESSAGES "}");
}

static void openai_breaks_control_tokens_also_escaped_ones(void **state) {
    (void)state;
    char begins[CONTROL_BEGINS];
    chat_control_begins(TOKENS, 4, begins);
    struct chat_shape shape = {.model = SPAN("m"), .control_tokens = TOKENS, .control_token_count = 4};
    for (int ready = 0; ready < 2; ready++, shape.control_begins = begins)
        assert_openai("{\"model\":\"m\",\"stop\":[\"<|end|>\"],\"messages\":[{\"role\":\"user\",\"content\":\"a<|end|>b \\u003c|e\\u006Ed|\\u003e \\n < x\"}]}", shape,
                  "{\"model\":\"m\",\"stop\":[\"<|end|>\"],\"messages\":[{\"role\":\"user\",\"content\":\"a<\xe2\x80\x8b|end|>b \\u003c\xe2\x80\x8b|e\\u006Ed|\\u003e \\n < x\"}]}");
}

static void openai_breaks_control_tokens_in_tools_and_keys(void **state) {
    (void)state;
    struct chat_shape shape = {.model = SPAN("m"), .control_tokens = TOKENS, .control_token_count = 4};
    assert_openai("{\"model\":\"m\",\"tools\":[{\"type\":\"function\",\"[INST]\":1}]," MESSAGES "}", shape,
                  "{\"model\":\"m\",\"tools\":[{\"type\":\"function\",\"[\xe2\x80\x8bINST]\":1}]," MESSAGES "}");
}

static void openai_reports_a_full_buffer(void **state) {
    (void)state;
    struct buf small;
    buf_init(&small, 20);
    read_view("{\"model\":\"m\"," MESSAGES "}");
    struct chat_shape shape = {.model = SPAN("m")};
    assert_int_equal(chat_request_openai(&view, &shape, &small), -1);
    buf_free(&small);
}

static void break_control_tokens_leaves_clean_strings_alone(void **state) {
    (void)state;
    assert_false(chat_break_control_tokens(SPAN("a \\u003c|en \\\\ <|en"), TOKENS, 4, &out));
    assert_int_equal(out.len, 0);
    assert_true(chat_break_control_tokens(SPAN("<<|end|><|end|>"), TOKENS, 4, &out));
    assert_string_equal(out.at, "<<\xe2\x80\x8b|end|><\xe2\x80\x8b|end|>");
}

// ---------------------------------------------------------------- OpenAI to Anthropic

static void anthropic_tells_system_and_turns(void **state) {
    (void)state;
    assert_anthropic("{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"a\"},"
                     "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"text\",\"text\":\" \"}]},"
                     "{\"role\":\"developer\",\"content\":\"d\"},{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"user\",\"content\":\"e\\n\"}]}",
                     "{\"model\":\"claude\",\"max_tokens\":9,\"system\":[{\"type\":\"text\",\"text\":\"s\"},{\"type\":\"text\",\"text\":\"d\"}],"
                     "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]},"
                     "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"c\"}]},"
                     "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"e\\n\"}]}]}");
}

static void anthropic_uses_the_default_for_max_tokens(void **state) {
    (void)state;
    assert_anthropic("{\"model\":\"m\"," MESSAGES "}",
                     "{\"model\":\"claude\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}]}");
}

static void anthropic_makes_a_turn_of_system_messages_alone(void **state) {
    (void)state;
    assert_anthropic("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"do it\"}]}",
                     "{\"model\":\"claude\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"do it\"}]}]}");
}

static void anthropic_tells_tool_calls_and_results(void **state) {
    (void)state;
    assert_anthropic_has("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":["
                         "{\"id\":\"f.x:0\",\"type\":\"function\",\"function\":{\"name\":\"get\",\"arguments\":\"{\\\"big\\\": 9007199254740993}\"}},"
                         "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"put\",\"arguments\":\"not json\"}},"
                         "{\"id\":\"c3\",\"type\":\"function\",\"function\":{\"name\":\"nop\",\"arguments\":\"\"}}]},"
                         "{\"role\":\"tool\",\"tool_call_id\":\"f.x:0\",\"content\":\"7\"},{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"\"},"
                         "{\"role\":\"tool\",\"tool_call_id\":\"c3\",\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]},{\"role\":\"user\",\"content\":\"go on\"}]}",
                         "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"f_x_0\",\"name\":\"get\",\"input\":{\"big\": 9007199254740993}},"
                         "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"put\",\"input\":{\"_raw\":\"not json\"}},"
                         "{\"type\":\"tool_use\",\"id\":\"c3\",\"name\":\"nop\",\"input\":{}}]},"
                         "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"f_x_0\",\"content\":[{\"type\":\"text\",\"text\":\"7\"}]},"
                         "{\"type\":\"tool_result\",\"tool_use_id\":\"c2\",\"content\":[]},"
                         "{\"type\":\"tool_result\",\"tool_use_id\":\"c3\",\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]},"
                         "{\"type\":\"text\",\"text\":\"go on\"}]}]");
}

static void anthropic_tells_images_and_documents(void **state) {
    (void)state;
    assert_anthropic_has("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
                         "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image\\/png;base64,AA\\/A\"}},"
                         "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://h/x.png\"}},"
                         "{\"type\":\"file\",\"file\":{\"filename\":\"f.pdf\",\"file_data\":\"data:application/pdf;base64,BBBB\"}}]}]}",
                         "[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AA/A\"}},"
                         "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://h/x.png\"}},"
                         "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"BBBB\"},\"title\":\"f.pdf\"}]");
}

#define TOOL "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get\",\"description\":\"d\",\"parameters\":{\"type\": \"object\"}}},{\"type\":\"function\",\"function\":{\"name\":\"nop\"}}]"

static void anthropic_tells_tools_and_the_choice(void **state) {
    (void)state;
    assert_anthropic_has("{\"model\":\"m\"," TOOL "," MESSAGES "}",
                         "\"tools\":[{\"name\":\"get\",\"description\":\"d\",\"input_schema\":{\"type\": \"object\"}},{\"name\":\"nop\",\"input_schema\":{\"type\":\"object\"}}],\"stream\":true}");
#define CHOICE(c) "{\"model\":\"m\"," TOOL "," MESSAGES "," c "}"
    assert_anthropic_has(CHOICE("\"tool_choice\":\"auto\""), "\"tool_choice\":{\"type\":\"auto\"}");
    assert_anthropic_has(CHOICE("\"tool_choice\":\"none\",\"parallel_tool_calls\":false"), "\"tool_choice\":{\"type\":\"none\"}");
    assert_anthropic_has(CHOICE("\"tool_choice\":\"required\",\"parallel_tool_calls\":false"), "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}");
    assert_anthropic_has(CHOICE("\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get\"}}"), "\"tool_choice\":{\"type\":\"tool\",\"name\":\"get\"}");
    assert_anthropic_has(CHOICE("\"parallel_tool_calls\":false"), "\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}");
}

static void anthropic_tells_parameters(void **state) {
    (void)state;
    assert_anthropic_has("{\"model\":\"m\"," MESSAGES ",\"temperature\":1.7,\"top_p\":0.5,\"stop\":\"END\",\"user\":\"u1\",\"seed\":1,\"presence_penalty\":1}",
                         "],\"stop_sequences\":[\"END\"],\"temperature\":1,\"metadata\":{\"user_id\":\"u1\"},\"stream\":true}");
    assert_anthropic_has("{\"model\":\"m\"," MESSAGES ",\"temperature\":0.30,\"stop\":[\"a\",\"b\"]}", "\"stop_sequences\":[\"a\",\"b\"],\"temperature\":0.30,");
    assert_anthropic_has("{\"model\":\"m\"," MESSAGES ",\"top_p\":0.5,\"stop\":[]}", "]}],\"top_p\":0.5,\"stream\":true}");
}

#define SCHEMA(strict, s) "{\"model\":\"m\"," MESSAGES ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":" strict ",\"schema\":" s "}}}"

static void anthropic_tells_a_strict_schema_as_output_format(void **state) {
    (void)state;
    assert_anthropic_has(SCHEMA("true", "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"),
                         "\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}}}");
}

static void anthropic_tells_other_schemas_in_words(void **state) {
    (void)state;
    assert_anthropic_has(SCHEMA("false", "{\"type\":\"object\"}"),
                         "\"system\":[{\"type\":\"text\",\"text\":\"Answer with one JSON object that matches this JSON Schema, and nothing else:\\n{\\\"type\\\":\\\"object\\\"}\"}]");
    assert_anthropic_has(SCHEMA("true", "{\"type\":\"integer\",\"minimum\":1}"), "matches this JSON Schema");
    assert_null(strstr(out.at, "output_config"));
    assert_anthropic_has("{\"model\":\"m\"," MESSAGES ",\"response_format\":{\"type\":\"json_object\"}}", "Answer with one JSON object, and nothing else.");
    assert_anthropic("{\"model\":\"m\"," MESSAGES ",\"response_format\":{\"type\":\"text\"}}",
                     "{\"model\":\"claude\",\"max_tokens\":4096,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}]}");
}

static void anthropic_refuses_what_it_cannot_say(void **state) {
    (void)state;
    assert_anthropic_refuses("{\"model\":\"m\"," MESSAGES ",\"n\":2}", "n");
    assert_anthropic_refuses("{\"model\":\"m\"," MESSAGES ",\"logprobs\":true}", "logprobs");
    assert_anthropic_refuses("{\"model\":\"m\"," MESSAGES ",\"modalities\":[\"audio\"]}", "messages");
    assert_anthropic_refuses("{\"model\":\"m\"," MESSAGES ",\"stop\":\"\\n\"}", "stop");
    assert_anthropic_refuses("{\"model\":\"m\"," MESSAGES ",\"tools\":[{\"type\":\"custom\"}]}", "tools[0].type");
    assert_anthropic_refuses("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"\"}]}", "messages");
    assert_anthropic_refuses("{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "messages[0].tool_call_id");
    assert_anthropic_refuses("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"ftp://x\"}}]}]}", "messages[0].content");
    assert_anthropic_refuses("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"x\"}}]}]}", "messages[0].content");
    assert_anthropic_refuses(CHOICE("\"tool_choice\":\"maybe\""), "tool_choice");
}

static void anthropic_reports_a_full_buffer(void **state) {
    (void)state;
    struct buf small;
    struct chat_shape shape = {.model = SPAN("m"), .max_tokens_default = 1};
    buf_init(&small, 30);
    read_view("{\"model\":\"m\"," MESSAGES "}");
    assert_int_equal(chat_request_anthropic(&view, &shape, &small, &fault), -1);
    buf_free(&small);
}

static void openai_asks_for_logprobs_whatever_the_caller_said(void **state) {
    (void)state;
    struct chat_shape shape = {.model = SPAN("m"), .ask_logprobs = true};
    assert_openai("{\"model\":\"m\"," MESSAGES "}", shape,
                  "{\"logprobs\":true,\"top_logprobs\":1,\"model\":\"m\"," MESSAGES "}");
    assert_openai("{\"model\":\"m\",\"logprobs\":false,\"top_logprobs\":null," MESSAGES "}", shape,
                  "{\"model\":\"m\",\"logprobs\":true,\"top_logprobs\":1," MESSAGES "}");
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(openai_changes_the_model_and_nothing_else),
        T(openai_asks_for_a_stream_with_usage_where_absent),
        T(openai_patches_stream_options_and_keeps_the_rest),
        T(openai_asks_for_logprobs_whatever_the_caller_said),
        T(openai_drops_stream_options_with_the_stream),
        T(openai_breaks_control_tokens_also_escaped_ones),
        T(openai_breaks_control_tokens_in_tools_and_keys),
        T(openai_reports_a_full_buffer),
        T(break_control_tokens_leaves_clean_strings_alone),
        T(anthropic_tells_system_and_turns),
        T(anthropic_uses_the_default_for_max_tokens),
        T(anthropic_makes_a_turn_of_system_messages_alone),
        T(anthropic_tells_tool_calls_and_results),
        T(anthropic_tells_images_and_documents),
        T(anthropic_tells_tools_and_the_choice),
        T(anthropic_tells_parameters),
        T(anthropic_tells_a_strict_schema_as_output_format),
        T(anthropic_tells_other_schemas_in_words),
        T(anthropic_refuses_what_it_cannot_say),
        T(anthropic_reports_a_full_buffer),
    };
    return RUN(tests);
}
