// Credentials in URLs and connection strings.
#include "gate/assign.h"
#include "gate/checks.h"
#include "gate/likeness.h"
#include "gate/scan.h"

static const struct rule SAS = {"secret.azure-sas", "AZURE_SAS",  "Azure shared access signature",
                                CLASS_SECRET,       WEIGHT_GRAVE, 0.90f};

static bool is_sample_user(struct span user, struct span password) {
    static const char *const SAMPLES[] = {"user",  "username", "password", "pass",  "pwd",
                                          "login", "name",     "postgres", "guest", "root"};
    if (span_is_nocase(user, password) || is_placeholder(password)) return true;
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++)
        if (span_is_nocase(password, span_from(SAMPLES[i]))) return true;
    return false;
}

static bool is_variable(struct span password) {
    char first = password.at[0], last = password.at[password.len - 1];
    return first == '{' || first == '[' || (first == '%' && last == '%' && password.len > 2) ||
           (first == '$' && run_length(password, 1, CHARS_WORD, password.len) + 1 == password.len);
}

static void verify_url(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t colon = 0, n = 0, last = 0;
    for (; n < 256 && end + n < s->text.len; n++) {
        char c = s->text.at[end + n];
        if (c == '@') last = n;
        if (c == ':' && !colon) colon = end + n;
        if (c <= ' ' || c == '/' || is_quote(c) || c == '<' || c == '>' || c == '?' || c == '#' || c == ',') break;
    }
    size_t at = end + last;
    if (!last || !colon || colon + 1 >= at || at + 1 >= s->text.len) return;
    if (!char_in(s->text.at[at + 1], CHARS_ALNUM) && !strchr("[$*{%<", s->text.at[at + 1])) return;
    struct span user = span_sub(s->text, end, colon - end), password = span_sub(s->text, colon + 1, at - colon - 1);
    bool weak = password.len < 3 || is_sample_user(user, password) || is_variable(password);
    size_t host = run_length(s->text, at + 1, CHARS_WORD | CHARS_DASH | CHARS_DOT, 253);
    scan_report(s, &RULES[weak ? RULE_URL_CREDENTIALS_WEAK : RULE_URL_CREDENTIALS], start, at + 1 + host);
    s->done = at + 1 + host;
}

// `jdbc:oracle:thin:scott/tiger@host`
static void verify_oracle(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t user = run_length(s->text, end, CHARS_WORD, 64), at = end + user + 1, n = 0;
    if (!user || at >= s->text.len || s->text.at[at - 1] != '/') return;
    while (at + n < s->text.len && n < 64 && s->text.at[at + n] > ' ' && s->text.at[at + n] != '@') n++;
    struct span password = span_sub(s->text, at, n);
    if (n < 3 || at + n >= s->text.len || s->text.at[at + n] != '@' || is_placeholder(password)) return;
    if (is_variable(password)) return;
    scan_report(s, &RULES[RULE_URL_CREDENTIALS], start, at + n);
    s->done = at + n;
}

// `sig=` of a shared access signature: 32 bytes in base64, mostly percent-encoded.
static void verify_sas(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    size_t n = 0;
    while (n < 128 && end + n < s->text.len &&
           (char_in(s->text.at[end + n], CHARS_URL64 | CHARS_BASE64) || s->text.at[end + n] == '%'))
        n++;
    struct span value = span_sub(s->text, end, n);
    if (n < 40 || n > 120 || count_kinds(value) < 3 || count_distinct(value) < 14 || is_placeholder(value)) return;
    scan_report(s, &SAS, end, end + n);
    s->done = end + n;
}

const struct anchor URL_ANCHORS[] = {
    {"://", 0, 0, verify_url, NULL},       {"jdbc:oracle:thin:", 0, 0, verify_oracle, NULL},
    {"?sig=", 0, 0, verify_sas, NULL},     {"&sig=", 0, 0, verify_sas, NULL},
    {"&amp;sig=", 0, 0, verify_sas, NULL}, {0},
};
