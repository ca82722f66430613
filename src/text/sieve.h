// Keeps what is text of a stream of bytes: stretches of at least RUN_TEXT_MIN bytes of printable, well-formed UTF-8,
// with a line feed between two of them. Single NUL bytes are passed over, so that UTF-16 reads as what it says.
#ifndef SLUICE_TEXT_SIEVE_H
#define SLUICE_TEXT_SIEVE_H

#include "text/mapped.h"

struct sieve {
    struct mapped_builder *to; // NULL: only counts
    size_t from, until;        // the stretch of the source that what is kept replaces
    size_t *budget;            // bytes that may still be kept
    size_t kept;
    bool over;           // there was more text than that
    char held[16];       // of a stretch that is not long enough yet, or of a code point
    uint8_t count, want; // bytes held; continuation bytes that are still to come
    bool open;           // the stretch is long enough: what comes is kept at once
    bool nul;            // the last byte was NUL
};

struct sieve sieve_into(struct mapped_builder *to, size_t from, size_t until, size_t *budget);
struct sieve sieve_dry(void);
void sieve_byte(struct sieve *s, unsigned char byte);
void sieve_end(struct sieve *s);

#endif
