#include "gate/masking.h"

#include "gate_help.h"

#define MAIL "ann@corp-x.com"
#define CARD "4111 1111 1111 1111"

static const char *ZONES[] = {"eu", "any"}, *PII_PCI[] = {"pii", "pci"};

static struct fixture *masking(const char **classes, size_t class_count) {
    static struct fixture f;
    struct config config = {.policy = {.profile = PROFILE_BALANCED,
                                       .mask_zones = ZONES,
                                       .mask_zone_count = 2,
                                       .mask_classes = classes,
                                       .mask_class_count = class_count}};
    if (f.gate) fixture_close(&f);
    fixture_open(&f, &config);
    return &f;
}

static uint32_t spans_of(struct fixture *f, const char *text, const char **why) {
    struct mask_span spans[GATE_MAX_FINDINGS];
    return gate_mask_spans(f->gate, scan_as(f, text, PROFILE_BALANCED), spans, why);
}

static void assert_stays(struct fixture *f, const char *text, const char *because) {
    const char *why;
    assert_int_equal(spans_of(f, text, &why), 0);
    if (!why || !strstr(why, because)) fail_msg("%s: \"%s\" does not say \"%s\"", text, why ? why : "", because);
}

static void gate_masks_nothing_by_default(void **state) {
    (void)state;
    assert_int_equal(gate_mask_zones(shared()->gate), 0);
    assert_stays(shared(), "to " MAIL, "masks nothing");
}

static void gate_masks_what_the_policy_names(void **state) {
    (void)state;
    const char *why;
    struct fixture *f = masking(NULL, 0);
    assert_int_equal(gate_mask_zones(f->gate), 1u << ZONE_EU | 1u << ZONE_ANY);
    assert_int_equal(spans_of(f, "to " MAIL " or bob@corp-y.com", &why), 2);
    assert_null(why);
    assert_stays(f, "to " MAIL ", card " CARD, "class");
    f = masking(PII_PCI, 2);
    assert_int_equal(spans_of(f, "to " MAIL ", card " CARD, &why), 2);
}

static void gate_masks_soft_findings_too(void **state) {
    (void)state;
    const char *why;
    struct fixture *f = masking(NULL, 0);
    assert_int_equal(spans_of(f, "to " MAIL ", from info@corp-x.com at 10.0.0.8", &why), 3);
}

static void gate_never_masks_secrets_markers_and_the_unreadable(void **state) {
    (void)state;
    struct fixture *f = masking(PII_PCI, 2);
    assert_stays(f, "to " MAIL ", the password is hT7#kkw92!pQ", "class");
    assert_stays(f, "STRICTLY CONFIDENTIAL: to " MAIL, "class");
    assert_stays(f, "to " MAIL " \xff", "class");
    assert_stays(f, "hello", "class");
    // a secret that does not decide keeps a request too
    struct verdict v = *scan_as(f, "to " MAIL ", info@corp-x.com", PROFILE_BALANCED);
    struct mask_span spans[GATE_MAX_FINDINGS];
    const char *why;
    v.findings[1].class_ = CLASS_SECRET;
    assert_int_equal(gate_mask_spans(f->gate, &v, spans, &why), 0);
    v.findings[1].class_ = CLASS_UNREADABLE;
    assert_int_equal(gate_mask_spans(f->gate, &v, spans, &why), 0);
    v.findings[1].class_ = CLASS_PII;
    v.findings[1].end = v.findings[1].start;
    assert_int_equal(gate_mask_spans(f->gate, &v, spans, &why), 0);
    v.omitted = 1;
    assert_int_equal(gate_mask_spans(f->gate, &v, spans, &why), 0);
}

// ---------------------------------------------------------------- clearances

static bool clears_as(struct fixture *f, const struct verdict *v, const char *masked, enum zone zone,
                      struct clearance *c) {
    struct gate_input in = {.text = span_from(masked)};
    return gate_clear_masked(f->gate, f->scratch, v, &in, 7, zone, &f->arena, c);
}

static bool clears(const char *masked, enum zone zone) {
    struct fixture *f = masking(NULL, 0);
    struct verdict v = *scan_as(f, "to " MAIL, PROFILE_BALANCED);
    struct clearance c;
    bool made = clears_as(f, &v, masked, zone, &c);
    assert_int_equal(made, clearance_permits(&c, 7, zone));
    assert_false(clearance_permits(&c, 8, zone));
    for (enum zone other = ZONE_EU; other < ZONE_COUNT; other++)
        if (other != zone) assert_false(clearance_permits(&c, 7, other));
    if (!made) assert_int_equal(c.seal, 0);
    return made;
}

