// Fusion: hits in, decision out. Names are the tagger's; here they are made by hand.
#include "gate/fusion.h"
#include "gate_help.h"

static const struct rule FULL = {"name.full", "PERSON", "name", CLASS_PII, WEIGHT_SOFT, 0.8f};
static const struct rule SINGLE = {"name.single", "PERSON", "name", CLASS_PII, WEIGHT_SOFT, 0.9f};
static const struct rule UNLIKELY = {"name.single", "PERSON", "name", CLASS_PII, WEIGHT_SOFT, 0.4f};
static const struct rule CITY = {"place.city", "LOCATION", "place", CLASS_PII, WEIGHT_SOFT, 0.5f};
static const struct rule DATE = {"date.full", "DATE_TIME", "date", CLASS_PII, WEIGHT_SOFT, 0.3f};
static const struct rule AGE = {"age.years", "AGE", "age", CLASS_PII, WEIGHT_SOFT, 0.5f};
static const struct rule ORG = {"org.name", "ORGANIZATION", "organisation", CLASS_PII, WEIGHT_SOFT, 0.5f};
static const struct rule SICK = {"health.condition", "HEALTH_CONDITION", "condition", CLASS_PHI, WEIGHT_SOFT, 0.4f};
static const struct rule STREET = {"address.street", "STREET_ADDRESS", "address", CLASS_PII, WEIGHT_HARD, 0.85f};
static const struct rule SHAPE = {"address.shape", "STREET_ADDRESS", "address", CLASS_PII, WEIGHT_SOFT, 0.5f};
static const struct rule PHONE = {"phone.shape", "PHONE_NUMBER", "phone", CLASS_PII, WEIGHT_SOFT, 0.45f};
static const struct rule TERM = {"marker.term", "CONFIDENTIALITY_MARKER", "term", CLASS_IP, WEIGHT_SOFT, 0.4f};
static const struct rule FAINT = {"ip.v4-private", "IP_ADDRESS", "address", CLASS_PII, WEIGHT_SOFT, 0.3f};
static const struct rule CARD = {"card.luhn", "CREDIT_CARD", "card", CLASS_PCI, WEIGHT_GRAVE, 0.95f};

enum { MAX_HITS = 10 };

// Whether these rules, each found once, 20 bytes apart, decide in a text of so many bytes.
static bool decide(enum profile profile, uint8_t cues, size_t text_len, const struct rule *const *rules) {
    struct evidence e = {.cues = cues};
    struct hit hits[MAX_HITS] = {{.rule = NULL}};
    uint32_t count = 0;
    for (; rules[count]; count++) {
        if (rules[count]->weight == WEIGHT_SOFT) fusion_keep(&e, rules[count]);
        hits[count] = (struct hit){.rule = rules[count],
                                   .finding = {.start = count * 20,
                                               .end = count * 20 + 10,
                                               .class_ = rules[count]->class_,
                                               .hard = rules[count]->weight >= WEIGHT_HARD,
                                               .score = rules[count]->score,
                                               .type = rules[count]->type,
                                               .rule = rules[count]->id}};
    }
    struct fusion f;
    fusion_weigh(&e, hits, count, text_len, profile, &f);
    bool any = false;
    for (uint32_t i = 0; i < count; i++) any |= fusion_decides(&f, &hits[i], profile);
    return any;
}
#define RULES(...) ((const struct rule *const[]){__VA_ARGS__, NULL})

static void fusion_decides_by_profile(void **state) {
    (void)state;
    static const struct {
        const struct rule *rules[4];
        bool strict, balanced, lenient;
    } ROWS[] = {
        {{&CARD}, true, true, true},
        {{&STREET}, true, true, false},
        {{&FULL}, true, false, false},
        {{&SINGLE}, true, false, false},
        {{&SHAPE}, true, false, false},
        {{&PHONE}, true, false, false},
        {{&FAINT}, true, false, false},
        {{&DATE}, false, false, false},
        {{&CITY}, false, false, false},
        {{&ORG, &CITY, &DATE}, false, false, false},
        {{&SICK, &AGE}, false, false, false},
        {{&PHONE, &TERM}, true, true, false},
        {{&PHONE, &PHONE}, true, false, false},
        {{&PHONE, &FAINT}, true, false, false},
        {{&PHONE, &SINGLE}, true, true, false},
        {{&PHONE, &UNLIKELY}, true, false, false},
        {{&SHAPE, &PHONE}, true, true, false},
        {{&FULL, &CITY}, true, true, false},
        {{&FULL, &ORG, &DATE}, true, true, false},
        {{&FULL, &AGE}, true, true, false},
        {{&FULL, &SICK}, true, true, false},
        {{&FULL, &SHAPE}, true, true, false},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        bool strict = decide(PROFILE_STRICT, 0, 120, ROWS[i].rules);
        bool balanced = decide(PROFILE_BALANCED, 0, 120, ROWS[i].rules);
        bool lenient = decide(PROFILE_LENIENT, 0, 120, ROWS[i].rules);
        if (strict != ROWS[i].strict || balanced != ROWS[i].balanced || lenient != ROWS[i].lenient)
            fail_msg("row %zu (%s): strict %d, balanced %d, lenient %d", i, ROWS[i].rules[0]->id, strict, balanced,
                     lenient);
    }
}

