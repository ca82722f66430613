// Dates and times, found from their numbers; days of the week, from their names. Near words of birth, a date of birth.
#include "gate/checks.h"
#include "gate/soft.h"
#include "gate/words.h"

static const struct rule BIRTH = {"dob.label", "DATE_OF_BIRTH", "date of birth", CLASS_PII, WEIGHT_HARD, 0.90f};
static const struct rule BORN = {"dob.born", "DATE_OF_BIRTH", "date near \"born\"", CLASS_PII, WEIGHT_SOFT, 0.60f};
static const struct rule DATE = {"date.full", "DATE_TIME", "date", CLASS_PII, WEIGHT_SOFT, 0.60f};
static const struct rule YEAR = {"date.year", "DATE_TIME", "year", CLASS_PII, WEIGHT_SOFT, 0.20f};
static const struct rule DAY = {"date.weekday", "DATE_TIME", "day of the week", CLASS_PII, WEIGHT_SOFT, 0.20f};
static const struct rule TIME = {"date.time", "DATE_TIME", "time of day", CLASS_PII, WEIGHT_SOFT, 0.15f};

static unsigned value(struct span text, size_t at, size_t len) {
    unsigned v = 0;
    for (size_t i = 0; i < len; i++) v = v * 10 + (unsigned)(text.at[at + i] - '0');
    return v;
}

static size_t digits(struct span text, size_t at) {
    return run_length(text, at, CHARS_DIGIT, 5);
}

static char char_at(struct span text, size_t at) {
    return at < text.len ? text.at[at] : 0;
}

static bool is_month(struct span word) {
    return word.len >= 3 && (word_kinds(word) & WORD_MONTH);
}

static bool is_year(unsigned v) {
    return v >= 1000 && v <= 2100;
}

// ---------------------------------------------------------------- times

static bool ends_word(struct span text, size_t at) {
    return at >= text.len || !char_in(text.at[at], CHARS_WORD);
}

// "am", "p.m." after a time, with or without a space. Returns the end or 0.
static size_t half_day(struct span text, size_t at) {
    if (char_at(text, at) == ' ') at++;
    char c = (char)(char_at(text, at) | 0x20);
    if (c != 'a' && c != 'p') return 0;
    bool dots = char_at(text, at + 1) == '.';
    at += dots ? 2 : 1;
    if ((char_at(text, at) | 0x20) != 'm' || !ends_word(text, at + 1)) return 0;
    return at + 1 + (dots && char_at(text, at + 1) == '.');
}

// "12:20", "12:20:39.5", "5 pm" at `at`. Returns its end, 0 when there is none. *telling: nothing else looks like it.
static size_t time_end(struct span text, size_t at, bool *telling) {
    size_t n = digits(text, at), end = at + n;
    *telling = false;
    if (n == 0 || n > 2 || value(text, at, n) > 24) return 0;
    bool colon = char_at(text, end) == ':' && digits(text, end + 1) == 2 && value(text, end + 1, 2) < 60;
    if (colon) {
        end += 3;
        if (char_at(text, end) == ':' && digits(text, end + 1) == 2) {
            end += 3;
            size_t fraction = char_at(text, end) == '.' ? run_length(text, end + 1, CHARS_DIGIT, 9) : 0;
            if (fraction) end += 1 + fraction;
        }
    }
    size_t half = half_day(text, end);
    if (half) *telling = true;
    if (half || colon) return half ? half : end;
    return 0;
}

// A time after a date: "T12:20:39Z", " 12:20".
static size_t past_time(struct span text, size_t end) {
    char c = char_at(text, end);
    if ((c != ' ' && c != 'T') || !char_in(char_at(text, end + 1), CHARS_DIGIT)) return end;
    bool telling;
    size_t time = time_end(text, end + 1, &telling);
    if (!time) return end;
    c = char_at(text, time);
    if (c == 'Z') return time + 1;
    bool zone = (c == '+' || c == '-') && digits(text, time + 1) == 2 && char_at(text, time + 3) == ':';
    return zone && digits(text, time + 4) == 2 ? time + 6 : time;
}

// ---------------------------------------------------------------- dates

struct date {
    size_t start, end;
    unsigned year; // 0 = none is written
    bool numeric;
};

