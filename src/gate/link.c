// Addresses of the web. A link says little of a person by itself; it is soft.
#include "gate/checks.h"
#include "gate/soft.h"

static const struct rule URL = {"url.link", "URL", "web address", CLASS_PII, WEIGHT_SOFT, 0.15f};

static bool is_url_char(char c) {
    return char_in(c, CHARS_URL64 | CHARS_DOT | CHARS_BASE64) || (c && strchr("~?#&%@:,;!$", c)) ||
           (unsigned char)c >= 0x80;
}

static void verify_url(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    enum { MAX_URL = 2048 };
    (void)anchor;
    struct span text = s->text;
    size_t i = end;
    // A second "://" begins another one: so that no text is walked twice.
    while (i < text.len && i - end < MAX_URL && is_url_char(text.at[i]) &&
           !(text.at[i] == ':' && span_starts(span_sub(text, i, 3), SPAN("://"))))
        i++;
    while (i > end && strchr(".,;:!?", text.at[i - 1])) i--; // the sentence's
    if (text.at[start] == ' ') start++;
    struct span host = span_sub(text, end, i - end);
    if (host.len < 4 || !memchr(host.at, '.', host.len) || !char_in(host.at[0], CHARS_ALNUM)) return;
    scan_report(s, &URL, start, i);
}

const struct anchor LINK_ANCHORS[] = {
    {"https://", ANCHOR_CASELESS, 0, verify_url, NULL},
    {"http://", ANCHOR_CASELESS, 0, verify_url, NULL},
    {" www.", ANCHOR_CASELESS, 0, verify_url, NULL},
    {0},
};
