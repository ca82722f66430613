#include "chat/view.h"

#include "test.h"

static const struct json_limits LIMITS = {.max_depth = 32, .max_nodes = 20000};

static struct json_doc doc;
static struct arena arena;
static struct chat_view view;
static struct chat_fault fault;

static int setup(void **state) {
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_release(&arena);
    json_free(&doc);
    return 0;
}

static int read_view(const char *body) {
    size_t at;
    assert_int_equal(json_parse(&doc, span_from(body), &LIMITS, &at), JSON_OK);
    return chat_view_openai(&view, &doc, 16, &arena, &fault);
}

// The parts of one kind, joined by |.
static const char *parts_of(enum chat_part_kind kind) {
    static char text[2000];
    size_t len = 0;
    for (uint32_t i = 0; i < view.part_count; i++) {
        const struct chat_part *p = &view.parts[i];
        if (p->kind != kind) continue;
        if (len) text[len++] = '|';
        memcpy(text + len, view.text.at + p->start, p->len);
        len += p->len;
    }
    text[len] = 0;
    return text;
}

static void assert_refused(const char *body, const char *param, const char *why) {
    assert_int_equal(read_view(body), -1);
    if (param) assert_string_equal(fault.param, param);
    else assert_null(fault.param);
    if (!strstr(fault.why.text, why)) fail_msg("\"%s\" does not say \"%s\"", fault.why.text, why);
}

#define USER(content) "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":" content "}]}"

static void view_reads_what_a_request_asks(void **state) {
    (void)state;
    assert_int_equal(read_view("{\"model\":\"gpt\\u002d5\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"n\":2,"
                               "\"max_tokens\":5,\"max_completion_tokens\":7,\"logprobs\":true,\"tools\":[{\"type\":\"function\"}],"
                               "\"response_format\":{\"type\":\"json_schema\"},\"messages\":[{\"role\":\"developer\",\"content\":\"s\"},"
                               "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":null},"
                               "{\"role\":\"user\",\"content\":\"b\"}]}"), 0);
    assert_span_equal(view.model, "gpt-5");
    assert_true(view.stream && view.wants_usage && view.has_tools && view.has_schema && view.wants_logprobs);
    assert_false(view.has_images || view.has_audio);
    assert_int_equal(view.choices, 2);
    assert_int_equal(view.max_tokens, 7);
    assert_int_equal(view.message_count, 4);
    assert_int_equal(view.user_turns, 2);
    assert_int_equal(view.messages[0].role, ROLE_SYSTEM);
    assert_int_equal(view.messages[2].role, ROLE_ASSISTANT);
}

static void view_has_defaults_for_what_is_absent(void **state) {
    (void)state;
    assert_int_equal(read_view(USER("\"hi\"")), 0);
    assert_false(view.stream || view.wants_usage || view.has_tools || view.has_schema || view.wants_logprobs);
    assert_int_equal(view.max_tokens, -1);
    assert_int_equal(view.choices, 1);
    assert_int_equal(view.unreadable, 0);
}

static void view_text_holds_every_string_and_unknown_key_decoded(void **state) {
    (void)state;
    assert_int_equal(read_view("{\"model\":\"m\",\"odd key\":{\"deep\":[\"v\\u0061l\",{\"x\":1}]},\"user\":\"u1\",\"messages\":["
                               "{\"role\":\"user\",\"name\":\"bob\",\"content\":\"caf\\u00e9\\n\",\"extra\":[\"e\"]}]}"), 0);
    assert_span_equal(view.text, "m\nodd key\ndeep\nval\nx\nu1\nbob\ncaf\xc3\xa9\n\nextra\ne");
    assert_string_equal(parts_of(PART_KEY), "odd key|deep|x|extra");
    assert_string_equal(parts_of(PART_TEXT), "caf\xc3\xa9\n");
}

