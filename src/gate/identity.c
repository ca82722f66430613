// Numbers that name a person or an account: payment cards, IBAN, US social security numbers.
#include "gate/checks.h"
#include "gate/number.h"

// ---------------------------------------------------------------- cards

struct issuer {
    uint16_t low, high; // first four digits
    uint32_t lengths;   // bit n: n digits
};

#define LEN(n) (1u << (n))

static const struct issuer ISSUERS[] = {
    {4000, 4999, LEN(13) | LEN(16) | LEN(19)}, // Visa
    {5100, 5599, LEN(16)},
    {2221, 2720, LEN(16)}, // Mastercard
    {3400, 3499, LEN(15)},
    {3700, 3799, LEN(15)}, // American Express
    {3000, 3059, LEN(14)},
    {3600, 3699, LEN(14)},
    {3800, 3999, LEN(14)}, // Diners
    {6011, 6011, LEN(16) | LEN(19)},
    {6440, 6599, LEN(16) | LEN(19)}, // Discover
    {3528, 3589, LEN(16) | LEN(19)},
    {1800, 1800, LEN(15)},
    {2131, 2131, LEN(15)},                                                   // JCB
    {6200, 6299, LEN(16) | LEN(17) | LEN(18) | LEN(19)},                     // UnionPay
    {5000, 5099, LEN(12) | LEN(13) | LEN(15) | LEN(16) | LEN(18) | LEN(19)}, // Maestro
    {5600, 5899, LEN(12) | LEN(13) | LEN(15) | LEN(16) | LEN(18) | LEN(19)},
    {6304, 6304, LEN(16)},
    {6759, 6763, LEN(12) | LEN(16) | LEN(18) | LEN(19)},
};

static bool is_issued(const uint8_t *digits, unsigned count) {
    unsigned four = digits[0] * 1000u + digits[1] * 100u + digits[2] * 10u + digits[3];
    for (size_t i = 0; i < sizeof ISSUERS / sizeof *ISSUERS; i++)
        if (four >= ISSUERS[i].low && four <= ISSUERS[i].high && ISSUERS[i].lengths & LEN(count)) return true;
    return false;
}

// Grouped as cards are: one run, fours with a shorter rest, 4-6-5, 4-6-4, or every digit apart.
static bool is_card_grouping(const struct number *n, unsigned first, unsigned last) {
    const struct group *g = n->groups + first;
    unsigned count = last - first + 1;
    if (count == 1) return true;
    bool fours = true, ones = true;
    for (unsigned i = 0; i < count; i++) {
        if (i && (g[i].before != g[1].before || g[i].before == '(' || g[i].before == '/')) return false;
        fours &= g[i].len == 4 || (i + 1 == count && g[i].len < 4 && count > 3);
        ones &= g[i].len == 1;
    }
    if (fours || ones) return true;
    return count == 3 && g[0].len == 4 && g[1].len == 6 && (g[2].len == 5 || g[2].len == 4);
}

static bool card_try(struct scan *s, struct number *n, unsigned first, unsigned last, unsigned count, bool context) {
    const uint8_t *digits = n->digits + n->groups[first].first;
    if (count_distinct(span_make((const char *)digits, count)) < 2) return false;
    bool luhn = check_luhn(digits, count), issued = is_issued(digits, count);
    // Long plain numbers are ids more often than cards of 17 digits and more.
    bool plausible = luhn && issued && (count <= 16 || context || first != last);
    // Any four columns of a table of numbers pass all checks now and then.
    bool table = n->cut || n->group_count > 6;
    if (first != last && table && !context && last - first + 1 < n->group_count) return false;
    enum rule_id rule = RULE_CARD_LUHN_ONLY;
    if (plausible || (luhn && context)) rule = RULE_CARD_LUHN;
    else if (context && (count >= 13 || issued)) rule = RULE_CARD_CONTEXT;
    else if (!luhn || !issued || first != last) return false;
    scan_report_scored(s, &RULES[rule], n->groups[first].start, group_end(n, last),
                       rule == RULE_CARD_LUHN && context ? 0.99f : RULES[rule].score);
    group_claim(n, first, last);
    return true;
}

void card_find(struct scan *s, struct number *n) {
    if (n->digit_count < 12) return;
    bool context = scan_context(s, n->start, n->end, 64, 40) & CONTEXT_CARD;
    for (unsigned first = 0; first < n->group_count; first++) {
        unsigned count = 0;
        // The digits of a fraction ("0.4012...") are no card, unless the words say so.
        const struct group *g = &n->groups[first];
        if (first && !context && g->before == '.' && g->len >= 12 && g[-1].len <= 3) continue;
        for (unsigned last = first; last < n->group_count && group_is_free(n, first, last); last++) {
            count += n->groups[last].len;
            if (count > 19) break;
            if (count < 12 || !is_card_grouping(n, first, last)) continue;
            // The longest reading wins: "4111 1111 1111 1111" is not a card of 12.
            if (last + 1 < n->group_count && count + n->groups[last + 1].len <= 19 &&
                group_is_free(n, last + 1, last + 1) && is_card_grouping(n, first, last + 1))
                continue;
            if (card_try(s, n, first, last, count, context)) break;
        }
    }
}

