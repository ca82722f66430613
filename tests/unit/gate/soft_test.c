// Soft evidence: dates, ages, titles, words of health and money. It is listed, and does not decide alone.
#include "gate_help.h"

static void expect_values(const char *text, const char *type, const char *const *values) {
    const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
    size_t want = 0;
    for (uint32_t i = 0; i < v->count; i++) {
        const struct finding *f = &v->findings[i];
        if (strcmp(f->type, type) != 0) continue;
        struct span found = span_sub(span_from(text), f->start, f->end - f->start);
        if (!values[want] || !span_is_z(found, values[want]))
            fail_msg("'%s': '%.*s' is no %s that was expected", text, (int)found.len, found.at, type);
        want++;
    }
    if (values[want]) fail_msg("'%s' holds no %s '%s'", text, type, values[want]);
}
#define EXPECT(text, type, ...) expect_values(text, type, (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void soft_dates_are_found_in_all_usual_forms(void **state) {
    (void)state;
    EXPECT("on 3/15/2019 and 2020-01-31.", "DATE_TIME", "3/15/2019", "2020-01-31");
    EXPECT("at 2021-04-13 12:20:39 it", "DATE_TIME", "2021-04-13 12:20:39");
    EXPECT("2021-04-13T12:20:39Z", "DATE_TIME", "2021-04-13T12:20:39Z");
    EXPECT("am 24.12.2022, den 3. März 1999", "DATE_TIME", "24.12.2022", "3. März 1999");
    EXPECT("March 15, 1989; March 15th; Mar. 1989", "DATE_TIME", "March 15, 1989", "March 15th", "Mar. 1989");
    EXPECT("15 March 1989, 1st of May 2001, 15-Mar-1989", "DATE_TIME", "15 March 1989", "1st of May 2001",
           "15-Mar-1989");
    EXPECT("le 14 juillet 1989, el 2 de mayo de 1990", "DATE_TIME", "14 juillet 1989", "2 de mayo de 1990");
    EXPECT("5/2021, 05/21, due 5/21, May-21, 21.5.21", "DATE_TIME", "5/2021", "05/21", "5/21", "May-21", "21.5.21");
    EXPECT("2024-06-05T09:15:30.500-07:00", "DATE_TIME", "2024-06-05T09:15:30.500-07:00");
    EXPECT("in 1971 and since 2004", "DATE_TIME", "1971", "2004");
    EXPECT("on Thursday, 5 pm, at 10:30 a.m.", "DATE_TIME", "Thursday", "5 pm", "10:30 a.m.");
}

static void soft_dates_are_told_from_other_numbers(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "3/4 of 1/2",       "12:34:56", "2026-99-99", "13/13/2020", "version 1.2.2020.4", "1/2/3",     "ratio 12:30",
        "they may 3 times", "1989",     "in 12345",   "0/0/2000",   "march 5 miles",      "in 3.1415", "32/01/2020",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) EXPECT(TEXTS[i], "DATE_TIME");
}

static void soft_dates_of_birth_decide_where_they_are_called_so(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"DOB: 03/15/1989", "DATE_OF_BIRTH", true},
        {"date of birth 15 March 1989", "DATE_OF_BIRTH", true},
        {"geboren am 15.3.1989", "DATE_OF_BIRTH", true},
        {"Geburtsdatum: 15.03.1989", "DATE_OF_BIRTH", true},
        {"née le 15/03/1989", "DATE_OF_BIRTH", true},
        {"was born on May 5, 1989", "DATE_OF_BIRTH", false}, // of a celebrity as likely as of a customer
        {"was born on 5/5/1789", "DATE_TIME", false},
        {"the due date is 03/15/1989", "DATE_TIME", false},
    };
    CHECK(ROWS);
}

static void soft_ages_are_the_number(void **state) {
    (void)state;
    EXPECT("a 38-year-old and a 4 year old, 12 years old", "AGE", "38", "4", "12");
    EXPECT("aged 61, age: 7, at the age of 90", "AGE", "61", "7", "90");
    EXPECT("I'm 31 y/o. I just turned 40. I'll turn 23 next week", "AGE", "31", "40", "23");
    EXPECT("my ex (34M) and his wife (32f)", "AGE", "34", "32");
    EXPECT("il a 42 ans, tiene 42 años, ha 42 anni, ist 42 Jahre alt", "AGE", "42", "42", "42", "42");
    EXPECT("8 years of experience, page 12, turned 40 pages, 34M users, 300 years old, 12 years ago", "AGE");
}

