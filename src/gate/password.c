// Passwords: known by the word before them, in program text, configuration, command lines, prose, and lines such as
// "ID/PW: admin / ...".
#include "gate/assign.h"
#include "gate/checks.h"
#include "gate/likeness.h"
#include "gate/scan.h"

enum { MIN_PASSWORD = 4, MAX_PASSWORD = 128, PAIR_REACH = 160, LOGIN_REACH = 80 };

static const struct rule PAIR = {"secret.login-pair", "PASSWORD",   "login and password",
                                 CLASS_SECRET,        WEIGHT_GRAVE, 0.80f};
static const struct rule PIN = {"secret.pin", "PIN", "PIN", CLASS_SECRET, WEIGHT_GRAVE, 0.75f};

static bool is_any_of(struct span v, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (span_is_nocase(v, span_from(words[i]))) return true;
    return false;
}
static bool contains_any(struct span v, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (contains_nocase(v, words[i])) return true;
    return false;
}
#define IS_ANY(v, list) is_any_of(v, list, sizeof(list) / sizeof *(list))
#define HAS_ANY(v, list) contains_any(v, list, sizeof(list) / sizeof *(list))

// ---------------------------------------------------------------- what is none

// A name that speaks about a password: what it is set to is none.
static bool is_about(struct span suffix) {
    static const char *const WORDS[] = {
        "len",      "min",   "max",     "policy", "field",   "reset", "expir", "requir",  "hint",   "label",
        "prompt",   "type",  "count",   "url",    "path",    "file",  "regex", "pattern", "error",  "messag",
        "strength", "valid", "attempt", "input",  "age",     "date",  "time",  "retr",    "column", "index",
        "chang",    "enabl", "encod",   "algo",   "protect", "less",  "stdin", "_id",     "store",  "form",
        "format",   "manag", "forgot",  "rule",   "option",  "param"};
    return suffix.len > 2 && HAS_ANY(suffix, WORDS);
}

// Words that stand where a password might, in schemas, forms and sentences.
static bool is_plain_talk(struct span v) {
    static const char *const WORDS[] = {
        "text",      "varchar", "char",      "bool",      "boolean", "int",       "integer", "number",   "any",
        "hidden",    "enabled", "disabled",  "yes",       "no",      "nil",       "empty",   "input",    "field",
        "value",     "hash",    "hashed",    "encrypted", "plain",   "plaintext", "wrong",   "invalid",  "incorrect",
        "correct",   "valid",   "strong",    "must",      "should",  "your",      "the",     "this",     "same",
        "protected", "login",   "email",     "username",  "object",  "self",      "unknown", "missing",  "unset",
        "blank",     "forgot",  "reset",     "change",    "enter",   "confirm",   "new",     "old",      "current",
        "basic",     "key",     "foo",       "bar",       "baz",     "xxx",       "yyy",     "kennwort", "passwort",
        "data",      "schema",  "undefined", "prompt",    "ask",     "not",       "set"};
    return IS_ANY(v, WORDS);
}

// Digits and letters together, yet a term of the trade: "SHA-256", "base64-encoded", "8-character".
static bool is_jargon(struct span v) {
    static const char *const TERMS[] = {"sha",    "md5",   "base64", "bcrypt", "utf",    "pbkdf2", "argon2", "aes",
                                        "oauth2", "http",  "wpa",    "ascii",  "latin1", "ldap",   "char",   "2fa",
                                        "mfa",    "login", "rot13",  "k8s",    "int",    "digit",  "week",   "day",
                                        "hour",   "month", "year",   "minute", "p2p",    "ipv",    "s3",     "h2"};
    struct makeup m = makeup_of(v);
    return v.len < 20 && m.upper + m.lower + m.digits + 2 >= v.len && HAS_ANY(v, TERMS) && m.longest < 9;
}

