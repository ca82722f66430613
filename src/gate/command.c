// Passwords given to programs: options of command lines, and SQL.
#include "gate/assign.h"
#include "gate/checks.h"
#include "gate/likeness.h"
#include "gate/scan.h"

enum { REACH = 400 };

static const struct rule COMMAND = {"secret.command-line", "PASSWORD",   "password on a command line",
                                    CLASS_SECRET,          WEIGHT_GRAVE, 0.85f};
static const struct rule SQL = {"secret.sql", "PASSWORD", "password in SQL", CLASS_SECRET, WEIGHT_GRAVE, 0.90f};
static const struct rule SECURE_STRING = {"secret.secure-string", "PASSWORD",   "password of a secure string",
                                          CLASS_SECRET,           WEIGHT_GRAVE, 0.85f};

// ---------------------------------------------------------------- options

enum option_value {
    VALUE_PAIR,     // login:password
    VALUE_ALONE,    // a word of its own
    VALUE_ATTACHED, // right behind the option: -pSECRET
};

struct command {
    const char *option; // with the blank before it
    enum option_value value;
};

static const struct command CURL[] = {
    {" -u", VALUE_PAIR}, {" --user", VALUE_PAIR}, {" --proxy-user", VALUE_PAIR}, {" -U", VALUE_PAIR}, {0}};
static const struct command SSHPASS[] = {{" -p", VALUE_ALONE}, {0}};
static const struct command MYSQL[] = {{" -p", VALUE_ATTACHED}, {0}};
static const struct command LOGIN[] = {{" -p ", VALUE_ALONE}, {0}};
static const struct command REDIS[] = {{" -a ", VALUE_ALONE}, {0}};
static const struct command SQLCMD[] = {{" -P", VALUE_ALONE}, {0}};
static const struct command LDAP[] = {{" -w ", VALUE_ALONE}, {0}};
static const struct command HTTPIE[] = {{" -a ", VALUE_PAIR}, {" --auth", VALUE_PAIR}, {0}};

static struct span read_word(struct span text, size_t at) {
    char quote = 0;
    if (at < text.len && is_quote(text.at[at])) quote = text.at[at++];
    size_t n = 0;
    for (; n < 200 && at + n < text.len; n++) {
        char c = text.at[at + n];
        if (c == '\n' || c == '\r' || (quote ? c == quote : c == ' ' || c == '\t' || is_quote(c))) break;
    }
    return span_sub(text, at, n);
}

// What manuals write in place of a password.
static bool is_sample(struct span first, struct span v) {
    static const char *const WORDS[] = {"password", "passwd",  "pass", "pwd", "token", "secret",    "yyy", "xxx",
                                        "apikey",   "api_key", "key",  "pw",  "test",  "api_token", "abc", "mypass"};
    if (v.len < 3 || is_placeholder(v) || span_is_nocase(first, v)) return true;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (span_is_nocase(v, span_from(WORDS[i]))) return true;
    struct assignment a = {.value = v, .how = ASSIGN_SIGN};
    return assignment_is_code(&a) || v.at[0] == '$' || v.at[0] == '[';
}

static bool take_option(struct scan *s, size_t at, enum option_value kind) {
    size_t from = skip_blanks(s->text, at, 3);
    if (kind == VALUE_ATTACHED && from > at) return false;
    if (from < s->text.len && s->text.at[from] == '=') from++;
    struct span word = read_word(s->text, from), login = {0}, password = word;
    if (kind == VALUE_PAIR) {
        const char *colon = memchr(word.at, ':', word.len);
        if (!colon) return false;
        login = span_make(word.at, (size_t)(colon - word.at));
        password = span_sub(word, login.len + 1, word.len);
        if (password.len > 1 && password.at[0] == '/' && password.at[1] == '/') return false;
        if (login.len && (login.at[0] == '$' || login.at[0] == '<')) return false;
    }
    if (kind != VALUE_PAIR && (password.len < 4 || char_in(password.at[0], CHARS_DASH))) return false;
    if (kind == VALUE_ATTACHED && run_length(password, 0, CHARS_DIGIT, 6) == password.len) return false; // a port
    if (is_sample(login, password)) return false;
    size_t start = (size_t)(password.at - s->text.at);
    scan_report(s, &COMMAND, start, start + password.len);
    return true;
}

// Options up to the end of the command; a backslash takes it on to the next line.
static void verify_command(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start;
    const struct command *options = anchor->with;
    for (size_t at = end - 1; at < end + REACH && at < s->text.len; at++) {
        char c = s->text.at[at];
        if (c == '\n' && s->text.at[at - 1] != '\\') return;
        if (c != ' ' || at + 1 >= s->text.len || s->text.at[at + 1] != '-') continue;
        for (const struct command *o = options; o->option; o++)
            if (span_starts(span_sub(s->text, at, 16), span_from(o->option)) &&
                take_option(s, at + strlen(o->option), o->value))
                return;
    }
}

