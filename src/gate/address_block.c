// What belongs to an address besides its street: units, cities with a postal code, post boxes, ZIP codes.
#include "gate/checks.h"
#include "gate/soft.h"
#include "gate/words.h"

static const struct rule BOX = {"address.box", "STREET_ADDRESS", "post box", CLASS_PII, WEIGHT_HARD, 0.85f};
static const struct rule UNIT = {"address.unit", "STREET_ADDRESS", "apartment or suite", CLASS_PII, WEIGHT_SOFT, 0.50f};
static const struct rule LINE = {"address.line", "STREET_ADDRESS", "line of an address", CLASS_PII, WEIGHT_HARD, 0.70f};
static const struct rule POSTAL = {"address.postal", "ZIP_CODE", "postal code", CLASS_PII, WEIGHT_SOFT, 0.50f};
static const struct rule ZIP = {"zip.context", "US_ZIP", "ZIP code", CLASS_PII, WEIGHT_SOFT, 0.60f};
static const struct rule STATE_ZIP = {"zip.state", "US_ZIP", "state and ZIP code", CLASS_PII, WEIGHT_SOFT, 0.60f};

// What stands between the parts of an address: marks of quoting among it. *lines counts line feeds.
static size_t skip_gap(struct span text, size_t at, unsigned *lines) {
    size_t n = 0;
    for (*lines = 0; at + n < text.len && n < 12 && strchr(" ,\n\r\t>?*|.", text.at[at + n]) && text.at[at + n]; n++)
        *lines += text.at[at + n] == '\n';
    return at + n;
}

// "Suite 501", "Apt. 12b". Returns its end, 0 when there is none at `at`.
static size_t unit_end(struct span text, size_t at) {
    struct span word = word_at(text, at);
    if (word.len == 0 || !street_unit(word)) return 0;
    size_t i = at + word.len;
    if (i < text.len && text.at[i] == '.') i++;
    if (i < text.len && text.at[i] == ' ') i++;
    if (i < text.len && text.at[i] == '#') i++;
    size_t n = run_length(text, i, CHARS_ALNUM | CHARS_DASH, 9);
    bool digit = false;
    for (size_t k = 0; k < n; k++) digit |= char_in(text.at[i + k], CHARS_DIGIT);
    return n && n <= 8 && (digit || n == 1) ? i + n : 0;
}

// ---------------------------------------------------------------- postal codes

// "SW1A 2AA", "K1A 0B1", "1012 AB": two groups that mix letters and digits. Returns its end or 0.
static size_t grouped_code(struct span text, size_t at) {
    char shape[12] = {0};
    size_t n = 0;
    for (; n < 9 && at + n < text.len; n++) {
        char c = text.at[at + n];
        shape[n] = char_in(c, CHARS_UPPER) ? 'A' : char_in(c, CHARS_DIGIT) ? '9' : c == ' ' ? ' ' : 0;
        if (!shape[n]) break;
    }
    static const char *const SHAPES[] = {"A9 9AA",  "A99 9AA",  "AA9 9AA", "AA99 9AA",
                                         "A9A 9AA", "AA9A 9AA", "A9A 9A9", "9999 AA"};
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) {
        size_t len = strlen(SHAPES[i]);
        bool ends = at + len >= text.len || !char_in(text.at[at + len], CHARS_WORD);
        if (n >= len && ends && memcmp(shape, SHAPES[i], len) == 0) return at + len;
    }
    return 0;
}

// Digits of a postal code at `at`: three to six, "12345-6789", "840 24". Returns the end or 0.
static size_t plain_code(struct span text, size_t at) {
    size_t n = run_length(text, at, CHARS_DIGIT, 7);
    if (n < 3 || n > 6) return 0;
    if (n == 5 && at + 10 <= text.len && text.at[at + 5] == '-' && run_length(text, at + 6, CHARS_DIGIT, 5) == 4)
        n = 10;
    if (n == 3 && at + 6 <= text.len && text.at[at + 3] == ' ' && run_length(text, at + 4, CHARS_DIGIT, 3) == 2) n = 6;
    return at + n < text.len && char_in(text.at[at + n], CHARS_WORD) ? 0 : at + n;
}

struct part {
    size_t end;  // of the part's last word
    size_t code; // where a postal code begins, or 0
    bool good;   // it reads like a part of an address
};

// One part: up to five capitalised words and a postal code before or after them.
static struct part read_part_as(struct span text, size_t at, bool in_haste) {
    struct part p = {.end = at};
    for (int i = 0; i < 6; i++) {
        size_t code = grouped_code(text, p.end);
        if (!code) code = plain_code(text, p.end);
        if (code && i == 0 && (code - p.end < 4 || !word_is_name(word_at(text, code + 1)))) break;
        if (code) {
            if (p.code) break;
            p.code = p.end, p.end = code, p.good = true;
            if (i) return p;
        } else {
            struct span word = word_at(text, p.end);
            if (word.len == 0 || !(word_is_name(word) || street_particle(word) || in_haste)) break;
            p.good |= word_is_name(word) || in_haste;
            p.end += word.len;
        }
        if (p.end + 1 >= text.len || text.at[p.end] != ' ') return p;
        p.end++;
    }
    while (p.end > at && text.at[p.end - 1] == ' ') p.end--;
    return p;
}

