// Finds identifiers by the rows of the tables.
#include "gate/identifier.h"

#include <assert.h>

#include "base/mem.h"
#include "gate/checks.h"

enum { MAX_WAYS = 512, WORDS = MAX_WAYS / 64, MAX_ATOMS = 8192, MAX_LEAD = 31 };
enum { BARE_BYTES = 100, NEAR_BEFORE = 48, NEAR_AFTER = 40 };

// One way to write an identifier: an alternative of a row's shape.
struct way {
    const struct identifier *row;
    uint16_t first, count; // atoms
};

struct identifier_index {
    uint64_t leads[2][MAX_LEAD + 1][WORDS]; // [begins with letters][length of that run]: ways, as bits
    uint64_t firm[WORDS], weak[WORDS];      // ways that need no words, by what they are worth then
    struct way ways[MAX_WAYS];
    size_t way_count, atom_count;
    struct shape_atom atoms[MAX_ATOMS];
};

static void index_row(struct identifier_index *index, const struct identifier *row) {
    for (const char *shape = row->shape; *shape;) {
        size_t i = index->way_count++, first = index->atom_count;
        assert(i < MAX_WAYS);
        size_t count = shape_compile(&shape, index->atoms + first, MAX_ATOMS - first);
        index->ways[i] = (struct way){row, (uint16_t)first, (uint16_t)count};
        index->atom_count += count;
        if (row->free > 0) (row->free >= IDENTIFIER_FIRM ? index->firm : index->weak)[i / 64] |= 1ull << (i % 64);
        for (unsigned letters = 0; letters < 2; letters++) {
            uint32_t lengths = shape_leads(index->atoms + first, count, letters);
            for (unsigned n = 1; n <= MAX_LEAD; n++)
                if (lengths >> n & 1) index->leads[letters][n][i / 64] |= 1ull << (i % 64);
        }
    }
}

struct identifier_index *identifier_index_new(void) {
    struct identifier_index *index = mem_new(sizeof *index);
    for (size_t i = 0; i < IDENTIFIERS.count; i++) index_row(index, &IDENTIFIERS.rows[i]);
    for (size_t i = 0; i < IDENTIFIERS_WORLD.count; i++) index_row(index, &IDENTIFIERS_WORLD.rows[i]);
    return index;
}

// ---------------------------------------------------------------- dates

static bool is_day(unsigned y, unsigned m, unsigned d) {
    static const uint8_t DAYS[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (m < 1 || m > 12 || d < 1 || d > DAYS[m - 1]) return false;
    return m != 2 || d < 29 || (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0 || y < 100));
}

