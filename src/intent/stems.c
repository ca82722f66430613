#include "intent/stems.h"

#include "base/wide.h"
#include "intent/hash.h"

#if defined __x86_64__
#include <immintrin.h>

WIDE static inline __m256i multiply(__m256i a, uint64_t by) {
    __m256i low = _mm256_set1_epi64x((long long)by), high = _mm256_set1_epi64x((long long)(by >> 32));
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(a, high), _mm256_mul_epu32(_mm256_srli_epi64(a, 32), low));
    return _mm256_add_epi64(_mm256_mul_epu32(a, low), _mm256_slli_epi64(cross, 32));
}

static inline long long eight_bytes(const char *at) {
    long long bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

// Four times intent_hash_short(); `lengths` of the words.
WIDE static inline __m256i hash_four(const char *text, const struct piece *p, __m128i lengths) {
    __m256i bytes = _mm256_set_epi64x(eight_bytes(text + p[3].at), eight_bytes(text + p[2].at),
                                      eight_bytes(text + p[1].at), eight_bytes(text + p[0].at));
    __m256i length = _mm256_cvtepu32_epi64(_mm_min_epu32(lengths, _mm_set1_epi32(STEM_BYTES)));
    __m256i behind = _mm256_sllv_epi64(_mm256_set1_epi64x(-1), _mm256_slli_epi64(length, 3));
    __m256i h = multiply(_mm256_andnot_si256(behind, bytes), INTENT_HASH_FIRST);
    h = _mm256_xor_si256(_mm256_xor_si256(h, _mm256_srli_epi64(h, 32)), length);
    h = multiply(h, INTENT_HASH_SECOND);
    return _mm256_xor_si256(h, _mm256_srli_epi64(h, 29));
}

WIDE static uint32_t hash_wide(const struct words *w, struct piece *pieces, uint32_t count, uint64_t *hashes) {
    __m128i many = _mm_setzero_si128(); // minus the number of long words, in four parts
    for (uint32_t i = 0; i < STEMS_SPARE; i++) pieces[count + i] = (struct piece){0, 1};
    for (uint32_t i = 0; i < count; i += 4) {
        __m128i both = _mm_loadu_si128((const __m128i *)(const void *)(pieces + i)); // length above place
        __m128i lengths = _mm_srli_epi32(both, 16);
        many = _mm_add_epi32(many, _mm_cmpgt_epi32(lengths, _mm_set1_epi32(STEMS_LONG - 1)));
        _mm256_storeu_si256((__m256i *)(void *)(hashes + i), hash_four(w->lower, pieces + i, lengths));
    }
    many = _mm_hadd_epi32(many, many);
    return (uint32_t)-_mm_cvtsi128_si32(_mm_hadd_epi32(many, many));
}

#else

static uint32_t hash_wide(const struct words *w, struct piece *pieces, uint32_t count, uint64_t *hashes) {
    return (void)w, (void)pieces, (void)hashes, count;
}

#endif

uint32_t stems_hash(const struct words *w, struct piece *pieces, uint32_t count, uint64_t *hashes) {
    if (wide_is_there) return hash_wide(w, pieces, count, hashes);
    uint32_t many = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t len = pieces[i].len;
        hashes[i] = intent_hash_short(w->lower + pieces[i].at, len < STEM_BYTES ? len : STEM_BYTES);
        many += len >= STEMS_LONG;
    }
    return many;
}
