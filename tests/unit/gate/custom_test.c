// The operator's own patterns: what they find, when they are tried, and that none of them makes a scan hang.
#include "base/clock.h"
#include "gate_help.h"

static struct fixture gate;

static void open_rules(struct config_rule *rules, size_t count, int64_t max_us) {
    struct config config = {.policy = {.rules = rules, .rule_count = count, .max_scan_us = max_us}};
    fixture_open(&gate, &config);
}

static void custom_rule_finds_every_match(void **state) {
    (void)state;
    struct config_rule rule = {.name = "employee-id", .pattern = "\\bEMP-\\d{5}\\b", .class_ = 0, .decides = 1};
    open_rules(&rule, 1, 0);
    const struct verdict *v = scan_as(&gate, "EMP-12345, EMP-1, EMP-99999", PROFILE_BALANCED);
    assert_true(v->sensitive);
    assert_int_equal(v->classes, CLASS_PII);
    assert_int_equal(v->count, 2);
    assert_string_equal(v->findings[0].rule, "custom.employee-id");
    assert_string_equal(v->findings[0].type, "EMPLOYEE_ID");
    assert_int_equal(v->findings[0].start, 0);
    assert_int_equal(v->findings[0].end, 9);
    assert_int_equal(v->findings[1].start, 18);
    assert_false(scan_as(&gate, "EMP-1", PROFILE_STRICT)->sensitive);
    fixture_close(&gate);
}

static void custom_rule_decides_as_it_is_told(void **state) {
    (void)state;
    static const bool SENSITIVE[3][3] = {{true, false, false}, {true, true, false}, {true, true, true}};
    for (int decides = 0; decides < 3; decides++) {
        struct config_rule rule = {.name = "word", .pattern = "aurora", .class_ = 4, .decides = decides};
        open_rules(&rule, 1, 0);
        for (int p = 0; p < 3; p++)
            assert_int_equal(scan_as(&gate, "the aurora plan", (enum profile)p)->sensitive, SENSITIVE[decides][p]);
        fixture_close(&gate);
    }
}

static void custom_rule_with_a_keyword_is_tried_only_where_it_stands(void **state) {
    (void)state;
    struct config_rule rule = {.name = "n", .pattern = "\\d{4}", .keyword = "ticket", .class_ = 4, .decides = 1};
    open_rules(&rule, 1, 0);
    assert_false(scan_as(&gate, "in 2024", PROFILE_STRICT)->sensitive);
    assert_true(scan_as(&gate, "in 2024, TICKET", PROFILE_BALANCED)->sensitive);
    assert_false(scan_as(&gate, "in 2024", PROFILE_STRICT)->sensitive); // the view before is forgotten
    fixture_close(&gate);
}

// The literal pass skips what lies inside a finding; a keyword there counts all the same.
static void custom_keyword_within_another_finding_counts(void **state) {
    (void)state;
    struct config_rule rule = {.name = "n", .pattern = "Q\\d{3}", .keyword = "confidential", .class_ = 4, .decides = 1};
    open_rules(&rule, 1, 0);
    const struct verdict *v = scan_as(&gate, "strictly confidential and proprietary: Q417", PROFILE_BALANCED);
    assert_non_null(find(v, "N"));
    fixture_close(&gate);
}

