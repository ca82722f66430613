#include "text/sieve.h"

#include "text/runs.h"
#include "text/utf8.h"

struct sieve sieve_into(struct mapped_builder *to, size_t from, size_t until, struct effort *effort) {
    return (struct sieve){.to = to, .from = from, .until = until, .effort = effort};
}

static void keep(struct sieve *s, const char *bytes, size_t n) {
    if (s->to) {
        if (n > s->effort->bytes) {
            s->effort->over = true;
            return;
        }
        s->effort->bytes -= n;
        if (s->kept == 0) mapped_change(s->to, s->from, s->until, bytes, n, PIECE_RUN);
        else mapped_more(s->to, bytes, n);
    }
    s->kept += n;
}

static void close_stretch(struct sieve *s) {
    if (s->open) keep(s, "\n", 1);
    s->open = s->nul = false;
    s->count = s->want = 0;
}

// What is held is whole code points: keep it once there is enough.
static void flush(struct sieve *s) {
    if (!s->open && s->count < RUN_TEXT_MIN) return;
    s->open = true;
    keep(s, s->held, s->count);
    s->count = 0;
}

static bool is_text(unsigned char byte) {
    return (byte >= ' ' && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

void sieve_byte_slowly(struct sieve *s, unsigned char byte) {
    if (byte == 0 && !s->nul && s->want == 0 && (s->count || s->open)) {
        s->nul = true;
        return;
    }
    s->nul = false;
    if (s->want) {
        if ((byte & 0xc0) == 0x80) {
            s->held[s->count++] = (char)byte;
            if (--s->want) return;
            size_t tail = 2;
            while (((unsigned char)s->held[s->count - tail] & 0xc0) == 0x80) tail++;
            if (utf8_valid_prefix(span_make(s->held + s->count - tail, tail)) == tail) {
                flush(s);
                return;
            }
        }
        close_stretch(s);
        if ((byte & 0xc0) == 0x80) return;
    }
    if (is_text(byte)) {
        s->held[s->count++] = (char)byte;
        flush(s);
    } else if (byte >= 0xc2 && byte < 0xf5) {
        s->held[s->count++] = (char)byte;
        s->want = (uint8_t)(utf8_length(byte) - 1);
    } else {
        close_stretch(s);
    }
}

void sieve_end(struct sieve *s) {
    close_stretch(s);
}
