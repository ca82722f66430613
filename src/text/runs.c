#include "text/runs.h"

#include "text/sieve.h"

enum {
    WRAP_MIN = 40, // a line at least this long may go on in the next one whatever its length
    PAIRS_MIN = 8,
    BLOB_MIN = 512, // bytes of a run that is worth a word when it is no text
    BLOB_SHARE = 4, // ... which it is when less than a quarter of it is
    CHUNK = 4096,   // bytes between two looks at how much effort is left
    PROBE = 4096,   // bytes of a longer run that show where its groups begin
};

// Six-bit values of both alphabets, plus one; 0 for what is in neither.
static const uint8_t SIX[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,
    ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
    ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
    ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
    ['-'] = 63, ['/'] = 64, ['_'] = 64,
};

static bool is_six(char c) {
    return SIX[(unsigned char)c] != 0;
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// ---------------------------------------------------------------- where it ends

// Past a line break and what it is indented by; `at` itself when there is none.
static size_t skip_break(struct span text, size_t at) {
    size_t i = at;
    if (i < text.len && text.at[i] == '\r') i++;
    if (i == text.len || text.at[i] != '\n') return at;
    for (i++; i < text.len && i - at < 32 && (text.at[i] == ' ' || text.at[i] == '\t'); i++) {
    }
    return i;
}

static size_t run_end(struct span text, size_t at) {
    size_t digits = 0;
    for (;;) {
        size_t line = at;
        while (at < text.len && is_six(text.at[at])) at++;
        digits += at - line;
        size_t next = skip_break(text, at);
        // A line that ends with a whole group of four can be a run of its own: joining does no harm.
        bool wrapped = at - line >= WRAP_MIN || (at - line >= RUN_MIN && digits % 4 == 0);
        if (next == at || !wrapped || next == text.len || !is_six(text.at[next])) break;
        at = next;
    }
    for (int i = 0; i < 2 && at < text.len && text.at[at] == '='; i++) at++;
    return at;
}

// ---------------------------------------------------------------- decoding

// Leaves out the first `phase` digits: a run that follows a path or a name without a break begins later than it seems.
static void feed_base64(struct sieve *sieve, struct span run, unsigned phase) {
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = phase; i < run.len && (i % CHUNK || effort_goes_on(sieve->effort, CHUNK)); i++) {
        uint8_t six = SIX[(unsigned char)run.at[i]];
        if (six == 0) continue;
        bits = bits << 6 | (six - 1u);
        count += 6;
        if (count >= 8) {
            count -= 8;
            sieve_byte(sieve, (unsigned char)(bits >> count));
        }
    }
    sieve_end(sieve);
}

static void feed_hex(struct sieve *sieve, struct span run) {
    unsigned value = 1;
    for (size_t i = 0; i < run.len && (i % CHUNK || effort_goes_on(sieve->effort, CHUNK)); i++) {
        int digit = hex_value(run.at[i]);
        if (digit < 0) continue;
        value = value << 4 | (unsigned)digit;
        if (value < 0x100) continue;
        sieve_byte(sieve, (unsigned char)value);
        value = 1;
    }
    sieve_end(sieve);
}

static size_t hex_length(struct span text, size_t at, size_t end) {
    size_t n = 0;
    while (at + n < end && hex_value(text.at[at + n]) >= 0) n++;
    return n;
}

// All hexadecimal stretches of the run, which begins at `start` of b's source. Returns how many bytes of text they
// hold; without a builder that is all it does.
static size_t decode_hex(struct mapped_builder *b, struct span run, size_t start, struct effort *effort) {
    size_t kept = 0;
    for (size_t i = 0; i < run.len;) {
        size_t n = hex_length(run, i, run.len), next = i + n + 1;
        for (size_t after; n >= RUN_MIN && (after = skip_break(run, i + n)) > i + n && hex_length(run, after, run.len);)
            n = after - i + hex_length(run, after, run.len), next = i + n + 1;
        if (n >= RUN_MIN) {
            struct sieve sieve = sieve_into(b, start + i, start + i + n, effort);
            feed_hex(&sieve, span_sub(run, i, n));
            kept += sieve.kept;
        }
        i = next;
    }
    return kept;
}

static size_t decode_base64(struct mapped_builder *b, struct span run, size_t start, unsigned phase,
                            struct effort *effort) {
    struct sieve sieve = sieve_into(b, start, start + run.len, effort);
    feed_base64(&sieve, run, phase);
    return sieve.kept;
}

// Where the groups of the run begin. *kept: how many bytes of text it then holds.
static unsigned find_phase(struct span run, struct effort *effort, size_t *kept) {
    struct span probe = span_sub(run, 0, PROBE);
    unsigned best = 0;
    *kept = 0;
    for (unsigned phase = 0; phase < 4 && *kept * 2 <= probe.len; phase++) {
        size_t n = decode_base64(NULL, probe, 0, phase, effort);
        if (n > *kept) best = phase, *kept = n;
    }
    if (run.len > probe.len) *kept = decode_base64(NULL, run, 0, best, effort);
    return best;
}

struct run run_decode(struct mapped_builder *b, size_t floor, size_t at, struct effort *effort) {
    struct span text = b->source;
    struct run out = {.start = at};
    while (out.start > floor && is_six(text.at[out.start - 1])) out.start--;
    out.end = run_end(text, out.start);
    struct span run = span_sub(text, out.start, out.end - out.start);
    if (run.len < RUN_MIN) return out;
    // What looks like one may hide in the other: the reading that holds more text is the true one.
    size_t hex = decode_hex(NULL, run, 0, effort), base64 = 0;
    unsigned phase = hex * 2 + 2 < run.len ? find_phase(run, effort, &base64) : 0;
    if (hex && hex >= base64) out.text = decode_hex(b, run, out.start, effort) > 0;
    else if (base64) out.text = decode_base64(b, run, out.start, phase, effort) > 0;
    out.blob = run.len >= BLOB_MIN && (hex > base64 ? hex : base64) * BLOB_SHARE < run.len;
    return out;
}

struct run run_decode_pairs(struct mapped_builder *b, size_t floor, size_t at, struct effort *effort) {
    struct span text = b->source;
    char separator = text.at[at];
    struct run out = {.start = at + 1};
    if (at >= floor + 2 && hex_length(text, at - 2, at) == 2) out.start = at - 2;
    size_t pairs = 0, i = out.start;
    while (hex_length(text, i, i + 2 < text.len ? i + 2 : text.len) == 2) {
        pairs++;
        out.end = i += 2;
        if (i == text.len || text.at[i] != separator) break;
        i++;
    }
    if (out.end < out.start) out.end = out.start;
    if (pairs < PAIRS_MIN) return out;
    struct sieve sieve = sieve_into(b, out.start, out.end, effort);
    feed_hex(&sieve, span_sub(text, out.start, out.end - out.start));
    out.text = sieve.kept > 0;
    return out;
}
