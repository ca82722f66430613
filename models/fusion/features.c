// What the model of fusion is asked, for fitting it: reads texts from stdin, each as "LENGTH\n" and so many bytes, and
// writes one line each: "-" when the model was not asked, else its inputs. First line: their names.
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/scan.h"

enum { MAX_TEXT = 1 << 24, ARENA_BYTES = 1 << 28 };

static void put(const struct fusion *f) {
    if (!f->asked) {
        puts("-");
        return;
    }
    for (int i = 0; i < FUSION_FEATURES; i++) printf("%s%g", i ? " " : "", (double)f->x[i]);
    putchar('\n');
}

int main(void) {
    static const struct config CONFIG = {.policy = {.profile = PROFILE_BALANCED}};
    struct err e = {""};
    struct gate *gate = gate_new(&CONFIG, &e);
    if (!gate) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    struct gate_scratch *scratch = gate_scratch_new(gate);
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    char *text = mem_new_array(MAX_TEXT, 1), line[32];
    for (int i = 0; i < FUSION_FEATURES; i++) printf("%s%s", i ? " " : "", FUSION_NAMES[i]);
    putchar('\n');
    while (fgets(line, sizeof line, stdin)) {
        size_t len = strtoul(line, NULL, 10);
        if (len > MAX_TEXT || fread(text, 1, len, stdin) != len) return 1;
        struct verdict v;
        arena_reset(&arena);
        gate_scan(gate, scratch, &(struct gate_input){.text = span_make(text, len)}, PROFILE_BALANCED, &arena, &v);
        put(&scratch->fusion);
    }
    free(text);
    arena_release(&arena);
    gate_scratch_free(scratch);
    gate_free(gate);
    return 0;
}
