#include "gateway/decide.h"

#include "test.h"

// Three frontiers; the second has no key.
static const char *const FIRST[] = {"large-1", "large-1-mini"}, *const SECOND[] = {"keyless-1"};
static const char *const THIRD[] = {"third-1", "large-1"};
static struct config_frontier frontiers[] = {
    {.name = "first", .models = (const char **)(uintptr_t)FIRST, .model_count = 2, .zone = ZONE_US},
    {.name = "second", .models = (const char **)(uintptr_t)SECOND, .model_count = 1, .zone = ZONE_EU},
    {.name = "third", .models = (const char **)(uintptr_t)THIRD, .model_count = 2, .zone = ZONE_ANY},
};
static struct snapshot snapshot = {
    .frontiers = {{.config = &frontiers[0], .has_key = true},
                  {.config = &frontiers[1]},
                  {.config = &frontiers[2], .has_key = true}},
    .frontier_count = 3,
    .usable = {0, 2},
    .usable_zones = {ZONE_US, ZONE_ANY},
    .usable_count = 2,
};

struct meaning {
    bool known;
    enum pin pin;
    int frontier;
};

static struct meaning meaning_of(const char *model, const char *local_model) {
    struct meaning m = {.pin = PIN_FRONTIER, .frontier = 99};
    m.known = decide_model(&snapshot, span_from(model), local_model, &m.pin, &m.frontier);
    return m;
}

static void assert_meaning(struct meaning m, enum pin pin, int frontier) {
    assert_true(m.known);
    assert_int_equal(m.pin, pin);
    assert_int_equal(m.frontier, frontier);
}

static void decide_model_knows_the_names_of_the_routes(void **state) {
    (void)state;
    assert_meaning(meaning_of("auto", "tiny"), PIN_NONE, -1);
    assert_meaning(meaning_of("local", "tiny"), PIN_LOCAL, -1);
    assert_meaning(meaning_of("frontier", "tiny"), PIN_FRONTIER, -1);
}

static void decide_model_takes_the_local_models_own_name_as_a_pin(void **state) {
    (void)state;
    assert_meaning(meaning_of("tiny", "tiny"), PIN_LOCAL, -1);
}

static void decide_model_does_not_know_the_local_name_without_a_local_model(void **state) {
    (void)state;
    assert_false(meaning_of("tiny", NULL).known);
}

static void decide_model_finds_a_frontier_by_any_of_its_models(void **state) {
    (void)state;
    assert_meaning(meaning_of("large-1-mini", NULL), PIN_NONE, 0);
    assert_meaning(meaning_of("third-1", NULL), PIN_NONE, 1); // an index among the usable ones
}

static void decide_model_served_twice_belongs_to_the_first(void **state) {
    (void)state;
    assert_meaning(meaning_of("large-1", NULL), PIN_NONE, 0);
}

static void decide_model_without_a_key_is_known_and_routed_like_auto(void **state) {
    (void)state;
    assert_meaning(meaning_of("keyless-1", NULL), PIN_NONE, -1);
}

static void decide_model_refuses_what_is_not_configured(void **state) {
    (void)state;
    static const char *const UNKNOWN[] = {"", "Auto", "auto ", "large", "large-1x", "first", "large-1\n"};
    for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++) assert_false(meaning_of(UNKNOWN[i], "tiny").known);
}

static void decide_model_local_name_wins_over_a_frontier_of_the_same_name(void **state) {
    (void)state;
    assert_meaning(meaning_of("large-1", "large-1"), PIN_LOCAL, -1);
}

// The context of the last message of a conversation.
static void assert_context(const char *body, const char *context) {
    static const struct json_limits LIMITS = {.max_depth = 32, .max_nodes = 1000};
    struct json_doc doc = {0};
    struct arena arena;
    struct chat_view view;
    struct chat_fault fault;
    size_t at;
    arena_init(&arena, 1 << 20);
    assert_int_equal(json_parse(&doc, span_from(body), &LIMITS, &at), JSON_OK);
    assert_int_equal(chat_view_openai(&view, &doc, 16, &arena, &fault), 0);
    struct intent_input in = decide_intent(&view, &arena);
    assert_true(span_is_z(in.context, context));
    arena_release(&arena);
    json_free(&doc);
}

#define REQUEST "Prove that every bounded monotone sequence converges."
#define TURN(role, text) "{\"role\":\"" role "\",\"content\":\"" text "\"}"
#define BODY(turns) "{\"model\":\"auto\",\"messages\":[" turns "]}"

static void decide_intent_gives_a_follow_up_the_last_request_before_it(void **state) {
    (void)state;
    assert_context(BODY(TURN("user", REQUEST) "," TURN("assistant", "Let ...") "," TURN("user", "why?")), REQUEST);
    assert_context(BODY(TURN("user", REQUEST) "," TURN("user", "why?") "," TURN("user", "go on")), REQUEST);
}

static void decide_intent_gives_a_whole_request_no_context(void **state) {
    (void)state;
    assert_context(BODY(TURN("user", "why?")), "");
    assert_context(BODY(TURN("user", "hello") "," TURN("user", REQUEST)), "");
    assert_context(BODY(TURN("system", REQUEST) "," TURN("user", "hi") "," TURN("user", "why?")), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decide_model_knows_the_names_of_the_routes),
        cmocka_unit_test(decide_model_takes_the_local_models_own_name_as_a_pin),
        cmocka_unit_test(decide_model_does_not_know_the_local_name_without_a_local_model),
        cmocka_unit_test(decide_model_finds_a_frontier_by_any_of_its_models),
        cmocka_unit_test(decide_model_served_twice_belongs_to_the_first),
        cmocka_unit_test(decide_model_without_a_key_is_known_and_routed_like_auto),
        cmocka_unit_test(decide_model_refuses_what_is_not_configured),
        cmocka_unit_test(decide_intent_gives_a_follow_up_the_last_request_before_it),
        cmocka_unit_test(decide_intent_gives_a_whole_request_no_context),
        cmocka_unit_test(decide_model_local_name_wins_over_a_frontier_of_the_same_name),
    };
    return RUN(tests);
}
