// Identifiers: check digits, words that speak for them, what stands around them, and what is left alone. Published
// samples of the issuing authorities; where a digit is '*', all ten are tried and one must fit.
#include "gate_help.h"

static const struct finding *find_rule(const struct verdict *v, const char *rule) {
    for (uint32_t i = 0; i < v->count; i++)
        if (!strcmp(v->findings[i].rule, rule)) return &v->findings[i];
    return NULL;
}

static const struct finding *found(const char *text, const char *rule) {
    return find_rule(scan_as(shared(), text, PROFILE_BALANCED), rule);
}

struct sample {
    const char *rule, *text;
};

static void samples_are_found_with_words_near(void **state) {
    (void)state;
    static const struct sample ROWS[] = {
        {"id.uk-nhs", "NHS number 943 476 5919"},
        {"id.uk-nino", "national insurance AB 12 34 56 C"},
        {"id.uk-driving", "driving licence MORGA657054SM9IJ"},
        {"id.us-mbi", "Medicare 1EG4-TE5-MK73"},
        {"id.us-passport", "my passport A20915378"},
        {"id.us-itin", "tax id 912 92 1857"},
        {"id.au-abn", "ABN 53 004 085 616"},
        {"id.au-acn", "ACN 004 085 616"},
        {"id.de-tax", "Steuer-ID 86095742719"},
        {"id.de-vat", "USt-IdNr. DE136695976"},
        {"id.de-pension", "Rentenversicherung 65170839J003"},
        {"id.de-tax-number", "Steuernummer 181/815/08155"},
        {"id.de-plate", "Kennzeichen M AB 1234"},
        {"id.es-nie", "NIE X1234567L"},
        {"id.it-fiscal", "codice fiscale RSSMRA85T10A562S"},
        {"id.fr-nir", "sécurité sociale 2 55 08 14 168 025 38"},
        {"id.be-nn", "national number 85.07.30-033.28"},
        {"id.nl-bsn", "BSN 111222333"},
        {"id.ch-ahv", "AHV 756.9217.0769.85"},
        {"id.at-svnr", "SVNR 1237 010180"},
        {"id.ie-pps", "PPS 1234567T"},
        {"id.pl-pesel", "PESEL 44051401359"},
        {"id.se-person", "personnummer 811228-9874"},
        {"id.fi-hetu", "HETU 131052-308T"},
        {"id.no-person", "fødselsnummer 13097248022"},
        {"id.dk-cpr", "CPR 150999-0008"},
        {"id.in-pan", "PAN BNZAA2318J"},
        {"id.kr-rrn", "resident registration 840308-1234563"},
        {"id.tr-plate", "plaka 34 BN 4521"},
        {"id.sg-nric", "NRIC S1234567D"},
        {"id.cn-resident", "身份证 11010519491231002X"},
        {"id.br-cpf", "CPF 111.444.777-35"},
        {"id.br-cnpj", "CNPJ 11.222.333/0001-81"},
        {"id.mx-curp", "CURP HEGG560427MVZRRL04"},
        {"id.cl-rut", "RUT 12.345.678-5"},
        {"id.record", "medical record number 7719024"},
        {"id.driving", "her driver's license number is D400-7836-0001"},
        {"id.passport", "Reisepass 533380006"},
        {"id.account", "account number 000123908456"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct finding *f = found(ROWS[i].text, ROWS[i].rule);
        if (!f) fail_msg("'%s' holds no %s", ROWS[i].text, ROWS[i].rule);
        if (!f->hard) fail_msg("'%s' is not hard: %s", ROWS[i].text, ROWS[i].rule);
    }
}

// Of ten values that differ in one digit, one is found by the rule.
static void one_check_digit_in_ten_fits(void **state) {
    (void)state;
    static const struct sample ROWS[] = {
        {"id.us-npi", "NPI 180427351*"},
        {"id.us-aba", "routing number 02600959*"},
        {"id.us-dea", "DEA BK704281*"},
        {"id.ca-sin", "SIN 519 402 78*"},
        {"id.au-acn", "ACN 108 527 40*"},
        {"id.au-medicare", "Medicare 3951 7208* 1"},
        {"id.de-tax", "Steuer-ID 4703619258*"},
        {"id.de-vat", "USt-IdNr DE 81357024*"},
        {"id.de-id", "Ausweis L7R9PX0K*"},
        {"id.de-health", "Krankenkasse K47150823*"},
        {"id.de-doctor", "LANR 418205*01"},
        {"id.it-vat", "partita IVA 0719385024*"},
        {"id.pl-pesel", "PESEL 8304172958*"},
        {"id.se-person", "personnummer 790314-582*"},
        {"id.se-company", "orgnummer 556918-270*"},
        {"id.in-aadhaar", "Aadhaar 7361 2058 914*"},
        {"id.kr-company", "BRN 208-81-4715*"},
        {"id.th-tnin", "Thai ID 372014958016*"},
        {"id.za-id", "identity number 910417508308*"},
        {"id.jp-my-number", "My Number 2749 1058 361*"},
        {"id.ar-cuit", "CUIT 2720518394*"},
        {"id.ch-ahv", "AHV 756.3047.5109.8*"},
        {"id.mx-curp", "CURP GODE561231HDFRNN0*"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char text[80];
        unsigned fits = 0;
        snprintf(text, sizeof text, "%s", ROWS[i].text);
        char *star = strchr(text, '*');
        for (char d = '0'; d <= '9'; d++) {
            *star = d;
            fits += found(text, ROWS[i].rule) != NULL;
        }
        if (fits != 1) fail_msg("%u of ten fit: %s, %s", fits, ROWS[i].text, ROWS[i].rule);
    }
}

static void wallets_are_found_by_their_checksum(void **state) {
    (void)state;
    static const char *const GOOD[] = {
        "send it to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa today",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    };
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(found(GOOD[i], "id.crypto") ? (void *)1 : (void *)found(GOOD[i], "id.crypto-bech32"));
        char text[96]; // another character, another sum
        snprintf(text, sizeof text, "%s", GOOD[i]);
        char *p = text + (i == 0 ? 20 : 12);
        *p = *p == 'q' ? 'p' : 'q';
        assert_null(find(scan_as(shared(), text, PROFILE_BALANCED), "CRYPTO"));
    }
    // An id of the same length and alphabet.
    assert_null(find(scan_as(shared(), "commit 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyQ", PROFILE_BALANCED), "CRYPTO"));
}

// A wrong check digit is no veto where the words are there, and decides where they are not.
static void words_outweigh_a_wrong_check_digit(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"my tax id is 86095742710", "TAX_ID", true},           {"Personalausweis: 4412087731", "NATIONAL_ID", true},
        {"his passport, 533380006, expires", "PASSPORT", true}, {"the total is 86095742710 units", NULL, false},
        {"that is not a tax id: 86095742710", NULL, false},
    };
    CHECK(ROWS);
}

