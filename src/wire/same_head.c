#include "wire/same_head.h"

#include "base/mem.h"

enum {
    MOST_DIGITS = 18, // no number of so many overflows
    MISSES = 64,      // after so many in a row only one head in so many is looked for and kept
};

// The digits at the start of s, at most one more than may be; *value is their number.
static size_t read_digits(struct span s, uint64_t *value) {
    size_t n = 0;
    for (*value = 0; n < s.len && n <= MOST_DIGITS && s.at[n] >= '0' && s.at[n] <= '9'; n++)
        *value = *value * 10 + (uint64_t)(s.at[n] - '0');
    return n;
}

// Where the value of Content-Length begins, or SIZE_MAX. llhttp has seen to it that there is only one.
static size_t find_length(struct span head) {
    static const struct span NAME = {"content-length:", 15};
    for (size_t line = 0; line < head.len;) {
        const char *end = memchr(head.at + line, '\n', head.len - line);
        if (!end) break;
        if (span_is_nocase(span_sub(head, line, NAME.len), NAME)) {
            for (line += NAME.len; head.at[line] == ' ' || head.at[line] == '\t';) line++;
            return line;
        }
        line = (size_t)(end - head.at) + 1;
    }
    return SIZE_MAX;
}

static void wipe(struct same_head *h) {
    mem_wipe(h->bytes, h->len);
    h->len = 0;
}

static bool keep(struct same_head *h, struct span head, struct head_size size, const llhttp_t *parser) {
    size_t at = head.len, digits = 0;
    if (head.len == 0 || head.len > sizeof h->bytes || parser->upgrade) return false;
    if (parser->flags & F_CONTENT_LENGTH) {
        uint64_t value;
        at = find_length(head);
        if (at == SIZE_MAX) return false;
        digits = read_digits(span_sub(head, at, SIZE_MAX), &value);
        if (digits == 0 || digits > MOST_DIGITS || value != parser->content_length) return false;
        if (!span_starts(span_sub(head, at + digits, SIZE_MAX), SPAN("\r\n"))) return false;
    }
    wipe(h);
    memcpy(h->bytes, head.at, head.len);
    h->len = (uint16_t)head.len;
    h->length_at = (uint16_t)at;
    h->digits = (uint16_t)digits;
    h->size = size;
    h->after = *parser;
    return true;
}

// Sixteen bytes that may stand anywhere.
typedef uint64_t sixteen __attribute__((vector_size(16), aligned(1), may_alias));

// Takes as long whatever differs: a head may hold a key, and who sends guesses shall not learn how much was right.
// By vectors of one's own: what compilers make of single bytes is three loops, each of which is run a few times.
static __attribute__((noinline)) bool is_same(const char *a, const char *b, size_t n) {
    sixteen differs = {0}, last[2] = {{0}, {0}};
    for (; n >= 16; n -= 16, a += 16, b += 16) differs |= *(const sixteen *)a ^ *(const sixteen *)b;
    memcpy(&last[0], a, n);
    memcpy(&last[1], b, n);
    differs |= last[0] ^ last[1];
    return (differs[0] | differs[1]) == 0;
}

// The bytes that the head takes, or 0.
static size_t again(const struct same_head *h, struct span bytes, llhttp_t *parser, struct head_size *left) {
    size_t before = h->length_at, digits = 0, behind = h->len - before - h->digits;
    uint64_t length = h->after.content_length;
    if (h->len == 0 || bytes.len < before || !is_same(bytes.at, h->bytes, before)) return 0;
    if (h->digits) {
        digits = read_digits(span_sub(bytes, before, SIZE_MAX), &length);
        if (digits == 0 || digits > MOST_DIGITS || bytes.len - before - digits < behind) return 0;
        if (!is_same(bytes.at + before + digits, h->bytes + before + h->digits, behind)) return 0;
    }
    uint32_t size = h->size.bytes - h->digits + (uint32_t)digits;
    if (size > left->bytes || h->size.fields > left->fields) return 0;
    left->bytes -= size;
    left->fields -= h->size.fields;
    void *data = parser->data;
    *parser = h->after;
    parser->data = data;
    parser->content_length = length;
    return before + digits + behind;
}

static bool tires(const struct same_heads *h) {
    return h->missed > MISSES && h->missed % MISSES;
}

int same_heads_find(struct same_heads *h, struct span bytes, llhttp_t *parser, struct head_size *left, size_t *used) {
    h->missed++;
    for (uint32_t i = 0; i < SAME_HEADS && !tires(h); i++) {
        uint32_t at = (h->last - i) % SAME_HEADS; // the newest first
        *used = again(&h->kept[at], bytes, parser, left);
        if (*used == 0) continue;
        h->missed = 0;
        h->last = at;
        return (int)at;
    }
    return -1;
}

int same_heads_keep(struct same_heads *h, struct span head, struct head_size size, const llhttp_t *parser) {
    uint32_t at = h->next;
    if (tires(h) || !keep(&h->kept[at], head, size, parser)) return -1;
    h->last = at;
    h->next = (at + 1) % SAME_HEADS;
    return (int)at;
}

void same_heads_wipe(struct same_heads *h) {
    for (size_t i = 0; i < SAME_HEADS; i++) wipe(&h->kept[i]);
}
