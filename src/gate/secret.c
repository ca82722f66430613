// Secrets that are known by the word before them and look drawn: keys, tokens, salts.
#include "gate/assign.h"
#include "gate/checks.h"
#include "gate/likeness.h"
#include "gate/scan.h"

enum { MAX_SECRET = 511 };

// What a word promises, and so how much its value must show by itself.
struct promise {
    struct rule rule;
    uint8_t short_; // bytes, at least, of a value in quotes or after a sign
    uint8_t beside; // bytes, at least, of a value in a sentence
};

static const struct promise SECRET = {
    {"secret.assigned", "SECRET", "secret value", CLASS_SECRET, WEIGHT_GRAVE, 0.80f}, 8, 15};
static const struct promise KEY = {{"secret.key", "SECRET", "key", CLASS_SECRET, WEIGHT_GRAVE, 0.75f}, 14, 15};
static const struct promise SALT = {
    {"secret.salt", "SECRET", "salt or nonce", CLASS_SECRET, WEIGHT_HARD, 0.60f}, 10, 64};
static const struct promise CERTIFICATE = {
    {"secret.certificate", "SECRET", "certificate secret", CLASS_SECRET, WEIGHT_HARD, 0.60f}, 20, 64};

// Names whose value is known to everybody, or is no secret.
static bool is_public_name(const struct assignment *a) {
    static const char *const WORDS[] = {"public",    "publishable", "primary", "foreign",  "partition",   "token_type",
                                        "_url",      "_uri",        "_path",   "endpoint", "fingerprint", "checksum",
                                        "integrity", "_file",       "cache",   "keyword",  "pubkey",      "etag"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (contains_nocase(a->name, WORDS[i])) return true;
    return false;
}

static bool is_path_or_address(struct span v) {
    size_t slashes = 0;
    for (size_t i = 0; i < v.len; i++) slashes += v.at[i] == '/';
    if (contains_nocase(v, "://") || contains_nocase(v, "ssh-") || v.at[0] == '.') return true;
    return slashes >= 2 && makeup_of(v).wordy * 2 > v.len;
}

// In quotes a secret may hold any mark, elsewhere those that do not end it.
static bool is_token_text(const struct assignment *a) {
    struct span v = a->value;
    for (size_t i = 0; i < v.len; i++) {
        if (char_in(v.at[i], CHARS_URL64 | CHARS_DOT | CHARS_BASE64)) continue;
        if (a->quoted ? v.at[i] <= ' ' || v.at[i] >= 0x7f : !strchr("~:%!@#$^&*", v.at[i])) return false;
    }
    return true;
}

static void verify_secret(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    const struct promise *p = anchor->with;
    struct assignment a;
    if (!assignment_read(s->text, start, end, &a) || a.value.len < p->short_ || a.value.len > MAX_SECRET) return;
    bool loose = a.how == ASSIGN_BESIDE || a.how == ASSIGN_SPOKEN;
    if (loose && a.value.len < p->beside) return;
    if (assignment_is_code(&a) || is_placeholder(a.value) || is_public_name(&a)) return;
    struct makeup m = makeup_of(a.value);
    if (!looks_random(a.value, &m) || !is_token_text(&a) || is_path_or_address(a.value)) return;
    if (loose && !a.quoted && m.digits < 2) return;
    scan_report(s, &p->rule, a.start, a.start + a.value.len); // a prefix in the value may say more: no s->done
}

// "key": part of many words, so what goes on in lower case is refused before anything is read.
static void verify_key(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    if (end < s->text.len && char_in(s->text.at[end], CHARS_LOWER) && !char_in(s->text.at[end - 1], CHARS_UPPER))
        return;
    verify_secret(s, start, end, anchor);
}

// "auth", not "author". A header may name its scheme before the value.
static void verify_auth(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    static const char *const SCHEMES[] = {"token ", "apikey ", "api-key ", "splunk ", "ssws ", "key ", "genie"};
    if (follows(s->text, end, "or") && !follows(s->text, end, "oriz")) return;
    size_t at = end + run_length(s->text, end, CHARS_WORD | CHARS_DASH, 24);
    while (at < s->text.len && at - end < 28 && strchr("\"': =", s->text.at[at])) at++;
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (follows(s->text, at, SCHEMES[i])) {
            verify_secret(s, at, at + strlen(SCHEMES[i]) - 1, anchor);
            return;
        }
    verify_secret(s, start, end, anchor);
}

#define ROW(literal, verify, promise)                                                                                  \
    { literal, ANCHOR_CASELESS, 0, verify, &promise }

const struct anchor SECRET_ANCHORS[] = {
    ROW("secret", verify_secret, SECRET),
    ROW("token", verify_secret, SECRET),
    ROW("credential", verify_secret, SECRET),
    ROW("key", verify_key, KEY),
    ROW("auth", verify_auth, KEY),
    {"api", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_key, &KEY},
    {"salt", ANCHOR_CASELESS, 0, verify_key, &SALT},
    {"nonce", ANCHOR_CASELESS, 0, verify_key, &SALT},
    {"certificate", ANCHOR_CASELESS, 0, verify_key, &CERTIFICATE},
    {0},
};