// "8/5/1989", "1978-04-13", "3.5.20"
static bool read_numeric(struct span text, size_t at, struct date *d) {
    size_t part[3], len[3], i = at;
    char mark = 0;
    for (int k = 0; k < 3; k++) {
        part[k] = i, len[k] = digits(text, i);
        if (len[k] == 0 || len[k] > 4 || len[k] == 3) return false;
        i += len[k];
        if (k == 2) break;
        char c = char_at(text, i);
        if ((c != '/' && c != '-' && c != '.') || (mark && c != mark)) return false;
        mark = c, i++;
    }
    char next = char_at(text, i);
    if (char_in(next, CHARS_WORD) && next != 'T') return false;
    if ((next == mark || next == '.') && char_in(char_at(text, i + 1), CHARS_DIGIT) && next == mark) return false;
    unsigned a = value(text, part[0], len[0]), b = value(text, part[1], len[1]), c = value(text, part[2], len[2]);
    if (len[1] > 2) return false;
    bool good;
    if (len[0] == 4) good = len[2] <= 2 && is_year(a) && b >= 1 && b <= 12 && c >= 1 && c <= 31, d->year = a;
    else {
        bool year = len[2] == 4 ? is_year(c) : len[2] == 2 && mark != '-';
        good = len[0] <= 2 && year && a >= 1 && b >= 1 && (a <= 12 || b <= 12) && a <= 31 && b <= 31;
        d->year = len[2] == 4 ? c : 1900 + c;
    }
    d->start = at, d->end = i, d->numeric = true;
    return good;
}

// "05/2021", "05/21"; a fraction has no zero before it, unless the text says that it is a day.
static bool read_pair(struct span text, size_t at, size_t n, struct date *d) {
    if (n > 2 || char_at(text, at + n) != '/') return false;
    size_t len = digits(text, at + n + 1), end = at + n + 1 + len;
    char next = char_at(text, end);
    if ((len != 2 && len != 4) || char_in(next, CHARS_WORD) || (next && strchr("/-%", next))) return false;
    unsigned a = value(text, at, n), b = value(text, at + n + 1, len);
    if (a < 1 || a > 12 || (len == 4 ? !is_year(b) : b < 1 || b > 99)) return false;
    struct span before = at > 2 ? word_before(text, at - 1) : SPAN_NONE;
    static const char *const SAID[] = {"is", "on", "by", "due", "date", "until", "since", "expires", "today", "exp"};
    bool said = len == 4 || text.at[at] == '0';
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID && !said; i++) said = span_is_nocase(before, span_from(SAID[i]));
    *d = (struct date){.start = at, .end = end};
    return said;
}

// Past ", 1989" or " de 1989" after a day and a month.
static void past_year(struct span text, struct date *d) {
    size_t i = d->end;
    if (char_at(text, i) == ',') i++;
    if (char_at(text, i) != ' ') return;
    i++;
    if (span_is_nocase(span_sub(text, i, 3), SPAN("de "))) i += 3;
    if (digits(text, i) != 4 || !ends_word(text, i + 4) || !is_year(value(text, i, 4))) return;
    d->year = value(text, i, 4), d->end = i + 4;
}

// "15 March 1989", "15th of March", "15. März", "15 de marzo de 1989"
static bool read_day_first(struct span text, size_t at, size_t n, struct date *d) {
    unsigned day = value(text, at, n);
    if (n > 2 || day < 1 || day > 31) return false;
    size_t i = at + n;
    static const char *const AFTER[] = {"st", "nd", "rd", "th", "er", "º", "°", "."};
    for (size_t k = 0; k < sizeof AFTER / sizeof *AFTER && char_at(text, i) != ' '; k++)
        if (span_starts(span_sub(text, i, 4), span_from(AFTER[k]))) {
            i += strlen(AFTER[k]);
            break;
        }
    if (char_at(text, i) != ' ' && char_at(text, i) != '-') return false;
    i++;
    if (span_is_nocase(span_sub(text, i, 3), SPAN("de ")) || span_is_nocase(span_sub(text, i, 3), SPAN("of "))) i += 3;
    struct span word = word_at(text, i);
    if (span_sub(text, i, 4).len == 4 && word.len > 3 && memchr(word.at, '-', word.len))
        word.len = (size_t)((const char *)memchr(word.at, '-', word.len) - word.at); // "15-Mar-1989"
    if (!is_month(word) || (span_is_z(word, "may") || span_is_z(word, "mar"))) return false;
    *d = (struct date){.start = at, .end = i + word.len};
    if (char_at(text, d->end) == '.') d->end++;
    if (char_at(text, d->end) == '-' && digits(text, d->end + 1) == 4)
        d->end += 5, d->year = value(text, d->end - 4, 4);
    else past_year(text, d);
    return true;
}

// "March 15, 1989", "March 1989": the month stands before the number.
static bool read_month_first(struct span text, size_t at, size_t n, struct date *d) {
    if (at < 4 || (text.at[at - 1] != ' ' && text.at[at - 1] != '-')) return false;
    size_t end = at - 1; // "May-21", too
    if (text.at[end - 1] == '.') end--;
    struct span word = word_before(text, end);
    if (!is_month(word) || span_is_z(word, "may") || span_is_z(word, "march") || span_is_z(word, "mar")) return false;
    unsigned v = value(text, at, n);
    *d = (struct date){.start = (size_t)(word.at - text.at), .end = at + n};
    if (n == 4 && is_year(v) && ends_word(text, d->end)) {
        d->year = v;
        return true;
    }
    if (n > 2 || v < 1 || v > 31) return false;
    struct span after = word_at(text, d->end);
    if (after.len == 2 && (after.at[1] | 0x20) != 'm') d->end += 2; // "15th"
    else if (after.len) return false;
    past_year(text, d);
    return true;
}

