// With the real gate: what it cleared may leave, for that request and that zone only.
#include "upstream/harness.h"

static bool make_clearance(const char *text, uint64_t request, enum zone zone, struct clearance *out) {
    struct err e = {0};
    struct arena arena;
    struct verdict v;
    struct config *config = config_defaults();
    struct gate *gate = gate_new(config, &e);
    assert_non_null(gate);
    struct gate_scratch *scratch = gate_scratch_new(gate);
    struct gate_input in = {.text = span_from(text)};
    arena_init(&arena, 1 << 20);
    gate_scan(gate, scratch, &in, gate_profile(gate), &arena, &v);
    bool cleared = gate_clear(&v, request, zone, out);
    arena_release(&arena);
    gate_scratch_free(scratch);
    gate_free(gate);
    config_free(config);
    return cleared;
}

static struct upstream_call *start(struct world *w, struct record *r, const struct clearance *c, uint64_t number,
                                   enum zone zone) {
    record_open(r);
    w->target.zone = zone;
    struct upstream_request q = {.number = number, .clearance = c, .path = SPAN("/x"), .body = SPAN("{}")};
    return r->call = upstream_start(w->up, &w->target, &q, &RECORDING, r);
}

static void upstream_lets_out_what_the_gate_cleared(void **state) {
    (void)state;
    struct world w;
    struct record r;
    struct clearance c;
    assert_true(make_clearance("Which colour has the sky?", 42, ZONE_EU, &c));
    world_open(&w, OK_ANSWER);
    assert_non_null(start(&w, &r, &c, 42, ZONE_EU));
    assert_true(world_run(&w, &r.ends, 1, PATIENCE_MS));
    assert_int_equal(r.end, UPSTREAM_COMPLETE);
    assert_int_equal(w.server.accepted, 1);
    buf_free(&r.body);
    world_close(&w);
}

static void upstream_lets_out_nothing_under_a_clearance_of_another_request_or_zone(void **state) {
    (void)state;
    struct world w;
    struct record r;
    struct clearance c, changed;
    assert_true(make_clearance("Which colour has the sky?", 42, ZONE_EU, &c));
    world_open(&w, OK_ANSWER);
    assert_null(start(&w, &r, &c, 43, ZONE_EU));
    assert_null(start(&w, &r, &c, 42, ZONE_US));
    changed = c;
    changed.zone = ZONE_US;
    assert_null(start(&w, &r, &changed, 42, ZONE_US));
    changed = c;
    changed.seal ^= 1;
    assert_null(start(&w, &r, &changed, 42, ZONE_EU));
    world_run(&w, NULL, 0, 50);
    assert_int_equal(w.server.accepted, 0);
    world_close(&w);
}

static void upstream_lets_out_nothing_that_the_gate_found_sensitive(void **state) {
    (void)state;
    struct world w;
    struct record r;
    struct clearance c;
    assert_false(make_clearance("Card 4111 1111 1111 1111, expires 12/29, cvv 123", 42, ZONE_EU, &c));
    world_open(&w, OK_ANSWER);
    assert_null(start(&w, &r, &c, 42, ZONE_EU));
    world_run(&w, NULL, 0, 50);
    assert_int_equal(w.server.accepted, 0);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upstream_lets_out_what_the_gate_cleared),
        cmocka_unit_test(upstream_lets_out_nothing_under_a_clearance_of_another_request_or_zone),
        cmocka_unit_test(upstream_lets_out_nothing_that_the_gate_found_sensitive),
    };
    return RUN(tests);
}
