// Patterns of the operator's own rules: PCRE2, compiled the same way where they are checked and where they are used.
#ifndef SLUICE_CONFIG_PATTERN_H
#define SLUICE_CONFIG_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/span.h"

// NULL when it is none, with the reason as "missing closing parenthesis at character 7" in `why`. Any bytes may be the
// subject: what is not UTF-8 is never part of a match. Free with pcre2_code_free.
pcre2_code *pattern_compile(struct span pattern, char *why, size_t size);
// The check of a setting: NULL for a good pattern, else what is wrong, valid until the next call of this thread.
const char *pattern_check(struct span pattern);

#endif