// "/srv/bob/build2"
static bool is_path(struct span v) {
    if (v.at[0] != '/' && v.at[0] != '~' && v.at[0] != '.') return false;
    for (size_t i = 0; i < v.len; i++)
        if (!char_in(v.at[i], CHARS_URL64 | CHARS_DOT) && v.at[i] != '/' && v.at[i] != '~') return false;
    size_t first = run_length(v, 1, CHARS_LOWER, v.len);
    return 1 + first < v.len && v.at[1 + first] == '/';
}

// Something named after a password, in program text: `password1`, `user_pass`, `NEW_PASSWORD`.
static bool is_name(const struct assignment *a) {
    static const char *const PARTS[] = {"pass", "pwd", "user", "secret", "token", "_pw", "cred", "input", "param"};
    struct span v = a->value;
    if (run_length(v, 0, CHARS_WORD | CHARS_DASH, v.len) < v.len) return false;
    if (a->quoted) return memchr(v.at, '_', v.len) && HAS_ANY(v, PARTS);
    size_t letters = run_length(v, 0, CHARS_ALPHA | CHARS_UNDERSCORE, v.len); // digits only at its end
    return letters + run_length(v, letters, CHARS_DIGIT, v.len) == v.len && HAS_ANY(v, PARTS);
}

// ---------------------------------------------------------------- how likely a password

enum likely { LIKELY_NOT, LIKELY_WEAK, LIKELY };

static bool is_strong(struct span v, const struct makeup *m) {
    size_t letters = m->upper + m->lower;
    if (v.len < 6 || is_jargon(v)) return false;
    if (m->digits && letters) return true;
    return m->digits && m->other && v.len >= 8 && count_kinds(v) >= 2 && m->distinct >= 5 && v.at[0] != '+';
}

static bool is_loose(enum assign_how how) {
    return how == ASSIGN_SPOKEN || how == ASSIGN_BESIDE || how == ASSIGN_NEXT_LINE;
}

// Letters, and marks that words have among them.
static bool is_wording(struct span v, const struct makeup *m) {
    size_t marks = 0;
    for (size_t i = 0; i < v.len; i++) marks += strchr("_-./:'", v.at[i]) != NULL;
    return m->digits == 0 && m->other == marks && m->wordy * 10 >= (m->upper + m->lower) * 7;
}

static bool is_prose_word(struct span v) {
    return run_length(v, 0, CHARS_LOWER | CHARS_DASH, v.len) == v.len || (unsigned char)v.at[0] >= 0x80;
}

// `login` is true when a login name stands before.
static enum likely likelihood(const struct assignment *a, bool login) {
    struct span v = a->value;
    struct makeup m = makeup_of(v);
    if (is_plain_talk(v) || is_name(a) || is_path(v)) return LIKELY_NOT;
    bool strong = is_strong(v, &m);
    if (is_loose(a->how)) {
        if (!strong || v.len < 6) return LIKELY_NOT;
        // One digit at the end of a word may be a footnote, or a step.
        if (a->how == ASSIGN_BESIDE && !a->quoted)
            return count_kinds(v) >= 3 && (v.len >= 8 || m.other) ? LIKELY : LIKELY_NOT;
        return a->how == ASSIGN_NEXT_LINE || a->quoted || count_kinds(v) >= 3 || v.len >= 7 ? LIKELY : LIKELY_WEAK;
    }
    if (strong) return LIKELY;
    if (m.digits == v.len) return v.len >= 6 || login ? LIKELY : LIKELY_NOT;
    bool wording = is_wording(v, &m);
    if (a->quoted) {
        if (v.len < 5 && !login) return LIKELY_NOT;
        return wording && !login ? (v.len >= 6 ? LIKELY_WEAK : LIKELY_NOT) : LIKELY;
    }
    if ((unsigned char)v.at[0] >= 0x80) return LIKELY_NOT;
    if (login) return wording && a->how == ASSIGN_SIGN && !char_in(v.at[0], CHARS_LOWER) ? LIKELY_WEAK : LIKELY;
    if (v.len < 6 || is_prose_word(v)) return LIKELY_NOT;
    return wording || m.other == 0 ? LIKELY_WEAK : LIKELY;
}

