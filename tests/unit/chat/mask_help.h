// A mask of a request, for tests: the values are found by looking for them, in place of a gate.
#ifndef SLUICE_TEST_MASK_HELP_H
#define SLUICE_TEST_MASK_HELP_H

#include <stdio.h>

#include "chat/mask.h"
#include "test.h"

struct value {
    const char *text, *type;
};

struct masking {
    struct json_doc doc;
    struct arena arena;
    struct chat_view view;
    struct mask *mask;
    const char *why;
};

static const struct json_limits MASK_JSON = {.max_depth = 64, .max_nodes = 20000};

// Masks the first place of each value.
static inline void masking_open(struct masking *t, const char *body, const struct value *values, size_t count,
                                struct mask_limits limits) {
    struct mask_span spans[MASK_MAX_VALUES + 1];
    struct chat_fault fault;
    size_t at;
    memset(t, 0, sizeof *t);
    arena_init(&t->arena, 1 << 22);
    assert_int_equal(json_parse(&t->doc, span_from(body), &MASK_JSON, &at), JSON_OK);
    assert_int_equal(chat_view_openai(&t->view, &t->doc, 64, &t->arena, &fault), 0);
    for (size_t i = 0; i < count; i++) {
        size_t found = span_find(t->view.text, span_from(values[i].text));
        assert_int_not_equal(found, SIZE_MAX);
        spans[i] = (struct mask_span){(uint32_t)found, (uint32_t)(found + strlen(values[i].text)), values[i].type};
    }
    t->mask = mask_new(&t->view, spans, (uint32_t)count, &limits, &t->why);
}

static inline void masking_close(struct masking *t) {
    mask_free(t->mask);
    json_free(&t->doc);
    arena_release(&t->arena);
}

#define MASK_LIMITS ((struct mask_limits){.values = 64, .bytes = 16384})
#define MASKING(t, body, ...)                                                                                          \
    masking_open(t, body, (const struct value[]){__VA_ARGS__},                                                         \
                 sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value), MASK_LIMITS)

#endif
