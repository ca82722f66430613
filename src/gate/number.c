#include "gate/number.h"

#include "gate/checks.h"
#include "gate/identifier.h"
#include "gate/soft.h"

// Length of what may stand between two groups, 0 when the number ends here. *kind is its most telling character.
static size_t separator(struct span text, size_t at, char *kind) {
    size_t n = 0;
    char seen = 0;
    for (; n < 4 && at + n < text.len && !char_in(text.at[at + n], CHARS_DIGIT); n++) {
        char c = text.at[at + n];
        if (!strchr(" -./()", c) || c == 0) return 0;
        if (seen == 0 || seen == ' ') seen = c;
    }
    if (n == 0 || n > 3 || at + n >= text.len) return 0;
    // Two or three characters only in the ways of telephone numbers: ") ", " (", "(0)", " - ".
    bool brackets = memchr(text.at + at, '(', n) || memchr(text.at + at, ')', n);
    if (n > 1 && !brackets && !(n == 3 && text.at[at] == ' ' && text.at[at + 1] == '-' && text.at[at + 2] == ' '))
        return 0;
    *kind = brackets ? '(' : seen;
    return n;
}

static void read_number(struct span text, size_t at, struct number *n) {
    n->start = at;
    if (at && text.at[at - 1] == '(') n->start--;
    if (n->start && text.at[n->start - 1] == '+') n->plus = true, n->start--;
    else if (n->start > 1 && text.at[n->start - 1] == ' ' && text.at[n->start - 2] == '+')
        n->plus = true, n->start -= 2;
    char before = 0;
    for (;;) {
        size_t len = run_length(text, at, CHARS_DIGIT, NUMBER_MAX_DIGITS + 1);
        if (n->group_count == NUMBER_MAX_GROUPS || n->digit_count + len > NUMBER_MAX_DIGITS) {
            n->cut = true;
            return;
        }
        n->groups[n->group_count++] = (struct group){
            .start = (uint32_t)at, .first = (uint8_t)n->digit_count, .len = (uint8_t)len, .before = before};
        for (size_t i = 0; i < len; i++) n->digits[n->digit_count++] = (uint8_t)(text.at[at + i] - '0');
        at += len;
        n->end = at;
        size_t gap = separator(text, at, &before);
        if (gap == 0) return;
        at += gap;
    }
}

// Digits that go on as a word ("12px", "3rd") or as a fraction ("1,000") belong to something else.
static void claim_broken_ends(struct span text, struct number *n) {
    unsigned last = n->group_count - 1;
    if (n->end < text.len) {
        char next = text.at[n->end];
        bool fraction =
            (next == ',' || next == '.') && n->end + 1 < text.len && char_in(text.at[n->end + 1], CHARS_DIGIT);
        bool extension = next == 'x' && n->end + 1 < text.len && char_in(text.at[n->end + 1], CHARS_DIGIT);
        if ((char_in(next, CHARS_WORD) && !extension) || fraction || next == '%') group_claim(n, last, last);
    }
    if (n->groups[0].start > 1) {
        char prev = text.at[n->groups[0].start - 1];
        bool fraction = (prev == ',' || prev == '.') && char_in(text.at[n->groups[0].start - 2], CHARS_DIGIT);
        if (fraction || prev == '$') group_claim(n, 0, 0);
    }
}

// Identifiers that begin at a group that nobody has claimed. Returns the end of the last, or 0.
static size_t find_identifiers(struct scan *s, struct number *n, uint32_t broken, float floor) {
    size_t last = 0;
    for (unsigned i = 0; i < n->group_count; i++) {
        if (n->used & ~broken & 1u << i || n->groups[i].start < last) continue;
        size_t end = identifier_find(s, n->groups[i].start, floor);
        if (!end) continue;
        for (unsigned k = i; k < n->group_count && n->groups[k].start < end; k++) group_claim(n, k, k);
        last = end;
    }
    return last;
}