static unsigned pair(const char *p) {
    return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

bool identifier_date(struct span v, const char *date) {
    const char *p = v.at + (date[1] - '0');
    unsigned year = 0, month = 0, day = 0;
    if (date[0] == 'Y') {
        year = pair(p) * 100 + pair(p + 2), p += 2;
        if (year < 1800 || year > 2100) return false;
    }
    if (date[0] == 'd') day = pair(p), month = pair(p + 2), year = pair(p + 4);
    else day = pair(p + 4), month = pair(p + 2), year = date[0] == 'Y' ? year : pair(p);
    switch (date[2]) {
    case 'p': month %= 20; break;
    case 'm': month = month > 40 ? month - 40 : month; break;
    case 'g': day = day > 50 ? day - 50 : day; break;
    case 's': day = day > 60 ? day - 60 : day; break;
    case 'n': day = day > 40 ? day - 40 : day; break;
    case '?': return month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }
    return is_day(year, month, day);
}

// ---------------------------------------------------------------- what stands around

// A letter of an alphabet with words between spaces; scripts without are no part of the value's word.
static bool is_joined(char c) {
    unsigned char u = (unsigned char)c;
    return char_in(c, CHARS_WORD) || (u >= 0x80 && u < 0xe1 && u != 0xc2);
}

// True when the number or word goes on past its begin or end.
static bool goes_on_before(struct span text, size_t at, char separator) {
    if (at == 0) return false;
    char c = text.at[at - 1];
    if (is_joined(c)) return true;
    if (c == '+' || c == '$' || c == '#') return c != '#';
    if (at < 2 || !char_in(text.at[at - 2], CHARS_DIGIT)) return false;
    return strchr("-./:,", c) || (c == ' ' && separator == ' ' && char_in(text.at[at], CHARS_DIGIT));
}

static bool goes_on_after(struct span text, size_t end, char separator) {
    if (end >= text.len) return false;
    char c = text.at[end];
    if (is_joined(c)) return true;
    if (c == '%') return true;
    if (end + 1 >= text.len || !char_in(text.at[end + 1], CHARS_DIGIT))
        return c == '-' && end + 1 < text.len && char_in(text.at[end + 1], CHARS_ALNUM);
    return strchr("-./:,", c) || (c == ' ' && separator == ' ');
}

// True when a text holds values and nothing that says what they are: no word of letters longer than three.
static bool is_bare(struct span text) {
    if (text.len > BARE_BYTES) return false;
    for (size_t i = 0; i < text.len;) {
        size_t word = run_length(text, i, CHARS_ALNUM, text.len);
        if (word == 0) {
            if ((unsigned char)text.at[i] >= 0x80) return false;
            i++;
            continue;
        }
        size_t letters = run_length(text, i, CHARS_ALPHA, word);
        if (letters == word && word > 3) return false;
        i += word;
    }
    return true;
}

// True when nothing but punctuation stands beside it.
static bool is_sole(struct span text, size_t start, size_t end) {
    for (size_t i = 0; i < text.len; i++) {
        if (i == start) i = end;
        if (i < text.len && (is_joined(text.at[i]) || (unsigned char)text.at[i] >= 0x80)) return false;
    }
    return true;
}

// ---------------------------------------------------------------- weighing

struct place {
    size_t at;
    uint32_t context;
    bool bare;
    float floor;
};

struct best {
    const struct identifier *row;
    size_t end;
    float score;
};

static float worth(const struct identifier *row, const struct place *p) {
    // Words that deny it take back what words said, unless a check digit speaks as well.
    bool denied = p->context & CONTEXT_DENIED && (!row->check || row->check == checksum_dense);
    if (row->context & p->context) return denied ? 0 : row->said;
    if (p->bare && row->alone > row->free) return row->alone;
    return row->free;
}

static bool has_lower(struct span text) {
    for (size_t i = 0; i < text.len; i++)
        if (char_in(text.at[i], CHARS_LOWER)) return true;
    return false;
}

static bool is_valid(const struct identifier *row, struct span value, struct span written, bool told, bool said) {
    if (is_uniform(value) || (row->flags & IDENTIFIER_PLAIN && is_sequence(value))) return false;
    if (row->flags & IDENTIFIER_STRICT && !said && has_sequence(value)) return false;
    if (row->flags & IDENTIFIER_CAPITALS && has_lower(written)) return false;
    if (row->flags & IDENTIFIER_UPPER && !told && has_lower(written)) return false;
    if (row->date && !identifier_date(value, row->date)) return false;
    return !row->check || row->check(row->flags & IDENTIFIER_NO_CASE ? written : value, row->arg);
}

static void try_way(const struct identifier_index *index, const struct way *way, struct span text,
                    const struct place *p, struct best *best) {
    const struct identifier *row = way->row;
    float score = worth(row, p);
    if (score < p->floor || score <= 0 || score < best->score) return;
    char value[SHAPE_VALUE_MAX], separator;
    size_t len, n = shape_match(index->atoms + way->first, way->count, text, p->at, value, &len, &separator);
    size_t end = p->at + n;
    // A full stop or dash that a loose shape took is the sentence's.
    while (n && !char_in(text.at[end - 1], CHARS_ALNUM)) n--, end--;
    if (n == 0 || (score == best->score && end <= best->end)) return;
    if (goes_on_after(text, end, separator) || goes_on_before(text, p->at, separator)) return;
    bool said = row->context & p->context;
    if (row->flags & IDENTIFIER_SOLE && !said && row->free <= 0 && !is_sole(text, p->at, end)) return;
    if (!is_valid(row, span_make(value, len), span_sub(text, p->at, n), said || p->bare, said)) return;
    *best = (struct best){row, end, score};
}

bool identifier_is_likely(const struct scan *s, size_t at) {
    enum { MANY = 5 };
    struct span text = s->text;
    size_t end = at + run_length(text, at, CHARS_DIGIT, MANY);
    if (end - at == MANY) return true;
    if (end < text.len && char_in(text.at[end], CHARS_ALNUM)) return true;
    if (end + 1 < text.len && strchr(" -./:_", text.at[end]) &&
        char_in(text.at[end + 1], text.at[end] == ' ' ? CHARS_DIGIT : CHARS_ALNUM))
        return true;
    return scan_context(s, at, at, NEAR_BEFORE, NEAR_AFTER) || is_bare(text);
}

// Without words, what is asked for: from firm on, weak only (firm was asked before), or both.
static uint64_t wanted_ways(const struct identifier_index *index, size_t w, float floor) {
    if (floor >= IDENTIFIER_FIRM) return index->firm[w];
    return floor > 0 ? index->weak[w] : index->firm[w] | index->weak[w];
}

size_t identifier_find(struct scan *s, size_t at, float floor) {
    struct span text = s->text;
    const struct identifier_index *index = s->gate->identifiers;
    bool letters = char_in(text.at[at], CHARS_ALPHA);
    size_t lead = run_length(text, at, letters ? CHARS_ALPHA : CHARS_DIGIT, MAX_LEAD);
    if (lead == 0 || goes_on_before(text, at, 0)) return 0;
    struct place p = {
        .at = at, .context = scan_context(s, at, at, NEAR_BEFORE, NEAR_AFTER), .bare = is_bare(text), .floor = floor};
    const uint64_t *ways = index->leads[letters][lead];
    bool told = p.bare || p.context;
    struct best best = {0};
    for (size_t w = 0; w < WORDS; w++)
        for (uint64_t left = ways[w] & (told ? ~0ull : wanted_ways(index, w, floor)); left; left &= left - 1)
            try_way(index, &index->ways[w * 64 + (size_t)__builtin_ctzll(left)], text, &p, &best);
    if (!best.row) return 0;
    const struct rule *rule = best.score >= IDENTIFIER_FIRM ? &best.row->firm : &best.row->weak;
    scan_report_scored(s, rule, at, best.end, best.score);
    return best.end;
}

size_t identifier_find_back(struct scan *s, size_t at) {
    // The word that the digit stands in, and up to two short words of letters before it: "AB 12", "B-AB 1234".
    enum { MAX_WORD = 16, MAX_SHORT = 4, MAX_STARTS = 3 };
    struct span text = s->text;
    size_t starts[MAX_STARTS], count = 0, start = at;
    while (start && at - start < MAX_WORD && char_in(text.at[start - 1], CHARS_ALPHA)) start--;
    if (start && char_in(text.at[start - 1], CHARS_WORD)) return 0;
    if (start < at) starts[count++] = start;
    while (count < MAX_STARTS && start > 1 && strchr(" -:/", text.at[start - 1])) {
        size_t word = start - 1;
        while (word && start - 1 - word <= MAX_SHORT && char_in(text.at[word - 1], CHARS_ALPHA)) word--;
        if (word == start - 1 || start - 1 - word > MAX_SHORT || (word && is_joined(text.at[word - 1]))) break;
        starts[count++] = start = word;
    }
    while (count) {
        size_t end = identifier_find(s, starts[--count], 0);
        if (end > at) return end;
    }
    return 0;
}
