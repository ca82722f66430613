// The byte pass: digits, '@', ':' and '.' are anchors of one byte. Verifiers say where it goes on, so that a stretch of
// text is looked at once.
#include "base/wide_bytes.h"
#include "gate/scan.h"

enum { CHUNK_BYTES = 4096, BLOCK = 64 };
enum { DOTS = 7 }; // how far apart those are that dot_verify asks for
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

// A bit for each of the BLOCK bytes at p that may be an anchor; DOTS more are readable.
static uint64_t find_anchors(const char *p) {
    uint64_t found = 0;
    for (unsigned i = 0; i < BLOCK; i++) {
        uint8_t kind = KINDS[(uint8_t)p[i]];
        if (kind != BYTE_PLAIN && (kind != BYTE_DOT || p[i + DOTS] == '.')) found |= (uint64_t)1 << i;
    }
    return found;
}

size_t bytes_skip_anywhere(struct span text, size_t at, size_t end, uint64_t *found) {
    *found = 0;
    for (; at < end && text.len - at >= BLOCK + DOTS; at += BLOCK)
        if ((*found = find_anchors(text.at + at))) break;
    return at;
}

#if defined __x86_64__
WIDE static inline uint64_t find_in_half(const char *p) {
    const __m256i dot = _mm256_set1_epi8('.');
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i ahead = _mm256_loadu_si256((const __m256i *)(const void *)(p + DOTS));
    __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('@')), wide_between(v, '0', ':'));
    __m256i dots = _mm256_and_si256(_mm256_cmpeq_epi8(v, dot), _mm256_cmpeq_epi8(ahead, dot));
    return wide_bits(_mm256_or_si256(hit, dots));
}

WIDE static size_t skip_wide(struct span text, size_t at, size_t end, uint64_t *found) {
    *found = 0;
    for (; at < end && text.len - at >= BLOCK + DOTS; at += BLOCK) {
        const char *p = text.at + at;
        if ((*found = find_in_half(p) | find_in_half(p + BLOCK / 2) << BLOCK / 2)) break;
    }
    return at;
}

size_t bytes_skip(struct span text, size_t at, size_t end, uint64_t *found) {
    return (wide_is_there ? skip_wide : bytes_skip_anywhere)(text, at, end, found);
}
#else
size_t bytes_skip(struct span text, size_t at, size_t end, uint64_t *found) {
    return bytes_skip_anywhere(text, at, end, found);
}
#endif

// Looks at the anchors of [at, at + BLOCK) in one go, because most bytes are none. Returns where it goes on.
static size_t scan_block(struct scan *s, size_t at, uint64_t found) {
    size_t i = at;
    for (; found; found &= ~(uint64_t)0 << (i - at)) {
        i = at + (unsigned)__builtin_ctzll(found);
        i = verify(s, KINDS[(uint8_t)s->text.at[i]], i);
        if (i >= at + BLOCK) return i;
    }
    return s->text.len - at < BLOCK ? s->text.len : at + BLOCK;
}

void bytes_scan(struct scan *s) {
    size_t n = s->text.len, i = 0;
    while (i < n) {
        size_t begin = i, end = n - i < CHUNK_BYTES ? n : i + CHUNK_BYTES;
        while (i < end) {
            uint64_t found;
            i = bytes_skip(s->text, i, end, &found);
            if (!found && i < end) { // the last bytes
                char rest[BLOCK + DOTS] = {0};
                memcpy(rest, s->text.at + i, n - i < sizeof rest ? n - i : sizeof rest);
                (void)bytes_skip(span_make(rest, sizeof rest), 0, 1, &found);
            }
            if (i < end) i = scan_block(s, i, found);
        }
        if (scan_is_late_after(s, i - begin)) return;
    }
}
