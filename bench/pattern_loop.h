// The loop over regular expressions that others are compared with: every pattern over the whole text, with PCRE2's JIT.
#ifndef SLUICE_BENCH_PATTERN_LOOP_H
#define SLUICE_BENCH_PATTERN_LOOP_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/span.h"

enum { PATTERN_LOOP_MAX = 1024 };

struct pattern_loop {
    pcre2_code *patterns[PATTERN_LOOP_MAX];
    pcre2_match_data *match;
    size_t count;
};

// The patterns of the gate's own tables, and the lines of the file. -1 with a message on standard error.
int pattern_loop_read(struct pattern_loop *l, const char *path);
void pattern_loop_run(const struct pattern_loop *l, struct span text);
void pattern_loop_release(struct pattern_loop *l);

#endif
