#include "verify/verify.h"

#include <stdio.h>

#include "test.h"

static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 100000};

// What is asked, with the arena and the document that the view stands on.
struct bench {
    struct arena arena, work;
    struct json_doc doc;
    struct chat_view view;
    struct config config;
    struct verify_input in;
    struct verify_report report;
};

static void begin(struct bench *b, const char *fields, const char *prompt, const char *task) {
    struct chat_fault fault;
    size_t at;
    *b = (struct bench){.config = {.path = ""}};
    arena_init(&b->arena, 8 << 20);
    arena_init(&b->work, 8 << 20);
    char *body = arena_printf(&b->arena, "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}",
                              prompt, fields);
    assert_int_equal(json_parse(&b->doc, span_from(body), &LIMITS, &at), JSON_OK);
    assert_int_equal(chat_view_openai(&b->view, &b->doc, 100, &b->arena, &fault), 0);
    b->config.local.model = "other";
    b->config.local.url = "";
    b->config.limits.json_depth = 64;
    b->config.limits.json_values = 100000;
    b->config.limits.verify_steps = 100000;
    b->config.limits.verify_input_bytes = 100000;
    b->config.routing.verify.logprobs = true;
    b->config.routing.verify.min_mean_logprob = -1;
    b->config.routing.verify.min_logprob = -5;
    b->in = (struct verify_input){.view = &b->view,
                                  .config = &b->config,
                                  .need = verify_need_of(&b->view, task, &b->config, NULL),
                                  .max_tokens = b->view.max_tokens};
}

static enum verify_check check(struct bench *b, const char *choices) {
    char *body = arena_printf(&b->work, "{\"choices\":[%s],\"usage\":{\"completion_tokens\":5}}", choices);
    verify_answer(&b->in, span_from(body), &b->work, &b->report);
    return b->report.failed;
}

static void end(struct bench *b) {
    json_free(&b->doc);
    arena_release(&b->arena);
    arena_release(&b->work);
}

#define SAYS(text) "{\"index\":0,\"message\":{\"content\":\"" text "\"},\"finish_reason\":\"stop\"}"
#define OBJECT ",\"response_format\":{\"type\":\"json_object\"}"
#define SCHEMA(s) ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" s "}}"
#define TOOLS                                                                                                          \
    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"properties\":{\"n\":{\"type\":" \
    "\"integer\"}}}}}]"
#define CALLS(name, arguments)                                                                                         \
    "{\"message\":{\"content\":null,\"tool_calls\":[{\"function\":{\"name\":\"" name "\",\"arguments\":\"" arguments   \
    "\"}}]},\"finish_reason\":\"tool_calls\"}"

static const struct {
    const char *fields, *prompt, *task, *choices;
    enum verify_check failed;
} EXAMPLES[] = {
    {"", "hi", "chat", SAYS("hello"), CHECK_COUNT},
    {"", "hi", "chat", SAYS(" \\n"), CHECK_EMPTY},
    {"", "hi", "chat", "{\"message\":{\"content\":null},\"finish_reason\":\"stop\"}", CHECK_EMPTY},
    {"", "hi", "chat", "{\"message\":null}", CHECK_EMPTY},
    {"", "hi", "chat", "", CHECK_EMPTY},
    {"", "hi", "chat", SAYS("one") "," SAYS(""), CHECK_EMPTY}, // every choice has to pass
    {"", "hi", "chat", "{\"message\":{\"content\":\"a b\"},\"finish_reason\":\"length\"}", CHECK_TRUNCATED},
    {",\"max_tokens\":5", "hi", "chat", "{\"message\":{\"content\":\"a b\"},\"finish_reason\":\"length\"}",
     CHECK_COUNT},
    {",\"max_tokens\":9", "hi", "chat", "{\"message\":{\"content\":\"a b\"},\"finish_reason\":\"length\"}",
     CHECK_TRUNCATED},
    {"", "hi", "chat", "{\"message\":{\"content\":null,\"refusal\":\"no\"},\"finish_reason\":\"stop\"}",
     CHECK_REFUSING},
    {"", "hi", "chat", SAYS("I cannot do that."), CHECK_REFUSING},
    {"", "rewrite: I cannot come", "rewrite", SAYS("I cannot do that."), CHECK_COUNT},
    {OBJECT, "hi", "chat", SAYS("{\\\"a\\\":1}"), CHECK_COUNT},
    {OBJECT, "hi", "chat", SAYS("[1]"), CHECK_SCHEMA},
    {OBJECT, "hi", "chat", SAYS("{},{}"), CHECK_SCHEMA},
    {OBJECT, "hi", "chat", SAYS("{}],[{}"), CHECK_SCHEMA},
    {OBJECT, "hi", "chat", SAYS("```json\\n{}\\n```"), CHECK_SCHEMA},
    {SCHEMA("{\"type\":\"object\",\"required\":[\"a\"]}"), "hi", "chat", SAYS("{\\\"a\\\":1}"), CHECK_COUNT},
    {SCHEMA("{\"type\":\"object\",\"required\":[\"a\"]}"), "hi", "chat", SAYS("{\\\"b\\\":1}"), CHECK_SCHEMA},
    {SCHEMA("{\"$ref\":\"#\"}"), "hi", "chat", SAYS("{}"), CHECK_COUNT}, // cannot be told: skipped
    {SCHEMA("5"), "hi", "chat", SAYS("{}"), CHECK_COUNT},
    {TOOLS, "hi", "chat", SAYS("no call"), CHECK_COUNT},
    {TOOLS ",\"tool_choice\":\"required\"", "hi", "chat", SAYS("no call"), CHECK_TOOL},
    {TOOLS, "hi", "chat", CALLS("f", "{\\\"n\\\":1}"), CHECK_COUNT},
    {TOOLS, "hi", "chat", CALLS("f", ""), CHECK_COUNT},
    {TOOLS, "hi", "chat", CALLS("f", "{\\\"n\\\":\\\"1\\\"}"), CHECK_TOOL},
    {TOOLS, "hi", "chat", CALLS("f", "[1]"), CHECK_TOOL},
    {TOOLS, "hi", "chat", CALLS("f", "{"), CHECK_TOOL},
    {TOOLS, "hi", "chat", CALLS("g", "{}"), CHECK_TOOL},
    {OBJECT, "order 7731 of Jane", "extract", SAYS("{\\\"order\\\":7731,\\\"name\\\":\\\"jane\\\"}"), CHECK_COUNT},
    {OBJECT, "order 7731 of Jane", "extract", SAYS("{\\\"order\\\":7713}"), CHECK_GROUNDED},
    {"", "order 7731 of Jane", "extract", SAYS("{\\\"order\\\":7713}"), CHECK_GROUNDED}, // JSON without being asked
    {"", "order 7731 of Jane", "extract", SAYS("The order is 7713."), CHECK_COUNT},
    {OBJECT, "order 7731 of Jane", "chat", SAYS("{\\\"order\\\":7713}"), CHECK_COUNT}, // no extraction
    {SCHEMA("{\"properties\":{\"mood\":{\"enum\":[\"angry\"]}}}"), "order 7731", "extract",
     SAYS("{\\\"mood\\\":\\\"angry\\\"}"), CHECK_COUNT},
};

