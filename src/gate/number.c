#include "gate/number.h"

#include "gate/checks.h"
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

// Numbers that are dates, addresses or ZIP codes are no telephone numbers. Returns the end of one, or 0.
static size_t soft_find(struct scan *s, size_t at) {
    size_t end = date_find(s, at);
    if (!end) end = address_find(s, at);
    if (!end) end = year_find(s, at);
    if (!end) end = zip_find(s, at);
    if (!end) age_find(s, at);
    return end;
}

size_t number_verify(struct scan *s, size_t at) {
    struct span text = s->text;
    bool word = at && char_in(text.at[at - 1], CHARS_ALPHA);
    if (word || (at > 2 && text.at[at - 1] == ' ' && char_in(text.at[at - 2], CHARS_ALPHA))) {
        size_t end = iban_find(s, at);
        if (end) return end;
    }
    if (word) return at + run_length(text, at, CHARS_DIGIT, text.len - at);
    if (s->evidence.numbers < UINT8_MAX) s->evidence.numbers++;
    size_t known = soft_find(s, at);
    if (known) return known;
    struct number n;
    memset(&n, 0, offsetof(struct number, used) + sizeof n.used);
    read_number(text, at, &n);
    if (n.group_count == 0)
        return at + run_length(text, at, CHARS_DIGIT, text.len - at); // one run, longer than any number
    if (n.digit_count >= 4) {
        claim_broken_ends(text, &n);
        ip4_find(s, &n);
        if (n.digit_count >= 7) {
            card_find(s, &n);
            ssn_find(s, &n);
            phone_find(s, &n);
        }
    }
    // A list that was cut may hide a number across the cut: go back a little, but always forward.
    if (n.cut && n.group_count > 6) return n.groups[n.group_count - 5].start;
    return n.end;
}
