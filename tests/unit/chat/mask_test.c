#include "mask_help.h"

#define USER(content) "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" content "\"}]}"
#define MAIL "ann@corp.example"

static void assert_masked(const char *body, const struct value *values, size_t count, const char *expected) {
    struct masking t;
    masking_open(&t, body, values, count, MASK_LIMITS);
    if (!t.mask) fail_msg("not masked: %s", t.why);
    assert_null(t.why);
    assert_span_equal(mask_body(t.mask), expected);
    masking_close(&t);
}

static void assert_refused(const char *body, const struct value *values, size_t count, const char *why) {
    struct masking t;
    masking_open(&t, body, values, count, MASK_LIMITS);
    assert_null(t.mask);
    if (!t.why || !strstr(t.why, why)) fail_msg("\"%s\" does not say \"%s\"", t.why ? t.why : "", why);
    masking_close(&t);
}

#define ONE(text, type) (const struct value[]){{text, type}}, 1

static void mask_replaces_a_value_and_nothing_else(void **state) {
    (void)state;
    assert_masked(
        "{ \"model\" : \"m\",\"x\":1.50, \"messages\":[ {\"role\":\"user\",\"content\":\"To " MAIL "!\"} ] }",
        ONE(MAIL, "EMAIL_ADDRESS"),
        "{ \"model\" : \"m\",\"x\":1.50, \"messages\":[ {\"role\":\"user\",\"content\":\"To [EMAIL_1]!\"} ] }");
}

static void mask_of_the_same_value_is_the_same_placeholder(void **state) {
    (void)state;
    // the second place of the address was not among the findings; the third is part of another word
    assert_masked(USER("a " MAIL " b " MAIL " c x" MAIL), ONE(MAIL, "EMAIL_ADDRESS"),
                  USER("a [EMAIL_1] b [EMAIL_1] c x" MAIL));
}

static void mask_numbers_each_type_by_itself(void **state) {
    (void)state;
    const struct value values[] = {{"Ann", "PERSON"}, {MAIL, "EMAIL_ADDRESS"}, {"Bob", "PERSON"}, {"xy", "US_SSN"}};
    assert_masked(USER("Ann Bob " MAIL " xy"), values, 4, USER("[PERSON_1] [PERSON_2] [EMAIL_1] [US_SSN_1]"));
}

static void mask_joins_findings_that_overlap(void **state) {
    (void)state;
    const struct value values[] = {{"Ann Lee", "PERSON"}, {"Lee Road 5", "ADDRESS"}, {"Road", "LOCATION"}};
    assert_masked(USER("at Ann Lee Road 5."), values, 3, USER("at [ADDRESS_1]."));
}

static void mask_keeps_characters_whole(void **state) {
    (void)state;
    struct masking t;
    masking_open(&t, USER("von Jos\xc3\xa9 an"), NULL, 0, MASK_LIMITS);
    mask_free(t.mask);
    size_t at = span_find(t.view.text, SPAN("Jos"));
    struct mask_span cut = {(uint32_t)at, (uint32_t)at + 4, "PERSON"}; // ends within the last letter
    struct mask_limits limits = MASK_LIMITS;
    t.mask = mask_new(&t.view, &cut, 1, &limits, &t.why);
    assert_non_null(t.mask);
    assert_span_equal(mask_value(t.mask, 0), "Jos\xc3\xa9");
    assert_span_equal(mask_body(t.mask), USER("von [PERSON_1] an"));
    masking_close(&t);
}

static void mask_reads_and_writes_escapes(void **state) {
    (void)state;
    assert_masked(USER("\\u0041nn said: \\\"hi\\\"\\n\\tto \\ud83d\\ude00 " MAIL "\\u0000"), ONE(MAIL, "EMAIL_ADDRESS"),
                  USER("Ann said: \\\"hi\\\"\\n\\tto \xf0\x9f\x98\x80 [EMAIL_1]\\u0000"));
}

