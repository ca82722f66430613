#include "text/join.h"

#include "text/utf8.h"

enum { MIN_SINGLES = 6, MAX_BACK = 64, MAX_GROUPS = 8, MIN_JOINED_DIGITS = 12, MAX_JOINED_DIGITS = 34, MAX_LINES = 4 };

static char byte_at(struct span text, size_t at) {
    return at < text.len ? text.at[at] : 0;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_alnum(char c) {
    return is_digit(c) || is_letter(c);
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_wordy(char c) {
    return is_alnum(c) || (unsigned char)c >= 0x80;
}

static bool is_one_of(char c, const char *set) {
    return c && strchr(set, c);
}

// ---------------------------------------------------------------- single characters

// Length of the character at `at` that may stand alone, 0 when none does.
static size_t single(struct span text, size_t at, char separator) {
    char c = byte_at(text, at);
    if (at >= text.len || (unsigned char)c <= ' ' || c == separator) return 0;
    return utf8_length((unsigned char)c);
}

// How far the separator reaches here: 1, or 3 for one that stands for a space; 0 when it does not stand here.
static size_t apart(struct span text, size_t at, char separator) {
    if (byte_at(text, at) != separator) return 0;
    return byte_at(text, at + 1) == separator && byte_at(text, at + 2) == separator ? 3 : 1;
}

// Where the character that ends at `end` begins, when it stands alone; SIZE_MAX when it does not.
static size_t lone_before(struct span text, size_t floor, size_t end, char separator) {
    size_t c = end;
    while (c > floor && ((unsigned char)text.at[c - 1] & 0xc0) == 0x80) c--;
    if (c == floor || (unsigned char)text.at[c - 1] <= ' ' || text.at[c - 1] == separator) return SIZE_MAX;
    c--;
    bool alone = c == 0 || text.at[c - 1] == separator || (unsigned char)text.at[c - 1] <= ' ';
    return alone ? c : SIZE_MAX;
}

// The beginning of the run that goes on after the separator at `at`.
static size_t first_single(struct span text, size_t floor, size_t at) {
    char separator = text.at[at];
    size_t back = at > floor + MAX_BACK ? at - MAX_BACK : floor;
    size_t start = at + 1, end = at;
    for (;;) {
        size_t c = lone_before(text, back, end, separator);
        if (c == SIZE_MAX) return start;
        start = end = c;
        size_t gap = 0;
        while (gap < 4 && end > back && text.at[end - 1] == separator) end--, gap++;
        if (gap != 1 && gap != 3) return start;
    }
}

struct singles {
    size_t start, end;
    size_t letters, digits, others, wide; // wide: separators that stand for a space
    bool list;                            // numbers of several digits follow or precede
};

static void read_singles(struct span text, size_t start, char separator, struct singles *out) {
    *out = (struct singles){.start = start, .end = start};
    for (size_t at = start, n; (n = single(text, at, separator));) {
        char c = text.at[at];
        size_t after = at + n, gap = apart(text, after, separator);
        if (gap == 0 && is_wordy(byte_at(text, after))) { // the first letter of a word
            out->list |= is_digit(c);
            return;
        }
        out->digits += is_digit(c);
        out->letters += is_wordy(c) && !is_digit(c);
        out->others += !is_wordy(c);
        out->end = after;
        if (gap == 0 || !single(text, after + gap, separator)) return;
        out->wide += gap == 3;
        at = after + gap;
    }
}

size_t join_singles(struct mapped_builder *b, size_t floor, size_t at) {
    struct span text = b->source;
    size_t second = at + 2; // the first one may be what stands before the run
    char separator = text.at[second];
    if ((unsigned char)separator >= 0x80) return at + 1;
    struct singles run;
    read_singles(text, first_single(text, floor, second), separator, &run);
    size_t next = run.end > at ? run.end : at + 1;
    if (run.digits + run.letters < MIN_SINGLES) return next;
    size_t s = run.start;
    bool numbers = run.letters == 0, shaped = run.others || run.wide;
    bool list = run.list || (s > 1 && text.at[s - 1] == separator && is_digit(text.at[s - 2]));
    if (numbers && list) return next;
    unsigned kind = numbers && !shaped ? PIECE_WEAK : 0;
    while (s < run.end) {
        size_t n = single(text, s, separator), gap = s + n < run.end ? apart(text, s + n, separator) : 0;
        size_t row = s;
        // As many as are one byte wide and one byte apart.
        while (n == 1 && gap == 1 && single(text, s + 2, separator) == 1) {
            s += 2;
            gap = s + 1 < run.end ? apart(text, s + 1, separator) : 0;
        }
        if (s > row) mapped_stride(b, row, s + 1, kind);
        else mapped_keep(b, s, s + n, kind);
        if (gap) mapped_change(b, s + n, s + n + gap, " ", gap == 3, kind);
        s += n + gap;
    }
    return next;
}

// ---------------------------------------------------------------- groups of digits

struct groups {
    size_t start[MAX_GROUPS + 1], len[MAX_GROUPS + 1];
    size_t count, gap, end;
};

static size_t digits_at(struct span text, size_t at) {
    size_t n = 0;
    while (is_digit(byte_at(text, at + n))) n++;
    return n;
}

// All groups that the same one or two bytes part; those past MAX_GROUPS are only counted.
static void read_groups(struct span text, size_t at, struct groups *g) {
    size_t n = digits_at(text, at), sep = at + n;
    g->end = sep;
    g->gap = is_digit(byte_at(text, sep + 1)) ? 1 : 2;
    for (g->count = 0; n; n = digits_at(text, at)) {
        if (g->count <= MAX_GROUPS) g->start[g->count] = at, g->len[g->count] = n;
        g->count++;
        g->end = at + n;
        at = g->end + g->gap;
        if (at >= text.len || memcmp(text.at + g->end, text.at + sep, g->gap) != 0) return;
    }
}

static bool has_lengths(const struct groups *g, const char *lengths) {
    for (size_t i = 0; i < g->count; i++)
        if (g->len[i] != (size_t)(lengths[i] - '0')) return false;
    return lengths[g->count] == 0;
}

static bool is_shaped(const struct groups *g) {
    static const char *const SHAPES[] = {"4444", "44443", "4441", "4442", "4443", "465", "464", "324", "334", "1334"};
    for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++)
        if (g->count == strlen(SHAPES[i]) && has_lengths(g, SHAPES[i])) return true;
    return false;
}

size_t join_groups(struct mapped_builder *b, size_t floor, size_t at) {
    struct span text = b->source;
    size_t start = at;
    while (start > floor && is_digit(text.at[start - 1]) && at - start < 8) start--;
    struct groups g = {.count = 0};
    if (byte_at(text, at + 1) == '\n' || byte_at(text, at + 1) == '\r') return at + 1; // join_lines looks at it
    if (start == at && is_digit(byte_at(text, at + 2)) && !is_digit(byte_at(text, at + 3))) return at + 1; // singles
    read_groups(text, start, &g);
    const char *sep = text.at + g.start[0] + g.len[0];
    size_t next = g.end > at ? g.end : at + 1;
    // What a number may have between its groups anyway needs no help.
    if (g.count < 3 || g.count > MAX_GROUPS || (g.gap == 1 && strchr(" -./()", *sep)) || !is_shaped(&g)) return next;
    if (is_wordy(byte_at(text, g.end)) || (start && is_wordy(text.at[start - 1]))) return next;
    unsigned kind = 0;
    for (size_t i = 0; i < g.gap; i++) {
        if ((unsigned char)sep[i] >= 0x80 || is_letter(sep[i])) return next;
        if (strchr(",;:|\t=+&\n\r", sep[i])) kind = PIECE_WEAK; // a list as often as not
    }
    for (size_t i = 1; i < g.count; i++) mapped_change(b, g.start[i] - g.gap, g.start[i], "-", 1, kind);
    return next;
}

// ---------------------------------------------------------------- lines

// A stretch of digits with single spaces or dashes between.
struct figures {
    size_t start, end, digits;
    bool fours; // all groups have four digits, but perhaps the last
};

static void read_figures(struct span text, size_t at, struct figures *f) {
    *f = (struct figures){.start = at, .end = at, .fours = true};
    for (size_t n; (n = digits_at(text, at)); at += n + 1) {
        if (at > f->start && f->digits % 4) f->fours = false;
        f->fours &= n <= 4;
        f->digits += n;
        f->end = at + n;
        if (!is_one_of(byte_at(text, f->end), " -")) break;
    }
}

static size_t figures_before(struct span text, size_t floor, size_t end) {
    size_t at = end;
    while (at > floor && end - at < 32 && (is_digit(text.at[at - 1]) || (is_one_of(text.at[at - 1], " -")))) at--;
    while (at < end && !is_digit(text.at[at])) at++;
    return at;
}

// Length of the line break at `at`, 0 when there is none.
static size_t line_break(struct span text, size_t at) {
    if (byte_at(text, at) == '\r') return byte_at(text, at + 1) == '\n' ? 2 : 0;
    return byte_at(text, at) == '\n';
}

// Two to MAX_LINES stretches of digits, one below the other.
static size_t join_figures(struct mapped_builder *b, size_t floor, size_t at) {
    struct span text = b->source;
    struct figures f;
    size_t starts[MAX_LINES], ends[MAX_LINES], lines = 0, digits = 0;
    bool fours = true;
    read_figures(text, figures_before(text, floor, at), &f);
    size_t column = f.start;
    for (;; lines++) {
        if (lines < MAX_LINES) starts[lines] = f.start, ends[lines] = f.end;
        fours &= f.fours && digits % 4 == 0;
        digits += f.digits;
        size_t n = line_break(text, f.end);
        if (n == 0 || !is_digit(byte_at(text, f.end + n))) break;
        read_figures(text, f.end + n, &f);
    }
    bool bounded = !is_wordy(byte_at(text, f.end)) && (column == 0 || !is_wordy(text.at[column - 1]));
    size_t next = f.end > at ? f.end : at + 1;
    if (lines == 0 || ++lines > MAX_LINES || !bounded) return next;
    if (digits < MIN_JOINED_DIGITS || digits > MAX_JOINED_DIGITS) return next;
    fours &= digits <= 19 && lines <= 4 && digits >= 13;
    for (size_t i = 1; i < lines; i++) mapped_change(b, ends[i - 1], starts[i], " ", fours, fours ? 0 : PIECE_WEAK);
    return next;
}

struct token {
    size_t start, end, digits, letters;
};

static struct token token_before(struct span text, size_t floor, size_t end) {
    struct token t = {.start = end, .end = end};
    for (; t.start > floor && end - t.start < 64 && is_alnum(text.at[t.start - 1]); t.start--) {
        t.digits += is_digit(text.at[t.start - 1]);
        t.letters += is_letter(text.at[t.start - 1]);
    }
    return t;
}

static struct token token_after(struct span text, size_t start) {
    struct token t = {.start = start, .end = start};
    for (; t.end - start < 64 && is_alnum(byte_at(text, t.end)); t.end++) {
        t.digits += is_digit(text.at[t.end]);
        t.letters += is_letter(text.at[t.end]);
    }
    return t;
}

// What ends at `left` may go on at `right`.
static __attribute__((noinline)) size_t join_halves(struct mapped_builder *b, size_t floor, size_t left, size_t right) {
    struct span text = b->source;
    char before = text.at[left - 1], after = text.at[right];
    if (is_digit(before) && is_digit(after)) {
        struct token t = token_before(text, floor, left), u = token_after(text, right);
        if (t.letters == 0 && u.letters == 0) return join_figures(b, floor, left);
    }
    // A dash at either side of the line feed: the number goes on.
    bool dash = (before == '-' && left > floor + 1 && is_digit(text.at[left - 2]) && is_digit(after)) ||
                (after == '-' && is_digit(before) && is_digit(byte_at(text, right + 1)));
    if (dash) {
        mapped_change(b, left, right, "", 0, 0);
        return right;
    }
    struct token t = token_before(text, floor, left);
    if (!t.digits) return right; // a line of prose
    struct token u = token_after(text, right);
    size_t len = t.end - t.start + u.end - u.start;
    if (u.digits && t.letters + u.letters && len >= 15) mapped_change(b, left, right, "", 0, PIECE_WEAK);
    return right;
}

// Of a number or a code one side has a digit or a capital, the other one goes on with it or ends with a dash.
static bool may_belong(char code, char other) {
    return (is_digit(code) || is_upper(code)) && (is_alnum(other) || other == '-');
}

size_t join_lines(struct mapped_builder *b, size_t floor, size_t at) {
    struct span text = b->source;
    size_t left = at > floor && text.at[at - 1] == '\r' ? at - 1 : at, right = at + 1;
    if (left <= floor || right >= text.len) return right;
    char before = text.at[left - 1], after = text.at[right];
    return may_belong(before, after) || may_belong(after, before) ? join_halves(b, floor, left, right) : right;
}
