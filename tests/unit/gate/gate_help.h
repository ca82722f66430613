// What the tests of the gate share: a gate of a small configuration, a scan of a literal, questions to the verdict.
#ifndef SLUICE_TEST_GATE_HELP_H
#define SLUICE_TEST_GATE_HELP_H

#include <stdio.h>
#include <stdlib.h>

#include "gate/gate.h"
#include "test.h"

struct fixture {
    struct gate *gate;
    struct gate_scratch *scratch;
    struct arena arena;
    struct verdict v;
};

static inline void fixture_open(struct fixture *f, const struct config *config) {
    struct err e = {""};
    memset(f, 0, sizeof *f);
    f->gate = gate_new(config, &e);
    if (!f->gate) fail_msg("%s", e.text);
    f->scratch = gate_scratch_new(f->gate);
    arena_init(&f->arena, 1 << 24);
}

static inline void fixture_close(struct fixture *f) {
    gate_scratch_free(f->scratch);
    gate_free(f->gate);
    arena_release(&f->arena);
}

static inline const struct verdict *scan_as(struct fixture *f, const char *text, enum profile profile) {
    struct gate_input in = {.text = span_from(text)};
    arena_reset(&f->arena);
    gate_scan(f->gate, f->scratch, &in, profile, &f->arena, &f->v);
    return &f->v;
}

// A gate with the defaults of every setting that matters here, shared by the tests of one program.
static inline struct fixture *shared(void) {
    static struct fixture f;
    static bool open;
    static const struct config CONFIG = {.policy = {.profile = PROFILE_BALANCED}};
    if (!open) fixture_open(&f, &CONFIG);
    open = true;
    return &f;
}

static inline const struct finding *find(const struct verdict *v, const char *type) {
    for (uint32_t i = 0; i < v->count; i++)
        if (!strcmp(v->findings[i].type, type)) return &v->findings[i];
    return NULL;
}

// One text and what is to be found in it: `type` NULL means nothing that decides under balanced.
struct expectation {
    const char *text;
    const char *type;
    bool sensitive;
};

static inline void check(const struct expectation *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct verdict *v = scan_as(shared(), rows[i].text, PROFILE_BALANCED);
        if (v->sensitive != rows[i].sensitive)
            fail_msg("'%s' is %ssensitive: %s", rows[i].text, v->sensitive ? "" : "not ", v->reason);
        if (rows[i].type && !find(v, rows[i].type)) fail_msg("'%s' holds no %s", rows[i].text, rows[i].type);
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

#endif