static void view_parts_say_what_they_belong_to(void **state) {
    (void)state;
    assert_int_equal(read_view("{\"model\":\"m\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get\",\"description\":\"d\"}}],"
                               "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"q\"}]},"
                               "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\","
                               "\"function\":{\"name\":\"get\",\"arguments\" : \"{\\\"a\\\":1}\"}}]},"
                               "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"r\"}]}"), 0);
    assert_string_equal(parts_of(PART_DEFINITION), "function|get|d");
    assert_string_equal(parts_of(PART_ARGUMENTS), "{\"a\":1}");
    assert_string_equal(parts_of(PART_TEXT), "q|r");
    const struct chat_part *last = &view.parts[view.part_count - 1];
    assert_int_equal(last->message, 2);
    assert_int_equal(last->role, ROLE_TOOL);
    assert_int_equal(view.parts[0].message, UINT16_MAX);
    assert_int_equal(view.parts[0].role, ROLE_NONE);
}

static void view_counts_images_and_leaves_their_bytes_out(void **state) {
    (void)state;
    assert_int_equal(read_view(USER("[{\"type\":\"text\",\"text\":\"see\"},"
                                    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\",\"detail\":\"low\"}},"
                                    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://h/x.png\"}},"
                                    "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"BBBB\",\"format\":\"wav\"}},"
                                    "{\"type\":\"file\",\"file\":{\"file_data\":\"CCCC\",\"filename\":\"f.pdf\"}},"
                                    "{\"type\":\"hologram\",\"x\":\"data:DDDD\"}]")), 0);
    assert_true(view.has_images && view.has_audio);
    assert_int_equal(view.unreadable, 5);
    assert_span_equal(view.text, "m\nsee\nlow\nhttps://h/x.png\nwav\nf.pdf\nhologram\nx\ndata:DDDD");
}

static void view_shows_text_that_hides_beside_an_image(void **state) {
    (void)state;
    assert_int_equal(read_view(USER("[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:,\",\"note\":\"n\"},\"text\":\"hidden\"}]")), 0);
    assert_span_equal(view.text, "m\nnote\nn\nhidden");
    assert_int_equal(view.unreadable, 1);
}

static void view_names_the_field_that_is_wrong(void **state) {
    (void)state;
    assert_refused("[]", NULL, "object");
    assert_refused("{\"messages\":[]}", "model", "missing");
    assert_refused("{\"model\":\"\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", "model", "string");
    assert_refused("{\"model\":7,\"messages\":[]}", "model", "string");
    assert_refused("{\"model\":\"m\"}", "messages", "missing");
    assert_refused("{\"model\":\"m\",\"messages\":[]}", "messages", "at least one");
    assert_refused("{\"model\":\"m\",\"messages\":{}}", "messages", "array");
    assert_refused("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},7]}", "messages[1]", "object");
    assert_refused("{\"model\":\"m\",\"messages\":[{\"role\":\"robot\",\"content\":\"a\"}]}", "messages[0].role", "role");
    assert_refused("{\"model\":\"m\",\"messages\":[{\"content\":\"a\"}]}", "messages[0].role", "role");
    assert_refused(USER("5"), "messages[0].content", "string");
    assert_refused(USER("[\"a\"]"), "messages[0].content[0]", "object");
    assert_refused(USER("[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\"}]"), "messages[0].content[1].text", "string");
    assert_refused(USER("[{\"text\":\"a\"}]"), "messages[0].content[0].type", "type");
}

static void view_names_the_parameter_that_is_wrong(void **state) {
    (void)state;
#define WITH(field) "{\"model\":\"m\"," field ",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}"
    assert_refused(WITH("\"stream\":\"yes\""), "stream", "true or false");
    assert_refused(WITH("\"stream_options\":[]"), "stream_options", "object");
    assert_refused(WITH("\"stream_options\":{\"include_usage\":1}"), "stream_options.include_usage", "true or false");
    assert_refused(WITH("\"max_tokens\":0"), "max_tokens", "at least 1");
    assert_refused(WITH("\"max_tokens\":1.5"), "max_tokens", "whole");
    assert_refused(WITH("\"n\":0"), "n", "1 to 128");
    assert_refused(WITH("\"n\":129"), "n", "1 to 128");
    assert_refused(WITH("\"tools\":{}"), "tools", "array");
    assert_refused(WITH("\"temperature\":\"hot\""), "temperature", "number");
    assert_refused(WITH("\"response_format\":{}"), "response_format.type", "type");
    assert_int_equal(read_view(WITH("\"stream\":null,\"n\":null,\"max_tokens\":null,\"tools\":null,\"stop\":null")), 0);
}

