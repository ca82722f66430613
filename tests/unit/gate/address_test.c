// Postal addresses of many countries, and numbers beside names that are none.
#include "gate/words.h"
#include "gate_help.h"

static void address_streets_with_numbers_decide(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "Ship it to 48 Oakfield Road, thanks.",
        "She lives at 7B Mulberry Lane.",
        "12 North 42nd Street",
        "I moved to 1450 W Birchwood Ave Apt 12, Columbus, OH 43215",
        "Flat 3, 12 High Street, London SW1A 2AA",
        "The parcel went to Lindenstrasse 14.",
        "Wir wohnen in der Gartenstraße 5a, 50667 Köln",
        "Bureau au 30 rue de la Paix, 75002 Paris",
        "Rue du Moulin 12, Namur",
        "Vive en Calle Mayor 5, Madrid",
        "C/ Alcalá 120",
        "Via Garibaldi 22, 20121 Milano",
        "Adres: ul. Kwiatowa 8",
        "Prinsengracht 263, 1016 GV Amsterdam",
        "Storgatan 9, Uppsala",
        "Mannerheimintie 5, office is at Mannerheimintie 5",
        "Petőfi utca 3., my address",
        "Rua das Flores 200",
        "my new address is 733 Elm 41\nSpringfield\nIL 62704",
        "c/o Weber\n4410 Ringvej 9\nApt. 4\nAarhus\nDenmark 8000",
        "PO Box 4471, Denver",
        "Postfach 12 34",
        "PSC 4417, Box 220\nAPO AE 09128",
        "Unit 3310 Box 17\nDPO AP 96521",
        "hauptstrasse 5 is my address",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const struct verdict *v = scan_as(shared(), TEXTS[i], PROFILE_BALANCED);
        if (!v->sensitive) fail_msg("'%s' may leave", TEXTS[i]);
        if (!find(v, "STREET_ADDRESS")) fail_msg("'%s' holds no address", TEXTS[i]);
    }
}

static void address_look_alikes_do_not_decide(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "Windows 11 and Python 3",
        "See Figure 12, Table 3 and Chapter 4.",
        "He crossed the street 5 times.",
        "Sesame Street is 50 years old.",
        "The 2 Supreme Court judges disagreed.",
        "I have 12 apples and 3 pears.",
        "100 Main causes of failure",
        "In 1914 Germany had 67 million people",
        "Row 12 Alice 30\nRow 13 Bob 25",
        "for i in range(10): print(i)",
        "4 × 3\nD. 4 ÷ 2",
        "Section 5, Article 12, Route 66",
        "unit 5 of the course",
        "a suite of 12 tests",
        "the 3 place values",
        "5 North Koreans",
        "box 7 is empty",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        const struct verdict *v = scan_as(shared(), TEXTS[i], PROFILE_BALANCED);
        if (v->sensitive) fail_msg("'%s' is sensitive: %s", TEXTS[i], v->reason);
    }
}

static void expect_span(const char *text, const char *type, const char *value) {
    const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
    for (uint32_t i = 0; i < v->count; i++) {
        struct span found = span_sub(span_from(text), v->findings[i].start, v->findings[i].end - v->findings[i].start);
        if (!strcmp(v->findings[i].type, type) && span_is_z(found, value)) return;
    }
    fail_msg("'%s' holds no %s '%s'", text, type, value);
}

static void address_in_a_sentence_is_one_finding_with_city_and_code(void **state) {
    (void)state;
    expect_span("send it to 12 Oak Road Apt. 5, Salem, Oregon 97301 today", "STREET_ADDRESS",
                "12 Oak Road Apt. 5, Salem, Oregon 97301");
    expect_span("send it to 12 Oak Road\nSalem\n, OR\n 97301?", "STREET_ADDRESS", "12 Oak Road\nSalem\n, OR\n 97301");
    expect_span("at the corner of Lindenweg 5 and Mill Road.", "STREET_ADDRESS",
                "the corner of Lindenweg 5 and Mill Road");
}

