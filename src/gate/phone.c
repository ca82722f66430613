// Telephone numbers: international, North American, and national shapes with the words that say so.
#include "gate/checks.h"
#include "gate/number.h"

static unsigned digits_between(const struct number *n, unsigned first, unsigned last) {
    return (unsigned)(n->groups[last].first + n->groups[last].len - n->groups[first].first);
}

static void report(struct scan *s, struct number *n, enum rule_id rule, unsigned first, unsigned last) {
    scan_report(s, &RULES[rule], first == 0 ? n->start : n->groups[first].start, group_end(n, last));
    group_claim(n, first, last);
}

static bool is_year(const uint8_t *d) {
    return (d[0] == 1 && d[1] >= 5) || (d[0] == 2 && d[1] == 0);
}

// Dates, spans of years and ZIP+4 have separators too.
static bool is_something_else(const struct number *n) {
    const struct group *g = n->groups;
    if (n->group_count == 3) {
        bool year_first = g[0].len == 4 && g[1].len <= 2 && g[2].len <= 2 && is_year(n->digits);
        bool year_last = g[0].len <= 2 && g[1].len <= 2 && g[2].len == 4 && is_year(n->digits + g[2].first);
        if (year_first || year_last) return true;
    }
    if (n->group_count == 2 && g[0].len == 4 && g[1].len == 4 && is_year(n->digits) && is_year(n->digits + g[1].first))
        return true;
    if (n->group_count == 2 && g[0].len == 5 && g[1].len == 4 && g[1].before == '-') return true;
    // A social security number that cannot be one; six digits of a birthday and seven that follow.
    if (n->group_count == 3 && g[0].len == 3 && g[1].len == 2 && g[2].len == 4) return true;
    if (n->group_count == 2 && g[0].len == 6 && g[1].len == 7) return true;
    // A date with a time of day, or a time stamp.
    return n->group_count >= 4 && g[0].len == 4 && g[1].len == 2 && g[2].len == 2 && g[1].before == '-' &&
           is_year(n->digits);
}

// The area of examples.
static bool is_555(const uint8_t *d) {
    return d[0] == 5 && d[1] == 5 && d[2] == 5;
}

// AAA-EEE-XXXX, where neither area nor exchange begins with 0 or 1; made-up numbers forget the second half of that.
static void find_nanp(struct scan *s, struct number *n, uint32_t context) {
    struct group *g = n->groups;
    for (unsigned i = 0; i + 2 < n->group_count; i++) {
        if (g[i].len != 3 || g[i + 1].len != 3 || g[i + 2].len != 4 || !group_is_free(n, i, i + 2)) continue;
        if (n->digits[g[i].first] < 2) continue;
        char first = g[i + 1].before, second = g[i + 2].before;
        if (first == '/' || second == '/' || second == '(') continue;
        bool telling = first == '(' || (first == second && first != ' ');
        // No exchange begins with 0 or 1, but made-up numbers do.
        bool made_up = context || first != '-' || is_555(n->digits + g[i].first);
        if (n->digits[g[i + 1].first] < 2 && !(telling && made_up)) continue;
        if (!telling && (n->cut || n->group_count > 5)) continue; // a row of a table
        bool trunk = i && group_is_free(n, i - 1, i - 1) && g[i - 1].len == 1 && n->digits[g[i - 1].first] == 1;
        if (!telling && !trunk && i) continue; // the end of another number
        report(s, n, telling || trunk ? RULE_PHONE_NANP : RULE_PHONE_SHAPE, trunk ? i - 1 : i, i + 2);
    }
}

// Groups of two to five digits; single digits only where every digit stands apart.
static bool is_phone_grouping(const struct number *n) {
    unsigned ones = 0, slashes = 0;
    for (unsigned i = 0; i < n->group_count; i++) {
        ones += n->groups[i].len == 1;
        slashes += n->groups[i].before == '/';
    }
    if (n->group_count == 2 && n->groups[1].before == '.') return false; // a decimal fraction
    return slashes <= 1 && (ones <= 2 || ones == n->group_count);
}

// The same separator between all groups, but for brackets and a slash after the area.
static bool is_even(const struct number *n) {
    for (unsigned i = 2; i < n->group_count; i++)
        if (n->groups[i].before != n->groups[1].before && n->groups[1].before != '(' && n->groups[1].before != '/')
            return false;
    return true;
}

static bool try_international(struct scan *s, struct number *n, unsigned last, uint32_t context) {
    unsigned count = digits_between(n, 0, last);
    const uint8_t *d = n->digits;
    bool zeros = !n->plus && n->groups[0].len >= 3 && d[0] == 0 && d[1] == 0 && d[2] != 0;
    if (!n->plus && !zeros) return false;
    if (count < (zeros ? 10u : 8u) || count > (zeros ? 17u : 15u) || (n->plus && d[0] == 0)) return false;
    if (zeros && n->group_count == 1 && !context) return false; // a padded number
    if (n->plus && n->group_count == 1 && count < 10 && !context) return false;
    report(s, n, RULE_PHONE_INTERNATIONAL, 0, last);
    return true;
}

void phone_find(struct scan *s, struct number *n) {
    uint32_t context = scan_context(s, n->start, n->end, 40, 8) & (CONTEXT_PHONE | CONTEXT_CALL);
    unsigned last = n->group_count - 1;
    bool whole = !n->cut && group_is_free(n, 0, last);
    if (whole && is_phone_grouping(n) && (n->plus || !is_something_else(n)) && try_international(s, n, last, context))
        return;
    find_nanp(s, n, context);
    if (!whole || !group_is_free(n, 0, last) || is_something_else(n) || !is_phone_grouping(n)) return;
    unsigned count = n->digit_count;
    bool grouped = n->group_count > 1;
    if (context && count >= 7 && count <= 15 && (grouped || context & CONTEXT_PHONE)) {
        report(s, n, RULE_PHONE_CONTEXT, 0, last);
        return;
    }
    // A trunk 0 and three groups: the shape of half of the world, and of little else.
    bool trunk = n->digits[0] == 0 && n->digits[1] != 0 && n->groups[0].len >= 3 && n->groups[0].len <= 5;
    trunk &= n->group_count >= 3 && is_even(n) && !(n->group_count == 3 && count == 9 && n->groups[1].len == 3);
    // "0 (532) 1234567"
    trunk |= n->digits[0] == 0 && n->groups[0].len == 1 && n->group_count >= 3 && n->groups[1].before == '(';
    if (trunk && count >= 9 && count <= 12) report(s, n, RULE_PHONE_SHAPE, 0, last);
}
