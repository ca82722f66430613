// Secrets that are known by what stands before them: assignments, headers, URLs, key blocks.
#include "base/mem.h"
#include "gate/checks.h"
#include "gate/scan.h"

enum { MAX_VALUE = 512, MAX_NAME = 40, MAX_PEM = 8192 };

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

static size_t skip_spaces(struct span text, size_t at, size_t max) {
    size_t n = 0;
    while (n < max && at + n < text.len && is_space(text.at[at + n])) n++;
    return at + n;
}

static bool is_quote(char c) {
    return c == '"' || c == '\'' || c == '`';
}

static bool follows(struct span text, size_t at, const char *word) {
    struct span w = span_from(word);
    return span_is_nocase(span_sub(text, at, w.len), w);
}

// ---------------------------------------------------------------- name = value

struct assignment {
    struct span value;
    size_t start;
    bool quoted;
    bool spoken; // "the password is ..."
};

// A name alone on its line, and one word alone on the next: how the key and the value of an object stand in the text.
static bool read_next_line(struct span text, size_t start, size_t at, struct assignment *out) {
    for (int i = 0; i < MAX_NAME && start && char_in(text.at[start - 1], CHARS_URL64); i++) start--;
    if ((start && text.at[start - 1] != '\n') || at >= text.len || text.at[at] != '\n') return false;
    size_t n = 0;
    while (n < MAX_VALUE && at + 1 + n < text.len && text.at[at + 1 + n] > ' ') n++;
    if (at + 1 + n < text.len && text.at[at + 1 + n] != '\n') return false;
    *out = (struct assignment){.value = span_sub(text, at + 1, n), .start = at + 1, .spoken = true};
    return n > 0;
}

// Reads `_suffix"] := "value"` after the anchor word at [start, at).
static bool read_assignment(struct span text, size_t start, size_t at, struct assignment *out) {
    static const char *const SIGNS[] = {"=>", "==", "=", ":", "is:", "is ", "was ", "to "};
    enum { FIRST_SPOKEN = 4 };
    at += run_length(text, at, CHARS_URL64, MAX_NAME);
    if (read_next_line(text, start, at, out)) return true;
    for (int i = 0; i < 3 && at < text.len && (is_quote(text.at[at]) || text.at[at] == ']' || text.at[at] == '\\'); i++)
        at++;
    at = skip_spaces(text, at, 4);
    if (follows(text, at, "string ")) at += sizeof "string " - 1; // a declared type
    size_t assign = 0;                                            // ":=", "?=", ".=", ":::="
    while (assign < 3 && at + assign < text.len && strchr(":?.|", text.at[at + assign])) assign++;
    if (at + assign < text.len && text.at[at + assign] == '=') at += assign;
    size_t sign = 0;
    while (sign < sizeof SIGNS / sizeof *SIGNS && !follows(text, at, SIGNS[sign])) sign++;
    if (sign == sizeof SIGNS / sizeof *SIGNS) return false;
    at = skip_spaces(text, at + strlen(SIGNS[sign]), 4);
    out->spoken = sign >= FIRST_SPOKEN;
    for (int i = 0; i < 2 && at < text.len && text.at[at] == '\\'; i++) at++;
    out->quoted = at < text.len && is_quote(text.at[at]);
    char quote = out->quoted ? text.at[at++] : 0;
    size_t n = 0;
    for (; n < MAX_VALUE && at + n < text.len; n++) {
        char c = text.at[at + n];
        if (c == '\n' || c == '\r' || (quote ? c == quote : is_space(c) || is_quote(c) || c == ',' || c == ';')) break;
    }
    while (n && !quote && (text.at[at + n - 1] == '.' || text.at[at + n - 1] == '\\' || text.at[at + n - 1] == ')'))
        n--;
    out->start = at;
    out->value = span_sub(text, at, n);
    return n > 0;
}

// A piece of program rather than a value: a call, a member, a path of names.
static bool is_code(const struct assignment *a) {
    if (a->quoted) return memchr(a->value.at, ' ', a->value.len) != NULL;
    for (size_t i = 0; i < a->value.len; i++)
        if (strchr("()[]{}<>|*", a->value.at[i])) return true;
    return false;
}

static void verify_password(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct assignment a;
    if (!read_assignment(s->text, start, end, &a) || a.value.len < 4 || a.value.len > 128) return;
    if (is_code(&a) || is_placeholder(a.value)) return;
    size_t kinds = count_kinds(a.value);
    bool digit = false, letter = false;
    for (size_t i = 0; i < a.value.len; i++) {
        digit |= char_in(a.value.at[i], CHARS_DIGIT);
        letter |= char_in(a.value.at[i], CHARS_ALPHA);
    }
    bool strong = a.value.len >= 6 && kinds >= 2 && digit && (letter || kinds >= 3);
    strong |= a.value.len >= 8 && kinds >= 3 && !a.spoken && a.quoted;
    if (!strong && (a.spoken || !a.quoted || a.value.len < 6)) return;
    const struct rule *rule = &RULES[strong ? RULE_PASSWORD : RULE_PASSWORD_WEAK];
    scan_report(s, rule, a.start, a.start + a.value.len);
    s->done = a.start + a.value.len;
}

