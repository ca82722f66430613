// Streets with a number, found from the number: "12 High Street", "Hauptstrasse 5", "rue de Rivoli 30", and the bare
// "Name 12" where the text says that it is an address. What follows (unit, city, postal code) is address_block.c's.
#include "gate/checks.h"
#include "gate/soft.h"
#include "gate/words.h"

enum { MAX_WORD = 32, MAX_WORDS = 5 };

static const struct rule STREET = {"address.street", "STREET_ADDRESS", "postal address", CLASS_PII, WEIGHT_HARD, 0.85f};
static const struct rule SHAPE = {"address.shape", "STREET_ADDRESS", "possible postal address",
                                  CLASS_PII,       WEIGHT_SOFT,      0.50f};
static const struct rule HOUSE = {"address.house", "STREET_ADDRESS", "house number", CLASS_PII, WEIGHT_SOFT, 0.50f};

enum certainty {
    NONE,
    NAME,   // a name and a number
    LIKELY, // a shape or a word that something else may have
    CERTAIN
};

struct street_line {
    size_t start, end;
    size_t house; // end of a number that stands before the rest of the line, or 0
    enum certainty certainty;
};

// ---------------------------------------------------------------- words

static bool is_letter(char c) {
    return char_in(c, CHARS_ALPHA) || (unsigned char)c >= 0x80;
}

struct span word_at(struct span text, size_t at) {
    size_t n = 0;
    while (at + n < text.len && n < MAX_WORD &&
           (is_letter(text.at[at + n]) || (n && (text.at[at + n] == '\'' || text.at[at + n] == '-'))))
        n++;
    while (n && !is_letter(text.at[at + n - 1])) n--;
    return span_sub(text, at, n);
}

struct span word_before(struct span text, size_t end) {
    size_t n = 0;
    while (n < end && n < MAX_WORD &&
           (is_letter(text.at[end - n - 1]) || (n && (text.at[end - n - 1] == '\'' || text.at[end - n - 1] == '-'))))
        n++;
    while (n && !is_letter(text.at[end - n])) n--;
    return n ? span_sub(text, end - n, n) : SPAN_NONE;
}

bool word_is_name(struct span word) {
    unsigned char c = word.len ? (unsigned char)word.at[0] : 0;
    if (c == 0xc3 && word.len > 1 && (word.at[1] == '\x97' || word.at[1] == '\xb7')) return false; // times, divided by
    return char_in((char)c, CHARS_UPPER) || (c >= 0xc3 && c <= 0xdf);
}

// Length of a house number: up to five digits, a letter, "12-14", "12/3". 0 when it goes on as something else.
static size_t house_length(struct span text, size_t at) {
    size_t n = run_length(text, at, CHARS_DIGIT, 6);
    if (n == 0 || n > 5) return 0;
    if (at + n + 1 < text.len && (text.at[at + n] == '-' || text.at[at + n] == '/') &&
        char_in(text.at[at + n + 1], CHARS_DIGIT)) {
        size_t more = run_length(text, at + n + 1, CHARS_DIGIT, 5);
        if (more > 4) return 0;
        n += 1 + more;
    }
    if (at + n < text.len && char_in(text.at[at + n], CHARS_ALPHA)) n++;
    if (at + n >= text.len) return n;
    char next = text.at[at + n];
    if (is_letter(next) || char_in(next, CHARS_DIGIT) || strchr("%$/:_=-", next)) return 0;
    bool goes_on = (next == '.' || next == ',') && at + n + 1 < text.len && char_in(text.at[at + n + 1], CHARS_DIGIT);
    return goes_on ? 0 : n;
}

// Past the full stop of an abbreviation and one space; `at` itself when no word can follow.
static size_t next_start(struct span text, size_t at) {
    size_t i = at;
    if (i < text.len && text.at[i] == '.') i++;
    if (i + 1 < text.len && text.at[i] == ' ') return i + 1;
    return i > at ? i : at;
}

// ---------------------------------------------------------------- number, then name

// "42nd", "5th": a name for a street.
static size_t ordinal_length(struct span text, size_t at) {
    size_t n = run_length(text, at, CHARS_DIGIT, 4);
    if (n == 0 || n > 3) return 0;
    struct span word = word_at(text, at + n);
    static const char *const ENDS[] = {"st", "nd", "rd", "th"};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (span_is_nocase(word, span_from(ENDS[i]))) return n + 2;
    return 0;
}

static size_t past_direction(struct span text, size_t end) {
    static const char *const WORDS[] = {"NW", "NE", "SW", "SE", "N", "S", "E", "W", "North", "South", "East", "West"};
    size_t at = next_start(text, end);
    struct span word = at > end ? word_at(text, at) : SPAN_NONE;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (span_is_z(word, WORDS[i])) return at + word.len;
    return end;
}

