#include "gate/assign.h"

#include <string.h>

#include "gate/checks.h"

enum { MAX_NAME = 40, MAX_VALUE = 512, MAX_BLANKS = 8 };

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool is_newline(char c) {
    return c == '\n' || c == '\r';
}

bool is_quote(char c) {
    return c == '"' || c == '\'' || c == '`';
}

bool follows(struct span text, size_t at, const char *word) {
    struct span w = span_from(word);
    return span_is_nocase(span_sub(text, at, w.len), w);
}

size_t skip_blanks(struct span text, size_t at, size_t max) {
    size_t n = 0;
    while (n < max && at + n < text.len && is_blank(text.at[at + n])) n++;
    return at + n;
}

static char char_at(struct span text, size_t at) {
    return at < text.len ? text.at[at] : 0;
}

// ---------------------------------------------------------------- the name

// Letters, digits, '_', '-', and dots between them.
static size_t name_end(struct span text, size_t at) {
    size_t n = 0;
    for (; n < MAX_NAME; n++) {
        char c = char_at(text, at + n);
        if (!char_in(c, CHARS_URL64) && !(c == '.' && char_in(char_at(text, at + n + 1), CHARS_WORD))) break;
    }
    return at + n;
}

static size_t name_start(struct span text, size_t at) {
    for (int i = 0; i < MAX_NAME && at && char_in(text.at[at - 1], CHARS_URL64 | CHARS_DOT); i++) at--;
    return at;
}

// `"name"]`, `name[32]`, `**name**`, `\"name\"`.
static size_t skip_closers(struct span text, size_t at, bool *quoted) {
    if (char_at(text, at) == '[') {
        size_t close = at + 1 + run_length(text, at + 1, CHARS_DIGIT, 6);
        if (char_at(text, close) == ']') at = close + 1;
    }
    for (int i = 0; i < 4; i++, at++) {
        char c = char_at(text, at);
        if (is_quote(c)) *quoted = true;
        else if (c != ']' && c != ')' && c != '\\' && c != '*' && c != '}') break;
    }
    return at;
}

// ---------------------------------------------------------------- the sign

struct sign {
    const char *text;
    enum assign_how how;
};

// The longer before those that it begins with.
static const struct sign SIGNS[] = {
    {"===", ASSIGN_SIGN},
    {"!==", ASSIGN_SIGN},
    {"=>", ASSIGN_SIGN},
    {"==", ASSIGN_SIGN},
    {"=", ASSIGN_SIGN},
    {":::=", ASSIGN_SIGN},
    {"::=", ASSIGN_SIGN},
    {":=", ASSIGN_SIGN},
    {"?=", ASSIGN_SIGN},
    {".=", ASSIGN_SIGN},
    {"+=", ASSIGN_SIGN},
    {"!=", ASSIGN_SIGN},
    {"||=", ASSIGN_SIGN},
    {"->", ASSIGN_SIGN},
    {"::", ASSIGN_LABEL},
    {":", ASSIGN_LABEL},
    {"||", ASSIGN_SIGN},
    {"|", ASSIGN_LABEL},
    {"\xef\xbc\x9a", ASSIGN_LABEL},
    {"\xef\xbc\x9d", ASSIGN_LABEL}, // full-width colon and equals sign
    {"is:", ASSIGN_SPOKEN},
    {"is ", ASSIGN_SPOKEN},
    {"was ", ASSIGN_SPOKEN},
    {"to ", ASSIGN_SPOKEN},
    {"of ", ASSIGN_SPOKEN},
    {"- ", ASSIGN_SPOKEN},
    {"ist ", ASSIGN_SPOKEN},
    {"lautet ", ASSIGN_SPOKEN},
    {"es ", ASSIGN_SPOKEN},
    {"est ", ASSIGN_SPOKEN},
    {"\xc3\xa9 ", ASSIGN_SPOKEN},
    {"\xc3\xa8 ", ASSIGN_SPOKEN}, // Portuguese, Italian: is
    {"jest ", ASSIGN_SPOKEN},
    {"\xe2\x80\x93 ", ASSIGN_SPOKEN},
    {"\xe2\x80\x94 ", ASSIGN_SPOKEN}, // dashes
    {"\xe3\x81\xaf", ASSIGN_SPOKEN},
    {"\xe6\x98\xaf", ASSIGN_SPOKEN},
    {"\xe4\xb8\xba", ASSIGN_SPOKEN}, // ja, zh: is
    {"\xeb\x8a\x94 ", ASSIGN_SPOKEN},
    {"\xec\x9d\x80 ", ASSIGN_SPOKEN}, // ko: topic particles
    {"\xea\xb0\x80 ", ASSIGN_SPOKEN},
    {"\xec\x9d\xb4 ", ASSIGN_SPOKEN}, // ko: subject particles
};

static size_t read_sign(struct span text, size_t at, enum assign_how *how) {
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
        if (SIGNS[i].text[0] == (char_at(text, at) | (SIGNS[i].text[0] & 0x20)) && follows(text, at, SIGNS[i].text)) {
            *how = SIGNS[i].how;
            return at + strlen(SIGNS[i].text);
        }
    return 0;
}