static void custom_rule_is_found_across_the_steps_of_a_search(void **state) {
    (void)state;
    struct config_rule rule = {.name = "n", .pattern = "x{40}", .class_ = 4, .decides = 1};
    open_rules(&rule, 1, 0);
    for (int at = 200; at < 300; at++) {
        char text[512];
        snprintf(text, sizeof text, "%*s%s", at, "", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx yy");
        const struct verdict *v = scan_as(&gate, text, PROFILE_BALANCED);
        assert_int_equal(v->count, 1);
        assert_int_equal(v->findings[0].start, at);
    }
    fixture_close(&gate);
}

static void custom_rule_sees_characters_not_bytes(void **state) {
    (void)state;
    struct config_rule rule = {.name = "n", .pattern = "^.{3}$", .class_ = 4, .decides = 1};
    open_rules(&rule, 1, 0);
    assert_true(scan_as(&gate, "äöü", PROFILE_BALANCED)->sensitive);
    char text[600];
    size_t n = 0;
    for (; n < 598; n += 2) memcpy(text + n, "ä", 2);
    text[n] = 0;
    assert_false(scan_as(&gate, text, PROFILE_STRICT)->sensitive);
    fixture_close(&gate);
}

// Patterns that take exponential, or at least square, time on these texts.
static void custom_rule_without_end_is_stopped_and_counts(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *piece, *end;
    } ROWS[] = {{"(a+)+$", "a", "!"},
                {"(a|aa)+$", "a", "!"},
                {"(*NO_JIT)(a|aa)+$", "a", "!"},
                {"(.*)*[xy]", "ab", ""},
                {"^(([a-z])+.)+[A-Z]([a-z])+$", "a", ""},
                {"(\\w+\\s?)+[:;]", "word ", "."}};
    static char text[20001];
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct config_rule rule = {.name = "evil", .pattern = ROWS[i].pattern, .class_ = 4};
        open_rules(&rule, 1, 50000);
        size_t n = 0, piece = strlen(ROWS[i].piece);
        for (; n + piece < 20000 - 1; n += piece) memcpy(text + n, ROWS[i].piece, piece);
        snprintf(text + n, sizeof text - n, "%s", ROWS[i].end);
        uint64_t start = clock_now_ns();
        const struct verdict *v = scan_as(&gate, text, PROFILE_LENIENT);
        uint64_t took_ms = (clock_now_ns() - start) / 1000000;
        if (!v->sensitive) fail_msg("%s let it pass", ROWS[i].pattern);
        assert_int_equal(v->classes, CLASS_UNREADABLE);
        assert_true(find(v, "CUSTOM_LIMIT") || !strcmp(v->findings[0].rule, "limit.time"));
        assert_true(took_ms < 5000); // hours without limits; much room for a busy machine and sanitizers
        fixture_close(&gate);
    }
}

static void custom_limit_is_reached_at_once(void **state) {
    (void)state;
    struct config_rule rule = {.name = "evil", .pattern = "(a+)+$", .class_ = 4};
    open_rules(&rule, 1, 0); // without any limit of time
    const struct verdict *v = scan_as(&gate, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", PROFILE_LENIENT);
    assert_true(v->sensitive);
    assert_string_equal(v->findings[0].rule, "custom.limit");
    fixture_close(&gate);
}

static void custom_rule_that_is_none_makes_no_gate(void **state) {
    (void)state;
    static const char *const WRONG[] = {"(", "a*", "[z-a]", "(?<n>a)(?<n>b)"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        struct config_rule rule = {.name = "bad", .pattern = WRONG[i]};
        struct config config = {.policy = {.rules = &rule, .rule_count = 1}};
        struct err e = {""};
        assert_null(gate_new(&config, &e));
        assert_non_null(strstr(e.text, "policy.rules: bad: pattern: "));
    }
}

static void custom_rules_are_part_of_the_policy_version(void **state) {
    (void)state;
    char versions[3][40];
    struct config_rule rules[] = {
        {.name = "a", .pattern = "x"}, {.name = "a", .pattern = "y"}, {.name = "a", .pattern = "y", .decides = 1}};
    for (size_t i = 0; i < 3; i++) {
        open_rules(&rules[i], 1, 0);
        snprintf(versions[i], sizeof versions[i], "%s", gate_version(gate.gate));
        fixture_close(&gate);
    }
    assert_string_not_equal(versions[0], versions[1]);
    assert_string_not_equal(versions[1], versions[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(custom_rule_finds_every_match),
        cmocka_unit_test(custom_rule_decides_as_it_is_told),
        cmocka_unit_test(custom_rule_with_a_keyword_is_tried_only_where_it_stands),
        cmocka_unit_test(custom_keyword_within_another_finding_counts),
        cmocka_unit_test(custom_rule_is_found_across_the_steps_of_a_search),
        cmocka_unit_test(custom_rule_sees_characters_not_bytes),
        cmocka_unit_test(custom_rule_without_end_is_stopped_and_counts),
        cmocka_unit_test(custom_limit_is_reached_at_once),
        cmocka_unit_test(custom_rule_that_is_none_makes_no_gate),
        cmocka_unit_test(custom_rules_are_part_of_the_policy_version),
    };
    return RUN(tests);
}