static void soft_titles_need_a_name(void **state) {
    (void)state;
    EXPECT("Mr. Bean, Mrs Dalloway, Dr. Who", "TITLE", "Mr.", "Mrs", "Dr.");
    EXPECT("5 ms. after, the dr. said, Mr.", "TITLE");
}

static unsigned count_rule(const char *text, const char *rule) {
    const struct verdict *v = scan_as(shared(), text, PROFILE_BALANCED);
    unsigned n = 0;
    for (uint32_t i = 0; i < v->count; i++) n += !strcmp(v->findings[i].rule, rule);
    return n;
}

static void soft_groups_are_told_from_languages(void **state) {
    (void)state;
    assert_int_equal(count_rule("a Sikh friend", "person.group") + count_rule("a Sikh friend", "group.name"), 1);
    assert_int_equal(count_rule("she is learning German; translate into French; the Czech Republic", "person.group"),
                     0);
}

static void soft_words_of_health_and_money_are_whole_words(void **state) {
    (void)state;
    EXPECT("He has asthma and takes rosuvastatin and lisinopril.", "HEALTH_CONDITION", "asthma");
    EXPECT("He takes rosuvastatin, sertraline or adalimumab; ICD-10: J45.9", "DRUG", "rosuvastatin", "adalimumab");
    EXPECT("ICD-10 code: E11.9", "ICD_CODE", "E11.9");
    EXPECT("stating that stroked statins", "DRUG");
    EXPECT("her salary and credit score", "FINANCE_TERM", "salary", "credit score");
    assert_string_equal(
        "phi", data_class_name(
                   (enum data_class)find(scan_as(shared(), "asthma", PROFILE_STRICT), "HEALTH_CONDITION")->class_));
}

static void soft_title_makes_a_name_of_the_word_behind_it(void **state) {
    (void)state;
    EXPECT("Ask Mrs. Baker about it.", "PERSON", "Baker");
    EXPECT("Ask Dr. Ngozi Adeyemi-Wells about it.", "PERSON", "Ngozi Adeyemi-Wells");
    assert_null(find(scan_as(shared(), "Ask the dr. about it.", PROFILE_STRICT), "PERSON"));
}

static void soft_evidence_decides_in_no_profile_by_itself(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"on 3/15/2019", "asthma and diabetes", "her salary", "12 years old",
                                        "a German engineer"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        for (int p = 0; p <= PROFILE_LENIENT; p++) {
            const struct verdict *v = scan_as(shared(), TEXTS[i], (enum profile)p);
            if (p != PROFILE_STRICT && v->sensitive) fail_msg("'%s': %s", TEXTS[i], v->reason);
            assert_true(v->count > 0);
        }
}

static void soft_markers_are_known_in_more_schemes_and_languages(void **state) {
    (void)state;
    static const struct expectation ROWS[] = {
        {"CUI//SP-PRVCY", "CONFIDENTIALITY_MARKER", true},
        {"TLP:AMBER+STRICT", "CONFIDENTIALITY_MARKER", true},
        {"OFFICIAL-SENSITIVE", "CONFIDENTIALITY_MARKER", true},
        {"Not for onward distribution", "CONFIDENTIALITY_MARKER", true},
        {"Embargoed until Friday", "CONFIDENTIALITY_MARKER", true},
        {"nur für den internen Gebrauch", "CONFIDENTIALITY_MARKER", true},
        {"Confidentiel : projet", "CONFIDENTIALITY_MARKER", true},
        {"C'est confidentiel.", NULL, false},
        {"Vertraulich: Plan", "CONFIDENTIALITY_MARKER", true},
        {"What is a non-disclosure agreement?", "CONFIDENTIALITY_MARKER", false},
        {"What does TLP:GREEN stand for?", "CONFIDENTIALITY_MARKER", false},
    };
    CHECK(ROWS);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(soft_dates_are_found_in_all_usual_forms),
        cmocka_unit_test(soft_dates_are_told_from_other_numbers),
        cmocka_unit_test(soft_dates_of_birth_decide_where_they_are_called_so),
        cmocka_unit_test(soft_ages_are_the_number),
        cmocka_unit_test(soft_titles_need_a_name),
        cmocka_unit_test(soft_groups_are_told_from_languages),
        cmocka_unit_test(soft_words_of_health_and_money_are_whole_words),
        cmocka_unit_test(soft_title_makes_a_name_of_the_word_behind_it),
        cmocka_unit_test(soft_evidence_decides_in_no_profile_by_itself),
        cmocka_unit_test(soft_markers_are_known_in_more_schemes_and_languages),
    };
    return RUN(tests);
}