// A declared type between name and '=': `password: str = `, `password string = `. Returns the offset of the '='.
static size_t skip_type(struct span text, size_t at) {
    enum { MAX_TYPE = 32 };
    size_t i = char_at(text, at) == ':' ? skip_blanks(text, at + 1, 2) : at;
    size_t first = i;
    while (i - first < MAX_TYPE && i < text.len &&
           (char_in(text.at[i], CHARS_ALNUM) || strchr("&<>?|.[]_", text.at[i])))
        i++;
    if (i == first || !is_blank(char_at(text, i))) return at;
    size_t equals = skip_blanks(text, i, 2);
    return char_at(text, equals) == '=' || follows(text, equals, ":=") ? equals : at;
}

// `value="..."` after a quoted name in mark-up, `value: ...` below one in YAML.
static size_t skip_value_word(struct span text, size_t at) {
    size_t i = at;
    while (i - at < 24 && i < text.len && (is_blank(text.at[i]) || is_newline(text.at[i]) || text.at[i] == ',')) i++;
    if (is_quote(char_at(text, i))) i++;
    if (!follows(text, i, "value")) return at;
    i += sizeof "value" - 1;
    if (is_quote(char_at(text, i))) i++;
    i = skip_blanks(text, i, 2);
    return char_at(text, i) == '=' || char_at(text, i) == ':' ? i : at;
}

// ---------------------------------------------------------------- the value

// What stands between sign and value: `(`, `new String(`, `b`, `N`, `**`, `\`.
static size_t skip_openers(struct span text, size_t at) {
    static const char *const CALLS[] = {"new string(", "string(", "string::from(", "[]byte(", "bytes("};
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++)
        if (follows(text, at, CALLS[i])) at += strlen(CALLS[i]);
    if ((char_at(text, at) == '(' || char_at(text, at) == '[') && is_quote(char_at(text, at + 1))) at++;
    for (int i = 0; i < 2 && char_at(text, at) == '*'; i++) at++;
    if (at && text.at[at - 1] == '*') at = skip_blanks(text, at, 2);
    if (char_at(text, at) && strchr("bBrRuUNL@", char_at(text, at)) && is_quote(char_at(text, at + 1))) at++;
    for (int i = 0; i < 3 && char_at(text, at) == '\\'; i++) at++;
    return at;
}

static size_t quoted_length(struct span text, size_t at, char quote, bool escaped) {
    size_t n = 0;
    for (; n < MAX_VALUE && at + n < text.len; n++) {
        char c = text.at[at + n];
        if (c == quote || is_newline(c) || (escaped && c == '\\')) break;
        if (c == '\\' && at + n + 1 < text.len) n++;
    }
    return n;
}

static size_t bare_length(struct span text, size_t at, char stop) {
    bool ascii = (unsigned char)char_at(text, at) < 0x80;
    size_t n = 0;
    for (; n < MAX_VALUE && at + n < text.len; n++) {
        char c = text.at[at + n], next = char_at(text, at + n + 1);
        if (is_blank(c) || is_newline(c) || is_quote(c) || c == ';' || c == stop) break;
        if (c == ',' && (is_blank(next) || is_newline(next) || is_quote(next) || !next)) break;
        if (c == '\\' && (next == 'n' || next == 'r' || next == 't' || is_quote(next))) break;
        if (ascii && (unsigned char)c >= 0x80) break; // a particle of the language around it
    }
    while (n && strchr(".,)\\:]}?", text.at[at + n - 1])) n--;
    return n;
}

static bool read_value(struct span text, size_t at, char stop, struct assignment *out) {
    size_t opened = skip_openers(text, at);
    bool escaped = opened > at && text.at[opened - 1] == '\\';
    at = opened;
    char quote = is_quote(char_at(text, at)) ? text.at[at++] : 0;
    if (quote && char_at(text, at) == quote && char_at(text, at + 1) == quote) at += 2; // three of them
    out->quoted = quote != 0;
    out->start = at;
    out->value = span_sub(text, at, quote ? quoted_length(text, at, quote, escaped) : bare_length(text, at, stop));
    return out->value.len > 0;
}

// ---------------------------------------------------------------- all of it

// A name alone on its line, and one word alone on the next.
static bool read_next_line(struct span text, size_t at, struct assignment *out) {
    size_t start = (size_t)(out->name.at - text.at);
    if ((start && !is_newline(text.at[start - 1])) || char_at(text, at) != '\n') return false;
    size_t n = 0;
    while (n < MAX_VALUE && at + 1 + n < text.len && text.at[at + 1 + n] > ' ') n++;
    if (at + 1 + n < text.len && text.at[at + 1 + n] != '\n') return false;
    out->value = span_sub(text, at + 1, n);
    out->start = at + 1;
    out->how = ASSIGN_NEXT_LINE;
    return n > 0;
}

// `<password>v</password>`, also over lines.
static bool read_element(struct span text, size_t at, struct assignment *out) {
    size_t i = at + 1;
    while (i - at < 48 && i < text.len && (is_blank(text.at[i]) || is_newline(text.at[i]))) i++;
    if (follows(text, i, "<![CDATA[")) i += sizeof "<![CDATA[" - 1;
    out->how = ASSIGN_SIGN;
    return read_value(text, i, '<', out);
}