static bool read_year(struct span text, size_t at, size_t n, struct date *d) {
    if (n != 4 || at < 3 || text.at[at - 1] != ' ' || text.at[at] > '2') return false;
    unsigned v = value(text, at, 4);
    char next = char_at(text, at + 4), second = char_at(text, at + 5);
    if (v < 1500 || v > 2099 || char_in(next, CHARS_WORD)) return false;
    if (strchr(",.:/-", next) && next && char_in(second, CHARS_DIGIT)) return false;
    if (!(word_kinds(word_before(text, at - 1)) & WORD_YEAR)) return false;
    *d = (struct date){.start = at, .end = at + 4, .year = v};
    return true;
}

static const struct rule *weigh(const struct scan *s, const struct date *d, bool only_year) {
    if (d->year && d->year < 1900) return only_year ? &YEAR : &DATE; // history
    uint8_t cues = cues_near(s, d->start, d->end, 20, 0);
    if ((cues & CUE_BIRTH_LABEL) && !only_year) return &BIRTH;
    if ((cues & CUE_BIRTH) && !only_year) return d->numeric ? &BIRTH : &BORN;
    return only_year ? &YEAR : &DATE;
}

size_t date_find(struct scan *s, size_t at) {
    struct span text = s->text;
    size_t n = digits(text, at);
    char before = at ? text.at[at - 1] : ' ';
    if (n > 4 || char_in(before, CHARS_WORD) || strchr("/.$+", before)) return 0;
    if (before == '-' && !(at > 3 && char_in(text.at[at - 2], CHARS_ALPHA))) return 0;
    char next = char_at(text, at + n);
    struct date d = {0};
    bool found = false;
    if (n != 3 && (next == '/' || next == '-' || next == '.')) found = read_numeric(text, at, &d);
    if (!found && next == '/') found = read_pair(text, at, n, &d);
    if (!found && n <= 2) found = read_day_first(text, at, n, &d);
    if (!found && n != 3) found = read_month_first(text, at, n, &d);
    if (found) {
        size_t end = past_time(text, d.end);
        scan_report(s, weigh(s, &d, false), d.start, end);
        return end;
    }
    bool telling;
    size_t end = n <= 2 ? time_end(text, at, &telling) : 0;
    if (!end || !telling || !ends_word(text, end) || char_at(text, end) == ':') return 0;
    scan_report(s, &TIME, at, end);
    return end;
}

size_t year_find(struct scan *s, size_t at) {
    struct date d;
    if (at == 0 || s->text.at[at - 1] != ' ' || !read_year(s->text, at, digits(s->text, at), &d)) return 0;
    scan_report(s, weigh(s, &d, true), d.start, d.end);
    return d.end;
}

// ---------------------------------------------------------------- days of the week

static void verify_day(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    scan_report(s, &DAY, start, end);
}

#define DAY_WORD(literal)                                                                                              \
    { literal, ANCHOR_WORD, 0, verify_day, NULL }

#define DAY_ANY(literal)                                                                                               \
    { literal, ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_day, NULL }

const struct anchor DATE_ANCHORS[] = {
    DAY_ANY("monday"),
    DAY_ANY("tuesday"),
    DAY_ANY("wednesday"),
    DAY_ANY("thursday"),
    DAY_ANY("friday"),
    DAY_ANY("saturday"),
    DAY_ANY("sunday"),
    DAY_WORD("Montag"),
    DAY_WORD("Dienstag"),
    DAY_WORD("Mittwoch"),
    DAY_WORD("Donnerstag"),
    DAY_WORD("Freitag"),
    DAY_WORD("Samstag"),
    DAY_WORD("Sonntag"),
    DAY_WORD("lundi"),
    DAY_WORD("mardi"),
    DAY_WORD("mercredi"),
    DAY_WORD("jeudi"),
    DAY_WORD("vendredi"),
    DAY_WORD("samedi"),
    DAY_WORD("dimanche"),
    DAY_WORD("lunes"),
    DAY_WORD("miércoles"),
    DAY_WORD("jueves"),
    DAY_WORD("viernes"),
    DAY_WORD("domingo"),
    DAY_WORD("lunedì"),
    DAY_WORD("mercoledì"),
    DAY_WORD("giovedì"),
    DAY_WORD("venerdì"),
    {0},
};
