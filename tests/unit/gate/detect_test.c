// Each detector: what it finds, and the near miss that it leaves alone.
#include "gate_help.h"

static void cards_are_found_and_long_numbers_are_not(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"pay with 4111 1111 1111 1111 today", "CREDIT_CARD", true},
        {"pay with 4111-1111-1111-1111.", "CREDIT_CARD", true},
        {"378282246310005", "CREDIT_CARD", true},
        {"3782 822463 10005", "CREDIT_CARD", true},
        {"my card 4111111111111112", "CREDIT_CARD", true}, // fails Luhn, but is called a card
        {"order 4111111111111112 shipped", NULL, false},
        {"items 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", NULL, false},
        {"4111 1111 1111 1111 0227 123", "CREDIT_CARD", true},
        {"1200 3300 4111 1111 1111 1111 7000 8100", NULL, false}, // a row of a table
        {"the card game began at 12:30 in 1987", NULL, false},
        {"0.4111111111111111 is the ratio", NULL, false},
    };
    CHECK(ROWS);
}

static void ibans_are_checked_by_mod97_or_context(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"to DE89 3704 0044 0532 0130 00 please", "IBAN_CODE", true},
        {"GB82WEST12345698765432", "IBAN_CODE", true},
        {"my iban is gb82west12345698765433", "IBAN_CODE", true},
        {"part GB82WEST12345698765433 is sold out", NULL, false},
        {"my iban is G B 8 2 W E S T 1 2 3 4 5 6 9 8 7 6 5 4 3 2", "IBAN_CODE", true},
        {"XX82WEST12345698765432", NULL, false},
    };
    CHECK(ROWS);
}

static void social_security_numbers_need_shape_or_context(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"it is 536-22-8726", "US_SSN", true},     {"SSN: 536228726", "US_SSN", true},
        {"my SSN is 123-45-6789", "US_SSN", true}, {"as in 123-45-6789", "US_SSN", false},
        {"part 000-22-8726", NULL, false},         {"part 666-22-8726", NULL, false},
        {"536228726 people", NULL, false},
    };
    CHECK(ROWS);
}

static void phone_numbers_are_told_from_dates_and_quantities(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"+46 (0)8 928 571 38", "PHONE_NUMBER", true},
        {"+447700900677", "PHONE_NUMBER", true},
        {"(541) 714-1388", "PHONE_NUMBER", true},
        {"call me at 0494 92 82 32", "PHONE_NUMBER", true},
        {"phone: 5557731", "PHONE_NUMBER", true},
        {"0494 92 82 32", "PHONE_NUMBER", false}, // soft: the shape alone
        {"call me on 2024-05-12", NULL, false},
        {"1990-2000", NULL, false},
        {"population 1 402 331 in 2020", NULL, false},
        {"call 3 of 14 failed", NULL, false},
    };
    CHECK(ROWS);
}

static void emails_are_found_and_handles_are_not(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"write to jane.doe+x@mail.example.org.", "EMAIL_ADDRESS", true},
        {"<j\xc3\xb6rg@example.de>", "EMAIL_ADDRESS", true},
        {"\xe8\x81\x94\xe7\xb3\xbbjohn@firma.com\xe3\x80\x82", "EMAIL_ADDRESS", true},
        {"clone git@github.com:org/repo", "EMAIL_ADDRESS", false},
        {"user@example.com", "EMAIL_ADDRESS", false},
        {"@override and a @ b", NULL, false},
        {"icon@2x.png and npm i pkg@1.2.3", NULL, false},
    };
    CHECK(ROWS);
}