// A label whose value stands below it.
static size_t skip_line_end(struct span text, size_t at, enum assign_how *how) {
    if (!is_newline(char_at(text, at))) return at;
    at += text.at[at] == '\r' && char_at(text, at + 1) == '\n' ? 2 : 1;
    *how = ASSIGN_BESIDE;
    return skip_blanks(text, at, 16);
}

// "password for the staging account is ...": past what it is for, or 0.
static size_t skip_purpose(struct span text, size_t at) {
    enum { MAX_PURPOSE = 64 };
    if (!follows(text, at, "for ") && !follows(text, at, "of the ") && !follows(text, at, "to the ")) return 0;
    for (size_t i = at + 4; i < at + MAX_PURPOSE && i < text.len; i++) {
        char c = text.at[i];
        if (c == '.' || c == '?' || c == '!' || c == ';' || is_newline(c)) return 0;
        if (c == ':' || follows(text, i, " is ")) return c == ':' ? i : i + 1;
    }
    return 0;
}

static bool read_after_sign(struct span text, size_t at, bool key_quoted, bool flag, struct assignment *out) {
    size_t after = skip_blanks(text, at, MAX_BLANKS);
    bool apart = after > at;
    size_t purpose = apart && !key_quoted ? skip_purpose(text, after) : 0;
    at = purpose ? purpose : skip_type(text, after);
    size_t sign = read_sign(text, at, &out->how);
    char before = out->name.at > text.at ? out->name.at[-1] : 0, stop = before == '?' || before == '&' ? '&' : '<';
    if (sign) {
        if (out->how == ASSIGN_SPOKEN && !apart && (unsigned char)text.at[at] < 0x80) return false;
        at = skip_blanks(text, sign, MAX_BLANKS);
        if (out->how == ASSIGN_LABEL) at = skip_line_end(text, at, &out->how);
        return read_value(text, at, stop, out);
    }
    out->how = flag ? ASSIGN_SIGN : ASSIGN_BESIDE;
    if (!apart && char_at(text, at) == '(' && is_quote(char_at(text, at + 1)))
        out->how = ASSIGN_SIGN;                        // setPassword("v")
    else if (key_quoted && char_at(text, at) == ',') { // ("password", "v")
        at = skip_blanks(text, at + 1, MAX_BLANKS);
        if (!is_quote(char_at(text, at))) return false;
        out->how = ASSIGN_BESIDE;
    } else if (!apart) return false;
    else if (char_at(text, at) == '(') at++; // "the password (...)"
    return read_value(text, at, stop, out);
}

bool assignment_read(struct span text, size_t start, size_t end, struct assignment *out) {
    size_t at = name_end(text, end), first = name_start(text, start);
    *out = (struct assignment){.suffix = span_sub(text, end, at - end), .name = span_sub(text, first, at - first)};
    if (read_next_line(text, at, out)) return true;
    bool key_quoted = false, flag = first < start && char_in(text.at[first], CHARS_DASH);
    at = skip_closers(text, at, &key_quoted);
    char before = first ? text.at[first - 1] : 0;
    if (char_at(text, at) == '>' && (key_quoted || before == '<' || before == ':')) return read_element(text, at, out);
    if (key_quoted || before == ' ') at = skip_value_word(text, at);
    return read_after_sign(text, at, key_quoted, flag, out);
}

bool assignment_is_code(const struct assignment *a) {
    struct span v = a->value;
    if (memchr(v.at, ' ', v.len)) return true;
    if (v.at[0] == '$' && v.len > 1 && (char_in(v.at[1], CHARS_ALPHA) || strchr("{(_", v.at[1]))) {
        // A variable, unless it goes on as none does: "$ecret!9".
        return run_length(v, 1, CHARS_WORD, v.len) + 1 >= v.len || strchr("{(", v.at[1]);
    }
    if (v.at[0] == '%' && v.at[v.len - 1] == '%') return true; // of a batch file
    if (v.at[0] == '<' && v.at[v.len - 1] == '>') return true;
    if (v.at[0] == '[' && v.at[v.len - 1] == ']') return true;
    if (v.at[0] == '{') return true;
    if (a->quoted) return false;
    size_t name = run_length(v, 0, CHARS_WORD | CHARS_DOT, v.len);
    for (size_t i = 0; i < v.len; i++)
        if (strchr("()[]{}<>|", v.at[i])) return true;
    // config.password, Settings::KEY, self->key
    if (name < v.len && name && (follows(v, name, "->") || follows(v, name, "::"))) return true;
    if (name < v.len || !memchr(v.at, '.', v.len)) return false;
    for (size_t i = 0; i < v.len; i++) { // digits at the end of a member only: config.password2
        size_t run = run_length(v, i, CHARS_ALPHA | CHARS_UNDERSCORE, v.len);
        i += run + run_length(v, i + run, CHARS_DIGIT, v.len);
        if (!run || (i < v.len && v.at[i] != '.')) return false;
    }
    return true;
}