// A login name with its own sign before the word: "user: bob, pass:", "login bob password".
static bool has_login_before(struct span text, size_t start) {
    static const char *const WORDS[] = {"user",
                                        "login",
                                        "account",
                                        "uid",
                                        "\nid",
                                        " id",
                                        "\"id",
                                        "admin:",
                                        "\xec\x95\x84\xec\x9d\xb4\xeb\x94\x94",
                                        "\xea\xb3\x84\xec\xa0\x95", // ko: ID, account
                                        "benutzer",
                                        "usuario",
                                        "utilisateur",
                                        "identifiant"};
    size_t from = start > LOGIN_REACH ? start - LOGIN_REACH : 0;
    struct span before = span_sub(text, from, start - from);
    if (from == 0 && (follows(text, 0, "id:") || follows(text, 0, "id=") || follows(text, 0, "id "))) return true;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (!contains_nocase(before, WORDS[i])) continue;
        for (size_t k = 0; k < before.len; k++) // not merely "the user's password"
            if (before.at[k] == ':' || before.at[k] == '=') return true;
        return contains_nocase(before, "login ");
    }
    return false;
}

// `login bob password` of a netrc file.
static bool is_after_login(struct span text, size_t start) {
    size_t at = start;
    while (at && start - at < 12 && text.at[at - 1] <= ' ') at--;
    size_t end = at;
    while (at && end - at < 64 && text.at[at - 1] > ' ') at--;
    while (at && text.at[at - 1] <= ' ') at--;
    return end > at && at >= 5 && follows(text, at - 5, "login");
}

static void report(struct scan *s, const struct rule *rule, size_t start, size_t len) {
    scan_report(s, rule, start, start + len);
    s->done = start + len;
}

// ---------------------------------------------------------------- two words, two values

// True when the word at `start` is the second of "ID/PW", "user and password".
static bool is_second(struct span text, size_t start) {
    static const char *const FIRST[] = {"id",
                                        "user",
                                        "username",
                                        "login",
                                        "account",
                                        "name",
                                        "userid",
                                        "user name",
                                        "mail",
                                        "\xec\x95\x84\xec\x9d\xb4\xeb\x94\x94",
                                        "\xea\xb3\x84\xec\xa0\x95",
                                        "benutzer",
                                        "benutzername",
                                        "usuario",
                                        "identifiant",
                                        "utilisateur",
                                        "e-mail",
                                        "email"};
    size_t at = start;
    while (at && start - at < 3 && (text.at[at - 1] == ' ' || text.at[at - 1] == '*')) at--;
    if (at >= 3 && follows(text, at - 3, "and")) at -= 3;
    else if (at && strchr("/,|&-:+", text.at[at - 1])) at--;
    else return false;
    while (at && start - at < 8 && text.at[at - 1] == ' ') at--;
    for (size_t i = 0; i < sizeof FIRST / sizeof *FIRST; i++) {
        size_t n = strlen(FIRST[i]);
        if (at < n || !follows(text, at - n, FIRST[i])) continue;
        if (at == n || !char_in(text.at[at - n - 1], CHARS_ALNUM) || n > 3) return true;
    }
    return false;
}

static bool ends_token(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '"' || c == '\'' || c == '|' || c == '`';
}

struct pair {
    struct span first, second;
    char separator; // one of /,|:; or ' '
};

// `first / second` at `at`, within its line.
static bool read_pair(struct span text, size_t at, struct pair *out) {
    size_t n = 0;
    while (at + n < text.len && n < 64 && !ends_token(text.at[at + n]) && text.at[at + n] != '/' &&
           !(text.at[at + n] == ':' && n))
        n++;
    out->first = span_sub(text, at, n);
    out->separator = ' ';
    at += n;
    for (size_t i = 0; i < 6 && at < text.len && strchr(" \t/,|:;\"'`", text.at[at]); i++, at++)
        if (strchr("/,|:;", text.at[at])) out->separator = text.at[at];
    for (n = 0; at + n < text.len && n < MAX_PASSWORD && !ends_token(text.at[at + n]);) n++;
    while (n && strchr(".)", text.at[at + n - 1])) n--;
    out->second = span_sub(text, at, n);
    return out->first.len > 0 && n >= MIN_PASSWORD;
}