static struct part read_part(struct span text, size_t at) {
    return read_part_as(text, at, false);
}

// Where a city with a postal code ends that begins at `at`, or 0. *code is where its code begins.
static size_t postal_end(struct span text, size_t at, size_t *code) {
    for (int parts = 0; parts < 5; parts++) {
        unsigned lines;
        size_t from = skip_gap(text, at, &lines);
        if (from == at || lines > 2 || from >= text.len) return 0;
        // A code in a line of its own.
        size_t alone = parts && lines ? plain_code(text, from) : 0;
        if (alone && (alone == text.len || strchr("\n\r?.", text.at[alone]))) {
            *code = from;
            return alone;
        }
        // In a list of lines a city need not have its capital.
        struct part p = read_part_as(text, from, lines > 0);
        if (!p.good) return 0;
        if (p.code) {
            *code = p.code;
            return p.end;
        }
        at = p.end;
    }
    return 0;
}

// Past up to two lines that hold a name and nothing else: city and country without a code.
static size_t past_name_lines(struct span text, size_t end) {
    for (int i = 0; i < 2; i++) {
        unsigned lines;
        size_t from = skip_gap(text, end, &lines);
        struct part p = lines == 1 && from < text.len ? read_part(text, from) : (struct part){.end = 0};
        if (!p.good || p.code || (p.end < text.len && !strchr("\n\r,.?!", text.at[p.end]))) break;
        end = p.end;
    }
    return end;
}

struct block block_after(struct scan *s, size_t end, bool begins_line) {
    struct block b = {.end = end};
    bool apart = false;
    for (int i = 0; i < 2; i++) {
        unsigned lines;
        size_t from = skip_gap(s->text, b.end, &lines), stop = unit_end(s->text, from);
        if (!stop || from == b.end) break;
        b.unit = true;
        apart |= lines > 0;
        if (lines && begins_line) {
            b.in_lines = true;
            scan_report(s, &UNIT, from, stop);
            size_t code, last = postal_end(s->text, stop, &code);
            if (last) scan_report(s, &POSTAL, code, last);
            return b;
        }
        b.end = stop;
    }
    size_t code, last = postal_end(s->text, b.end, &code);
    if (last) b.postal = true, b.end = last;
    else if (apart) b.end = past_name_lines(s->text, b.end);
    return b;
}

// Only marks of quoting and space between it and the begin of its line.
bool begins_a_line(struct span text, size_t start) {
    for (int i = 0; i < 8 && start && strchr(" \t>?*|", text.at[start - 1]); i++) start--;
    return start == 0 || text.at[start - 1] == '\n';
}

void address_corner(struct span text, size_t *start, size_t *end) {
    static const struct span CORNER = {"the corner of ", 14};
    if (*start < CORNER.len || !span_is_nocase(span_sub(text, *start - CORNER.len, CORNER.len), CORNER)) return;
    *start -= CORNER.len;
    if (!span_starts(span_sub(text, *end, 5), SPAN(" and "))) return;
    struct part p = read_part(text, *end + 5);
    if (p.good && !p.code) *end = p.end;
}

// ---------------------------------------------------------------- from literals

// "PO Box 12", "Postfach 8", "PSC 12, Box 3": a number follows.
static void verify_box(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span text = s->text;
    size_t i = end;
    while (i < text.len && i - end < 3 && strchr(" .#:", text.at[i])) i++;
    size_t n = run_length(text, i, CHARS_DIGIT, 8);
    if (n == 0 || n > 7) return;
    i += n;
    if (i + 5 < text.len && span_starts(span_sub(text, i, 6), SPAN(", Box "))) {
        size_t more = run_length(text, i + 6, CHARS_DIGIT, 7);
        if (more) i += 6 + more;
    }
    struct block block = block_after(s, i, begins_a_line(text, start));
    if (!block.in_lines) address_corner(text, &start, &block.end);
    scan_report(s, &BOX, start, block.end);
    s->done = block.end;
}