// `ConvertTo-SecureString "..." -AsPlainText`
static void verify_secure_string(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    size_t at = skip_blanks(s->text, end, 4);
    if (follows(s->text, at, "-string ")) at = skip_blanks(s->text, at + sizeof "-string " - 1, 4);
    if (at >= s->text.len || s->text.at[at] == '-' || s->text.at[at] == '(') return;
    struct span word = read_word(s->text, at);
    if (is_sample(span_make(word.at, 0), word)) return;
    at = (size_t)(word.at - s->text.at);
    scan_report(s, &SECURE_STRING, at, at + word.len);
    s->done = at + word.len;
}

// ---------------------------------------------------------------- SQL

// Whether the statement is about an account.
static bool is_about_account(struct span text, size_t start) {
    static const char *const WORDS[] = {"user ", "role ", "login ", "grant ", "alter ", "create ", "set password "};
    size_t from = start > 160 ? start - 160 : 0;
    struct span before = span_sub(text, from, start - from);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (contains_nocase(before, WORDS[i])) return true;
    return false;
}

static bool report_sql(struct scan *s, size_t at, bool must_quote) {
    if (at < s->text.len && (s->text.at[at] == 'N' || s->text.at[at] == 'E'))
        at += at + 1 < s->text.len && s->text.at[at + 1] == '\'';
    while (at < s->text.len && (s->text.at[at] == '(' || s->text.at[at] == '\\')) at++;
    bool quoted = at < s->text.len && is_quote(s->text.at[at]);
    if (must_quote && !quoted) return false;
    struct span word = read_word(s->text, at);
    while (!quoted && word.len && strchr(";,)", word.at[word.len - 1])) word.len--;
    if (word.len && word.at[word.len - 1] == '\\') word.len--;
    if (is_sample(span_make(word.at, 0), word)) return false;
    at = (size_t)(word.at - s->text.at);
    scan_report(s, &SQL, at, at + word.len);
    s->done = at + word.len;
    return true;
}

// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin BY 'x'`
static void verify_identified(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t at = end;
    if (follows(s->text, at, "with ")) {
        at += sizeof "with " - 1;
        while (at < s->text.len && at < end + 64 && !follows(s->text, at, " by ") && !follows(s->text, at, " as "))
            at++;
        at++;
    }
    if (!follows(s->text, at, "by ") && !follows(s->text, at, "as ")) return;
    at = skip_blanks(s->text, at + 3, 4);
    if (follows(s->text, at, "password ")) at += sizeof "password " - 1;
    if (follows(s->text, at, "values ")) at += sizeof "values " - 1;
    if (is_about_account(s->text, start)) report_sql(s, at, false);
}

// `PASSWORD 'x'`, `PASSWORD = N'x'`, `PASSWORD('x')` where the statement is about an account.
static void verify_sql_password(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    size_t at = skip_blanks(s->text, end, 4);
    if (at < s->text.len && s->text.at[at] == '=') at = skip_blanks(s->text, at + 1, 4);
    if (at >= s->text.len || !strchr("'(NE\"\\", s->text.at[at])) return;
    if (is_about_account(s->text, start)) report_sql(s, at, true);
}

#define COMMAND_ROW(literal, options)                                                                                  \
    { literal, ANCHOR_STEM, 0, verify_command, options }

const struct anchor COMMAND_ANCHORS[] = {
    COMMAND_ROW("curl ", CURL),
    COMMAND_ROW("sshpass ", SSHPASS),
    COMMAND_ROW("mysql ", MYSQL),
    COMMAND_ROW("mysqldump ", MYSQL),
    COMMAND_ROW("mysqladmin ", MYSQL),
    COMMAND_ROW("docker login ", LOGIN),
    COMMAND_ROW("mongo ", LOGIN),
    COMMAND_ROW("mongosh ", LOGIN),
    COMMAND_ROW("redis-cli ", REDIS),
    COMMAND_ROW("sqlcmd ", SQLCMD),
    COMMAND_ROW("ldapsearch ", LDAP),
    COMMAND_ROW("ldapmodify ", LDAP),
    COMMAND_ROW("http ", HTTPIE),
    {"ConvertTo-SecureString", ANCHOR_CASELESS, 0, verify_secure_string, NULL},
    {"identified ", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_identified, NULL},
    {"password ", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_sql_password, NULL},
    {"password(", ANCHOR_CASELESS | ANCHOR_STEM, 0, verify_sql_password, NULL},
    {0},
};