static void verify_secret(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct assignment a;
    if (!read_assignment(s->text, start, end, &a) || a.value.len < 16 || a.value.len > MAX_VALUE - 1) return;
    if (is_code(&a) || is_placeholder(a.value)) return;
    size_t run = run_length(a.value, 0, CHARS_URL64 | CHARS_DOT | CHARS_BASE64, a.value.len);
    size_t digits = 0;
    for (size_t i = 0; i < a.value.len; i++) digits += char_in(a.value.at[i], CHARS_DIGIT);
    bool letters = digits < a.value.len;
    if (run < a.value.len || digits < 2 || !letters || count_distinct(a.value) < 8) return;
    if (contains_nocase(a.value, "://")) return;
    scan_report(s, &RULES[RULE_SECRET_ASSIGNED], a.start, a.start + a.value.len);
    s->done = a.start + a.value.len;
}

// ---------------------------------------------------------------- headers

static void verify_bearer(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    size_t at = skip_spaces(s->text, end, 4);
    size_t n = run_length(s->text, at, CHARS_URL64 | CHARS_DOT | CHARS_BASE64, 4096);
    struct span token = span_sub(s->text, at, n);
    if (n < 16 || count_kinds(token) < 2 || count_distinct(token) < 8 || is_placeholder(token)) return;
    if (run_length(token, 0, CHARS_URL64 & ~(unsigned)CHARS_DIGIT, n) == n) return; // words joined by dashes
    scan_report(s, &RULES[RULE_BEARER], at, at + n);
    s->done = at + n;
}

static void verify_basic(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    size_t at = skip_spaces(s->text, end, 4);
    size_t n = run_length(s->text, at, CHARS_URL64 | CHARS_BASE64, 400);
    char plain[304];
    if (n < 8) return;
    size_t len = base64_decode(span_sub(s->text, at, n), plain, sizeof plain);
    size_t colons = 0;
    bool printable = len >= 5;
    for (size_t i = 0; i < len; i++) colons += plain[i] == ':', printable &= plain[i] >= ' ' && plain[i] < 0x7f;
    mem_wipe(plain, sizeof plain);
    if (!printable || !colons) return;
    scan_report(s, &RULES[RULE_BASIC], at, at + n);
    s->done = at + n;
}

static void verify_jwt(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t header = end - start + run_length(s->text, end, CHARS_URL64, 2048);
    size_t at = start + header;
    if (at >= s->text.len || s->text.at[at] != '.') return;
    size_t payload = run_length(s->text, at + 1, CHARS_URL64, 8192);
    size_t stop = at + 1 + payload;
    if (payload < 8 || stop >= s->text.len || s->text.at[stop] != '.') return;
    size_t signature = run_length(s->text, stop + 1, CHARS_URL64, 2048);
    char plain[512];
    size_t len = base64_decode(span_sub(s->text, start, header), plain, sizeof plain);
    bool genuine = span_find(span_make(plain, len), SPAN("\"alg\"")) != SIZE_MAX;
    if (!genuine && signature < 16) return;
    scan_report_scored(s, &RULES[RULE_JWT], start, stop + 1 + signature, genuine ? 0.95f : 0.80f);
    s->done = stop + 1 + signature;
}

// ---------------------------------------------------------------- URLs

static bool is_sample_user(struct span user, struct span password) {
    static const char *const SAMPLES[] = {"user",  "username", "password", "pass",  "pwd",
                                          "login", "name",     "postgres", "guest", "root"};
    if (span_is_nocase(user, password) || is_placeholder(password)) return true;
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++)
        if (span_is_nocase(password, span_from(SAMPLES[i]))) return true;
    return false;
}

static void verify_url(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t colon = 0, n = 0;
    for (; n < 256 && end + n < s->text.len; n++) {
        char c = s->text.at[end + n];
        if (c == '@') break;
        if (c == ':' && !colon) colon = end + n;
        if (c <= ' ' || c == '/' || is_quote(c) || c == '<' || c == '>' || c == '?' || c == '#') return;
    }
    size_t at = end + n;
    if (at + 1 >= s->text.len || s->text.at[at] != '@' || !colon || colon + 1 >= at) return;
    if (!char_in(s->text.at[at + 1], CHARS_ALNUM) && s->text.at[at + 1] != '[') return;
    struct span user = span_sub(s->text, end, colon - end), password = span_sub(s->text, colon + 1, at - colon - 1);
    bool weak = password.len < 3 || is_sample_user(user, password);
    size_t host = run_length(s->text, at + 1, CHARS_WORD | CHARS_DASH | CHARS_DOT, 253);
    scan_report(s, &RULES[weak ? RULE_URL_CREDENTIALS_WEAK : RULE_URL_CREDENTIALS], start, at + 1 + host);
    s->done = at + 1 + host;
}