// What begins with letters before the digits at `at`. Returns its end, or 0.
static size_t find_lettered(struct scan *s, size_t at, bool word, bool likely) {
    struct span text = s->text;
    bool apart = at > 1 && char_in(text.at[at - 2], CHARS_ALPHA);
    size_t end = word || (apart && at > 2 && text.at[at - 1] == ' ') ? iban_find(s, at) : 0;
    if (end || !(word || (likely && apart && strchr(" -:/", text.at[at - 1])))) return end;
    return identifier_find_back(s, at);
}

// What is left for a number that nobody has claimed. Returns the end, or 0.
static size_t find_faint(struct scan *s, size_t at) {
    size_t end = year_find(s, at);
    if (!end) end = zip_find(s, at);
    if (!end) age_find(s, at);
    return end;
}

// What the groups are, the most certain first. Returns where to go on, 0 when that is where the number ends.
static size_t find_all(struct scan *s, struct number *n, bool likely) {
    claim_broken_ends(s->text, n);
    uint32_t broken = n->used; // of no interest for numbers, but an identifier may go on with letters
    if (n->digit_count >= 4) ip4_find(s, n);
    if (n->digit_count >= 7) {
        card_find(s, n);
        ssn_find(s, n);
    }
    size_t end = likely ? find_identifiers(s, n, broken, IDENTIFIER_FIRM) : 0;
    if (end > n->end) return end;
    if (n->digit_count >= 7) phone_find(s, n);
    size_t weak = likely ? find_identifiers(s, n, broken, IDENTIFIER_WEAK) : 0;
    if (weak > end) end = weak;
    if (n->used & ~broken || n->cut) return end > n->end ? end : 0;
    return find_faint(s, n->groups[0].start);
}

// What is no number of its own: a date, the number of a house. Returns its end, or 0.
static size_t find_written(struct scan *s, size_t at) {
    size_t end = date_find(s, at);
    return end ? end : address_find(s, at);
}

// A social security or telephone number that lost the space before it: "is415-555-0132". Returns its end, or 0.
static size_t find_glued(struct scan *s, size_t at) {
    struct span text = s->text;
    if (at < 2 || !char_in(text.at[at - 1], CHARS_LOWER) || !char_in(text.at[at - 2], CHARS_LOWER)) return 0;
    if (run_length(text, at, CHARS_DIGIT, 4) != 3 || at + 4 >= text.len || text.at[at + 3] != '-') return 0;
    struct number n;
    memset(&n, 0, offsetof(struct number, used) + sizeof n.used);
    read_number(text, at, &n);
    if (n.group_count != 3 || n.groups[2].len != 4 || n.groups[2].before != '-') return 0;
    claim_broken_ends(text, &n);
    ssn_find(s, &n);
    phone_find(s, &n);
    return group_is_free(&n, 0, 2) ? 0 : n.end;
}

size_t number_verify(struct scan *s, size_t at) {
    struct span text = s->text;
    bool word = at && char_in(text.at[at - 1], CHARS_ALPHA), likely = word || identifier_is_likely(s, at);
    size_t end = at ? find_lettered(s, at, word, likely) : 0;
    if (end) return end;
    if (word && (end = find_glued(s, at))) return end;
    if (word) return at + run_length(text, at, CHARS_DIGIT, text.len - at);
    if (s->evidence.numbers < UINT8_MAX && !s->view) s->evidence.numbers++;
    if ((end = find_written(s, at))) return end;
    struct number n;
    memset(&n, 0, offsetof(struct number, used) + sizeof n.used);
    read_number(text, at, &n);
    if (n.group_count == 0)
        return at + run_length(text, at, CHARS_DIGIT, text.len - at); // one run, longer than any number
    end = find_all(s, &n, likely);
    if (end) return end;
    // A list that was cut may hide a number across the cut: go back a little, but always forward.
    if (n.cut && n.group_count > 6) return n.groups[n.group_count - 5].start;
    return n.end;
}
