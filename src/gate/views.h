// Which texts the gate looks at, private to it: see views.c.
#ifndef SLUICE_GATE_VIEWS_H
#define SLUICE_GATE_VIEWS_H

#include "gate/scan.h"

// Scans the text, which is well-formed UTF-8, and all that is hidden in it. False when the arena is full.
bool views_scan(struct scan *s, const struct gate_input *in) __attribute__((warn_unused_result));

// Whether a finding in bytes [start, end) of the view at work counts; *kinds are those of the pieces it touches.
bool view_accepts(const struct scan *s, const struct rule *rule, size_t start, size_t end, float score,
                  unsigned *kinds);

#endif
