#include "chat/logprobs.h"

#include "test.h"

static const struct json_limits LIMITS = {.max_depth = 16, .max_nodes = 1000};

static void assert_drops(const char *text, const char *want) {
    struct json_doc doc = {0};
    struct buf out;
    size_t at;
    buf_init(&out, 4096);
    assert_int_equal(json_parse(&doc, span_from(text), &LIMITS, &at), JSON_OK);
    assert_int_equal(logprobs_drop(&doc, &out), want != NULL);
    if (want) assert_string_equal(out.at, want);
    else assert_int_equal(out.len, 0);
    buf_free(&out);
    json_free(&doc);
}

static void logprobs_of_every_choice_become_null(void **state) {
    (void)state;
    assert_drops(
        "{\"id\":1, \"choices\":[{\"logprobs\":{\"content\":[1]},\"a\":2},{\"b\":3, \"logprobs\" : []} ], \"z\":0}",
        "{\"id\":1, \"choices\":[{\"logprobs\":null,\"a\":2},{\"b\":3, \"logprobs\" : null} ], \"z\":0}");
    assert_drops("{\"logprobs\":1,\"choices\":[{\"message\":{\"logprobs\":1},\"logprobs\":2}]}",
                 "{\"logprobs\":1,\"choices\":[{\"message\":{\"logprobs\":1},\"logprobs\":null}]}");
}

static void logprobs_that_are_not_there_change_nothing(void **state) {
    (void)state;
    assert_drops("{\"choices\":[{\"logprobs\":null},{},5,null]}", NULL);
    assert_drops("{\"choices\":{}}", NULL);
    assert_drops("{}", NULL);
    assert_drops("[]", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logprobs_of_every_choice_become_null),
        cmocka_unit_test(logprobs_that_are_not_there_change_nothing),
    };
    return RUN(tests);
}