// "rue de Rivoli": from its first word on, the end of the name; 0 when no name follows.
static size_t name_end(struct span text, size_t at) {
    size_t end = 0;
    bool particle = false;
    for (int i = 0; i < MAX_WORDS; i++) {
        size_t from = next_start(text, at);
        struct span word = from > at ? word_at(text, from) : SPAN_NONE;
        bool is_name = word_is_name(word) || (particle && word.len > 2); // "rue de pologne", in haste
        if (word.len == 0 || (!is_name && !street_particle(word))) break;
        at = from + word.len;
        if (is_name) end = at;
        particle = !word_is_name(word) && street_particle(word);
        if (end && street_unit(word)) return from - 1;
    }
    return end;
}

// "416 Strada Provinciale 65 22": numbers after the name.
static size_t past_numbers(struct span text, size_t end) {
    for (int i = 0; i < 2; i++) {
        size_t at = end + 1 < text.len && text.at[end] == ' ' ? end + 1 : end;
        size_t n = at > end ? house_length(text, at) : 0;
        if (n == 0) break;
        end = at + n;
    }
    return end;
}

// "Park Lane", "Cheriton Drive North Extension": up to two more words of which the last is one of streets too.
static void past_second_word(struct span text, struct street_line *out) {
    size_t end = out->end;
    for (int i = 0; i < 2; i++) {
        size_t next = next_start(text, end);
        struct span word = next > end ? word_at(text, next) : SPAN_NONE;
        if (!word_is_name(word)) return;
        end = next + word.len;
        enum street street = street_after(word);
        if (street == STREET_NONE) continue;
        out->end = end;
        if (street == STREET_CERTAIN) out->certainty = CERTAIN;
        return;
    }
}

// The line ends with the word of streets at `at`; names says how many names stand before it.
static bool end_with(struct span text, size_t at, struct span word, unsigned kinds, unsigned names,
                     struct street_line *out) {
    bool certain = kinds & WORD_STREET, is_name = word_is_name(word);
    if (!names && !(certain && word.len > 3)) return false;
    *out = (struct street_line){.end = at + word.len, .certainty = certain && names && is_name ? CERTAIN : LIKELY};
    past_second_word(text, out);
    out->end = past_direction(text, out->end);
    if (!is_name) out->end = past_numbers(text, out->end); // "Luite tee 87"
    return true;
}

// After the house number, where the words begin.
static bool read_forward(struct span text, size_t at, struct street_line *out) {
    unsigned names = 0;
    for (size_t i = at, words = 0; words < MAX_WORDS; words++) {
        size_t ordinal = ordinal_length(text, i);
        struct span word = ordinal ? span_sub(text, i, ordinal) : word_at(text, i);
        if (word.len == 0) break;
        bool is_name = ordinal || word_is_name(word);
        unsigned kinds = ordinal ? 0 : word_kinds(word);
        size_t end = words == 0 && (kinds & WORD_STREET_BEFORE) ? name_end(text, i + word.len) : 0;
        if (end) {
            *out = (struct street_line){.end = past_numbers(text, end), .certainty = is_name ? CERTAIN : LIKELY};
            return true;
        }
        if (words && (kinds & (WORD_STREET | WORD_STREET_PERHAPS)) && end_with(text, i, word, kinds, names, out))
            return true;
        bool particle = kinds & WORD_PARTICLE;
        if (!is_name && (names ? !particle : words || particle)) break;
        names += is_name;
        size_t next = next_start(text, i + word.len);
        if (next == i + word.len || next >= text.len) break;
        if (names && char_in(text.at[next], CHARS_DIGIT) && !ordinal_length(text, next)) {
            size_t n = house_length(text, next); // "450 Ringvej 144"
            if (n == 0) break;
            enum certainty certainty = street_glued(word) == STREET_CERTAIN ? CERTAIN : LIKELY;
            if (words == 0 && word.len < 4) break; // the plate of a car
            *out = (struct street_line){.end = next + n, .house = at, .certainty = certainty};
            return true;
        }
        i = next;
    }
    return false;
}

static bool find_forward(struct span text, size_t at, struct street_line *out) {
    size_t n = house_length(text, at), i = at + n, house = 0;
    if (n == 0 || i + 2 >= text.len || (text.at[i] != ' ' && text.at[i] != ',')) return false;
    if (text.at[i] == ',' && (text.at[++i] != ' ' || !street_before(word_at(text, i + 1)))) return false; // "12, rue X"
    size_t second =
        char_in(text.at[i + 1], CHARS_DIGIT) && !ordinal_length(text, i + 1) ? house_length(text, i + 1) : 0;
    if (second) {
        house = i;
        i += 1 + second;
        if (i + 1 >= text.len || text.at[i] != ' ') return false;
    }
    i++;
    char c = text.at[i];
    if (!is_letter(c) && !char_in(c, CHARS_DIGIT)) return false;
    if (!read_forward(text, i, out)) return false;
    out->start = at;
    // "20789 Allika 46" needs more than one digit, or every row of a table would be one.
    if (out->house && out->certainty < CERTAIN && n < 2) return false;
    out->house = house ? house : out->house ? out->house - 1 : 0;
    return true;
}

// ---------------------------------------------------------------- name, then number