// The sign after the two words: ":", "=", "is", or the end of the line.
static size_t skip_pair_sign(struct span text, size_t at) {
    size_t begin = at;
    while (at < text.len && at - begin < 3 && strchr(")]*", text.at[at])) at++;
    at = skip_blanks(text, at, 4);
    if (at >= text.len) return 0;
    if (follows(text, at, "\xef\xbc\x9a")) return skip_blanks(text, at + 3, 4);
    if (strchr(":=-(|\n", text.at[at])) {
        at++;
        if (at < text.len && text.at[at] == '>') at++;
        return skip_blanks(text, at, 16);
    }
    static const char *const WORDS[] = {"is ", "are "};
    for (size_t i = 0; i < 2; i++)
        if (follows(text, at, WORDS[i])) return at + strlen(WORDS[i]);
    return at > begin && char_in(text.at[at], CHARS_ALNUM) ? at : 0;
}

// `strict`: the words alone do not promise a password.
static bool verify_pair(struct scan *s, size_t end, bool strict) {
    struct pair p;
    size_t at = skip_pair_sign(s->text, end);
    if (!at || !read_pair(s->text, at, &p) || is_placeholder(p.second) || is_plain_talk(p.second)) return false;
    struct assignment a = {.value = p.second, .how = ASSIGN_LABEL};
    struct makeup m = makeup_of(p.second);
    if (assignment_is_code(&a) || contains_nocase(p.second, "//")) return false;
    bool strong = is_strong(p.second, &m) && (p.separator != ' ' || count_kinds(p.second) >= 3);
    bool marked = m.other > 0 && !is_wording(p.second, &m);
    if (strict || p.separator == ' '
            ? !strong
            : !strong && !marked && is_wording(p.second, &m) && m.upper == 0 && p.separator != '/')
        return false;
    if (contains_nocase(p.first, "user") && is_name(&a)) return false;
    report(s, &PAIR, (size_t)(p.second.at - s->text.at), p.second.len);
    return true;
}

// ---------------------------------------------------------------- anchors

// Four words or more in quotes, given to a passphrase.
static bool is_phrase(const struct assignment *a) {
    static const char *const TALK[] = {"your", "enter", "phrase", "please", "password", "must", "%"};
    size_t blanks = 0;
    if (!a->quoted || is_loose(a->how) || !contains_nocase(a->name, "phrase") || HAS_ANY(a->value, TALK)) return false;
    for (size_t i = 0; i < a->value.len; i++) blanks += a->value.at[i] == ' ';
    return blanks >= 3 && run_length(a->value, 0, CHARS_ALNUM | CHARS_DASH, a->value.len) > 0;
}

static void verify_password(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    if (is_second(s->text, start) && verify_pair(s, end, false)) return;
    struct assignment a;
    if (!assignment_read(s->text, start, end, &a) || a.value.len < MIN_PASSWORD || a.value.len > MAX_PASSWORD) return;
    if (is_phrase(&a)) {
        report(s, &RULES[RULE_PASSWORD], a.start, a.value.len);
        return;
    }
    if (assignment_is_code(&a) || is_placeholder(a.value) || is_about(a.suffix)) return;
    bool login = has_login_before(s->text, start);
    if (a.how == ASSIGN_BESIDE && is_after_login(s->text, start)) a.how = ASSIGN_LABEL, login = true;
    switch (likelihood(&a, login)) {
    case LIKELY: report(s, &RULES[RULE_PASSWORD], a.start, a.value.len); break;
    case LIKELY_WEAK: scan_report(s, &RULES[RULE_PASSWORD_WEAK], a.start, a.start + a.value.len); break;
    case LIKELY_NOT: break;
    }
}

// A capital begins it within a name: "dbPass", "userPw".
static void verify_inner(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    if (start && !char_in(s->text.at[start - 1], CHARS_LOWER | CHARS_DIGIT)) return;
    if (end < s->text.len && char_in(s->text.at[end], CHARS_LOWER)) return;
    verify_password(s, start, end, anchor);
}

