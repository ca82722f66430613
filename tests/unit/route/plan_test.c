#include "route/plan.h"

#include <math.h>

#include "test.h"

static const enum zone ZONES[] = {ZONE_US, ZONE_EU, ZONE_ANY, ZONE_US, ZONE_EU, ZONE_ANY};

// One case: what differs from "routine, clean, local ready, two frontiers, fall back allowed".
struct given {
    bool sensitive, untrusted, hard, down, busy, disabled, no_fall_back, refuse, long_input, vision, local_sees;
    int no_frontiers; // 1: none
    enum pin pin;
    int named; // index + 1; 0 = none
    uint32_t mask_zones;
    int session;   // 1: the local model has the conversation; 2, 3: frontier 0, 1
    bool worth_it; // the gain of a switch is more than its loss
    bool slow, spent, dear, quality;
};

enum { BOTH = 1u << ZONE_US | 1u << ZONE_EU };

static struct plan plan_for(struct given g) {
    static struct config config;
    config.routing.fall_back = !g.no_fall_back;
    config.routing.on_no_frontier = g.refuse ? NO_FRONTIER_REFUSE : NO_FRONTIER_ANSWER_LOCALLY;
    struct verdict verdict = {.sensitive = g.sensitive};
    struct score score = {.score = g.hard ? 0.9f : 0.1f, .output_tokens = 100, .task = "qa"};
    struct route_request request = {.pin = g.pin,
                                    .named_frontier = g.named - 1,
                                    .max_tokens = -1,
                                    .input_tokens = g.long_input ? 8000 : 50,
                                    .needs_vision = g.vision,
                                    .mask_zones = g.mask_zones,
                                    .too_dear = g.dear,
                                    .change = {.gain_usd = g.worth_it ? 2 : 1, .loss_usd = 1}};
    struct route_state state = {.local_enabled = !g.disabled,
                                .local_trusted = !g.untrusted,
                                .local_ready = !g.down && !g.disabled,
                                .local_has_room = !g.busy,
                                .local_context = 4096,
                                .local_sees_images = g.local_sees,
                                .frontier_count = g.no_frontiers ? 0 : 2,
                                .frontier_zones = ZONES,
                                .mode = g.quality ? DIAL_QUALITY : DIAL_SHARE,
                                .budget_spent = g.spent,
                                .local_wait_ms = g.slow ? 60000 : 10,
                                .session = {.known = g.session > 0, .local = g.session == 1, .tokens = 1000},
                                .session_frontier = g.session - 2};
    config.routing.max_wait_ms = 10000;
    score.p_local = 1 - score.score;
    struct plan p;
    route_plan(&config, &verdict, &score, 0.5f, &request, &state, &p);
    return p;
}