// Reads the words that end at `end` from right to left. Returns where the first one of the street begins, `end` when
// there is none.
static size_t read_backward(struct span text, size_t end, enum certainty *certainty) {
    size_t start = end, edge = end;
    unsigned first = 0; // kinds of the word next to the number
    for (int i = 0; i < MAX_WORDS; i++) {
        struct span word = word_before(text, edge);
        if (word.len == 0) break;
        bool is_name = word_is_name(word);
        unsigned kinds = word_kinds(word);
        size_t from = edge - word.len;
        if (i && (kinds & WORD_STREET_BEFORE) && start < end) {
            *certainty = is_name || word.len >= 4 || text.at[edge] == '.' ? CERTAIN : LIKELY;
            return from;
        }
        enum street glued = i == 0 ? street_glued(word) : STREET_NONE;
        if (glued == STREET_CERTAIN && !is_name) {
            *certainty = LIKELY; // "hauptstrasse 5", in haste
            return from;
        }
        if (i == 0) first = kinds;
        if (i == 0 && is_name && (kinds & (WORD_COUNTED | WORD_MONTH))) return end;
        if (!is_name && !(i == 0 && word.len == 1) && !(kinds & (WORD_PARTICLE | WORD_STREET | WORD_STREET_PERHAPS)))
            break;
        if (glued != STREET_NONE) *certainty = glued == STREET_CERTAIN ? CERTAIN : LIKELY;
        // "Piroska u. 97": the word after the name, and then the number.
        if (i == 1 && is_name && *certainty == NONE && (first & (WORD_STREET | WORD_STREET_PERHAPS)))
            *certainty = LIKELY;
        if (is_name) start = from;
        if (from < 2 || text.at[from - 1] != ' ') break;
        edge = from - 1;
        if (text.at[edge - 1] == '.') edge--;
    }
    return start;
}

// The number at `at`, after the name of its street.
static bool find_backward(struct span text, size_t at, struct street_line *out) {
    if (at < 5 || text.at[at - 1] != ' ') return false;
    size_t end = at - 1;
    bool comma = text.at[end - 1] == ',';
    if (comma || text.at[end - 1] == '.') end--;
    if (!is_letter(text.at[end - 1])) return false;
    size_t n = house_length(text, at);
    if (n == 0) return false;
    *out = (struct street_line){.end = at + n};
    size_t start = read_backward(text, end, &out->certainty);
    if (start == end) return false;
    if (start >= 3 && (text.at[start - 3] | 0x20) == 'c' && text.at[start - 2] == '/' && text.at[start - 1] == ' ')
        start -= 3, out->certainty = CERTAIN; // "C/ Mayor 5"
    if (out->certainty == NONE && !comma) out->certainty = NAME;
    out->start = start;
    // "416 Kiannonkatu 98"
    if (start >= 2 && text.at[start - 1] == ' ' && char_in(text.at[start - 2], CHARS_DIGIT)) {
        size_t first = start - 1;
        while (first && start - first < 7 && char_in(text.at[first - 1], CHARS_DIGIT)) first--;
        if (first == 0 || !char_in(text.at[first - 1], CHARS_WORD)) out->start = first, out->house = start - 1;
    }
    return out->certainty != NONE;
}

// ---------------------------------------------------------------- weighing

static bool stands_at_an_end(struct span text, size_t end) {
    return end >= text.len || strchr(",.;\n\r)\"", text.at[end]);
}

// ", Marshland" follows.
static bool is_before_a_city(struct span text, size_t end) {
    return span_starts(span_sub(text, end, 2), SPAN(", ")) && word_is_name(word_at(text, end + 2));
}

static size_t report(struct scan *s, struct street_line *line) {
    bool said = cues_near(s, line->start, line->end, 48, 8) & CUE_ADDRESS;
    if (line->certainty == NAME && !said && !(line->end < s->text.len && stands_at_an_end(s->text, line->end)))
        return 0;
    struct block block = block_after(s, line->end, begins_a_line(s->text, line->start));
    if (line->certainty == NAME && !said && !block.unit) return 0;
    bool hard = line->certainty == CERTAIN || said || block.unit || block.postal ||
                (line->house > line->start + 2 && is_before_a_city(s->text, line->end));
    if (!hard && !line->house && !stands_at_an_end(s->text, line->end)) return 0;
    const struct rule *rule = hard ? &STREET : &SHAPE;
    // A number that stands before a street with its own is found apart, where nothing ties the parts together.
    if (hard && line->house && (block.in_lines || !(block.unit || block.postal))) {
        scan_report(s, &HOUSE, line->start, line->house);
        line->start = line->house + 1;
    }
    if (!block.in_lines) address_corner(s->text, &line->start, &block.end);
    scan_report(s, rule, line->start, block.end);
    return block.end;
}

size_t address_find(struct scan *s, size_t at) {
    struct street_line line;
    if (at && (char_in(s->text.at[at - 1], CHARS_WORD) || strchr("$.#/:", s->text.at[at - 1]))) return 0;
    if (find_forward(s->text, at, &line)) {
        size_t end = report(s, &line);
        if (end) return end;
    }
    return find_backward(s->text, at, &line) ? report(s, &line) : 0;
}
