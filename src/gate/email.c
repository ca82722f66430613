// E-mail addresses, found from the '@'.
#include "gate/checks.h"
#include "gate/scan.h"
#include "text/utf8.h"

enum { MAX_LOCAL = 64, MAX_DOMAIN = 253 };

static bool is_local_char(char c) {
    return char_in(c, CHARS_WORD | CHARS_DASH | CHARS_DOT) || c == '+' || c == '%' || c == '\'' ||
           (unsigned char)c >= 0x80;
}

static bool is_domain_char(char c) {
    return char_in(c, CHARS_ALNUM | CHARS_DASH | CHARS_DOT) || (unsigned char)c >= 0x80;
}

// Length of a domain with a top-level domain of letters, or 0.
static size_t domain_length(struct span text, size_t at) {
    size_t n = 0;
    while (n < MAX_DOMAIN && at + n < text.len && is_domain_char(text.at[at + n])) n++;
    while (n && !char_in(text.at[at + n - 1], CHARS_ALNUM) && (unsigned char)text.at[at + n - 1] < 0x80) n--;
    struct span domain = span_sub(text, at, n);
    size_t last = n;
    while (last && domain.at[last - 1] != '.') last--;
    if (last < 2 || n - last < 2 || span_find(domain, SPAN("..")) != SIZE_MAX || domain.at[0] == '.' ||
        domain.at[0] == '-')
        return 0;
    // An ASCII top level ends where another script begins: a sentence without spaces goes on.
    if ((unsigned char)domain.at[last] < 0x80) n = last + run_length(domain, last, CHARS_ALPHA, n - last);
    if (n - last < 2) return 0;
    static const char *const FILES[] = {"png", "jpg",  "jpeg", "gif",     "svg", "webp",
                                        "css", "json", "html", "service", "js"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (span_is_nocase(span_sub(domain, last, n), span_from(FILES[i]))) return 0;
    return n;
}

// Where the local part begins in `before`: scripts that are written without spaces are the sentence, not the address.
static size_t local_start(struct span before) {
    size_t start = 0;
    for (size_t i = 0; i < before.len; i++)
        if ((unsigned char)before.at[i] >= 0xe1) start = i + utf8_length((unsigned char)before.at[i]);
    return start < before.len ? start : before.len;
}

static bool is_one_of(struct span word, const char *const *words) {
    for (; *words; words++)
        if (span_is_nocase(word, span_from(*words))) return true;
    return false;
}

// An address of a function or of documentation leads to nobody in particular.
static bool is_role(struct span local, struct span domain) {
    static const char *const ROLES[] = {"noreply", "no-reply", "donotreply", "git",        "info",  "support",
                                        "admin",   "sales",    "webmaster",  "postmaster", "abuse", "security",
                                        "help",    "hello",    "press",      "jobs",       NULL};
    static const char *const SAMPLES[] = {
        "user",  "username", "name",    "email",     "you",        "your",       "someone",    "test",
        "foo",   "me",       "example", "youremail", "your.email", "your-email", "your_email", "first.last",
        "user1", "user2",    "a",       "b",         "x",          NULL};
    if (is_one_of(local, ROLES)) return true;
    return is_one_of(local, SAMPLES) && (contains_nocase(domain, "example") || contains_nocase(domain, "domain.") ||
                                         contains_nocase(domain, "email.com") || contains_nocase(domain, "test."));
}

size_t email_verify(struct scan *s, size_t at) {
    struct span text = s->text;
    size_t n = 0;
    while (n < MAX_LOCAL && n < at && is_local_char(text.at[at - 1 - n])) n++;
    n -= local_start(span_sub(text, at - n, n));
    // A quote or a dot before the address is the sentence's; so is half a code point.
    while (n && (strchr("'.-+%", text.at[at - n]) || ((unsigned char)text.at[at - n] & 0xc0) == 0x80)) n--;
    if (n == 0 || text.at[at - 1] == '.') return at + 1;
    size_t len = domain_length(text, at + 1);
    if (len == 0) return at + 1;
    struct span local = span_sub(text, at - n, n), domain = span_sub(text, at + 1, len);
    scan_report(s, &RULES[is_role(local, domain) ? RULE_EMAIL_ROLE : RULE_EMAIL], at - n, at + 1 + len);
    return at + 1 + len;
}
