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
        if (!dotted || !group_is_free(n, i, i + 3) || (i + 4 < n->group_count && g[i + 4].before == '.')) continue;
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
    unsigned count;   // groups of hexadecimal digits
    unsigned longest; // digits of the longest group
    unsigned pairs;   // groups of exactly two
    unsigned digits;  // decimal digits in all
    bool gap;         // "::" was seen
    bool bad;         // two gaps, or a group of five
    unsigned first;   // value of the first group
    size_t end;
};

static void read_groups(struct span text, size_t at, struct hex_groups *out) {
    for (;;) {
        size_t len = run_length(text, at, CHARS_HEX, 5);
        if (len > 4) out->bad = true;
        unsigned value = 0;
        for (size_t i = 0; i < len; i++) {
            char c = text.at[at + i];
            value = value * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
            out->digits += c <= '9';
        }
        if (len) {
            if (out->count++ == 0) out->first = out->gap ? 0 : value;
            out->pairs += len == 2;
            if (len > out->longest) out->longest = (unsigned)len;
        }
        out->end = at += len;
        if (out->bad || out->count > 8 || at >= text.len || text.at[at] != ':') return;
        bool gap = at + 1 < text.len && text.at[at + 1] == ':';
        if (gap && out->gap) out->bad = true;
        if (!gap && (at + 1 >= text.len || !char_in(text.at[at + 1], CHARS_HEX))) return;
        out->gap |= gap;
        at += gap ? 2 : 1;
        if (out->bad) return;
    }
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
    if (g.bad || (g.end < text.len && char_in(text.at[g.end], CHARS_WORD))) return at + 1;
    if (!g.gap && g.count == 6 && g.pairs == 6) {
        scan_report(s, &RULES[RULE_MAC], start, g.end);
        return next;
    }
    bool full = !g.gap && g.count == 8;
    // "::" is also how programs write scopes: an address has a long group with a digit in it.
    bool shortened = g.gap && g.count >= 2 && g.count < 8 && g.longest >= 3 && g.digits;
    bool loopback = g.gap && g.count == 1 && g.end == at + 3 && text.at[at + 2] == '1' && len == 0;
    if (!full && !shortened && !loopback) return at + 1;
    bool local = loopback || g.first >= 0xfc00 ||
                 (g.first == 0x2001 && span_find(span_sub(text, start, 9), SPAN("db8")) != SIZE_MAX);
    scan_report(s, &RULES[local ? RULE_IPV6_PRIVATE : RULE_IPV6], start, g.end);
    return next;
}