// One plain run in eleven passes a modulus of 11: no evidence at all in running text.
static void plain_runs_in_running_text_are_left_alone(void **state) {
    (void)state;
    static const char *const ROWS[] = {
        "row 111222333 was updated at noon",          // NL_BSN
        "build 9434765919 finished without errors",   // UK_NHS
        "ticket 004085616 has been closed",           // AU_ACN
        "we counted 2120000142 of them in this room", // SE_ORGANISATIONSNUMMER
        "the 44051401359th prime is odd",             // PL_PESEL
        "order 180427351, 180427352 and 180427353",
        "sha a45f3c9d01 and e3b0c44298fc",
        "set x1 to 12 and y2 to 34 in v1.2.3",
        "in 1984 there were 34 people and 12 dogs",
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct verdict *v = scan_as(shared(), ROWS[i], PROFILE_BALANCED);
        for (uint32_t k = 0; k < v->count; k++) // a year, an age may be listed
            if (!strncmp(v->findings[k].rule, "id.", 3) || v->findings[k].hard)
                fail_msg("'%s' holds %s", ROWS[i], v->findings[k].rule);
    }
}

// A text that is nothing but the value says what it is; softly, where one check digit in ten fits by chance.
static void a_value_alone_is_listed_and_soft(void **state) {
    (void)state;
    static const struct sample ROWS[] = {
        {"id.uk-nhs-shape", "9434765919"},         {"id.au-acn-shape", "004 085 616"},
        {"id.pl-pesel-shape", "\"44051401359\"."}, {"id.uk-plate-shape", "AB51 ABC"},
        {"id.uk-passport-shape", "PN7204518"},     {"id.in-voter-shape", "KSD1287349"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct finding *f = found(ROWS[i].text, ROWS[i].rule);
        if (!f) fail_msg("'%s' holds no %s", ROWS[i].text, ROWS[i].rule);
        assert_false(f->hard);
        assert_false(shared()->v.sensitive);
    }
    assert_int_equal(scan_as(shared(), "9434765918", PROFILE_BALANCED)->count, 0);
    assert_int_equal(scan_as(shared(), "QA1 1AA", PROFILE_BALANCED)->count, 0);
    assert_int_equal(scan_as(shared(), "1111111111", PROFILE_BALANCED)->count, 0);
}

static void a_value_ends_where_its_word_ends(void **state) {
    (void)state;
    static const char *const INSIDE[] = {
        "code XS1234567DZ1 here",           "see AX1234567L2 there",
        "file RSSMRA85T10A562S9 is gone",   "id 1-811228-9874-2 in the list",
        "v 756.9217.0769.85.1 of the tool", "x_85.07.30-033.28 is a name",
    };
    for (size_t i = 0; i < sizeof INSIDE / sizeof *INSIDE; i++) {
        const struct verdict *v = scan_as(shared(), INSIDE[i], PROFILE_BALANCED);
        if (v->sensitive) fail_msg("'%s' holds %s", INSIDE[i], v->reason);
    }
    const struct finding *f = found("여권번호는 M482B9135입니다", "id.kr-passport");
    assert_non_null(f);
    assert_int_equal(f->end - f->start, 9);
    f = found("(S1234567D), and more of it", "id.sg-nric");
    assert_non_null(f);
    assert_int_equal(f->start, 1);
    assert_int_equal(f->end, 10);
}

static void separators_are_the_same_throughout(void **state) {
    (void)state;
    assert_non_null(found("SIN 519-402-788", "id.ca-sin"));
    assert_null(found("SIN 519-402 788", "id.ca-sin"));
    assert_null(found("SIN 519-402788", "id.ca-sin"));
}

static void dates_and_urls_are_listed_and_decide_nothing(void **state) {
    (void)state;
    static const char *const DATES[] = {
        "it was on 5-20-2021",
        "it was 2021-05-21T10:30:00.5+02:00 then",
        "from 21.5.21 on",
        "since 7-JUN-2019 or so",
        "on March 15, 1989 they met",
        "due on 5/21",
        "until 05/2021",
    };
    static const char *const URLS[] = {"see https://example.net/a?b=1.", "look at example.org", "www.example.co.uk"};
    for (size_t i = 0; i < sizeof DATES / sizeof *DATES; i++) {
        const struct verdict *v = scan_as(shared(), DATES[i], PROFILE_STRICT);
        if (!find(v, "DATE_TIME")) fail_msg("'%s' holds no date", DATES[i]);
        assert_false(v->sensitive);
    }
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++) {
        const struct verdict *v = scan_as(shared(), URLS[i], PROFILE_STRICT);
        if (!find(v, "URL")) fail_msg("'%s' holds no URL", URLS[i]);
        assert_false(v->sensitive);
    }
    const struct verdict *v =
        scan_as(shared(), "one half is 1/2, three of 4/5, version 1.13.2, 13/13/2021", PROFILE_STRICT);
    assert_int_equal(v->count, 0);
    assert_null(find(scan_as(shared(), "Today is5/21and", PROFILE_STRICT), "DATE_TIME"));
}

