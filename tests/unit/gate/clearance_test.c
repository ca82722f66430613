#include "gate/clearance.h"

#include "gate_help.h"

static struct verdict clean_verdict(void) {
    return *scan_as(shared(), "hello", PROFILE_BALANCED);
}

static void gate_clear_grants_a_clean_verdict(void **state) {
    (void)state;
    struct verdict v = clean_verdict();
    struct clearance c;
    assert_true(gate_clear(&v, 7, ZONE_US, &c));
    assert_true(clearance_permits(&c, 7, ZONE_US));
}

static void gate_clear_refuses_a_sensitive_verdict(void **state) {
    (void)state;
    struct verdict v = *scan_as(shared(), "4111 1111 1111 1111", PROFILE_BALANCED);
    struct clearance c = {.request = 1};
    assert_false(gate_clear(&v, 7, ZONE_US, &c));
    assert_int_equal(c.request, 0);
    assert_false(clearance_permits(&c, 7, ZONE_US));
}

static void gate_clear_refuses_a_verdict_that_the_gate_did_not_make(void **state) {
    (void)state;
    struct clearance c;
    struct verdict v = {.sensitive = false};
    assert_false(gate_clear(&v, 7, ZONE_US, &c));
    v = *scan_as(shared(), "4111 1111 1111 1111", PROFILE_BALANCED);
    v.sensitive = false; // edited after the scan
    assert_false(gate_clear(&v, 7, ZONE_US, &c));
    v = clean_verdict();
    v.receipt[0] ^= 1;
    assert_false(gate_clear(&v, 7, ZONE_US, &c));
    v = clean_verdict();
    v.classes = CLASS_PII;
    assert_false(gate_clear(&v, 7, ZONE_US, &c));
}

static void clearance_cannot_be_copied_to_another_request_or_zone(void **state) {
    (void)state;
    struct verdict v = clean_verdict();
    struct clearance c;
    assert_true(gate_clear(&v, 7, ZONE_EU, &c));
    assert_false(clearance_permits(&c, 8, ZONE_EU));
    assert_false(clearance_permits(&c, 7, ZONE_US));
    assert_false(clearance_permits(&c, 7, ZONE_ANY));
    struct clearance forged = c;
    forged.request = 8;
    assert_false(clearance_permits(&forged, 8, ZONE_EU));
    forged = c;
    forged.zone = ZONE_ANY;
    assert_false(clearance_permits(&forged, 7, ZONE_ANY));
}

static void clearance_cannot_be_guessed(void **state) {
    (void)state;
    assert_false(clearance_permits(NULL, 7, ZONE_US));
    struct clearance c = {.request = 7, .zone = ZONE_US};
    for (uint64_t seal = 0; seal < 1000; seal++) {
        c.seal = seal;
        assert_false(clearance_permits(&c, 7, ZONE_US));
    }
    struct verdict v = clean_verdict();
    c.seal = v.seal; // the seal of another kind
    assert_false(clearance_permits(&c, 7, ZONE_US));
}

static void clearance_is_not_needed_at_home(void **state) {
    (void)state;
    assert_true(clearance_permits(NULL, 7, ZONE_LOCAL));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(gate_clear_grants_a_clean_verdict),
        cmocka_unit_test(gate_clear_refuses_a_sensitive_verdict),
        cmocka_unit_test(gate_clear_refuses_a_verdict_that_the_gate_did_not_make),
        cmocka_unit_test(clearance_cannot_be_copied_to_another_request_or_zone),
        cmocka_unit_test(clearance_cannot_be_guessed),
        cmocka_unit_test(clearance_is_not_needed_at_home),
    };
    return RUN(tests);
}
