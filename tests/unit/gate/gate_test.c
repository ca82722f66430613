// The gate as a whole: limits, profiles, receipts, what happens when something goes wrong.
#include "gate_help.h"

static const struct verdict *scan_input(const struct config *config, struct gate_input in, size_t arena_bytes) {
    static struct fixture f;
    if (f.gate) fixture_close(&f);
    fixture_open(&f, config);
    arena_release(&f.arena);
    arena_init(&f.arena, arena_bytes);
    gate_scan(f.gate, f.scratch, &in, PROFILE_LENIENT, &f.arena, &f.v);
    return &f.v;
}

static void gate_scan_of_a_clean_text_is_clean(void **state) {
    (void)state;
    const struct verdict *v = scan_as(shared(), "What is the tallest mountain?", PROFILE_STRICT);
    assert_false(v->sensitive);
    assert_int_equal(v->count, 0);
    assert_int_equal(v->classes, 0);
    assert_false(scan_as(shared(), "", PROFILE_STRICT)->sensitive);
}

static void gate_scan_over_the_byte_limit_is_sensitive(void **state) {
    (void)state;
    struct config config = {.policy = {.max_scan_bytes = 8, .unreadable = UNREADABLE_MAY_LEAVE}};
    assert_false(scan_input(&config, (struct gate_input){.text = SPAN("12345678")}, 1 << 20)->sensitive);
    const struct verdict *v = scan_input(&config, (struct gate_input){.text = SPAN("abcdefghi")}, 1 << 20);
    assert_true(v->sensitive);
    assert_int_equal(v->classes, CLASS_UNREADABLE);
    assert_string_equal(v->findings[0].rule, "limit.bytes");
}

static void gate_scan_over_the_time_limit_is_sensitive(void **state) {
    (void)state;
    struct config config = {.policy = {.max_scan_us = 1, .unreadable = UNREADABLE_MAY_LEAVE}};
    enum { BIG = 1 << 20 };
    char *text = calloc(1, BIG);
    memset(text, 'a', BIG);
    const struct verdict *v = scan_input(&config, (struct gate_input){.text = span_make(text, BIG)}, 1 << 24);
    assert_true(v->sensitive);
    assert_int_equal(v->classes, CLASS_UNREADABLE);
    assert_string_equal(v->findings[0].rule, "limit.time");
    free(text);
}

static void gate_scan_without_memory_is_sensitive(void **state) {
    (void)state;
    struct config config = {.policy = {.unreadable = UNREADABLE_MAY_LEAVE}};
    const struct verdict *v = scan_input(&config, (struct gate_input){.text = SPAN("harmless")}, 0);
    assert_true(v->sensitive);
    assert_int_equal(v->classes, CLASS_UNREADABLE);
    assert_non_null(strstr(v->receipt, "limit.memory"));
}

static void gate_scan_of_broken_text_is_sensitive(void **state) {
    (void)state;
    struct config config = {.policy = {.unreadable = UNREADABLE_MAY_LEAVE}};
    static const char *const BROKEN[] = {"a\xff", "\xc0\xaf", "\xed\xa0\x80", "x\xe2\x82", "\xf5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++) {
        const struct verdict *v = scan_input(&config, (struct gate_input){.text = span_from(BROKEN[i])}, 1 << 20);
        assert_true(v->sensitive);
        assert_int_equal(v->classes, CLASS_UNREADABLE);
    }
}

static void gate_scan_of_unreadable_parts_follows_the_setting(void **state) {
    (void)state;
    struct config config = {.policy = {.unreadable = UNREADABLE_IS_SENSITIVE}};
    struct gate_input in = {.text = SPAN("describe this"), .unreadable = "image"};
    assert_true(scan_input(&config, in, 1 << 20)->sensitive);
    config.policy.unreadable = UNREADABLE_MAY_LEAVE;
    assert_false(scan_input(&config, in, 1 << 20)->sensitive);
}

static void gate_profiles_weigh_soft_and_hard_evidence(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool strict, balanced, lenient;
    } ROWS[] = {
        {"0494 92 82 32", true, false, false},                   // one soft type
        {"0494 92 82 32 and 0494 92 82 33", true, false, false}, // the same type twice
        {"0494 92 82 32, trade secret", true, true, false},      // two soft types
        {"jane@firma.de", true, true, false},                    // hard
        {"4111 1111 1111 1111", true, true, true},               // grave
        {"on 192.168.1.17, info@firma.de", true, false, false},  // too faint for a pair
        {"nothing at all", false, false, false},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        assert_int_equal(scan_as(shared(), ROWS[i].text, PROFILE_STRICT)->sensitive, ROWS[i].strict);
        assert_int_equal(scan_as(shared(), ROWS[i].text, PROFILE_BALANCED)->sensitive, ROWS[i].balanced);
        assert_int_equal(scan_as(shared(), ROWS[i].text, PROFILE_LENIENT)->sensitive, ROWS[i].lenient);
    }
}

static void gate_markers_of_the_policy_are_whole_words_in_any_case(void **state) {
    (void)state;
    const char *markers[] = {"Projekt Aurora", "kunde-x"};
    struct config config = {.policy = {.markers = markers, .marker_count = 2}};
    const struct verdict *v =
        scan_input(&config, (struct gate_input){.text = SPAN("on PROJEKT AURORA, kunde-xy")}, 1 << 20);
    assert_true(v->sensitive);
    assert_int_equal(v->count, 1);
    assert_string_equal(v->findings[0].rule, "marker.custom");
    assert_int_equal(v->classes, CLASS_IP);
    assert_false(scan_input(&config, (struct gate_input){.text = SPAN("kunde-xy")}, 1 << 20)->sensitive);
}

