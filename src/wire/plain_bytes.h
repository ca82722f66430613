// The bytes of a JSON string that stand for themselves and need no look: ASCII but for quote, backslash and controls.
#ifndef SLUICE_WIRE_PLAIN_BYTES_H
#define SLUICE_WIRE_PLAIN_BYTES_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSSE3__
#include <immintrin.h>
#endif

#ifdef __SSSE3__
// A bit for each of 16 bytes that is not plain. Quote and backslash differ in their low halves, so one table holds
// both. Signed comparison: bytes above ASCII are negative, so they are below a space too.
static inline int plain_bytes_end16(const unsigned char *p) {
    const __m128i table = _mm_setr_epi8(0, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', 0, 0, 0);
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    return _mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(_mm_shuffle_epi8(table, v), v), _mm_cmplt_epi8(v, _mm_set1_epi8(' '))));
}
#endif

// The first byte at or after p that is not plain, or end. The same, either way; the wide one takes 64 bytes at a time
// where the processor can.
const unsigned char *plain_bytes_skip_wide(const unsigned char *p, const unsigned char *end);
static inline const unsigned char *plain_bytes_skip_portable(const unsigned char *p, const unsigned char *end) {
#ifdef __SSSE3__
    for (; end - p >= 16; p += 16) {
        int mask = plain_bytes_end16(p);
        if (mask) return p + __builtin_ctz((unsigned)mask);
    }
#endif
    while (p < end && *p >= ' ' && *p < 0x80 && *p != '"' && *p != '\\') p++;
    return p;
}

// Most strings are short: their end is found in place.
static inline __attribute__((always_inline)) const unsigned char *plain_bytes_skip(const unsigned char *p,
                                                                                   const unsigned char *end) {
#ifdef __SSSE3__
    if (end - p >= 16) {
        int mask = plain_bytes_end16(p);
        if (mask) return p + __builtin_ctz((unsigned)mask);
        return plain_bytes_skip_wide(p + 16, end);
    }
#endif
    return plain_bytes_skip_wide(p, end);
}

#endif
