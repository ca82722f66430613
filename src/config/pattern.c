#include "config/pattern.h"

#include <stdio.h>

// OFFSET_LIMIT lets a search be cut into short ones, between which the clock is looked at.
enum { OPTIONS = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT };

pcre2_code *pattern_compile(struct span pattern, char *why, size_t size) {
    int code;
    size_t at;
    uint32_t empty = 0;
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.len, OPTIONS, &code, &at, NULL);
    if (!re) {
        char message[128];
        pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
        snprintf(why, size, "%s at character %zu", message, at + 1);
        return NULL;
    }
    pcre2_pattern_info(re, PCRE2_INFO_MATCHEMPTY, &empty);
    if (!empty) return re;
    pcre2_code_free(re);
    snprintf(why, size, "matches the empty text, and so everywhere");
    return NULL;
}

const char *pattern_check(struct span pattern) {
    static _Thread_local char why[192];
    pcre2_code *re = pattern_compile(pattern, why, sizeof why);
    pcre2_code_free(re);
    return re ? NULL : why;
}
