// Blocks of key material: PEM and its relatives, also wrapped in base64, and recovery phrases of wallets.
#include "gate/assign.h"
#include "gate/checks.h"
#include "gate/likeness.h"
#include "gate/scan.h"

enum { MAX_PEM = 8192, MIN_BODY = 32 };

static const struct rule PUTTY = {"secret.putty", "PRIVATE_KEY", "PuTTY private key",
                                  CLASS_SECRET,   WEIGHT_GRAVE,  0.95f};
static const struct rule XML_KEY = {"secret.xml-key", "PRIVATE_KEY", "private key in XML",
                                    CLASS_SECRET,     WEIGHT_GRAVE,  0.95f};
static const struct rule WRAPPED = {"secret.pem-base64", "PRIVATE_KEY", "private key in base64",
                                    CLASS_SECRET,        WEIGHT_GRAVE,  0.95f};
static const struct rule SEED = {"secret.seed-phrase", "SEED_PHRASE", "recovery phrase",
                                 CLASS_SECRET,         WEIGHT_GRAVE,  0.85f};
static const struct rule KUBERNETES = {"secret.kubernetes", "KUBERNETES_SECRET", "Kubernetes secret",
                                       CLASS_SECRET,        WEIGHT_GRAVE,        0.80f};

// The longest run of base64 in [at, stop), counted up to MIN_BODY: a key holds one, a sentence about keys does not.
static size_t base64_run(struct span text, size_t at, size_t stop) {
    size_t body = 0, longest = 0;
    for (; at < stop && longest < MIN_BODY; at++) {
        body = char_in(text.at[at], CHARS_ALNUM | CHARS_BASE64) ? body + 1 : 0;
        if (body > longest) longest = body;
    }
    return longest;
}

static void verify_pem(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span head = span_sub(s->text, end, 64);
    size_t key = span_find(head, SPAN("PRIVATE KEY"));
    if (key == SIZE_MAX) return;
    for (size_t i = 0; i < key; i++)
        if (!char_in(head.at[i], CHARS_UPPER | CHARS_DIGIT) && head.at[i] != ' ') return;
    struct span block = span_sub(s->text, end, MAX_PEM);
    size_t tail = span_find(block, SPAN("-----END"));
    if (tail == SIZE_MAX) tail = span_find(block, SPAN("---- END"));
    size_t stop = end + (tail == SIZE_MAX ? block.len : tail);
    bool body = base64_run(s->text, end + key, stop) >= MIN_BODY;
    if (!body) stop = end + key + sizeof "PRIVATE KEY" - 1;
    else if (tail != SIZE_MAX) stop += sizeof "-----END" - 1;
    scan_report(s, &RULES[body ? RULE_PEM : RULE_PEM_HEADER], start, stop);
    s->done = stop;
}

// Base64 of "-----BEGIN ": what follows says of what.
static void verify_wrapped(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    char plain[64];
    size_t n = run_length(s->text, start, CHARS_ALNUM | CHARS_BASE64, 1u << 16);
    size_t len = base64_decode(span_sub(s->text, start, n < 84 ? n : 84), plain, sizeof plain);
    if (n < 84 || span_find(span_make(plain, len), SPAN("PRIVATE KEY")) == SIZE_MAX) return;
    scan_report(s, &WRAPPED, start, start + n);
    s->done = start + n > end ? start + n : end;
}

static void verify_putty(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span block = span_sub(s->text, end, MAX_PEM);
    size_t key = span_find(block, SPAN("Private-Lines:"));
    if (key == SIZE_MAX || base64_run(s->text, end + key, end + block.len) < MIN_BODY) return;
    scan_report(s, &PUTTY, start, end + key + sizeof "Private-Lines:" - 1);
}

static void verify_xml_key(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span block = span_sub(s->text, end, MAX_PEM);
    size_t key = span_find(block, SPAN("<D>"));
    if (key == SIZE_MAX || base64_run(s->text, end + key, end + block.len) < MIN_BODY) return;
    scan_report(s, &XML_KEY, start, end + key + sizeof "<D>" - 1);
}

// ---------------------------------------------------------------- recovery phrases

// Twelve words of three to eight lower-case letters in a row. Sentences hold shorter and longer ones, and marks.
static void verify_seed(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    enum { REACH = 60, WORDS = 12 };
    size_t words = 0, first = 0, at = end;
    bool announced = false;
    while (at < s->text.len && (words || at - end < REACH)) {
        char c = s->text.at[at];
        if (!char_in(c, CHARS_ALPHA)) {
            if (strchr(":=\"'\n`(", c)) announced = true;
            else if (c != ' ' && c != ',' && !(char_in(c, CHARS_DIGIT | CHARS_DOT) || c == ')' || c == '\r')) words = 0;
            at++;
            continue;
        }
        size_t n = run_length(s->text, at, CHARS_LOWER, 9);
        if (n < 3 || n > 8 || (at + n < s->text.len && char_in(s->text.at[at + n], CHARS_ALNUM))) {
            words = 0, announced = false;
            at += run_length(s->text, at, CHARS_ALNUM, 64);
            if (at - end >= REACH) return;
            continue;
        }
        if (words++ == 0) first = at;
        at += n;
        if (words == WORDS && announced) break;
    }
    if (words < WORDS) return;
    scan_report(s, &SEED, first, at);
    s->done = at;
}

// ---------------------------------------------------------------- manifests

// A manifest of kind Secret with a value in it.
static void verify_manifest(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    enum { REACH = 2048 };
    if (end < s->text.len && char_in(s->text.at[end], CHARS_ALNUM)) return;
    size_t from = start > REACH ? start - REACH : 0;
    struct span around = span_sub(s->text, from, end + REACH - from);
    size_t data = span_find(around, SPAN("ata:"));
    if (data == SIZE_MAX) return;
    for (size_t i = data + 4; i + 1 < around.len; i++) {
        if (around.at[i] != ':' || around.at[i + 1] != ' ') continue;
        size_t at = skip_blanks(around, i + 2, 4);
        if (at < around.len && is_quote(around.at[at])) at++;
        size_t n = run_length(around, at, CHARS_ALNUM | CHARS_BASE64, 4096);
        struct span value = span_sub(around, at, n);
        char plain[8];
        bool encoded = n >= 8 && n % 4 == 0 && base64_decode(value, plain, sizeof plain) > 0 && count_kinds(value) >= 3;
        if (!encoded || is_placeholder(value)) continue;
        scan_report(s, &KUBERNETES, from + at, from + at + n);
        return;
    }
}

const struct anchor PEM_ANCHORS[] = {
    {"-----BEGIN ", 0, 0, verify_pem, NULL},
    {"---- BEGIN ", 0, 0, verify_pem, NULL},
    {"LS0tLS1CRUdJTi", 0, 0, verify_wrapped, NULL},
    {"PuTTY-User-Key-File-", 0, 0, verify_putty, NULL},
    {"<RSAKeyValue>", 0, 0, verify_xml_key, NULL},
    {"seed phrase", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"mnemonic", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"recovery phrase", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"backup phrase", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"secret phrase", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"wallet phrase", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"seed words", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"recovery words", ANCHOR_CASELESS, 0, verify_seed, NULL},
    {"kind: Secret", 0, 0, verify_manifest, NULL},
    {0},
};