static void mask_finds_every_message_and_field(void **state) {
    (void)state;
    assert_masked(
        "{\"model\":\"m\",\"user\":\"" MAIL "\",\"messages\":[{\"role\":\"system\",\"content\":\"I am " MAIL
        "\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"by " MAIL "\"}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"" MAIL "\"}],\"metadata\":{\"a\":\"" MAIL "\"}}",
        ONE(MAIL, "EMAIL_ADDRESS"),
        "{\"model\":\"m\",\"user\":\"[EMAIL_1]\",\"messages\":[{\"role\":\"system\",\"content\":\"I am [EMAIL_1]"
        "\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"by [EMAIL_1]\"}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"[EMAIL_1]\"}],\"metadata\":{\"a\":\"[EMAIL_1]\"}}");
}

// ---------------------------------------------------------------- arguments of calls

#define CALL(arguments)                                                                                                \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"  \
    "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"" arguments "\"}}]}]}"

static void mask_replaces_within_arguments(void **state) {
    (void)state;
    assert_masked(CALL("{\\\"to\\\": [\\\"" MAIL "\\\"]}"), ONE(MAIL, "EMAIL_ADDRESS"),
                  CALL("{\\\"to\\\": [\\\"[EMAIL_1]\\\"]}"));
    assert_masked(CALL("no JSON: " MAIL), ONE(MAIL, "EMAIL_ADDRESS"), CALL("no JSON: [EMAIL_1]"));
}

static void mask_value_of_arguments_is_free_of_their_escapes(void **state) {
    (void)state;
    struct masking t;
    MASKING(&t, CALL("{\\\"n\\\":\\\"O\\\\\\\"Hara \\\\u00e9\\\"}"), {"O\\\"Hara \\u00e9", "PERSON"});
    assert_non_null(t.mask);
    assert_span_equal(mask_value(t.mask, 0), "O\"Hara \xc3\xa9");
    assert_span_equal(mask_body(t.mask), CALL("{\\\"n\\\":\\\"[PERSON_1]\\\"}"));
    masking_close(&t);
    // a finding that took the n of \n for a letter, and one that ends within an escape
    MASKING(&t, CALL("{\\\"n\\\":\\\"x\\\\n" MAIL "\\\"}"), {"n" MAIL, "EMAIL_ADDRESS"});
    assert_span_equal(mask_value(t.mask, 0), MAIL);
    assert_span_equal(mask_body(t.mask), CALL("{\\\"n\\\":\\\"x\\\\n[EMAIL_1]\\\"}"));
    masking_close(&t);
    MASKING(&t, CALL("{\\\"n\\\":\\\"Ren\\\\u00e9 x\\\"}"), {"Ren\\u00", "PERSON"});
    assert_span_equal(mask_value(t.mask, 0), "Ren\xc3\xa9");
    assert_span_equal(mask_body(t.mask), CALL("{\\\"n\\\":\\\"[PERSON_1] x\\\"}"));
    masking_close(&t);
}

static void mask_refuses_what_would_break_arguments(void **state) {
    (void)state;
    assert_refused(CALL("{\\\"n\\\": 5551234567}"), ONE("5551234567", "PHONE_NUMBER"), "outside of a string");
    assert_refused(CALL("{\\\"" MAIL "\\\" : 1}"), ONE(MAIL, "EMAIL_ADDRESS"), "key of a call");
    assert_refused(CALL("{\\\"a\\\":\\\"b\\\",\\\"c\\\":1}"), ONE("b\",\"c", "X"), "outside of a string");
}

// ---------------------------------------------------------------- what is not masked