static void gate_new_refuses_a_marker_that_marks_everything(void **state) {
    (void)state;
    const char *markers[] = {" "};
    struct config config = {.policy = {.markers = markers, .marker_count = 1}};
    struct err e = {""};
    assert_null(gate_new(&config, &e));
    assert_non_null(strstr(e.text, "policy.markers"));
}

static void gate_counts_findings_past_the_maximum_and_still_decides(void **state) {
    (void)state;
    static char text[GATE_MAX_FINDINGS * 16 + 64];
    size_t n = 0;
    for (int i = 0; i < GATE_MAX_FINDINGS; i++) n += (size_t)snprintf(text + n, sizeof text - n, "a@b%d.de, ", i % 10);
    snprintf(text + n, sizeof text - n, "4111 1111 1111 1111");
    const struct verdict *v = scan_as(shared(), text, PROFILE_LENIENT);
    assert_int_equal(v->count, GATE_MAX_FINDINGS);
    assert_int_equal(v->omitted, 1);
    assert_true(v->sensitive);
    assert_int_equal(v->classes, CLASS_PCI);
}

static void gate_takes_a_soft_finding_that_it_cannot_list_for_a_pair(void **state) {
    (void)state;
    static char text[GATE_MAX_FINDINGS * 16 + 64];
    size_t n = 0;
    for (int i = 0; i < GATE_MAX_FINDINGS; i++) n += (size_t)snprintf(text + n, sizeof text - n, "10.0.0.%d, ", i);
    assert_false(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
    snprintf(text + n, sizeof text - n, "0494 92 82 32");
    assert_true(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
    assert_false(scan_as(shared(), text, PROFILE_LENIENT)->sensitive);
}

static void gate_finds_what_stands_across_chunks(void **state) {
    (void)state;
    enum { SIZE = 40000 };
    static char text[SIZE + 1];
    for (size_t at = 4060; at < 4110; at++) {
        memset(text, ' ', SIZE);
        memcpy(text + at, "4111 1111 1111 1111", 19);
        memcpy(text + at + 4096, "TLP:AMBER", 9);
        const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
        assert_int_equal(v->count, 2);
        assert_int_equal(v->findings[0].start, at);
        assert_int_equal(v->findings[1].start, at + 4096);
    }
}

static void gate_receipt_names_version_profile_classes_and_whole_rules(void **state) {
    (void)state;
    const struct verdict *v = scan_as(shared(), "4111 1111 1111 1111", PROFILE_BALANCED);
    char want[GATE_RECEIPT_BYTES];
    snprintf(want, sizeof want, "%s balanced pci card.luhn", gate_version(shared()->gate));
    assert_string_equal(v->receipt, want);
    v = scan_as(shared(), "hello", PROFILE_STRICT);
    snprintf(want, sizeof want, "%s strict clean", gate_version(shared()->gate));
    assert_string_equal(v->receipt, want);
    v = scan_as(shared(),
                "SSN 536-22-8726 DE89370400440532013000 4111 1111 1111 1111 jane@firma.de 81.2.69.142 +447700900677 "
                "TLP:RED postgres://app:"
                "hq82hd1@db/ 2a02:26f0:1700:1b1::3114",
                PROFILE_BALANCED);
    assert_true(strlen(v->receipt) < GATE_RECEIPT_BYTES);
    const char *last = strrchr(v->receipt, ',') + 1;
    bool whole = false;
    for (uint32_t i = 0; i < v->count; i++) whole |= !strcmp(v->findings[i].rule, last);
    assert_true(whole);
}

static void gate_version_changes_with_the_policy(void **state) {
    (void)state;
    struct config config = {.policy = {.max_scan_bytes = 8}};
    struct fixture other;
    fixture_open(&other, &config);
    assert_string_not_equal(gate_version(other.gate), gate_version(shared()->gate));
    fixture_close(&other);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(gate_scan_of_a_clean_text_is_clean),
        cmocka_unit_test(gate_scan_over_the_byte_limit_is_sensitive),
        cmocka_unit_test(gate_scan_over_the_time_limit_is_sensitive),
        cmocka_unit_test(gate_scan_without_memory_is_sensitive),
        cmocka_unit_test(gate_scan_of_broken_text_is_sensitive),
        cmocka_unit_test(gate_scan_of_unreadable_parts_follows_the_setting),
        cmocka_unit_test(gate_profiles_weigh_soft_and_hard_evidence),
        cmocka_unit_test(gate_markers_of_the_policy_are_whole_words_in_any_case),
        cmocka_unit_test(gate_new_refuses_a_marker_that_marks_everything),
        cmocka_unit_test(gate_counts_findings_past_the_maximum_and_still_decides),
        cmocka_unit_test(gate_takes_a_soft_finding_that_it_cannot_list_for_a_pair),
        cmocka_unit_test(gate_finds_what_stands_across_chunks),
        cmocka_unit_test(gate_receipt_names_version_profile_classes_and_whole_rules),
        cmocka_unit_test(gate_version_changes_with_the_policy),
    };
    return RUN(tests);
}
