// The rules of the gate as regular expressions of PCRE2: what somebody without it would loop over.
#ifndef SLUICE_BENCH_GATE_PATTERNS_H
#define SLUICE_BENCH_GATE_PATTERNS_H

#include "base/buf.h"

// One pattern a line: of each token format, vendor, identifier and vocabulary in the gate's own tables. Rules that are
// code there (cards, telephone numbers, passwords, addresses ...) have theirs in gate_patterns.txt.
void gate_patterns(struct buf *out);

#endif
