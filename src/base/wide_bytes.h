// Which of 32 bytes are of a kind, with AVX2: each becomes 0xff or 0.
#ifndef SLUICE_BASE_WIDE_BYTES_H
#define SLUICE_BASE_WIDE_BYTES_H

#include <stdint.h>

#include "base/wide.h"

#if defined __x86_64__
#include <immintrin.h>

// Those from..to, both included. The comparison is signed, hence the shift to the lowest value.
WIDE static inline __m256i wide_between(__m256i bytes, unsigned from, unsigned to) {
    __m256i shifted = _mm256_add_epi8(bytes, _mm256_set1_epi8((char)(0x80 - from)));
    return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(0x81 + to - from)), shifted);
}

// Those that stand in a table of sixteen, once for each half, at the place that their four low bits say.
WIDE static inline __m256i wide_in_table(__m256i bytes, __m256i table) {
    return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), bytes);
}

WIDE static inline uint64_t wide_bits(__m256i bytes) {
    return (uint32_t)_mm256_movemask_epi8(bytes);
}
#endif

#endif
