// Addresses of machines: IPv4, IPv6, MAC.
#include "gate/checks.h"
#include "gate/number.h"

// ---------------------------------------------------------------- IPv4

struct block {
    uint32_t net;
    unsigned bits;
};

// Blocks that name nobody: private, loopback, link-local, documentation, multicast; and public resolvers.
static const struct block PRIVATE[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16}, {0xac100000, 12},
    {0xc0000200, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3},
    {0x08080808, 32}, {0x08080404, 32}, {0x01010101, 32}, {0x01000001, 32}, {0x09090909, 32},
};

static bool is_private(uint32_t address) {
    for (size_t i = 0; i < sizeof PRIVATE / sizeof *PRIVATE; i++)
        if ((address ^ PRIVATE[i].net) >> (32 - PRIVATE[i].bits) == 0) return true;
    return false;
}

static bool is_version(struct span text, size_t start) {
    static const char *const WORDS[] = {"v", "version", "ver", "release", "build", "firmware", "section", "rev", "sdk"};
    size_t end = start;
    while (end && start - end < 3 && strchr(" :=.", text.at[end - 1])) end--;
    size_t first = end;
    while (first && end - first < 10 && char_in(text.at[first - 1], CHARS_ALPHA)) first--;
    struct span word = span_sub(text, first, end - first);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (span_is_nocase(word, span_from(WORDS[i]))) return true;
    return false;
}

void ip4_find(struct scan *s, struct number *n) {
    const struct group *g = n->groups;
    for (unsigned i = 0; i + 3 < n->group_count; i++) {
        uint32_t address = 0;
        bool dotted = i == 0 || g[i].before != '.', small = true;
        for (unsigned k = 0; k < 4 && dotted; k++) {
            const uint8_t *d = n->digits + g[i + k].first;
            unsigned len = g[i + k].len, v = 0;
            for (unsigned j = 0; j < len && j < 4; j++) v = v * 10 + d[j];
            dotted = len <= 3 && v <= 255 && (len == 1 || d[0]) && (k == 0 || g[i + k].before == '.');
            address = address << 8 | (v & 255);
            small &= len == 1;
        }
        bool longer = i + 4 < n->group_count && g[i + 4].before == '.'; // a section, unless it is an address at home
        if (!dotted || !group_is_free(n, i, i + 3) || (longer && address >> 16 != 0xc0a8)) continue;
        if (is_version(s->text, g[i].start)) {
            group_claim(n, i, i + 3);
            continue;
        }
        bool context = scan_context(s, g[i].start, group_end(n, i + 3), 32, 8) & CONTEXT_IP;
        // 1.2.3.4 is a section or a version as often as an address.
        bool soft = is_private(address) || (small && !context);
        scan_report(s, &RULES[soft ? RULE_IPV4_PRIVATE : RULE_IPV4], g[i].start, group_end(n, i + 3));
        group_claim(n, i, i + 3);
    }
}

// ---------------------------------------------------------------- IPv6 and MAC

struct hex_groups {
    unsigned count;   // groups of hexadecimal digits; an IPv4 address at the end is two
    unsigned longest; // digits of the longest group
    unsigned pairs;   // groups of exactly two
    unsigned digits;  // decimal digits in all
    unsigned low, high;
    bool gap;       // "::" was seen
    bool bad;       // two gaps, a group of five, or a broken IPv4 address
    bool quad;      // ends in an IPv4 address
    unsigned first; // value of the first group
    uint32_t ipv4;
    size_t end;
};

// a.b.c.d at `at`; returns its end or 0.
static size_t read_quad(struct span text, size_t at, uint32_t *out) {
    uint32_t address = 0;
    for (unsigned k = 0; k < 4; k++) {
        size_t len = run_length(text, at, CHARS_DIGIT, 4);
        unsigned v = 0;
        for (size_t i = 0; i < len; i++) v = v * 10 + (unsigned)(text.at[at + i] - '0');
        if (len == 0 || len > 3 || v > 255) return 0;
        address = address << 8 | v;
        at += len;
        if (k < 3 && (at >= text.len || text.at[at++] != '.')) return 0;
    }
    *out = address;
    return at;
}

// One group at `at`: counts it, and returns its end.
static size_t read_group(struct span text, size_t at, struct hex_groups *out) {
    size_t len = run_length(text, at, CHARS_HEX, 5);
    if (len > 4) out->bad = true;
    if (len && at + len + 1 < text.len && text.at[at + len] == '.' && char_in(text.at[at + len + 1], CHARS_DIGIT)) {
        size_t end = read_quad(text, at, &out->ipv4);
        out->bad |= !end;
        out->quad = true;
        out->count += 2;
        return end ? end : at + len;
    }
    unsigned value = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text.at[at + i];
        value = value * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        out->digits += c <= '9';
    }
    if (len == 0) return at;
    if (out->count++ == 0) out->first = out->gap ? 0 : value;
    out->pairs += len == 2;
    out->low += value == 0, out->high += value == 0xff;
    if (len > out->longest) out->longest = (unsigned)len;
    return at + len;
}