// "APO AE 09355", with what stands before it: "PSC 12, Box 3", "Unit 8524 Box 979", "USS Name".
static void verify_military(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor;
    struct span text = s->text, region = span_sub(text, end, 4);
    if (region.len < 4 || region.at[0] != ' ' || (region.at[1] | 0x20) != 'a' || !strchr("aepAEP", region.at[2]))
        return;
    size_t stop = plain_code(text, end + 4);
    if (region.at[3] != ' ' || !stop) return;
    static const char *const SHIPS[] = {"uss", "usns", "usnv", "usnr", "uscgc", "unit", "psc", "cmr"};
    size_t from = start > 40 ? start - 40 : 0;
    struct span before = span_sub(text, from, start - from);
    for (size_t i = 0; i < sizeof SHIPS / sizeof *SHIPS; i++)
        for (size_t k = 0; k + 5 < before.len; k++) {
            size_t len = strlen(SHIPS[i]);
            if ((k == 0 || !char_in(before.at[k - 1], CHARS_WORD)) && before.at[k + len] == ' ' &&
                span_is_nocase(span_sub(before, k, len), span_from(SHIPS[i])))
                start = from + k, k = before.len;
        }
    scan_report(s, &BOX, start, stop);
}

// "5670 any words 1 suite 696": a line that begins with a number and holds a unit. Returns where it begins, or `at`.
static size_t numbered_line(struct span text, size_t at) {
    enum { REACH = 64 };
    size_t first = at;
    while (first && at - first < REACH && text.at[first - 1] != '\n') first--;
    if (first && text.at[first - 1] != '\n') return at;
    while (first < at && strchr(" \t>?*|", text.at[first])) first++;
    size_t n = run_length(text, first, CHARS_DIGIT, 6);
    return n >= 2 && n <= 5 && first + n + 4 < at && text.at[first + n] == ' ' ? first : at;
}

static void verify_unit(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)anchor, (void)end;
    size_t stop = unit_end(s->text, start);
    if (!stop || !char_in(s->text.at[stop - 1], CHARS_DIGIT)) return;
    size_t line = numbered_line(s->text, start);
    scan_report(s, line < start ? &LINE : &UNIT, line, stop);
}

// "ZIP 94105", "zip code: 94105-1234"
static void verify_zip(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    (void)start, (void)anchor;
    struct span text = s->text;
    size_t i = end;
    static const char *const SKIP[] = {"s", " code", "code", " codes", " is", ":", " ", "=", "\"", "'", " "};
    for (size_t k = 0; k < sizeof SKIP / sizeof *SKIP; k++)
        if (span_is_nocase(span_sub(text, i, strlen(SKIP[k])), span_from(SKIP[k]))) i += strlen(SKIP[k]);
    for (int k = 0; k < 2; k++) {
        size_t stop = plain_code(text, i);
        if (!stop || (stop - i != 5 && stop - i != 10) || (stop < text.len && text.at[stop] == '-')) return;
        scan_report(s, &ZIP, i, stop);
        if (!span_starts(span_sub(text, stop, 5), SPAN(" and "))) return;
        i = stop + 5;
    }
}

#define BOX_WORD(literal)                                                                                              \
    { literal, ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_box, NULL }
#define UNIT_WORD(literal)                                                                                             \
    { literal, ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_unit, NULL }

const struct anchor ADDRESS_ANCHORS[] = {
    BOX_WORD("po box"),
    BOX_WORD("p.o. box"),
    BOX_WORD("p.o.box"),
    BOX_WORD("p o box"),
    BOX_WORD("post office box"),
    BOX_WORD("postbox"),
    BOX_WORD("postfach"),
    BOX_WORD("postbus"),
    BOX_WORD("postboks"),
    BOX_WORD("boîte postale"),
    BOX_WORD("apartado de correos"),
    BOX_WORD("apartado postal"),
    BOX_WORD("caixa postal"),
    BOX_WORD("casella postale"),
    BOX_WORD("skrytka pocztowa"),
    BOX_WORD("locked bag"),
    {"PSC", ANCHOR_WORD, 0, verify_box, NULL},
    {"apo", ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_military, NULL},
    {"fpo", ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_military, NULL},
    {"dpo", ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_military, NULL},
    UNIT_WORD("suite"),
    UNIT_WORD("apt"),
    UNIT_WORD("apartment"),
    UNIT_WORD("appt"),
    {"zip", ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_zip, NULL},
    {"zipcode", ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_zip, NULL},
    {"postal code", ANCHOR_CASELESS | ANCHOR_WORD, 0, verify_zip, NULL},
    {0},
};

// "CA 94105": a state before, and its ZIP code; "94105-1234". Called for five digits.
size_t zip_find(struct scan *s, size_t at) {
    struct span text = s->text;
    size_t stop = plain_code(text, at);
    if (!stop || (stop - at != 5 && stop - at != 10)) return 0;
    if (at && text.at[at - 1] != ' ') return 0;
    struct span word = at > 3 ? word_before(text, at - 1) : SPAN_NONE;
    bool state = word.len == 2 && street_state(word, text.at[at]);
    // "94105, San Francisco"
    bool city = at == 0 && stop + 2 < text.len && text.at[stop] == ',' && word_is_name(word_at(text, stop + 2));
    if (!state && !city) return 0;
    scan_report(s, &STATE_ZIP, at, stop);
    return stop;
}
