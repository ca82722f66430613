#include "gate/date.h"

#include "gate/checks.h"

static const struct rule DATE = {"date", "DATE_TIME", "date", CLASS_PII, WEIGHT_SOFT, 0};

static unsigned value(const struct number *n, unsigned g) {
    unsigned v = 0;
    for (unsigned i = 0; i < n->groups[g].len && i < 6; i++) v = v * 10 + n->digits[n->groups[g].first + i];
    return v;
}

static bool is_year(const struct number *n, unsigned g) {
    unsigned v = value(n, g);
    return n->groups[g].len == 4 && v >= 1800 && v < 2200;
}

static bool is_short(const struct number *n, unsigned g, unsigned high) {
    return n->groups[g].len <= 2 && value(n, g) >= 1 && value(n, g) <= high;
}

// Day and month in either order.
static bool is_pair(const struct number *n, unsigned g) {
    return (is_short(n, g, 12) && is_short(n, g + 1, 31)) || (is_short(n, g, 31) && is_short(n, g + 1, 12));
}

// ---------------------------------------------------------------- names of months

static bool is_month(struct span word) {
    static const char *const MONTHS[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
    if (word.len == 4 && span_is_nocase(word, SPAN("sept"))) return true;
    for (size_t i = 0; i < 12; i++)
        if (word.len >= 3 && (word.len == 3 || word.len == strlen(MONTHS[i])) &&
            strncasecmp(word.at, MONTHS[i], word.len) == 0)
            return true;
    return false;
}

// Length of the name of a month at `at`, 0 when there is none. With a space before it must be a name: "5 may".
static size_t month_after(struct span text, size_t at, bool space) {
    size_t n = run_length(text, at, CHARS_ALPHA, 10);
    return n && is_month(span_sub(text, at, n)) && (!space || char_in(text.at[at], CHARS_UPPER)) ? n : 0;
}

static size_t month_before(struct span text, size_t end, bool space) {
    size_t n = 0;
    while (n < 10 && n < end && char_in(text.at[end - 1 - n], CHARS_ALPHA)) n++;
    if (n < end && char_in(text.at[end - 1 - n], CHARS_WORD)) return 0;
    return n ? month_after(text, end - n, space) == n ? n : 0 : 0;
}

// "5-May-2021", "21-May", "5 May 2021": group g is the day. Returns the end, or 0.
static size_t day_month(struct span text, const struct number *n, unsigned g) {
    size_t at = group_end(n, g);
    if (!is_short(n, g, 31) || at >= text.len || (text.at[at] != '-' && text.at[at] != ' ')) return 0;
    char separator = text.at[at++];
    size_t month = month_after(text, at, separator == ' ');
    if (month == 0) return 0;
    at += month;
    size_t year = at < text.len && text.at[at] == separator ? run_length(text, at + 1, CHARS_DIGIT, 5) : 0;
    if (year == 4 || (year == 2 && separator == '-')) at += year + 1;
    return at < text.len && char_in(text.at[at], CHARS_WORD) ? 0 : at;
}

// "May-21", "May 2021", "March 15, 1989": group g is a day or year. *start moves to the month. Returns the end, or 0.
static size_t month_day(struct span text, const struct number *n, unsigned g, size_t *start) {
    size_t at = n->groups[g].start, end = group_end(n, g);
    if (at < 4 || (text.at[at - 1] != '-' && text.at[at - 1] != ' ')) return 0;
    size_t month = month_before(text, at - 1, text.at[at - 1] == ' ');
    if (month == 0 || !(is_year(n, g) || is_short(n, g, 31))) return 0;
    *start = at - 1 - month;
    if (is_short(n, g, 31) && end + 2 < text.len && text.at[end] == ',' && text.at[end + 1] == ' ' &&
        run_length(text, end + 2, CHARS_DIGIT, 5) == 4)
        end += 6;
    return end < text.len && char_in(text.at[end], CHARS_WORD) ? 0 : end;
}

// ---------------------------------------------------------------- times

// "T14:30", " 14:30:00.123", and a zone. Returns the end, `at` when there is none.
static size_t past_time(struct span text, size_t at) {
    size_t end = at;
    if (at + 6 > text.len || (text.at[at] != 'T' && text.at[at] != ' ')) return at;
    for (unsigned part = 0; part < 3; part++) {
        if (end >= text.len || (part && text.at[end] != ':') || run_length(text, end + 1, CHARS_DIGIT, 3) != 2) break;
        end += 3;
    }
    if (end < at + 6) return at;
    if (end < text.len && text.at[end] == '.') end += 1 + run_length(text, end + 1, CHARS_DIGIT, 9);
    if (end < text.len && text.at[end] == 'Z') return end + 1;
    if (end + 6 <= text.len && (text.at[end] == '+' || text.at[end] == '-') && text.at[end + 3] == ':' &&
        run_length(text, end + 1, CHARS_DIGIT, 2) == 2 && run_length(text, end + 4, CHARS_DIGIT, 2) == 2)
        end += 6;
    return end;
}

// ---------------------------------------------------------------- digits only

// 5/20/2021, 2021-05-21, 21.5.21
static bool is_triple(const struct number *n, unsigned g) {
    char separator = n->groups[g + 1].before;
    if (!strchr("-/.", separator) || separator != n->groups[g + 2].before) return false;
    if (is_year(n, g)) return is_pair(n, g + 1);
    return is_pair(n, g) && (is_year(n, g + 2) || (n->groups[g + 2].len == 2 && n->groups[g + 1].len <= 2));
}

// 5/21 is a day where a word says so, and a fraction or a score otherwise; 05/2021 is a month.
static bool is_double(struct span text, const struct number *n, unsigned g) {
    static const char *const WORDS[] = {"is", "on", "by", "since", "until", "from", "before", "after", "date", "due"};
    if (n->groups[g + 1].before != '/') return false;
    if (is_short(n, g, 12) && is_year(n, g + 1)) return true;
    if (!is_pair(n, g)) return false;
    size_t end = n->groups[g].start, word = 0;
    if (end && (text.at[end - 1] == ' ' || text.at[end - 1] == ',')) end--;
    else return false;
    while (word < 8 && word < end && char_in(text.at[end - 1 - word], CHARS_ALPHA)) word++;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (span_is_nocase(span_sub(text, end - word, word), span_from(WORDS[i]))) return true;
    return false;
}

// A date that begins at group g: its end, 0 when there is none; *start and *last (group) say where.
static size_t date_at(struct span text, const struct number *n, unsigned g, size_t *start, unsigned *last) {
    *start = n->groups[g].start, *last = g;
    if (*start && char_in(text.at[*start - 1], CHARS_WORD)) return 0;
    size_t end = 0;
    if (g + 2 < n->group_count && is_triple(n, g)) *last = g + 2;
    else if (g + 1 < n->group_count && is_double(text, n, g)) *last = g + 1;
    else if ((end = day_month(text, n, g)) || (end = month_day(text, n, g, start))) return end;
    else return 0;
    end = group_end(n, *last);
    char after = *last + 1 < n->group_count ? n->groups[*last + 1].before : 0;
    if (after && after != ' ') return 0; // it goes on: an address, a version
    end = past_time(text, end);
    return end < text.len && char_in(text.at[end], CHARS_WORD) ? 0 : end;
}

size_t date_find(struct scan *s, struct number *n, uint32_t broken) {
    size_t last_end = 0;
    for (unsigned g = 0; g < n->group_count; g++) {
        size_t start;
        unsigned last;
        if (n->used & ~broken & 1u << g || n->groups[g].start < last_end) continue;
        size_t end = date_at(s->text, n, g, &start, &last);
        if (end == 0) continue;
        scan_report(s, &DATE, start, end);
        for (unsigned k = g; k < n->group_count && n->groups[k].start < end; k++) group_claim(n, k, k);
        last_end = end;
    }
    return last_end;
}