static void fusion_takes_names_in_sums_and_choices_for_made_up(void **state) {
    (void)state;
    assert_true(decide(PROFILE_BALANCED, 0, 120, RULES(&SINGLE, &CITY, &AGE)));
    assert_false(decide(PROFILE_BALANCED, CUE_QUANTITY, 200, RULES(&SINGLE, &DATE)));
    assert_false(decide(PROFILE_BALANCED, CUE_CHOICE, 900, RULES(&FULL, &DATE)));
    // But not what is said of a customer.
    assert_true(decide(PROFILE_BALANCED, CUE_RECORD, 120, RULES(&FULL, &DATE, &SICK)));
}

static void fusion_more_evidence_never_decides_less(void **state) {
    (void)state;
    static const struct rule *const KINDS[] = {&SINGLE, &CITY, &DATE, &AGE, &ORG, &SICK, &SHAPE};
    enum { COUNT = sizeof KINDS / sizeof *KINDS };
    for (unsigned set = 0; set < 1u << COUNT; set++) {
        const struct rule *rules[COUNT + 2] = {&FULL};
        unsigned n = 1;
        for (unsigned k = 0; k < COUNT; k++)
            if (set >> k & 1) rules[n++] = KINDS[k];
        bool before = n < COUNT && decide(PROFILE_BALANCED, 0, 300, rules);
        for (unsigned k = 0; before && k < COUNT; k++) {
            if (set >> k & 1) continue;
            rules[n] = KINDS[k];
            if (!decide(PROFILE_BALANCED, 0, 300, rules)) fail_msg("set %x: less with %s", set, KINDS[k]->id);
            rules[n] = NULL;
        }
    }
}

static void fusion_keeps_few_of_a_kind_and_counts_all(void **state) {
    (void)state;
    struct evidence e = {.cues = 0};
    unsigned kept = 0;
    for (int i = 0; i < 100000; i++) kept += fusion_keep(&e, &DATE);
    assert_in_range(kept, 8, 64);
    assert_int_equal(e.reported[KIND_DATE], kept + 1); // one was left out, at least
    assert_true(fusion_keep(&e, &CITY));
    for (int i = 0; i < 1000; i++) assert_true(fusion_keep(&e, &PHONE)); // those are for the table to refuse
}

static void fusion_takes_more_names_than_are_kept_for_a_list_of_people(void **state) {
    (void)state;
    struct evidence e = {.cues = 0};
    while (fusion_keep(&e, &SINGLE)) {
    }
    struct fusion f;
    fusion_weigh(&e, NULL, 0, 4000, PROFILE_BALANCED, &f);
    assert_true(f.soft);
}

// What was left out counts, though its finding is not there.
static void fusion_does_not_forget_what_was_left_out(void **state) {
    (void)state;
    struct evidence e = {.cues = 0};
    struct hit hit = {.rule = &FULL, .finding = {.end = 10, .score = 0.9f, .type = "PERSON", .rule = "name.full"}};
    struct fusion without, with;
    fusion_keep(&e, &FULL);
    fusion_weigh(&e, &hit, 1, 100, PROFILE_BALANCED, &without);
    assert_false(without.asked); // a bare name
    while (fusion_keep(&e, &CITY)) {
    }
    fusion_weigh(&e, &hit, 1, 100, PROFILE_BALANCED, &with);
    assert_true(with.asked);
    assert_true(with.soft);
}

static void fusion_many_dates_do_not_close_the_gate(void **state) {
    (void)state;
    static char text[400 * 16];
    size_t n = 0;
    for (int i = 0; i < 300; i++) n += (size_t)snprintf(text + n, sizeof text - n, "2021-03-%02d, ", i % 28 + 1);
    const struct verdict *v = scan_as(shared(), text, PROFILE_STRICT);
    assert_false(v->sensitive);
    assert_true(v->omitted > 200);
    assert_true(v->count < 64);
    // And there is room for what matters.
    snprintf(text + n, sizeof text - n, "4111 1111 1111 1111");
    v = scan_as(shared(), text, PROFILE_LENIENT);
    assert_true(v->sensitive);
    assert_non_null(find(v, "CREDIT_CARD"));
}

static void fusion_receipt_names_the_rules_that_decided(void **state) {
    (void)state;
    const struct verdict *v = scan_as(shared(), "Ship to 12 Oak Road, 2021-03-04, asthma", PROFILE_BALANCED);
    assert_true(v->sensitive);
    assert_non_null(strstr(v->receipt, " pii address.street"));
    assert_null(strstr(v->receipt, "date.full"));
    v = scan_as(shared(), "0494 92 82 32, trade secret, 2021-03-04", PROFILE_BALANCED);
    assert_non_null(strstr(v->receipt, "phone.shape"));
    assert_non_null(strstr(v->receipt, "marker.term"));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(fusion_decides_by_profile),
        cmocka_unit_test(fusion_takes_names_in_sums_and_choices_for_made_up),
        cmocka_unit_test(fusion_more_evidence_never_decides_less),
        cmocka_unit_test(fusion_keeps_few_of_a_kind_and_counts_all),
        cmocka_unit_test(fusion_takes_more_names_than_are_kept_for_a_list_of_people),
        cmocka_unit_test(fusion_does_not_forget_what_was_left_out),
        cmocka_unit_test(fusion_many_dates_do_not_close_the_gate),
        cmocka_unit_test(fusion_receipt_names_the_rules_that_decided),
    };
    return RUN(tests);
}