static void read_groups(struct span text, size_t at, struct hex_groups *out) {
    for (;;) {
        out->end = at = read_group(text, at, out);
        if (out->bad || out->quad || out->count > 8 || at >= text.len || text.at[at] != ':') return;
        bool gap = at + 1 < text.len && text.at[at + 1] == ':';
        if (gap && out->gap) out->bad = true;
        if (!gap && (at + 1 >= text.len || !char_in(text.at[at + 1], CHARS_HEX))) return;
        out->gap |= gap;
        at += gap ? 2 : 1;
        if (gap) out->end = at;
        if (out->bad) return;
    }
}

// A zone and the length of a prefix: "%eth0", "/64".
static size_t skip_suffix(struct span text, size_t at, bool *found) {
    size_t n = at < text.len && text.at[at] == '%' ? run_length(text, at + 1, CHARS_ALNUM, 16) : 0;
    if (n) at += n + 1;
    size_t bits = at < text.len && text.at[at] == '/' ? run_length(text, at + 1, CHARS_DIGIT, 4) : 0;
    *found = n || (bits && bits < 4);
    return bits && bits < 4 ? at + bits + 1 : at;
}

// "::" alone is the address of nobody, and an operator of several languages.
static bool is_unspecified(const struct scan *s, size_t start, size_t end, bool suffix) {
    struct span text = s->text;
    if (suffix) return true;
    bool apart = (start == 0 || text.at[start - 1] == ' ' || text.at[start - 1] == '=') &&
                 (end == text.len || text.at[end] == ' ' || text.at[end] == ',');
    return apart && (start && text.at[start - 1] == '=' ? true : scan_context(s, start, end, 32, 0) & CONTEXT_IP);
}

static bool is_address(const struct scan *s, size_t start, const struct hex_groups *g, bool suffix) {
    if (g->gap && g->count == 0) return is_unspecified(s, start, g->end, suffix);
    if (!g->gap) return g->count == 8;
    if (g->count >= 8) return false;
    bool loopback = g->count == 1 && g->end == start + 3 && s->text.at[start + 2] == '1';
    // "::" is also how programs write scopes: an address has a long group with a digit in it.
    return loopback || g->quad || (g->longest >= 3 && (g->digits || suffix) && (g->count >= 2 || suffix));
}

size_t colon_verify(struct scan *s, size_t at) {
    struct span text = s->text;
    size_t len = 0;
    while (len < 5 && len < at && char_in(text.at[at - 1 - len], CHARS_HEX)) len++;
    bool gap = at + 1 < text.len && text.at[at + 1] == ':';
    size_t start = at - len;
    if (len > 4 || (len == 0 && !gap) || at + 1 >= text.len || !(gap || char_in(text.at[at + 1], CHARS_HEX)))
        return at + 1;
    if (start && (char_in(text.at[start - 1], CHARS_WORD | CHARS_DOT) || text.at[start - 1] == ':')) return at + 1;
    struct hex_groups g = {0};
    read_groups(text, start, &g);
    size_t next = g.end > at ? g.end : at + 1;
    if (g.bad || (g.end < text.len && (char_in(text.at[g.end], CHARS_WORD) || text.at[g.end] == ':'))) return at + 1;
    if (!g.gap && !g.quad && g.count == 6 && g.pairs == 6) {
        if (g.low < 6 && g.high < 6) scan_report(s, &RULES[RULE_MAC], start, g.end); // nobody's, and everybody's
        return next;
    }
    bool suffix;
    size_t end = skip_suffix(text, g.end, &suffix);
    if (!is_address(s, start, &g, suffix)) return at + 1;
    bool local = g.first >= 0xfc00 || (g.first == 0 && g.count < 2) ||
                 (g.first == 0x2001 && span_find(span_sub(text, start, 9), SPAN("db8")) != SIZE_MAX) ||
                 (g.quad && is_private(g.ipv4));
    scan_report(s, &RULES[local ? RULE_IPV6_PRIVATE : RULE_IPV6], start, end);
    return end > next ? end : next;
}

// A MAC address without a digit has no anchor of its own: the words find it.
void mac_verify_near(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    enum { NEAR = 40, LONGEST = 17, DOTTED = 14 };
    struct span text = s->text;
    (void)start, (void)anchor;
    for (size_t at = end; at + DOTTED <= text.len && at < end + NEAR; at++) {
        if (!char_in(text.at[at], CHARS_HEX) || char_in(text.at[at - 1], CHARS_WORD)) continue;
        size_t group = run_length(text, at, CHARS_HEX, 5), n = group == 2 ? LONGEST : group == 4 ? DOTTED : 0;
        if (n == 0 || at + n > text.len) continue;
        char separator = text.at[at + group];
        if (!(group == 2 && separator == '-') && !(group == 4 && separator == '.')) continue;
        size_t i = 0;
        while (i < n && (i % (group + 1) == group ? text.at[at + i] == separator : char_in(text.at[at + i], CHARS_HEX)))
            i++;
        if (i < n || (at + n < text.len && char_in(text.at[at + n], CHARS_WORD | CHARS_DASH))) continue;
        if (count_distinct(span_sub(text, at, n)) > 2) scan_report(s, &RULES[RULE_MAC], at, at + n);
        return;
    }
}
