// The byte pass: digits, '@', ':' and '.' are anchors of one byte. Verifiers say where it goes on, so that a stretch of
// text is looked at once.
#include "gate/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CHUNK_BYTES = 4096 };
enum byte_kind { BYTE_PLAIN, BYTE_DIGIT, BYTE_AT, BYTE_COLON, BYTE_DOT };

static const uint8_t KINDS[256] = {['0' ... '9'] = BYTE_DIGIT, ['@'] = BYTE_AT, [':'] = BYTE_COLON, ['.'] = BYTE_DOT};

static inline size_t verify(struct scan *s, uint8_t kind, size_t at) {
    switch (kind) {
    case BYTE_DIGIT: return number_verify(s, at);
    case BYTE_AT: return email_verify(s, at);
    case BYTE_COLON: return colon_verify(s, at);
    default: return dot_verify(s, at);
    }
}

// A bit for each of the 64 bytes at p that may be an anchor. '/' is taken for one, as it stands between '.' and '0'.
#ifdef __SSE2__
static inline uint64_t may_be_anchors(const char *p) {
    const __m128i at_sign = _mm_set1_epi8('@'), first = _mm_set1_epi8('.'), span = _mm_set1_epi8(':' - '.');
    uint64_t found = 0;
#pragma GCC unroll 4
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i)), from = _mm_sub_epi8(v, first);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, at_sign), _mm_cmpeq_epi8(_mm_min_epu8(from, span), from));
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << i;
    }
    return found;
}
#else
static uint64_t may_be_anchors(const char *p) {
    uint64_t found = 0;
    for (unsigned i = 0; i < 64; i++) found |= (uint64_t)(KINDS[(uint8_t)p[i]] != BYTE_PLAIN) << i;
    return found;
}
#endif

// Looks at the anchors of [at, at + 64) in one go, because most bytes are none. Returns where it goes on.
static size_t scan_block(struct scan *s, size_t at) {
    char rest[64] = {0};
    size_t left = s->text.len - at, i = at;
    const char *p = s->text.at + at;
    if (left < sizeof rest) p = memcpy(rest, p, left);
    for (uint64_t found = may_be_anchors(p); found; found &= ~(uint64_t)0 << (i - at)) {
        i = at + (unsigned)__builtin_ctzll(found);
        uint8_t kind = KINDS[(uint8_t)s->text.at[i]];
        i = kind == BYTE_PLAIN ? i + 1 : verify(s, kind, i);
        if (i >= at + 64) return i;
    }
    return left < sizeof rest ? s->text.len : at + 64;
}

void bytes_scan(struct scan *s) {
    size_t n = s->text.len, i = 0;
    while (i < n) {
        size_t begin = i;
        while (i < n && i - begin < CHUNK_BYTES) i = scan_block(s, i);
        if (scan_is_late_after(s, i - begin)) return;
    }
}
