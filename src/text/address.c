// Addresses of mail with white space inside.
#include "text/join.h"

enum { MAX_LOCAL = 64, MAX_LABELS = 8, MAX_CUTS = 2 * MAX_LABELS + 4, MAX_SPACES = 2 };

struct cuts {
    size_t from[MAX_CUTS], to[MAX_CUTS];
    size_t count;
};

static char byte_at(struct span text, size_t at) {
    return at < text.len ? text.at[at] : 0;
}

static bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_domain(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || (unsigned char)c >= 0x80;
}

static bool is_local(char c) {
    return is_domain(c) || (c && strchr("._+%", c));
}

static void cut(struct cuts *c, size_t from, size_t to) {
    if (from == to || c->count == MAX_CUTS) return;
    c->from[c->count] = from;
    c->to[c->count++] = to;
}

// Past a line break, or MAX_SPACES spaces at most.
static size_t skip_gap(struct span text, size_t at) {
    size_t line = byte_at(text, at) == '\r' ? at + 1 : at;
    if (byte_at(text, line) == '\n') return line + 1;
    size_t n = 0;
    while (n < MAX_SPACES && byte_at(text, at + n) == ' ') n++;
    return at + n;
}

static size_t skip_gap_back(struct span text, size_t floor, size_t at) {
    if (at > floor && text.at[at - 1] == '\n') return at - 1 > floor && text.at[at - 2] == '\r' ? at - 2 : at - 1;
    size_t n = 0;
    while (n < MAX_SPACES && at - n > floor && text.at[at - n - 1] == ' ') n++;
    return at - n;
}

static size_t local_before(struct span text, size_t floor, size_t end) {
    size_t at = end;
    while (at > floor && end - at < MAX_LOCAL && is_local(text.at[at - 1])) at--;
    return at;
}

// Written as names of accounts are, and words are not: a digit, a dot, a capital inside.
static bool is_handle(struct span word) {
    for (size_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        if ((c >= '0' && c <= '9') || (i + 1 < word.len && i && strchr("._+", c))) return true;
        if (i && c >= 'A' && c <= 'Z' && word.at[i - 1] >= 'a' && word.at[i - 1] <= 'z') return true;
    }
    return false;
}

// The local part that ends before the '@' at `at`. Returns where it begins.
static size_t read_local(struct span text, size_t floor, size_t at, struct cuts *cuts) {
    size_t end = skip_gap_back(text, floor, at), start = local_before(text, floor, end);
    if (end != at) {
        cut(cuts, end, at);
        return start;
    }
    // It began in the line above, when what stands there looks like its beginning.
    size_t above = skip_gap_back(text, floor, start);
    if (start == above || byte_at(text, start - 1) != '\n') return start;
    size_t first = local_before(text, floor, above);
    struct span head = span_sub(text, first, above - first);
    if (head.len == 0 || !(is_handle(head) || (at - start <= 2 && head.len > 2))) return start;
    cut(cuts, above, start);
    return first;
}

struct domain {
    size_t end;
    size_t dots, top; // length of the last label
    bool spaced;      // white space around a dot
};

// Labels with dots, with white space around the dots, or one line break inside a label.
static struct domain read_domain(struct span text, size_t at, bool spaced, struct cuts *cuts) {
    struct domain d = {.end = at};
    bool broken = false;
    for (size_t label = at, labels = 0; labels < MAX_LABELS; labels++) {
        size_t end = label;
        while (is_domain(byte_at(text, end))) end++;
        size_t line = skip_gap(text, end);
        bool complete = d.dots && end - label >= 2;
        if (!broken && !complete && line > end && text.at[line - 1] == '\n' && end > label &&
            is_domain(byte_at(text, line))) {
            broken = true;
            cut(cuts, end, line);
            for (end = line; is_domain(byte_at(text, end));) end++;
        }
        if (end == label) break;
        d.end = end;
        d.top = end - label;
        size_t dot = skip_gap(text, end);
        if (byte_at(text, dot) != '.') break;
        size_t next = skip_gap(text, dot + 1);
        bool both = dot > end && next > dot + 1;
        if ((dot > end || next > dot + 1) && !both && !spaced && !(next > dot + 1 && text.at[next - 1] == '\n')) break;
        if (!is_domain(byte_at(text, next))) break;
        if (next > dot + 1 && d.dots && !both) break; // the end of a sentence
        cut(cuts, end, dot);
        cut(cuts, dot + 1, next);
        d.spaced |= both;
        d.dots++;
        label = next;
    }
    return d;
}

size_t join_address(struct mapped_builder *b, size_t floor, size_t at) {
    struct span text = b->source;
    struct cuts cuts = {.count = 0};
    size_t start = read_local(text, floor, at, &cuts), right = skip_gap(text, at + 1);
    struct span local = span_sub(text, start, (cuts.count ? cuts.from[0] : at) - start);
    bool apart = cuts.count && cuts.to[0] == at;
    cut(&cuts, at + 1, right);
    struct domain d = read_domain(text, right, apart, &cuts);
    if (cuts.count == 0 || local.len == 0 || d.dots == 0 || d.top < 2 || !is_letter(text.at[d.end - 1])) return at + 1;
    // "lunch @ example.com" is a place, "jo.doe @ example.com" an address.
    bool place = apart && right > at + 1 && !d.spaced && !is_handle(local);
    for (size_t i = 0; i < cuts.count; i++) mapped_change(b, cuts.from[i], cuts.to[i], "", 0, place ? PIECE_WEAK : 0);
    return d.end;
}