// ---------------------------------------------------------------- key blocks

static void verify_pem(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span head = span_sub(s->text, end, 64);
    size_t key = span_find(head, SPAN("PRIVATE KEY"));
    if (key == SIZE_MAX) return;
    for (size_t i = 0; i < key; i++)
        if (!char_in(head.at[i], CHARS_UPPER | CHARS_DIGIT) && head.at[i] != ' ') return;
    struct span block = span_sub(s->text, end, MAX_PEM);
    size_t tail = span_find(block, SPAN("-----END"));
    size_t stop = end + (tail == SIZE_MAX ? block.len : tail);
    // A key holds a long run of base64; a sentence about keys does not.
    size_t body = 0, longest = 0;
    for (size_t i = end + key; i < stop && longest < 32; i++) {
        body = char_in(s->text.at[i], CHARS_ALNUM | CHARS_BASE64) ? body + 1 : 0;
        if (body > longest) longest = body;
    }
    if (longest < 32) stop = end + key + sizeof "PRIVATE KEY" - 1;
    else if (tail != SIZE_MAX) stop += sizeof "-----END" - 1;
    scan_report(s, &RULES[longest < 32 ? RULE_PEM_HEADER : RULE_PEM], start, stop);
    s->done = stop;
}

// ---------------------------------------------------------------- tokens known by an infix

static void verify_telegram(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t digits = 0;
    while (digits < 11 && digits < start && char_in(s->text.at[start - 1 - digits], CHARS_DIGIT)) digits++;
    size_t n = run_length(s->text, end, CHARS_URL64, 40);
    if (digits < 8 || digits > 10 || n < 32 || n > 34 || count_distinct(span_sub(s->text, end, n)) < 8) return;
    scan_report(s, &RULES[RULE_TELEGRAM], start - digits, end + n);
    s->done = end + n;
}

// Called at a dot: id.time.signature, where the id is a number in base64.
size_t dot_verify(struct scan *s, size_t at) {
    enum { TIME = 6 };
    if (at + 1 + TIME >= s->text.len || s->text.at[at + 1 + TIME] != '.' || at < 23) return at + 1;
    if (run_length(s->text, at + 1, CHARS_URL64, TIME) < TIME) return at + 1;
    size_t id = 0;
    while (id < 30 && id < at && char_in(s->text.at[at - 1 - id], CHARS_URL64)) id++;
    size_t signature = run_length(s->text, at + 2 + TIME, CHARS_URL64, 41);
    if (id < 23 || id > 28 || signature < 27 || signature > 40) return at + 1;
    char plain[24];
    size_t len = base64_decode(span_sub(s->text, at - id, id), plain, sizeof plain);
    bool number = len >= 15 && run_length(span_make(plain, len), 0, CHARS_DIGIT, len) == len;
    bool likely = strchr("MNO", s->text.at[at - id]) && count_kinds(span_sub(s->text, at - id, id)) >= 3;
    if (!number && !likely) return at + 1;
    scan_report_scored(s, &RULES[RULE_DISCORD], at - id, at + 2 + TIME + signature, number ? 0.95f : 0.75f);
    return at + 2 + TIME + signature;
}

#define PASSWORD(literal, flags)                                                                                       \
    { literal, ANCHOR_CASELESS | (flags), 0, verify_password, NULL }
#define SECRET(literal)                                                                                                \
    { literal, ANCHOR_CASELESS, 0, verify_secret, NULL }

const struct anchor CREDENTIAL_ANCHORS[] = {
    PASSWORD("password", 0),
    PASSWORD("passwd", 0),
    PASSWORD("passwort", 0),
    PASSWORD("passphrase", 0),
    PASSWORD("passcode", 0),
    PASSWORD("pwd", 0),
    PASSWORD("pass", ANCHOR_WORD),
    PASSWORD("contrase\xc3\xb1"
             "a",
             0),
    PASSWORD("mot de passe", 0),
    SECRET("secret"),
    SECRET("token"),
    SECRET("api_key"),
    SECRET("api-key"),
    SECRET("apikey"),
    SECRET("api key"),
    SECRET("access_key"),
    SECRET("access-key"),
    SECRET("accesskey"),
    SECRET("access key"),
    SECRET("private_key"),
    SECRET("auth_key"),
    SECRET("signing_key"),
    SECRET("encryption_key"),
    SECRET("credential"),
    {"bearer ", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_bearer, NULL},
    {"basic ", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_basic, NULL},
    {"eyJ", ANCHOR_STEM, 0, verify_jwt, NULL},
    {"://", 0, 0, verify_url, NULL},
    {"-----BEGIN ", 0, 0, verify_pem, NULL},
    {":AA", 0, 0, verify_telegram, NULL},
    {0},
};
