#include <math.h>

#include "verify/ground_internal.h"
#include "verify/words.h"

enum { MOST_DIGITS = 30, MOST_OTHER = 8 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct span s, size_t at) {
    size_t n = 0;
    while (at + n < s.len && is_digit(s.at[at + n])) n++;
    return n;
}

// The length of what stands between two groups of digits at `at`, 0 when it is no mark of a number. Spaces and quotes
// part groups of three only: "1 234", but not "5 1234".
static size_t mark_at(struct span s, size_t at, char *mark) {
    static const struct {
        const char *bytes;
        char mark;
    } MARKS[] = {{".", '.'},      {",", ','},      {"'", ' '},      {" ", ' '},
                 {"\u00a0", ' '}, {"\u202f", ' '}, {"\u2019", ' '}, {"_", ' '}};
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++) {
        struct span bytes = span_from(MARKS[i].bytes);
        if (!span_starts(span_sub(s, at, bytes.len), bytes)) continue;
        size_t digits = digits_at(s, at + bytes.len);
        *mark = MARKS[i].mark;
        return digits && (*mark != ' ' || digits == 3) ? bytes.len : 0;
    }
    return 0;
}

struct number {
    char digits[MOST_DIGITS + 1];
    size_t len;
    struct {
        size_t at; // digits before it
        char mark;
    } marks[MOST_DIGITS];
    size_t marks_count;
    size_t end; // in the text
};

// False for more digits than a number has.
static bool read_token(struct span s, size_t at, struct number *n) {
    char mark = 0;
    bool fits = true;
    *n = (struct number){.end = at};
    for (;;) {
        size_t count = digits_at(s, n->end);
        if (n->len + count <= MOST_DIGITS) memcpy(n->digits + n->len, s.at + n->end, count), n->len += count;
        else fits = false;
        n->end += count;
        size_t skip = mark_at(s, n->end, &mark);
        if (!skip) return fits;
        if (n->marks_count < MOST_DIGITS) {
            n->marks[n->marks_count].at = n->len;
            n->marks[n->marks_count++].mark = mark;
        }
        n->end += skip;
    }
}

static double value_of(const char *digits, size_t len, size_t point) {
    double v = 0;
    for (size_t i = 0; i < len; i++) v = v * 10 + (digits[i] - '0');
    return v / pow(10, (double)(len - point));
}

static void put(double *out, uint32_t *n, double v) {
    if (*n < GROUND_READINGS - 6) out[(*n)++] = v; // the rest is for the scale
}

// With `mark` as the decimal point, where it stands once and behind all others.
static void read_with_point(const struct number *t, char mark, double *out, uint32_t *n) {
    size_t seen = 0, last = t->len;
    for (size_t i = 0; i < t->marks_count; i++)
        if (t->marks[i].mark == mark) seen++, last = t->marks[i].at;
    if (seen == 1 && t->marks[t->marks_count - 1].mark == mark) put(out, n, value_of(t->digits, t->len, last));
}

static bool is_grouped(const struct number *t) {
    for (size_t i = 0; i < t->marks_count; i++) {
        size_t end = i + 1 < t->marks_count ? t->marks[i + 1].at : t->len;
        if (end - t->marks[i].at != 3) return false;
    }
    return t->marks_count > 0 && t->marks[0].at <= 3;
}

// The factor that follows a number: "5k", "2 million", "25 %".
static double scale_at(struct span s, size_t at) {
    static const struct {
        const char *word;
        double factor;
    } SCALES[] = {{"%", 0.01},      {"percent", 0.01}, {"k", 1e3},        {"thousand", 1e3}, {"tsd", 1e3},
                  {"million", 1e6}, {"mio", 1e6},      {"mn", 1e6},       {"m", 1e6},        {"billion", 1e9},
                  {"bn", 1e9},      {"b", 1e9},        {"milliard", 1e9}, {"hundred", 1e2}};
    if (at < s.len && s.at[at] == ' ') at++;
    for (size_t i = 0; i < sizeof SCALES / sizeof *SCALES; i++) {
        struct span word = span_from(SCALES[i].word), here = span_sub(s, at, word.len);
        if (!span_is_nocase(here, word)) continue;
        char next = at + word.len < s.len ? s.at[at + word.len] : ' ';
        bool letter = (next | 32) >= 'a' && (next | 32) <= 'z';
        if (!letter || word.len > 4) return SCALES[i].factor; // "millions"
    }
    return 1;
}

// `runs`: also each of its runs of digits, as in a list, a date, a version.
static uint32_t readings(struct span s, const struct number *t, bool runs, double out[static GROUND_READINGS]) {
    uint32_t n = 0;
    size_t from = 0;
    if (t->marks_count == 0) put(out, &n, value_of(t->digits, t->len, t->len));
    read_with_point(t, '.', out, &n);
    read_with_point(t, ',', out, &n);
    if (is_grouped(t)) put(out, &n, value_of(t->digits, t->len, t->len));
    for (size_t i = 0; runs && t->marks_count && i <= t->marks_count; i++) {
        size_t end = i < t->marks_count ? t->marks[i].at : t->len;
        put(out, &n, value_of(t->digits + from, end - from, end - from));
        from = end;
    }
    double scale = scale_at(s, t->end);
    for (uint32_t i = 0, plain = n; scale != 1 && i < plain && n < GROUND_READINGS; i++) out[n++] = out[i] * scale;
    return n;
}

static uint32_t read_words(struct span folded, double *out, uint32_t n, uint32_t max) {
    static const char *const WORDS[] = {"zero",     "one",      "two",      "three",   "four",    "five",
                                        "six",      "seven",    "eight",    "nine",    "ten",     "eleven",
                                        "twelve",   "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
                                        "eighteen", "nineteen", "twenty"};
    size_t at = 0;
    for (struct span word; (word = words_next(folded, &at)).len;)
        for (uint32_t i = 0; i < sizeof WORDS / sizeof *WORDS && n < max; i++)
            if (span_is_z(word, WORDS[i])) out[n++] = i;
    return n;
}

uint32_t ground_read_numbers(struct span text, struct span folded, double *out, uint32_t max) {
    uint32_t n = 0;
    struct number token;
    double values[GROUND_READINGS];
    for (size_t at = 0; at < text.len;) {
        if (!is_digit(text.at[at])) {
            at++;
            continue;
        }
        uint32_t count = read_token(text, at, &token) ? readings(text, &token, true, values) : 0;
        for (uint32_t i = 0; i < count && n < max; i++) out[n++] = values[i];
        at = token.end;
    }
    return read_words(folded, out, n, max);
}

uint32_t ground_one_number(struct span text, double out[static GROUND_READINGS]) {
    struct number token;
    size_t at = 0, other = 0;
    while (at < text.len && !is_digit(text.at[at])) at++;
    if (at == text.len || at > MOST_OTHER || !read_token(text, at, &token)) return 0;
    for (size_t i = token.end; i < text.len; i++, other++)
        if (is_digit(text.at[i]) || other == MOST_OTHER) return 0;
    return readings(text, &token, false, out);
}