static void verify_says_which_check_failed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++) {
        struct bench b;
        begin(&b, EXAMPLES[i].fields, EXAMPLES[i].prompt, EXAMPLES[i].task);
        enum verify_check failed = check(&b, EXAMPLES[i].choices);
        if (failed != EXAMPLES[i].failed) print_error("example %zu: %s\n", i, verify_check_name(failed));
        assert_int_equal(failed, EXAMPLES[i].failed);
        end(&b);
    }
}

static char *with_logprobs(struct bench *b, double first, double second) {
    return arena_printf(
        &b->arena,
        "{\"message\":{\"content\":\"a b\"},\"finish_reason\":\"stop\",\"logprobs\":{\"content\":["
        "{\"token\":\"a\",\"logprob\":%g},{\"token\":\" b\",\"logprob\":%g},{\"token\":\"\",\"logprob\":-9}]}}",
        first, second);
}

static void verify_confidence_has_a_line_for_the_mean_and_one_for_the_least(void **state) {
    (void)state;
    struct bench b;
    begin(&b, "", "hi", "chat");
    assert_int_equal(check(&b, with_logprobs(&b, -0.5, -1)), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_CONFIDENCE], VERIFY_PASSED);
    assert_int_equal(check(&b, with_logprobs(&b, -1.5, -1)), CHECK_CONFIDENCE);
    b.config.routing.verify.min_mean_logprob = -30;
    b.in.need = verify_need_of(&b.view, "chat", &b.config, NULL);
    assert_int_equal(check(&b, with_logprobs(&b, -4.9, 0)), CHECK_COUNT);
    assert_int_equal(check(&b, with_logprobs(&b, -5.1, 0)), CHECK_CONFIDENCE);
    assert_int_equal(check(&b, with_logprobs(&b, -1e300, 0)), CHECK_CONFIDENCE);
    end(&b);
}

static void verify_confidence_without_logprobs_is_skipped(void **state) {
    (void)state;
    struct bench b;
    begin(&b, "", "hi", "chat");
    assert_int_equal(check(&b, SAYS("a")), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_CONFIDENCE], VERIFY_SKIPPED);
    assert_int_equal(b.report.results[CHECK_EMPTY], VERIFY_PASSED);
    end(&b);
}

static void verify_without_a_line_asks_and_doubts_nobody(void **state) {
    (void)state;
    struct bench b;
    begin(&b, "", "hi", "chat");
    b.config.routing.verify.min_mean_logprob = b.config.routing.verify.min_logprob = 0;
    b.in.need = verify_need_of(&b.view, "chat", &b.config, NULL);
    assert_true(b.in.need.checks >> CHECK_CONFIDENCE & 1);
    assert_int_equal(b.in.need.line.source, LINE_NONE);
    assert_int_equal(check(&b, with_logprobs(&b, -8, -4)), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_CONFIDENCE], VERIFY_SKIPPED);
    assert_int_equal(b.report.confidence.tokens, 2); // but they are told
    assert_true(b.report.confidence.mean == -6 && b.report.confidence.least == -8);
    b.config.routing.verify.logprobs = false;
    assert_false(verify_need_of(&b.view, "chat", &b.config, NULL).checks >> CHECK_CONFIDENCE & 1);
    end(&b);
}

