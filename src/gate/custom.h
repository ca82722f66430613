// The operator's own patterns (policy.rules), as PCRE2 with limits: no pattern and no text makes a scan hang. A pattern
// that reaches a limit has found something, as far as anybody can tell: rule custom.limit, sensitive in every profile.
#ifndef SLUICE_GATE_CUSTOM_H
#define SLUICE_GATE_CUSTOM_H

#include "config/config.h"

struct custom;
struct custom_scratch;
struct scan;
struct anchor;

// *out = NULL when there are no rules. -1 for a pattern that does not compile.
int custom_load(const struct config *config, struct custom **out, struct err *e) __attribute__((warn_unused_result));
void custom_free(struct custom *c);
// Changes with the rules; 0 for NULL.
uint64_t custom_version(const struct custom *c);
// The keywords, for the literal pass. Returns how many there are; out NULL only counts. They point into c.
size_t custom_anchors(const struct custom *c, struct anchor *out);
struct custom_scratch *custom_scratch_new(const struct custom *c);
void custom_scratch_free(struct custom_scratch *s);
// Runs the patterns that have no keyword, or whose keyword the literal pass has found in the view at work.
void custom_scan(struct scan *s);

#endif