static void mask_refuses_keys_and_definitions(void **state) {
    (void)state;
    assert_refused("{\"model\":\"m\",\"metadata\":{\"" MAIL
                   "\":\"x\"},\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                   ONE(MAIL, "EMAIL_ADDRESS"), "key");
    assert_refused(
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{\"type\":\"function\","
        "\"function\":{\"name\":\"f\",\"description\":\"mails " MAIL "\"}}]}",
        ONE(MAIL, "EMAIL_ADDRESS"), "definition");
    // found in a message, and known to stand in a key too
    assert_refused("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" MAIL "\"}],\"metadata\":{\"" MAIL
                   "\":1}}",
                   ONE(MAIL, "EMAIL_ADDRESS"), "key");
}

static void mask_refuses_findings_without_one_place(void **state) {
    (void)state;
    struct masking t;
    struct mask_limits limits = MASK_LIMITS;
    assert_refused("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"ab\"},{\"role\":\"user\","
                   "\"content\":\"cd\"}]}",
                   ONE("b\nc", "X"), "two strings");
    masking_open(&t, USER("abc"), NULL, 0, MASK_LIMITS);
    mask_free(t.mask);
    static const struct mask_span WRONG[] = {{1, 1, "X"}, {2, 1, "X"}, {0, 9999, "X"}};
    for (size_t i = 0; i < 3; i++) {
        t.mask = mask_new(&t.view, &WRONG[i], 1, &limits, &t.why);
        assert_null(t.mask);
        assert_string_equal(t.why, "a finding has no place of its own");
    }
    masking_close(&t);
}

static void mask_refuses_what_cannot_be_restored(void **state) {
    (void)state;
    assert_refused("{\"model\":\"m\",\"logprobs\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" MAIL "\"}]}",
                   ONE(MAIL, "EMAIL_ADDRESS"), "log probabilities");
    assert_refused("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" MAIL
                   "\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/\"}}]}]}",
                   ONE(MAIL, "EMAIL_ADDRESS"), "not text");
}

static void mask_refuses_over_its_limits(void **state) {
    (void)state;
    struct masking t;
    const struct value values[] = {{"abcd", "PERSON"}, {"efgh", "PERSON"}};
    masking_open(&t, USER("abcd efgh"), values, 2, (struct mask_limits){.values = 2, .bytes = 8});
    assert_non_null(t.mask);
    masking_close(&t);
    masking_open(&t, USER("abcd efgh"), values, 2, (struct mask_limits){.values = 1, .bytes = 8});
    assert_null(t.mask);
    assert_string_equal(t.why, "more values than limits.mask_values");
    masking_close(&t);
    masking_open(&t, USER("abcd efgh"), values, 2, (struct mask_limits){.values = 2, .bytes = 7});
    assert_null(t.mask);
    assert_string_equal(t.why, "more bytes of values than limits.mask_bytes");
    masking_close(&t);
}

static void mask_gives_up_on_endless_repetition(void **state) {
    (void)state;
    enum { COUNT = 101000 };
    struct buf body;
    struct masking t;
    buf_init(&body, 1 << 21);
    buf_add_z(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"1.2.3.4 ");
    for (int i = 0; i < COUNT; i++) buf_add_z(&body, "1.2.3.4"); // each within what looks like a longer number
    buf_add_z(&body, "\"}]}");
    masking_open(&t, body.at, ONE("1.2.3.4", "IP_ADDRESS"), MASK_LIMITS);
    assert_null(t.mask);
    assert_string_equal(t.why, "the request repeats parts of a value too often");
    masking_close(&t);
    buf_free(&body);
}

static void mask_without_memory_is_refused(void **state) {
    (void)state;
    struct masking t;
    struct mask_limits limits = MASK_LIMITS;
    masking_open(&t, USER("abcd"), NULL, 0, MASK_LIMITS);
    mask_free(t.mask);
    t.arena.max = t.arena.total;
    while (arena_alloc(&t.arena, 256)) continue;
    struct mask_span span = {(uint32_t)t.view.text.len - 4, (uint32_t)t.view.text.len, "X"};
    t.mask = mask_new(&t.view, &span, 1, &limits, &t.why);
    assert_null(t.mask);
    assert_string_equal(t.why, "the request is too large for its memory");
    masking_close(&t);
}

// ---------------------------------------------------------------- placeholders

static void mask_avoids_what_the_caller_wrote(void **state) {
    (void)state;
    struct masking t;
    static const char *const TAKEN[] = {"[EMAIL_1]", "[email_7", "[Person_1]", "[X_12_ABCD]"};
    for (size_t i = 0; i < sizeof TAKEN / sizeof *TAKEN; i++) {
        char body[256];
        snprintf(body, sizeof body, USER("%s or " MAIL), TAKEN[i]);
        MASKING(&t, body, {MAIL, "EMAIL_ADDRESS"});
        struct span name = mask_placeholder(t.mask, 0);
        assert_int_equal(name.len, strlen("[EMAIL_1_KQZX]"));
        assert_true(mask_is_placeholder(name));
        assert_int_equal(span_find(span_from(body), span_sub(name, 8, 5)), SIZE_MAX);
        masking_close(&t);
    }
    // brackets of other kinds leave the placeholders plain
    MASKING(&t, USER("a[1] [x1] [NAME] [_] " MAIL), {MAIL, "EMAIL_ADDRESS"});
    assert_span_equal(mask_placeholder(t.mask, 0), "[EMAIL_1]");
    masking_close(&t);
}

static void mask_makes_labels_of_any_type(void **state) {
    (void)state;
    static const char *const CASES[][2] = {
        {"us_ssn", "[US_SSN_1]"}, {"42", "[VALUE_1]"},
        {"IPV4", "[IPV_1]"},      {"_A_", "[A_1]"},
        {"", "[VALUE_1]"},        {"A_VERY_LONG_NAME_OF_A_TYPE_OF_FINDING", "[A_VERY_LONG_NAME_OF_A_TY_1]"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct masking t;
        MASKING(&t, USER("abcd"), {"abcd", CASES[i][0]});
        assert_span_equal(mask_placeholder(t.mask, 0), CASES[i][1]);
        assert_true(mask_is_placeholder(mask_placeholder(t.mask, 0)));
        masking_close(&t);
    }
}

static void mask_knows_the_shape_of_a_placeholder(void **state) {
    (void)state;
    static const char *const GOOD[] = {"[A_1]", "[US_SSN_123]", "[EMAIL_1_KQZX]"};
    static const char *const BAD[] = {"",
                                      "[A_1",
                                      "A_1]",
                                      "[A1]",
                                      "[A_]",
                                      "[_1]",
                                      "[a_1]",
                                      "[A_1234]",
                                      "[A_1_KQZ]",
                                      "[A_1_KQZXY]",
                                      "[A_1_kqzx]",
                                      "[A_1]]",
                                      "[[A_1]",
                                      "[A_1 ]",
                                      "[A_1_]",
                                      "[1_1]",
                                      "[CARD_4111111111111111]"};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) assert_true(mask_is_placeholder(span_from(GOOD[i])));
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (mask_is_placeholder(span_from(BAD[i]))) fail_msg("%s", BAD[i]);
}

static void mask_hides_looks_for_words(void **state) {
    (void)state;
    struct masking t;
    MASKING(&t, USER("Hans or xyz"), {"Hans", "PERSON"}, {"xyz", "PERSON"});
    assert_true(mask_hides(t.mask, SPAN("Hansa, Johans, hans, [PERSON_1]; xyz is too short to look for")));
    assert_false(mask_hides(t.mask, SPAN("(Hans)")));
    assert_false(mask_hides(t.mask, SPAN("Hansa Hans")));
    assert_true(mask_hides(t.mask, SPAN("")));
    masking_close(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mask_replaces_a_value_and_nothing_else),
        cmocka_unit_test(mask_of_the_same_value_is_the_same_placeholder),
        cmocka_unit_test(mask_numbers_each_type_by_itself),
        cmocka_unit_test(mask_joins_findings_that_overlap),
        cmocka_unit_test(mask_keeps_characters_whole),
        cmocka_unit_test(mask_reads_and_writes_escapes),
        cmocka_unit_test(mask_finds_every_message_and_field),
        cmocka_unit_test(mask_replaces_within_arguments),
        cmocka_unit_test(mask_value_of_arguments_is_free_of_their_escapes),
        cmocka_unit_test(mask_refuses_what_would_break_arguments),
        cmocka_unit_test(mask_refuses_keys_and_definitions),
        cmocka_unit_test(mask_refuses_findings_without_one_place),
        cmocka_unit_test(mask_refuses_what_cannot_be_restored),
        cmocka_unit_test(mask_refuses_over_its_limits),
        cmocka_unit_test(mask_gives_up_on_endless_repetition),
        cmocka_unit_test(mask_without_memory_is_refused),
        cmocka_unit_test(mask_avoids_what_the_caller_wrote),
        cmocka_unit_test(mask_makes_labels_of_any_type),
        cmocka_unit_test(mask_knows_the_shape_of_a_placeholder),
        cmocka_unit_test(mask_hides_looks_for_words),
    };
    return RUN(tests);
}
