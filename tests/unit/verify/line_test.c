#include "verify/line.h"

#include <math.h>

#include "test.h"

static struct config config_of(const char *model, const char *url, double mean, double least) {
    struct config c = {.path = ""};
    c.local.model = model;
    c.local.url = url;
    c.routing.verify.min_mean_logprob = mean;
    c.routing.verify.min_logprob = least;
    return c;
}

static const struct lines LEARNED = {
    .at = {{.task = "", .mean = -0.7f, .least = -INFINITY}, {.task = "extract", .mean = -INFINITY, .least = -2}},
    .count = 2};

static const struct {
    const char *model, *url;
    double mean, least; // set
    bool learned;
    const char *task, *text;
} EXAMPLES[] = {
    {"other", "", 0, 0, false, "chat", "none"},
    {"embedded", "", 0, 0, false, "chat", "built_in -0.3 -0.5"},
    {"embedded", "http://127.0.0.1:1", 0, 0, false, "chat", "none"},
    {"other", "", 0, 0, true, "chat", "learned -0.7 -"},
    {"other", "", 0, 0, true, "extract", "learned_task - -2"},
    {"embedded", "", 0, 0, true, "chat", "learned -0.7 -"}, // of your own traffic: before what was measured here
    {"other", "", -1, 0, false, "chat", "set -1 -"},
    {"other", "", 0, -6, true, "chat", "set -0.7 -6"}, // what is not set comes from below
    {"embedded", "", -30, -30, true, "chat", "none"},  // how to collect without a line
};

static void line_comes_from_the_first_that_has_one(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++) {
        struct config c = config_of(EXAMPLES[i].model, EXAMPLES[i].url, EXAMPLES[i].mean, EXAMPLES[i].least);
        struct verify_line line = verify_line_of(&c, EXAMPLES[i].learned ? &LEARNED : NULL, EXAMPLES[i].task);
        char text[LINE_TEXT_BYTES];
        verify_line_text(&line, text);
        assert_string_equal(text, EXAMPLES[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(line_comes_from_the_first_that_has_one)};
    return RUN(tests);
}