static void verify_tells_log_probabilities_of_an_answer_that_another_check_doubts(void **state) {
    (void)state;
    struct bench b;
    begin(&b, "", "hi", "chat");
    const char *empty =
        "{\"message\":{\"content\":\"\"},\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-2}]}}";
    assert_int_equal(check(&b, empty), CHECK_EMPTY);
    assert_true(b.report.confidence.least == -2);
    char *both = arena_printf(&b.work, "%s,%s", with_logprobs(&b, -0.5, -1), with_logprobs(&b, -0.1, -3));
    (void)check(&b, both);
    assert_true(b.report.confidence.least == -3); // the least sure of several choices
    end(&b);
}

static void verify_of_a_beginning_says_what_can_be_told(void **state) {
    (void)state;
    struct bench b;
    begin(&b, "", "hi", "chat");
    b.in.partial = true;
    assert_int_equal(check(&b, "{\"message\":{\"content\":\"```c\"}}"), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_TRUNCATED], VERIFY_SKIPPED);
    assert_int_equal(check(&b, "{\"message\":{\"content\":null}}"), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_EMPTY], VERIFY_SKIPPED);
    assert_int_equal(check(&b, "{\"message\":{\"content\":\"As an AI\"}}"), CHECK_REFUSING);
    assert_int_equal(check(&b, ""), CHECK_COUNT);
    end(&b);
}

static void verify_without_the_request_skips_what_compares_with_it(void **state) {
    (void)state;
    struct bench b;
    begin(&b, OBJECT, "order 7731", "extract");
    b.in.view = NULL;
    assert_int_equal(check(&b, SAYS("no JSON at all")), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_SCHEMA], VERIFY_SKIPPED);
    assert_int_equal(b.report.results[CHECK_GROUNDED], VERIFY_SKIPPED);
    end(&b);
}

static void verify_of_a_long_request_is_not_grounded(void **state) {
    (void)state;
    struct bench b;
    begin(&b, OBJECT, "order 7731", "extract");
    b.config.limits.verify_input_bytes = 5;
    assert_int_equal(check(&b, SAYS("{\\\"order\\\":7713}")), CHECK_COUNT);
    assert_int_equal(b.report.results[CHECK_GROUNDED], VERIFY_SKIPPED);
    end(&b);
}

static void verify_in_a_full_arena_accuses_nobody(void **state) {
    (void)state;
    for (size_t room = 0; room < 40000; room += 997) {
        struct bench b;
        begin(&b, SCHEMA("{\"type\":\"object\"}"), "order 7731", "extract");
        struct arena small;
        arena_init(&small, room);
        static const char BODY[] = "{\"choices\":[" SAYS("{\\\"order\\\":7731}") "]}";
        verify_answer(&b.in, span_make(BODY, sizeof BODY - 1), &small, &b.report);
        // without memory for the text it is empty, and without memory for its JSON none: both are doubts, not crimes
        assert_true(b.report.failed == CHECK_COUNT || b.report.failed <= CHECK_SCHEMA);
        arena_release(&small);
        end(&b);
    }
}

static void verify_needs_follow_the_request(void **state) {
    (void)state;
    struct bench b;
    begin(&b, TOOLS OBJECT, "hi", "extract");
    assert_true(b.in.need.whole);
    assert_int_equal(b.in.need.checks, 1u << CHECK_EMPTY | 1u << CHECK_TRUNCATED | 1u << CHECK_SCHEMA |
                                           1u << CHECK_TOOL | 1u << CHECK_GROUNDED | 1u << CHECK_LOOPING |
                                           1u << CHECK_REFUSING);
    end(&b);
}

static void verify_names_are_words(void **state) {
    (void)state;
    for (enum verify_check c = 0; c < CHECK_COUNT; c++)
        assert_true(*verify_check_name(c) && *verify_check_text(c) && strlen(verify_check_name(c)) < 16);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_says_which_check_failed),
        cmocka_unit_test(verify_confidence_has_a_line_for_the_mean_and_one_for_the_least),
        cmocka_unit_test(verify_confidence_without_logprobs_is_skipped),
        cmocka_unit_test(verify_without_a_line_asks_and_doubts_nobody),
        cmocka_unit_test(verify_tells_log_probabilities_of_an_answer_that_another_check_doubts),
        cmocka_unit_test(verify_of_a_beginning_says_what_can_be_told),
        cmocka_unit_test(verify_without_the_request_skips_what_compares_with_it),
        cmocka_unit_test(verify_of_a_long_request_is_not_grounded),
        cmocka_unit_test(verify_in_a_full_arena_accuses_nobody),
        cmocka_unit_test(verify_needs_follow_the_request),
        cmocka_unit_test(verify_names_are_words),
    };
    return RUN(tests);
}