static void addresses_of_machines_in_all_notations(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"host ::ffff:93.184.216.34 is up", "IP_ADDRESS", true},
        {"64:ff9b::93.184.216.34", "IP_ADDRESS", true},
        {"route 2a00:1450:4001::/48 via", "IP_ADDRESS", true},
        {"link fe80::1%eth0 here", "IP_ADDRESS", false},
        {"ipv6 any is ::", "IP_ADDRESS", false},
        {"std::cout << x::y", NULL, false},
        {"f :: Int -> Int", NULL, false},
        {"::ffff:256.0.0.1", NULL, false},
        {"mac 00-1a-2b-3c-4d-5e", "MAC_ADDRESS", false},
        {"mac AA-BC-CC-DD-EE-FF", "MAC_ADDRESS", false},
        {"port 001a.2b3c.4d5e", "MAC_ADDRESS", false},
    };
    CHECK(ROWS);
    assert_null(find(scan_as(shared(), "f :: Int -> Int", PROFILE_BALANCED), "IP_ADDRESS"));
    assert_null(find(scan_as(shared(), "::ffff:256.0.0.1", PROFILE_BALANCED), "IP_ADDRESS"));
    assert_null(find(scan_as(shared(), "to FF:FF:FF:FF:FF:FF", PROFILE_BALANCED), "MAC_ADDRESS"));
}

static void telephone_numbers_as_each_country_writes_them(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"phone: 09171234567", "PHONE_NUMBER", true},
        {"tel 13812345678", "PHONE_NUMBER", true},
        {"090-1234-5678", "PHONE_NUMBER", false},
        {"06 12 34 56 78", "PHONE_NUMBER", false},
        {"0 (532) 123 45 67", "PHONE_NUMBER", false},
        {"07700 900677", "PHONE_NUMBER", false},
        {"one is415-555-0132", "PHONE_NUMBER", true},
        {"sku X415-555-0132-B", NULL, false},
        {"51 824 753 5564", NULL, false},
    };
    CHECK(ROWS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_found_with_words_near),
        cmocka_unit_test(one_check_digit_in_ten_fits),
        cmocka_unit_test(wallets_are_found_by_their_checksum),
        cmocka_unit_test(words_outweigh_a_wrong_check_digit),
        cmocka_unit_test(plain_runs_in_running_text_are_left_alone),
        cmocka_unit_test(a_value_alone_is_listed_and_soft),
        cmocka_unit_test(a_value_ends_where_its_word_ends),
        cmocka_unit_test(separators_are_the_same_throughout),
        cmocka_unit_test(dates_and_urls_are_listed_and_decide_nothing),
        cmocka_unit_test(addresses_of_machines_in_all_notations),
        cmocka_unit_test(telephone_numbers_as_each_country_writes_them),
    };
    return RUN(tests);
}