static void view_refuses_duplicate_keys_in_every_spelling(void **state) {
    (void)state;
    assert_refused("{\"model\":\"m\",\"x\":1,\"\\u0078\":2,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", NULL, "duplicate key");
    assert_refused("{\"model\":\"m\",\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", NULL, "duplicate key");
    assert_refused("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\",\"content\":\"b\"}]}", "messages[0]", "duplicate key");
}

static void view_refuses_more_messages_than_allowed(void **state) {
    (void)state;
    char body[2000] = "{\"model\":\"m\",\"messages\":[";
    for (int i = 0; i < 17; i++) strcat(body, i ? ",{\"role\":\"user\",\"content\":\"a\"}" : "{\"role\":\"user\",\"content\":\"a\"}");
    strcat(body, "]}");
    assert_refused(body, "messages", "too many messages");
}

static void view_refuses_when_the_arena_is_full(void **state) {
    (void)state;
    struct arena small;
    size_t at;
    static char body[4000];
    memset(body, 'a', sizeof body);
    static const char HEAD[] = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"", TAIL[] = "\"}]}";
    memcpy(body, HEAD, sizeof HEAD - 1);
    memcpy(body + sizeof body - sizeof TAIL, TAIL, sizeof TAIL);
    arena_init(&small, 2048);
    assert_int_equal(json_parse(&doc, span_from(body), &LIMITS, &at), JSON_OK);
    assert_int_equal(chat_view_openai(&view, &doc, 16, &small, &fault), -1);
    assert_non_null(strstr(fault.why.text, "too large"));
    arena_release(&small);
}

static void last_user_text_joins_text_parts(void **state) {
    (void)state;
    assert_int_equal(read_view("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"first\"},{\"role\":\"assistant\",\"content\":\"x\"},"
                               "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://h\"}},"
                               "{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"text\",\"text\":\"c\"}]},{\"role\":\"assistant\",\"content\":\"y\"}]}"), 0);
    assert_span_equal(chat_last_user_text(&view, &arena), "a\nb\nc");
    assert_int_equal(read_view(USER("[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]")), 0);
    assert_span_equal(chat_last_user_text(&view, &arena), "a\nb");
    assert_int_equal(read_view("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"}]}"), 0);
    assert_int_equal(chat_last_user_text(&view, &arena).len, 0);
}

static void view_estimates_tokens_of_text_and_messages(void **state) {
    (void)state;
    assert_int_equal(read_view(USER("\"one two three\"")), 0);
    size_t one = view.estimated_tokens;
    assert_true(one >= 7 && one <= 12);
    assert_int_equal(read_view("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"one two three\"},{\"role\":\"user\",\"content\":null}]}"), 0);
    assert_int_equal(view.estimated_tokens, one + 4);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(view_reads_what_a_request_asks),
        T(view_has_defaults_for_what_is_absent),
        T(view_text_holds_every_string_and_unknown_key_decoded),
        T(view_parts_say_what_they_belong_to),
        T(view_counts_images_and_leaves_their_bytes_out),
        T(view_shows_text_that_hides_beside_an_image),
        T(view_names_the_field_that_is_wrong),
        T(view_names_the_parameter_that_is_wrong),
        T(view_refuses_duplicate_keys_in_every_spelling),
        T(view_refuses_more_messages_than_allowed),
        T(view_refuses_when_the_arena_is_full),
        T(last_user_text_joins_text_parts),
        T(view_estimates_tokens_of_text_and_messages),
    };
    return RUN(tests);
}
