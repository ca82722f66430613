// URLs and domains. They are listed, and never decide: their score is 0.
#include "gate/checks.h"
#include "gate/scan.h"

static const struct rule URL = {"url", "URL", "URL", CLASS_PII, WEIGHT_SOFT, 0};

enum { MAX_URL = 2048, MAX_SCHEME = 8, MAX_LABELS = 80 };

static bool is_url_char(char c) {
    return char_in(c, CHARS_WORD | CHARS_DASH | CHARS_DOT | CHARS_BASE64) || (c && strchr("?&#%:@!~,;$*", c));
}

static bool is_host_char(char c) {
    return char_in(c, CHARS_ALNUM | CHARS_DASH | CHARS_DOT);
}

// Length of a host name with a top level of letters at `at`, 0 when it is none.
static size_t host_length(struct span text, size_t at) {
    size_t n = 0, last;
    while (n < MAX_LABELS && at + n < text.len && is_host_char(text.at[at + n])) n++;
    while (n && !char_in(text.at[at + n - 1], CHARS_ALNUM)) n--;
    for (last = n; last && text.at[at + last - 1] != '.';) last--;
    if (last < 2 || !char_in(text.at[at], CHARS_ALNUM)) return 0;
    return n - last >= 2 && run_length(text, at + last, CHARS_ALPHA, n) == n - last ? n : 0;
}

// Path, query and fragment, without the punctuation of the sentence.
static size_t past_path(struct span text, size_t host, size_t end) {
    if (end >= text.len || !strchr("/?#:", text.at[end])) return end;
    while (end < text.len && end - host < MAX_URL && is_url_char(text.at[end])) end++;
    while (strchr(".,;:!?", text.at[end - 1])) end--;
    return end;
}

void url_verify(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    struct span text = s->text;
    size_t host = end, scheme = 0;
    if (anchor->literal[0] == 'w') {
        if (start && strchr("/.@", text.at[start - 1])) return; // seen from the scheme, or part of something else
        host = start;
    } else {
        while (scheme < MAX_SCHEME && scheme < start && char_in(text.at[start - 1 - scheme], CHARS_ALPHA)) scheme++;
        if (scheme < 3) return;
    }
    size_t n = host_length(text, host), labels = 0;
    for (size_t i = 0; i < n; i++) labels += text.at[host + i] == '.';
    if (n == 0 || (scheme == 0 && labels < 2)) return;
    scan_report(s, &URL, start - scheme, past_path(text, host, host + n));
}

void domain_verify(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    struct span text = s->text;
    (void)anchor;
    size_t first = start;
    while (first && start - first < MAX_LABELS && is_host_char(text.at[first - 1])) first--;
    // Part of an address, a path, a URL (found by its own anchor), or of a longer name (found by the last literal).
    if (first == start || (first && strchr("@/:_%=", text.at[first - 1]))) return;
    if (!char_in(text.at[first], CHARS_ALNUM) || contains_nocase(span_sub(text, first, start - first), "www.")) return;
    size_t n = host_length(text, first);
    if (n == 0 || first + n < end) return;
    if (first + n < text.len && (text.at[first + n] == '@' || text.at[first + n] == '(')) return;
    scan_report(s, &URL, first, past_path(text, first, first + n));
}
