// The byte pass: digits, '@', ':' and '.' are anchors of one byte. Verifiers say where it goes on, so that a stretch of
// text is looked at once.
#include "gate/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CHUNK_BYTES = 4096 };
enum byte_kind { BYTE_PLAIN, BYTE_DIGIT, BYTE_AT, BYTE_COLON, BYTE_DOT };

static const uint8_t KINDS[256] = {['0' ... '9'] = BYTE_DIGIT, ['@'] = BYTE_AT, [':'] = BYTE_COLON, ['.'] = BYTE_DOT};

static size_t verify(struct scan *s, uint8_t kind, size_t at) {
    switch (kind) {
    case BYTE_DIGIT: return number_verify(s, at);
    case BYTE_AT: return email_verify(s, at);
    case BYTE_COLON: return colon_verify(s, at);
    default: return dot_verify(s, at);
    }
}

// The first anchor at or after `at`, or `stop`: sixteen bytes at a time, because most text has none.
static inline size_t next_anchor(const unsigned char *p, size_t at, size_t stop) {
#ifdef __SSE2__
    const __m128i at_sign = _mm_set1_epi8('@'), dot = _mm_set1_epi8('.'), below = _mm_set1_epi8('0' - 1),
                  above = _mm_set1_epi8(':' + 1); // ':' follows '9'
    for (; stop - at >= 16; at += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, at_sign), _mm_cmpeq_epi8(v, dot)),
                                   _mm_and_si128(_mm_cmpgt_epi8(v, below), _mm_cmplt_epi8(v, above)));
        int mask = _mm_movemask_epi8(hit);
        if (mask) return at + (size_t)__builtin_ctz((unsigned)mask);
    }
#endif
    while (at < stop && KINDS[p[at]] == BYTE_PLAIN) at++;
    return at;
}

void bytes_scan(struct scan *s) {
    const unsigned char *p = (const unsigned char *)s->text.at;
    size_t n = s->text.len, i = 0;
    while (i < n) {
        size_t begin = i, stop = n - i > CHUNK_BYTES ? i + CHUNK_BYTES : n;
        while ((i = next_anchor(p, i, stop)) < stop) i = verify(s, KINDS[p[i]], i);
        if (scan_is_late_after(s, i - begin)) return;
    }
}