static void address_in_lines_of_its_own_is_found_line_by_line(void **state) {
    (void)state;
    static const char TEXT[] = "Ann Field\n> 77 Lindenweg 5\n> Suite 501\n> Bremen\n> Germany 28195";
    expect_span(TEXT, "STREET_ADDRESS", "77");
    expect_span(TEXT, "STREET_ADDRESS", "Lindenweg 5");
    expect_span(TEXT, "STREET_ADDRESS", "Suite 501");
    expect_span(TEXT, "ZIP_CODE", "28195");
}

static void address_zip_codes_are_soft(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"ZIP 97301", "US_ZIP", false},          {"zip code: 97301-0042", "US_ZIP", false},
        {"to the depot in OR 97301", "US_ZIP", false},    {"97301, San Diego", "US_ZIP", false},
        {"ZIP 9730 is invalid", NULL, false},    {"zip 12 files", NULL, false},
        {"IN 10115 cases of 2020", NULL, false}, // a ZIP code of Indiana begins with 4
    };
    CHECK(ROWS);
    assert_null(find(scan_as(shared(), "IN 10115 cases of 2020", PROFILE_BALANCED), "US_ZIP"));
    assert_true(scan_as(shared(), "ZIP 97301", PROFILE_STRICT)->sensitive);
}

static void address_at_the_end_of_the_text_is_read_to_its_end_only(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"1 My \xce\x9f.", "12 Oak Rd.",    "12 Oak", "12 Oak ", "12 ",    "12,",
                                        "12 rue de",      "12 rue de la.", "Apt.",   "Apt. ",   "C/ A 1", "zip",
                                        "po box",         "12 5th"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        size_t len = strlen(TEXTS[i]);
        char *copy = malloc(len); // without a NUL behind it
        memcpy(copy, TEXTS[i], len);
        struct gate_input in = {.text = span_make(copy, len)};
        struct fixture *f = shared();
        arena_reset(&f->arena);
        gate_scan(f->gate, f->scratch, &in, PROFILE_BALANCED, &f->arena, &f->v);
        assert_true(f->v.reason);
        free(copy);
    }
}

static void address_scan_of_numbers_and_words_ends(void **state) {
    (void)state;
    static char text[60000];
    static const char *const PARTS[] = {"12 ",  "Rue ", "de ", "Apt. ", "5, ",   "\n",
                                        "ul. ", "Weg ", "a",   "\xc3",  "97301 "};
    uint64_t seed = 7;
    size_t n = 0;
    while (n + 16 < sizeof text) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", PARTS[(seed >> 33) % (sizeof PARTS / sizeof *PARTS)]);
    }
    assert_true(scan_as(shared(), text, PROFILE_BALANCED)->sensitive);
}

static void address_words_are_in_the_order_that_is_searched(void **state) {
    (void)state;
    assert_true(words_are_sorted());
    assert_int_equal(word_kinds(SPAN("STREET")), WORD_STREET);
    assert_int_equal(word_kinds(SPAN("stree")), 0);
    assert_int_equal(word_kinds(SPAN("streets")), 0);
    assert_true(word_kinds(SPAN("M\xc3\xa4rz")) & WORD_MONTH);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(address_streets_with_numbers_decide),
        cmocka_unit_test(address_look_alikes_do_not_decide),
        cmocka_unit_test(address_in_a_sentence_is_one_finding_with_city_and_code),
        cmocka_unit_test(address_in_lines_of_its_own_is_found_line_by_line),
        cmocka_unit_test(address_zip_codes_are_soft),
        cmocka_unit_test(address_words_are_in_the_order_that_is_searched),
        cmocka_unit_test(address_at_the_end_of_the_text_is_read_to_its_end_only),
        cmocka_unit_test(address_scan_of_numbers_and_words_ends),
    };
    return RUN(tests);
}