static void addresses_of_machines_are_told_from_versions_and_scopes(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"from 81.2.69.142 at noon", "IP_ADDRESS", true},
        {"from 81.2.69.142:8080", "IP_ADDRESS", true},
        {"host 192.168.1.17", "IP_ADDRESS", false},
        {"version 81.2.69.142", NULL, false},
        {"v1.22.33.44 is out", NULL, false},
        {"1.3.6.1.4.1.311", NULL, false},
        {"300.2.69.142", NULL, false},
        {"2a02:26f0:1700:1b1::3114", "IP_ADDRESS", true},
        {"2a02:26f0:1700:1b1:0:0:0:3114", "IP_ADDRESS", true},
        {"fe80::1ff:fe23:4567:890a", "IP_ADDRESS", false},
        {"std::vector and abc::def at 12:30:45", NULL, false},
        {"card 00:1b:44:11:3a:b7", "MAC_ADDRESS", false},
    };
    CHECK(ROWS);
}

static void markers_count_as_labels_but_not_in_prose(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"CONFIDENTIAL\nThe plan for May", "CONFIDENTIALITY_MARKER", true},
        {"[Confidential] The plan", "CONFIDENTIALITY_MARKER", true},
        {"Confidential: the plan", "CONFIDENTIALITY_MARKER", true},
        {"This is strictly confidential.", "CONFIDENTIALITY_MARKER", true},
        {"For internal use only", "CONFIDENTIALITY_MARKER", true},
        {"TLP:RED do not share", "CONFIDENTIALITY_MARKER", true},
        {"Attorney-Client Privileged", "CONFIDENTIALITY_MARKER", true},
        {"CUI//SP-PRVCY", "CONFIDENTIALITY_MARKER", true},
        {"What is TLP:RED?", NULL, false},
        {"Can you keep it confidential? Confidential talks are rare", NULL, false},
        {"The word \"CONFIDENTIAL\" was on it", NULL, false},
        {"Explain the law of trade secrets", NULL, false},
        {"internal onlyness", NULL, false},
    };
    CHECK(ROWS);
}

static void disguises_are_seen_through_and_offsets_lead_to_the_original(void **state) {
    (void)state;
    static const struct {
        const char *text, *type;
        uint32_t start, end;
    } ROWS[] = {
        {"\xc3\xa9 jane@firma.de", "EMAIL_ADDRESS", 3, 16},
        // 4111 1111 1111 1111 with full-width fours and ones in its first group
        {"\xe2\x82\xac \xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91 1111 1111 1111!", "CREDIT_CARD", 4, 31},
        {"536\xe2\x80\x8b-22-\xe2\x80\x8b"
         "8726\xe2\x80\x8b.",
         "US_SSN", 0, 17},
        {"SSN 536\xe2\x80\x91"
         "22\xe2\x80\x91"
         "8726",
         "US_SSN", 4, 19},
        {"\xd0\xb0nna@firma.de", "EMAIL_ADDRESS", 0, 14},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct finding *f = find(scan_as(shared(), ROWS[i].text, PROFILE_BALANCED), ROWS[i].type);
        if (!f) fail_msg("'%s' holds no %s", ROWS[i].text, ROWS[i].type);
        assert_int_equal(f->start, ROWS[i].start);
        assert_int_equal(f->end, ROWS[i].end);
    }
}

static void findings_are_sorted_and_do_not_repeat_one_place(void **state) {
    (void)state;
    const struct verdict *v =
        scan_as(shared(), "b@firma.de, \xd0\xb0nna@firma.de, 81.2.69.142, c@firma.de", PROFILE_BALANCED);
    assert_int_equal(v->count, 4);
    for (uint32_t i = 1; i < v->count; i++) assert_true(v->findings[i].start >= v->findings[i - 1].end);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_are_found_and_long_numbers_are_not),
        cmocka_unit_test(ibans_are_checked_by_mod97_or_context),
        cmocka_unit_test(social_security_numbers_need_shape_or_context),
        cmocka_unit_test(phone_numbers_are_told_from_dates_and_quantities),
        cmocka_unit_test(emails_are_found_and_handles_are_not),
        cmocka_unit_test(addresses_of_machines_are_told_from_versions_and_scopes),
        cmocka_unit_test(markers_count_as_labels_but_not_in_prose),
        cmocka_unit_test(disguises_are_seen_through_and_offsets_lead_to_the_original),
        cmocka_unit_test(findings_are_sorted_and_do_not_repeat_one_place),
    };
    return RUN(tests);
}
