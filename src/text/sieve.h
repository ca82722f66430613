// Keeps what is text of a stream of bytes: stretches of at least RUN_TEXT_MIN bytes of printable, well-formed UTF-8,
// with a line feed between two of them. Single NUL bytes are passed over, so that UTF-16 reads as what it says.
#ifndef SLUICE_TEXT_SIEVE_H
#define SLUICE_TEXT_SIEVE_H

#include "text/effort.h"
#include "text/mapped.h"

struct sieve {
    struct mapped_builder *to; // NULL: only counts
    size_t from, until;        // the stretch of the source that what is kept replaces
    struct effort *effort;
    size_t kept;
    char held[16];       // of a stretch that is not long enough yet, or of a code point
    uint8_t count, want; // bytes held; continuation bytes that are still to come
    bool open;           // the stretch is long enough: what comes is kept at once
    bool nul;            // the last byte was NUL
};

// to NULL: nothing is kept, and nothing taken off the effort but time.
struct sieve sieve_into(struct mapped_builder *to, size_t from, size_t until, struct effort *effort);
void sieve_byte_slowly(struct sieve *s, unsigned char byte);

// Most bytes of what is no text, and the first ones of a stretch, need no more than this.
static inline void sieve_byte(struct sieve *s, unsigned char byte) {
    bool text = byte >= ' ' && byte < 0x7f;
    if (s->open || s->want || (!text && byte >= 0xc2)) sieve_byte_slowly(s, byte);
    else if (text && s->count < 7) s->held[s->count++] = (char)byte, s->nul = false;
    else if (text || s->count) sieve_byte_slowly(s, byte);
}

void sieve_end(struct sieve *s);

#endif