// ---------------------------------------------------------------- social security numbers

struct ssn {
    unsigned area, group, serial;
};

static unsigned value_of(const uint8_t *digits, unsigned count) {
    unsigned v = 0;
    while (count--) v = v * 10 + *digits++;
    return v;
}

static struct ssn ssn_of(const uint8_t *digits) {
    return (struct ssn){value_of(digits, 3), value_of(digits + 3, 2), value_of(digits + 5, 4)};
}

// Numbers of advertisements and examples, which were never given to a person.
static bool is_ssn_sample(struct ssn n) {
    unsigned all = n.area * 1000000 + n.group * 10000 + n.serial;
    return all == 123456789 || all == 987654321 || all == 78051120 || all == 219099999 || all % 111111111 == 0;
}

static void ssn_try(struct scan *s, struct number *n, unsigned first, unsigned last, bool shaped) {
    struct ssn number = ssn_of(n->digits + n->groups[first].first);
    size_t start = n->groups[first].start, end = group_end(n, last);
    bool context = scan_context(s, start, end, 64, 32) & CONTEXT_SSN;
    bool possible = number.area && number.area != 666 && number.area < 900 && number.group && number.serial;
    if (context) {
        float score = possible && !is_ssn_sample(number) ? 0.95f : 0.60f; // said to be one: an odd number is no veto
        scan_report_scored(s, &RULES[RULE_SSN_CONTEXT], start, end, score);
    } else if (shaped && possible) {
        scan_report(s, &RULES[is_ssn_sample(number) ? RULE_SSN_SAMPLE : RULE_SSN_SHAPE], start, end);
    } else if (shaped && number.area >= 900 && number.group >= 70 && number.group != 89 && number.group != 93 &&
               number.serial) {
        scan_report(s, &RULES[RULE_ITIN], start, end);
    } else {
        return;
    }
    group_claim(n, first, last);
}

void ssn_find(struct scan *s, struct number *n) {
    struct group *g = n->groups;
    for (unsigned i = 0; i + 2 < n->group_count; i++) {
        if (g[i].len != 3 || g[i + 1].len != 2 || g[i + 2].len != 4 || !group_is_free(n, i, i + 2)) continue;
        if (g[i + 1].before != g[i + 2].before || (g[i + 1].before == '(')) continue;
        ssn_try(s, n, i, i + 2, g[i + 1].before == '-');
    }
    for (unsigned i = 0; i < n->group_count; i++)
        if (g[i].len == 9 && group_is_free(n, i, i)) ssn_try(s, n, i, i, false);
    // Spelled digit by digit, or in groups of its own: only where the words say so.
    if (n->digit_count == 9 && n->group_count > 1 && group_is_free(n, 0, n->group_count - 1))
        ssn_try(s, n, 0, n->group_count - 1, false);
}

// ---------------------------------------------------------------- IBAN

// Copies letters and digits, over single spaces and dashes, up to `want`. Returns the end in the text, 0 when too few.
static size_t iban_read(struct span text, size_t at, size_t want, char *out) {
    size_t n = 0;
    for (; n < want; n++) {
        if (n && at + 1 < text.len && (text.at[at] == ' ' || text.at[at] == '-') &&
            char_in(text.at[at + 1], CHARS_ALNUM))
            at++;
        if (at >= text.len || !char_in(text.at[at], CHARS_ALNUM)) return 0;
        out[n] = text.at[at++];
    }
    return at;
}

size_t iban_find(struct scan *s, size_t at) {
    struct span text = s->text;
    // The letters of the country may stand apart, like everything else in a number that is spelled out.
    size_t second = at - 1;
    if (text.at[second] == ' ' && second) second--;
    size_t start = second;
    if (start && text.at[start - 1] == ' ') start--;
    if (start == 0 || !char_in(text.at[start - 1], CHARS_ALPHA) || !char_in(text.at[second], CHARS_ALPHA)) return 0;
    start--;
    if (start && char_in(text.at[start - 1], CHARS_WORD)) return 0;
    bool apart = at - start > 2;
    size_t want = iban_length(text.at[start], text.at[second]);
    char iban[36];
    size_t end = want ? iban_read(text, start, want, iban) : 0;
    if (!end || !char_in(iban[2], CHARS_DIGIT) || !char_in(iban[3], CHARS_DIGIT)) return 0;
    if (end < text.len && char_in(text.at[end], CHARS_WORD)) return 0;
    bool valid = check_iban_mod97(span_make(iban, want));
    size_t digits = 0;
    for (size_t i = 4; i < want; i++) digits += char_in(iban[i], CHARS_DIGIT);
    bool context = digits >= 6 && !apart && scan_context(s, start, end, 64, 32) & CONTEXT_BANK;
    if (!valid && !context) return 0;
    scan_report(s, &RULES[valid ? RULE_IBAN_VALID : RULE_IBAN_CONTEXT], start, end);
    return end;
}
