// Secrets that decode: bearer and basic credentials, JSON web tokens and keys.
#include "base/mem.h"
#include "gate/assign.h"
#include "gate/checks.h"
#include "gate/scan.h"

static const struct rule JWK = {"secret.jwk", "JWK", "JSON web key", CLASS_SECRET, WEIGHT_GRAVE, 0.95f};

static void verify_bearer(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    size_t at = skip_blanks(s->text, end, 4);
    size_t n = run_length(s->text, at, CHARS_URL64 | CHARS_DOT | CHARS_BASE64, 4096);
    struct span token = span_sub(s->text, at, n);
    if (n < 16 || count_kinds(token) < 2 || count_distinct(token) < 8 || is_placeholder(token)) return;
    if (run_length(token, 0, CHARS_URL64 & ~(unsigned)CHARS_DIGIT, n) == n) return; // words joined by dashes
    scan_report(s, &RULES[RULE_BEARER], at, at + n);
    s->done = at + n;
}

// Base64 of "login:password".
static bool is_encoded_pair(struct span value) {
    char plain[304];
    size_t len = base64_decode(value, plain, sizeof plain), colons = 0, odd = 0;
    for (size_t i = 0; i < len; i++) {
        colons += plain[i] == ':';
        odd += plain[i] < ' ' || plain[i] >= 0x7f;
    }
    mem_wipe(plain, sizeof plain);
    return len >= 5 && colons && odd == 0;
}

static void verify_basic(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t at = skip_blanks(s->text, end, 4);
    size_t n = run_length(s->text, at, CHARS_URL64 | CHARS_BASE64, 400);
    struct span value = span_sub(s->text, at, n);
    if (n < 8) return;
    // In its header it need not decode: credentials may be damaged, or no text.
    size_t from = start > 24 ? start - 24 : 0;
    bool header =
        n >= 20 && count_kinds(value) >= 3 && contains_nocase(span_sub(s->text, from, start - from), "authorization");
    if (!is_encoded_pair(value) && (!header || is_placeholder(value))) return;
    scan_report(s, &RULES[RULE_BASIC], at, at + n);
    s->done = at + n;
}

// `"auth": "..."` of a container registry, `_auth=` of npm.
static void verify_auth_value(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct assignment a;
    if (end < s->text.len && char_in(s->text.at[end], CHARS_ALNUM)) return;
    if (!assignment_read(s->text, start, end, &a) || a.value.len < 8 || a.value.len > 400) return;
    if (a.suffix.len || run_length(a.value, 0, CHARS_URL64 | CHARS_BASE64, 400) < a.value.len) return;
    if (!is_encoded_pair(a.value)) return;
    scan_report(s, &RULES[RULE_BASIC], a.start, a.start + a.value.len);
    s->done = a.start + a.value.len;
}

static void verify_jwt(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t header = end - start + run_length(s->text, end, CHARS_URL64, 2048);
    size_t at = start + header;
    if (at >= s->text.len || s->text.at[at] != '.') return;
    size_t payload = run_length(s->text, at + 1, CHARS_URL64, 8192);
    size_t stop = at + 1 + payload;
    if (stop >= s->text.len || s->text.at[stop] != '.') return;
    size_t signature = run_length(s->text, stop + 1, CHARS_URL64, 2048);
    char plain[512];
    size_t len = base64_decode(span_sub(s->text, start, header), plain, sizeof plain);
    struct span head = span_make(plain, len);
    bool genuine = span_find(head, SPAN("\"alg\"")) != SIZE_MAX || span_find(head, SPAN("\"enc\"")) != SIZE_MAX;
    if (!genuine && (signature < 16 || payload < 8)) return;
    if (payload + signature < 16) return;
    size_t more = stop + 1 + signature; // the two parts more of an encrypted one
    for (int i = 0; i < 2 && more < s->text.len && s->text.at[more] == '.'; i++)
        more += 1 + run_length(s->text, more + 1, CHARS_URL64, 8192);
    scan_report_scored(s, &RULES[RULE_JWT], start, more, genuine ? 0.95f : 0.80f);
    s->done = more;
}

// The private member of a key: "d", or "k" of a symmetric one.
static void verify_jwk(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    enum { REACH = 2048 };
    size_t from = start > REACH ? start - REACH : 0;
    size_t stop = end + REACH < s->text.len ? end + REACH : s->text.len;
    for (size_t i = from; i + 3 < stop; i++) {
        char name = s->text.at[i + 1];
        if (!is_quote(s->text.at[i]) || (name != 'd' && name != 'k')) continue;
        size_t at = i + 2;
        while (at < stop && strchr("\\\"' :", s->text.at[at])) at++;
        size_t n = run_length(s->text, at, CHARS_URL64, 1024);
        if (at - i < 5 || n < 20 || count_distinct(span_sub(s->text, at, n)) < 10) continue;
        scan_report(s, &JWK, at, at + n);
        if (at + n > s->done) s->done = at + n;
        return;
    }
}

const struct anchor HEADER_ANCHORS[] = {
    {"bearer ", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_bearer, NULL},
    {"basic ", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_basic, NULL},
    {"auth\"", 0, 0, verify_auth_value, NULL},
    {"_auth", 0, 0, verify_auth_value, NULL},
    {"eyJ", ANCHOR_STEM, 0, verify_jwt, NULL},
    {"\"kty", 0, 0, verify_jwk, NULL},
    {"'kty", 0, 0, verify_jwk, NULL},
    {0},
};