static void gate_clears_a_masked_text_for_the_zones_of_the_policy(void **state) {
    (void)state;
    assert_true(clears("to [EMAIL_1]", ZONE_EU));
    assert_true(clears("to [EMAIL_1]", ZONE_ANY));
    assert_false(clears("to [EMAIL_1]", ZONE_US));
    struct fixture *f = masking(NULL, 0);
    struct verdict v = *scan_as(f, "to " MAIL, PROFILE_BALANCED);
    struct clearance c;
    assert_false(clears_as(f, &v, "to [EMAIL_1]", ZONE_LOCAL, &c));
    assert_false(clears_as(f, &v, "to [EMAIL_1]", ZONE_COUNT, &c));
}

static void gate_clears_no_masked_text_that_holds_anything(void **state) {
    (void)state;
    static const char *const LEFT[] = {
        "to " MAIL,
        "to [EMAIL_1] and bob@corp-y.com",
        "to [EMAIL_1], from info@corp-x.com", // soft
        "to [EMAIL_1] at 10.0.0.8",           // soft, and below what counts towards a pair
        "to [EMAIL_1], card " CARD,           // not of a class that may be masked
        "to [EMAIL_1], the password is hT7#kkw92!pQ",
        "STRICTLY CONFIDENTIAL: to [EMAIL_1]",
        "to [EMAIL_1] \xff",
        "to [" MAIL "]",
    };
    for (size_t i = 0; i < sizeof LEFT / sizeof *LEFT; i++)
        if (clears(LEFT[i], ZONE_EU)) fail_msg("cleared: %s", LEFT[i]);
}

static void gate_clears_no_masked_text_with_content_that_is_not_text(void **state) {
    (void)state;
    struct config config = {.policy = {.profile = PROFILE_BALANCED,
                                       .unreadable = UNREADABLE_MAY_LEAVE,
                                       .mask_zones = ZONES,
                                       .mask_zone_count = 1}};
    struct fixture f;
    fixture_open(&f, &config);
    struct verdict v = *scan_as(&f, "to " MAIL, PROFILE_BALANCED);
    struct gate_input in = {.text = SPAN("to [EMAIL_1]"), .unreadable = "image"};
    struct clearance c;
    assert_false(gate_clear_masked(f.gate, f.scratch, &v, &in, 7, ZONE_EU, &f.arena, &c));
    fixture_close(&f);
}

static void gate_clears_masked_only_for_a_verdict_of_its_own(void **state) {
    (void)state;
    struct fixture *f = masking(NULL, 0);
    struct clearance c;
    struct verdict v = *scan_as(f, "to " MAIL ", card " CARD, PROFILE_BALANCED);
    assert_false(clears_as(f, &v, "to [EMAIL_1]", ZONE_EU, &c));
    v.classes = CLASS_PII; // edited
    assert_false(clears_as(f, &v, "to [EMAIL_1]", ZONE_EU, &c));
    v = *scan_as(f, "hello", PROFILE_BALANCED); // clean: gate_clear is its way
    assert_false(clears_as(f, &v, "hello", ZONE_EU, &c));
    v = (struct verdict){.sensitive = true, .classes = CLASS_PII};
    assert_false(clears_as(f, &v, "hello", ZONE_EU, &c));
}

static void gate_that_cannot_scan_clears_nothing(void **state) {
    (void)state;
    struct fixture *f = masking(NULL, 0);
    struct verdict v = *scan_as(f, "to " MAIL, PROFILE_BALANCED);
    struct gate_input in = {.text = SPAN("to [EMAIL_1]")};
    struct arena none;
    struct clearance c;
    arena_init(&none, 0);
    assert_false(gate_clear_masked(f->gate, f->scratch, &v, &in, 7, ZONE_EU, &none, &c));
}

static void gate_version_tells_what_is_masked(void **state) {
    (void)state;
    char plain[32], pii[32];
    snprintf(plain, sizeof plain, "%s", gate_version(shared()->gate));
    snprintf(pii, sizeof pii, "%s", gate_version(masking(NULL, 0)->gate));
    assert_string_not_equal(plain, pii);
    assert_string_not_equal(pii, gate_version(masking(PII_PCI, 2)->gate));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gate_masks_nothing_by_default),
        cmocka_unit_test(gate_masks_what_the_policy_names),
        cmocka_unit_test(gate_masks_soft_findings_too),
        cmocka_unit_test(gate_never_masks_secrets_markers_and_the_unreadable),
        cmocka_unit_test(gate_clears_a_masked_text_for_the_zones_of_the_policy),
        cmocka_unit_test(gate_clears_no_masked_text_that_holds_anything),
        cmocka_unit_test(gate_clears_no_masked_text_with_content_that_is_not_text),
        cmocka_unit_test(gate_clears_masked_only_for_a_verdict_of_its_own),
        cmocka_unit_test(gate_that_cannot_scan_clears_nothing),
        cmocka_unit_test(gate_version_tells_what_is_masked),
    };
    return RUN(tests);
}
