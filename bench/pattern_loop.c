#include "pattern_loop.h"

#include <stdio.h>

#include "base/buf.h"
#include "gate_patterns.h"

static int add_pattern(struct pattern_loop *l, struct span pattern) {
    int error;
    PCRE2_SIZE at;
    if (pattern.len == 0 || pattern.at[0] == '#' || l->count == PATTERN_LOOP_MAX) return 0;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.at, pattern.len, PCRE2_NO_AUTO_CAPTURE | PCRE2_UTF, &error, &at, NULL);
    if (!code || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
        return fprintf(stderr, "a pattern does not compile (at %zu): %.*s\n", at, (int)pattern.len, pattern.at), -1;
    l->patterns[l->count++] = code;
    return 0;
}

int pattern_loop_read(struct pattern_loop *l, const char *path) {
    struct buf all;
    char piece[4096];
    size_t n;
    int status = 0;
    FILE *f = fopen(path, "r");
    if (!f) return fprintf(stderr, "%s cannot be read\n", path), -1;
    buf_init(&all, 1 << 22);
    gate_patterns(&all);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) buf_add(&all, piece, n);
    fclose(f);
    for (struct span rest = buf_span(&all); rest.len && status == 0;) {
        size_t line = span_find(rest, SPAN("\n"));
        if (line == SIZE_MAX) line = rest.len;
        status = add_pattern(l, span_sub(rest, 0, line));
        rest = span_sub(rest, line + 1, rest.len - line - 1);
    }
    buf_free(&all);
    l->match = pcre2_match_data_create(1, NULL);
    return status;
}

void pattern_loop_run(const struct pattern_loop *l, struct span text) {
    for (size_t i = 0; i < l->count; i++) {
        PCRE2_SIZE at = 0;
        while (at < text.len &&
               pcre2_jit_match(l->patterns[i], (PCRE2_SPTR)text.at, text.len, at, 0, l->match, NULL) > 0) {
            PCRE2_SIZE end = pcre2_get_ovector_pointer(l->match)[1];
            at = end > at ? end : at + 1;
        }
    }
}

void pattern_loop_release(struct pattern_loop *l) {
    for (size_t i = 0; i < l->count; i++) pcre2_code_free(l->patterns[i]);
    pcre2_match_data_free(l->match);
}