// "Login: admin / ...": a word that promises a name, and two values.
static void verify_login(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    size_t at = skip_blanks(s->text, end, 2);
    if (at < s->text.len && strchr(":=", s->text.at[at])) verify_pair(s, end, true);
}

static void verify_pin(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct assignment a;
    if (!assignment_read(s->text, start, end, &a) || a.how == ASSIGN_BESIDE || a.suffix.len) return;
    if (a.value.len < 4 || a.value.len > 8 || run_length(a.value, 0, CHARS_DIGIT, 8) < a.value.len) return;
    if (is_placeholder(a.value) || follows(a.value, 0, "1234")) return;
    report(s, &PIN, a.start, a.value.len);
}

#define ANY(literal)                                                                                                   \
    { literal, ANCHOR_CASELESS, 0, verify_password, NULL }
#define WORD(literal)                                                                                                  \
    { literal, ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_password, NULL }
#define LOGIN(literal)                                                                                                 \
    { literal, ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_login, NULL }
#define PIN_ROW(literal, flags)                                                                                        \
    { literal, ANCHOR_CASELESS | (flags), 0, verify_pin, NULL }

const struct anchor PASSWORD_ANCHORS[] = {
    ANY("password"),
    ANY("passwd"),
    ANY("passwrd"),
    ANY("passphrase"),
    ANY("passcode"),
    ANY("pwd"),
    ANY("pswd"),
    WORD("pass"),
    WORD("pw"),
    WORD("psw"),
    {"Pass", 0, 0, verify_inner, NULL},
    {"Pw", 0, 0, verify_inner, NULL},
    ANY("passwort"),
    ANY("kennwort"),
    WORD("mot de passe"),
    WORD("mdp"),
    ANY("contrase\xc3\xb1"
        "a"),
    ANY("contrasena"),
    WORD("clave"),
    WORD("senha"),
    WORD("parola"),
    WORD("wachtwoord"),
    ANY("l\xc3\xb6senord"),
    ANY("has\xc5\x82o"),
    ANY("\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"),             // Russian
    ANY("\xe5\xaf\x86\xe7\xa0\x81"),                                     // Chinese, simplified
    ANY("\xe5\xaf\x86\xe7\xa2\xbc"),                                     // Chinese, traditional
    ANY("\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89"), // Japanese
    PIN_ROW("\xe6\x9a\x97\xe8\xa8\xbc\xe7\x95\xaa\xe5\x8f\xb7", 0),      // Japanese, PIN
    ANY("\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8"),             // Korean
    ANY("\xeb\xb9\x84\xeb\xb2\x88"),                                     // Korean, short
    ANY("\xed\x8c\xa8\xec\x8a\xa4\xec\x9b\x8c\xeb\x93\x9c"),             // Korean, from English
    ANY("\xec\x95\x94\xed\x98\xb8"),                                     // Korean, cipher
    PIN_ROW("pin", ANCHOR_WORD),
    LOGIN("login"),
    LOGIN("logins"),
    LOGIN("creds"),
    LOGIN("credentials"),
    LOGIN("account"),
    LOGIN("zugangsdaten"),
    LOGIN("identifiants"),
    LOGIN("credenciales"),
    LOGIN("\xea\xb3\x84\xec\xa0\x95"),                          // Korean, account
    LOGIN("\xeb\xa1\x9c\xea\xb7\xb8\xec\x9d\xb8"),              // Korean, login
    LOGIN("\xe3\x83\xad\xe3\x82\xb0\xe3\x82\xa4\xe3\x83\xb3"),  // Japanese, login
    LOGIN("\xea\xb3\x84\xec\xa0\x95 \xec\xa0\x95\xeb\xb3\xb4"), // Korean, account data
    LOGIN("\xec\xa0\x91\xec\x86\x8d \xec\xa0\x95\xeb\xb3\xb4"), // Korean, access data
    LOGIN("\xec\xa0\x91\xec\x86\x8d\xec\xa0\x95\xeb\xb3\xb4"),
    {0},
};