static const struct {
    const char *what;
    struct given given;
    enum route route;
    enum reason reason;
    const char *degraded, *refusal;
    const char *candidates; // L, or the index of the frontier; a masked one is a or b
} TABLE[] = {
    {"routine", {0}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L01"},
    {"routine, no fall back", {.no_fall_back = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L"},
    {"routine, no frontier", {.no_frontiers = 1}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L"},
    {"hard", {.hard = true}, ROUTE_FRONTIER, REASON_HARD, NULL, NULL, "01L"},
    {"hard, no fall back", {.hard = true, .no_fall_back = true}, ROUTE_FRONTIER, REASON_HARD, NULL, NULL, "0"},
    {"hard, local down", {.hard = true, .down = true}, ROUTE_FRONTIER, REASON_HARD, NULL, NULL, "01"},
    {"hard, named", {.hard = true, .named = 2}, ROUTE_FRONTIER, REASON_MODEL_NAMED, NULL, NULL, "10L"},
    {"routine, named", {.named = 2}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L10"},
    {"named out of range", {.hard = true, .named = 9}, ROUTE_FRONTIER, REASON_HARD, NULL, NULL, "01L"},
    {"hard, no frontier",
     {.hard = true, .no_frontiers = 1},
     ROUTE_LOCAL,
     REASON_NO_FRONTIER,
     "frontier-not-configured",
     NULL,
     "L"},
    {"hard, no frontier, refuse",
     {.hard = true, .no_frontiers = 1, .refuse = true},
     ROUTE_REFUSED,
     REASON_NO_FRONTIER,
     NULL,
     "frontier_not_configured",
     ""},
    {"hard, no frontier, down",
     {.hard = true, .no_frontiers = 1, .down = true},
     ROUTE_REFUSED,
     REASON_LOCAL_DOWN,
     NULL,
     "local_not_ready",
     ""},
    {"hard, no frontier, busy",
     {.hard = true, .no_frontiers = 1, .busy = true},
     ROUTE_REFUSED,
     REASON_LOCAL_BUSY,
     NULL,
     "local_busy",
     ""},
    {"nothing at all",
     {.no_frontiers = 1, .disabled = true},
     ROUTE_REFUSED,
     REASON_LOCAL_DOWN,
     NULL,
     "no_upstream",
     ""},
    {"nothing at all, hard",
     {.hard = true, .no_frontiers = 1, .disabled = true},
     ROUTE_REFUSED,
     REASON_NO_FRONTIER,
     NULL,
     "no_upstream",
     ""},
    {"routine, down", {.down = true}, ROUTE_FRONTIER, REASON_LOCAL_DOWN, "local-not-ready", NULL, "01"},
    {"routine, busy", {.busy = true}, ROUTE_FRONTIER, REASON_LOCAL_BUSY, "local-busy", NULL, "01"},
    {"routine, down, no fall back",
     {.down = true, .no_fall_back = true},
     ROUTE_REFUSED,
     REASON_LOCAL_DOWN,
     NULL,
     "local_not_ready",
     ""},
    {"routine, busy, no fall back",
     {.busy = true, .no_fall_back = true},
     ROUTE_REFUSED,
     REASON_LOCAL_BUSY,
     NULL,
     "local_busy",
     ""},
    {"routine, busy, no frontier",
     {.busy = true, .no_frontiers = 1},
     ROUTE_REFUSED,
     REASON_LOCAL_BUSY,
     NULL,
     "local_busy",
     ""},
    {"local off, no fall back",
     {.disabled = true, .no_fall_back = true},
     ROUTE_FRONTIER,
     REASON_LOCAL_DOWN,
     "local-not-enabled",
     NULL,
     "0"},
    {"hard, below the floor", {.hard = true, .quality = true}, ROUTE_FRONTIER, REASON_QUALITY_FLOOR, NULL, NULL, "01L"},
    {"routine, above the floor", {.quality = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L01"},
    {"session local, hard", {.hard = true, .session = 1}, ROUTE_LOCAL, REASON_SESSION, NULL, NULL, "L01"},
    {"session local, hard, worth it",
     {.hard = true, .session = 1, .worth_it = true},
     ROUTE_FRONTIER,
     REASON_HARD,
     NULL,
     NULL,
     "01L"},
    {"session local, hard, down",
     {.hard = true, .session = 1, .down = true},
     ROUTE_FRONTIER,
     REASON_HARD,
     NULL,
     NULL,
     "01"},
    {"session local, hard, slow",
     {.hard = true, .session = 1, .slow = true},
     ROUTE_FRONTIER,
     REASON_HARD,
     NULL,
     NULL,
     "01L"},
    {"session local, too long", {.session = 1, .long_input = true}, ROUTE_FRONTIER, REASON_TOO_LONG, NULL, NULL, "01"},
    {"session at a frontier, routine", {.session = 3}, ROUTE_FRONTIER, REASON_SESSION, NULL, NULL, "10L"},
    {"session at a frontier, routine, worth it",
     {.session = 3, .worth_it = true},
     ROUTE_LOCAL,
     REASON_ROUTINE,
     NULL,
     NULL,
     "L10"},
    {"session at a frontier, hard", {.session = 3, .hard = true}, ROUTE_FRONTIER, REASON_HARD, NULL, NULL, "10L"},
    {"session at a frontier that is gone", {.session = 1 + 9}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L01"},
    {"session at a frontier, another named",
     {.session = 3, .named = 1, .hard = true},
     ROUTE_FRONTIER,
     REASON_MODEL_NAMED,
     NULL,
     NULL,
     "01L"},
    {"session at a frontier, pinned frontier",
     {.session = 3, .pin = PIN_FRONTIER},
     ROUTE_FRONTIER,
     REASON_PINNED_FRONTIER,
     NULL,
     NULL,
     "01L"},
    {"session at a frontier, sensitive",
     {.session = 3, .sensitive = true},
     ROUTE_LOCAL,
     REASON_SENSITIVE,
     NULL,
     NULL,
     "L"},
    {"routine, slow", {.slow = true}, ROUTE_FRONTIER, REASON_LOCAL_SLOW, "local-slow", NULL, "01L"},
    {"routine, slow, no fall back", {.slow = true, .no_fall_back = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L"},
    {"sensitive, slow", {.slow = true, .sensitive = true}, ROUTE_LOCAL, REASON_SENSITIVE, NULL, NULL, "L"},
    {"spent, routine", {.spent = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L"},
    {"spent, routine, slow", {.spent = true, .slow = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L"},
    {"spent, hard", {.spent = true, .hard = true}, ROUTE_LOCAL, REASON_BUDGET, "budget", NULL, "L"},
    {"too dear for what is left", {.dear = true, .hard = true}, ROUTE_LOCAL, REASON_BUDGET, "budget", NULL, "L"},
    {"spent, hard, refuse",
     {.spent = true, .hard = true, .refuse = true},
     ROUTE_REFUSED,
     REASON_BUDGET,
     NULL,
     "budget_spent",
     ""},
    {"spent, pinned frontier", {.spent = true, .pin = PIN_FRONTIER}, ROUTE_LOCAL, REASON_BUDGET, "budget", NULL, "L"},
    {"spent, image", {.spent = true, .vision = true}, ROUTE_REFUSED, REASON_BUDGET, NULL, "budget_spent", ""},
    {"spent, down", {.spent = true, .down = true}, ROUTE_REFUSED, REASON_LOCAL_DOWN, NULL, "local_not_ready", ""},
    {"spent, local off", {.spent = true, .disabled = true}, ROUTE_REFUSED, REASON_BUDGET, NULL, "budget_spent", ""},
    {"spent, session at a frontier", {.spent = true, .session = 3}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L"},
    {"spent, masked",
     {.spent = true, .sensitive = true, .hard = true, .mask_zones = BOTH},
     ROUTE_LOCAL,
     REASON_SENSITIVE,
     NULL,
     NULL,
     "L"},
    {"too long", {.long_input = true}, ROUTE_FRONTIER, REASON_TOO_LONG, NULL, NULL, "01"},
    {"too long, no frontier",
     {.long_input = true, .no_frontiers = 1},
     ROUTE_LOCAL,
     REASON_NO_FRONTIER,
     "frontier-not-configured",
     NULL,
     "L"},
    {"image", {.vision = true}, ROUTE_FRONTIER, REASON_NOT_ABLE, NULL, NULL, "01"},
    {"image, local sees", {.vision = true, .local_sees = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L01"},
    {"image, no frontier",
     {.vision = true, .no_frontiers = 1},
     ROUTE_REFUSED,
     REASON_NO_FRONTIER,
     NULL,
     "frontier_not_configured",
     ""},
    {"pinned local, hard", {.pin = PIN_LOCAL, .hard = true}, ROUTE_LOCAL, REASON_PINNED_LOCAL, NULL, NULL, "L"},
    {"pinned local, down",
     {.pin = PIN_LOCAL, .down = true},
     ROUTE_REFUSED,
     REASON_LOCAL_DOWN,
     NULL,
     "local_not_ready",
     ""},
    {"pinned local, busy", {.pin = PIN_LOCAL, .busy = true}, ROUTE_REFUSED, REASON_LOCAL_BUSY, NULL, "local_busy", ""},
    {"pinned frontier, routine", {.pin = PIN_FRONTIER}, ROUTE_FRONTIER, REASON_PINNED_FRONTIER, NULL, NULL, "01L"},
    {"pinned frontier, none",
     {.pin = PIN_FRONTIER, .no_frontiers = 1},
     ROUTE_LOCAL,
     REASON_NO_FRONTIER,
     "frontier-not-configured",
     NULL,
     "L"},
    {"masked, hard",
     {.sensitive = true, .hard = true, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "abL"},
    {"masked, hard, one zone",
     {.sensitive = true, .hard = true, .mask_zones = 1u << ZONE_EU},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "bL"},
    {"masked, hard, no frontier of the zone",
     {.sensitive = true, .hard = true, .mask_zones = 1u << ZONE_ANY},
     ROUTE_LOCAL,
     REASON_SENSITIVE,
     NULL,
     NULL,
     "L"},
    {"masked, hard, the named one is not of the zone",
     {.sensitive = true, .hard = true, .named = 1, .mask_zones = 1u << ZONE_EU},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "bL"},
    {"masked, hard, named",
     {.sensitive = true, .hard = true, .named = 2, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "baL"},
    {"masked, pinned frontier",
     {.sensitive = true, .pin = PIN_FRONTIER, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "abL"},
    {"masked, too long",
     {.sensitive = true, .long_input = true, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "abL"},
    {"masked, no fall back",
     {.sensitive = true, .hard = true, .no_fall_back = true, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "a"},
    {"masked, local elsewhere",
     {.sensitive = true, .hard = true, .untrusted = true, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "ab"},
    {"masked, local down",
     {.sensitive = true, .hard = true, .down = true, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "ab"},
    {"masked, local off",
     {.sensitive = true, .disabled = true, .mask_zones = BOTH},
     ROUTE_FRONTIER,
     REASON_MASKED,
     NULL,
     NULL,
     "ab"},
    {"masked, no frontier at all",
     {.sensitive = true, .hard = true, .no_frontiers = 1, .mask_zones = BOTH},
     ROUTE_LOCAL,
     REASON_SENSITIVE,
     NULL,
     NULL,
     "L"},
    {"maskable, routine", {.sensitive = true, .mask_zones = BOTH}, ROUTE_LOCAL, REASON_SENSITIVE, NULL, NULL, "L"},
    {"maskable, routine, down",
     {.sensitive = true, .down = true, .mask_zones = BOTH},
     ROUTE_REFUSED,
     REASON_SENSITIVE,
     NULL,
     "local_unavailable_sensitive",
     ""},
    {"maskable, hard, pinned local",
     {.sensitive = true, .hard = true, .pin = PIN_LOCAL, .mask_zones = BOTH},
     ROUTE_LOCAL,
     REASON_SENSITIVE,
     NULL,
     NULL,
     "L"},
    {"clean, hard, masking on", {.hard = true, .mask_zones = BOTH}, ROUTE_FRONTIER, REASON_HARD, NULL, NULL, "01L"},
    {"sensitive", {.sensitive = true}, ROUTE_LOCAL, REASON_SENSITIVE, NULL, NULL, "L"},
    {"sensitive, hard, pinned frontier",
     {.sensitive = true, .hard = true, .pin = PIN_FRONTIER, .named = 1},
     ROUTE_LOCAL,
     REASON_SENSITIVE,
     NULL,
     NULL,
     "L"},
    {"sensitive, local elsewhere",
     {.sensitive = true, .untrusted = true},
     ROUTE_REFUSED,
     REASON_SENSITIVE,
     NULL,
     "local_untrusted_sensitive",
     ""},
    {"routine, local elsewhere", {.untrusted = true}, ROUTE_LOCAL, REASON_ROUTINE, NULL, NULL, "L01"},
    {"sensitive, too long", {.sensitive = true, .long_input = true}, ROUTE_LOCAL, REASON_SENSITIVE, NULL, NULL, "L"},
    {"sensitive, down",
     {.sensitive = true, .down = true},
     ROUTE_REFUSED,
     REASON_SENSITIVE,
     NULL,
     "local_unavailable_sensitive",
     ""},
    {"sensitive, busy, pinned local",
     {.sensitive = true, .busy = true, .pin = PIN_LOCAL},
     ROUTE_REFUSED,
     REASON_SENSITIVE,
     NULL,
     "local_unavailable_sensitive",
     ""},
    {"sensitive, local off",
     {.sensitive = true, .disabled = true},
     ROUTE_REFUSED,
     REASON_SENSITIVE,
     NULL,
     "local_unavailable_sensitive",
     ""},
};

static void assert_same(const char *what, const char *got, const char *wanted) {
    if (!got != !wanted || (got && strcmp(got, wanted) != 0))
        fail_msg("%s: got %s, wanted %s", what, got ? got : "nothing", wanted ? wanted : "nothing");
}

static void plan_follows_the_table(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        struct plan p = plan_for(TABLE[i].given);
        char candidates[PLAN_MAX + 1] = "";
        for (uint32_t c = 0; c < p.count; c++)
            candidates[c] =
                p.candidates[c].local ? 'L' : (char)((p.candidates[c].masked ? 'a' : '0') + p.candidates[c].frontier);
        assert_same(TABLE[i].what, route_name(p.route), route_name(TABLE[i].route));
        assert_same(TABLE[i].what, reason_code(p.reason), reason_code(TABLE[i].reason));
        assert_same(TABLE[i].what, candidates, TABLE[i].candidates);
        assert_same(TABLE[i].what, p.degraded_code, TABLE[i].degraded);
        assert_same(TABLE[i].what, p.refusal, TABLE[i].refusal);
    }
}

// ---------------------------------------------------------------- every state

struct world {
    struct config config;
    struct verdict verdict;
    struct score score;
    struct route_request request;
    struct route_state state;
};

// The n-th of all combinations; false when there are no more.
static bool nth_world(uint64_t n, struct world *w) {
    // not the whole configuration: clearing it a million times takes longer than all else
    w->verdict = (struct verdict){0};
    w->score = (struct score){0};
    w->request = (struct route_request){0};
    w->state = (struct route_state){0};
    // What belongs to the moment, and sizes of the output, are drawn: all combinations of them too would be too many.
    uint64_t drawn = (n + 1) * 0x9e3779b97f4a7c15u;
    w->state.session = (struct session){.known = drawn >> 40 & 1, .local = drawn >> 41 & 1};
    w->state.session_frontier = (int)(drawn >> 42 & 3) - 1;
    w->state.budget_spent = (drawn >> 44 & 3) == 0;
    w->state.local_wait_ms = drawn >> 46 & 1 ? 60000 : 0;
    w->config.routing.max_wait_ms = 10000;
    w->request.change.gain_usd = (double)(drawn >> 47 & 1);
    w->score.output_tokens = drawn >> 48 & 1 ? 0 : drawn >> 49 & 1 ? 100 : 100000;
    w->request.max_tokens = drawn >> 50 & 1 ? -1 : drawn >> 51 & 1 ? 50 : INT64_MAX;
#define TAKE(count)                                                                                                    \
    (int)(n % (count));                                                                                                \
    n /= (count)
    int v;
    v = TAKE(2);
    w->verdict.sensitive = v;
    v = TAKE(3);
    w->score.score = v == 0 ? 0.2f : v == 1 ? 0.8f : NAN;
    v = TAKE(3);
    w->request.pin = (enum pin)v;
    v = TAKE(4);
    w->request.named_frontier = v == 3 ? 77 : v - 1;
    v = TAKE(3);
    w->request.input_tokens = v == 0 ? 10 : v == 1 ? 4000 : SIZE_MAX;
    v = TAKE(2);
    w->request.needs_vision = v;
    v = TAKE(2);
    w->request.needs_audio = v;
    v = TAKE(2);
    w->state.local_enabled = v;
    v = TAKE(2);
    w->state.local_trusted = v;
    v = TAKE(2);
    w->state.local_ready = v;
    v = TAKE(2);
    w->state.local_has_room = v;
    v = TAKE(2);
    w->state.local_sees_images = v;
    v = TAKE(3);
    w->state.local_context = v == 0 ? 0 : v == 1 ? 4096 : 16;
    v = TAKE(4);
    w->state.frontier_count = v == 3 ? 6 : (uint32_t)v;
    v = TAKE(2);
    w->config.routing.fall_back = v;
    v = TAKE(2);
    w->config.routing.on_no_frontier = (enum on_no_frontier)v;
    v = TAKE(2);
    w->request.mask_zones = v ? BOTH : 0;
#undef TAKE
    w->state.frontier_zones = ZONES;
    return n == 0;
}

static bool local_can_start(const struct route_state *s) {
    return s->local_enabled && s->local_ready && s->local_has_room;
}

static void check_candidates(const struct world *w, const struct plan *p) {
    bool seen[8] = {false}, local_seen = false;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct candidate *c = &p->candidates[i];
        if (c->local) {
            assert_true(!local_seen && local_can_start(&w->state));
            assert_true(w->state.local_trusted || !w->verdict.sensitive);
            local_seen = true;
        } else {
            // sensitive: masked, to a zone that allows it
            assert_int_equal(c->masked, w->verdict.sensitive);
            if (c->masked) assert_true(w->request.mask_zones & 1u << w->state.frontier_zones[c->frontier]);
            assert_true(w->request.pin != PIN_LOCAL && !w->state.budget_spent);
            assert_true(c->frontier < w->state.frontier_count && !seen[c->frontier]);
            seen[c->frontier] = true;
        }
        if (i) assert_true(w->config.routing.fall_back);
        if (i) assert_true(c->reason == REASON_FALL_BACK || (c->masked && c->reason == REASON_MASKED));
    }
}

static void check_outcome(const struct world *w, const struct plan *p) {
    assert_int_equal(p->count == 0, p->route == ROUTE_REFUSED);
    assert_int_equal(p->refusal != NULL, p->route == ROUTE_REFUSED);
    assert_int_equal(p->degraded, p->degraded_code != NULL);
    assert_true((unsigned)p->reason < REASON_COUNT && p->count <= PLAN_MAX);
    if (p->count) {
        assert_int_equal(p->candidates[0].local, p->route == ROUTE_LOCAL);
        assert_int_equal(p->candidates[0].reason, p->reason);
    }
    if (p->route == ROUTE_REFUSED) assert_false(p->degraded);
    // refused although a frontier is there: only what may not leave, or may not fall back
    if (p->route == ROUTE_REFUSED && w->state.frontier_count)
        assert_true(w->verdict.sensitive || w->request.pin == PIN_LOCAL || !w->config.routing.fall_back ||
                    w->state.budget_spent);
    // refused although the local model could: only where a frontier is demanded, or nothing can read it
    if (p->route == ROUTE_REFUSED && local_can_start(&w->state))
        assert_true(p->reason == REASON_NO_FRONTIER || p->reason == REASON_BUDGET || p->reason == REASON_NOT_ABLE ||
                    (w->verdict.sensitive && !w->state.local_trusted));
    if (w->verdict.sensitive)
        assert_true(p->reason == REASON_SENSITIVE || p->reason == REASON_NOT_ABLE || p->reason == REASON_MASKED);
}

static void plan_keeps_its_promises_in_every_state(void **state) {
    (void)state;
    struct world w = {0};
    struct plan p, again;
    uint64_t n = 0;
    for (; nth_world(n, &w); n++) {
        memset(&p, 0, sizeof p);
        route_plan(&w.config, &w.verdict, &w.score, 0.5f, &w.request, &w.state, &p);
        if (n % 16 == 0) { // the same again
            memset(&again, 0xff, sizeof again);
            route_plan(&w.config, &w.verdict, &w.score, 0.5f, &w.request, &w.state, &again);
            assert_true(p.count == again.count && p.reason == again.reason);
        }
        check_candidates(&w, &p);
        check_outcome(&w, &p);
    }
    assert_int_equal(n, 2ull * 3 * 3 * 4 * 3 * 2 * 2 * 2 * 2 * 2 * 2 * 3 * 4 * 2 * 2 * 2 * 2);
}

static void plan_treats_a_score_at_the_threshold_as_routine(void **state) {
    (void)state;
    struct world w = {0};
    assert_true(nth_world(0, &w));
    w.state =
        (struct route_state){.local_enabled = true, .local_ready = true, .local_has_room = true, .frontier_count = 1};
    w.state.frontier_zones = ZONES;
    w.request = (struct route_request){.named_frontier = -1, .max_tokens = -1};
    w.score.score = 0.5f;
    struct plan p;
    route_plan(&w.config, &w.verdict, &w.score, 0.5f, &w.request, &w.state, &p);
    assert_int_equal(p.route, ROUTE_LOCAL);
    w.score.score = nextafterf(0.5f, 1);
    route_plan(&w.config, &w.verdict, &w.score, 0.5f, &w.request, &w.state, &p);
    assert_int_equal(p.route, ROUTE_FRONTIER);
    assert_true(p.threshold == 0.5f);
}

static void plan_reasons_all_have_words(void **state) {
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        assert_true(strlen(reason_code((enum reason)i)) > 2);
        assert_true(strlen(reason_text((enum reason)i)) > 10);
        for (int j = 0; j < i; j++) assert_string_not_equal(reason_code((enum reason)i), reason_code((enum reason)j));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_follows_the_table),
        cmocka_unit_test(plan_keeps_its_promises_in_every_state),
        cmocka_unit_test(plan_treats_a_score_at_the_threshold_as_routine),
        cmocka_unit_test(plan_reasons_all_have_words),
    };
    return RUN(tests);
}
