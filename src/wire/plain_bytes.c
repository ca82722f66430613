#include "wire/plain_bytes.h"

#include "base/wide_bytes.h"

#if defined __x86_64__
// The bytes of v that are not plain; see plain_bytes_skip_portable.
WIDE static inline __m256i not_plain(__m256i v) {
    const __m256i table = _mm256_setr_epi8(0, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', 0, 0, 0, 0, 0, '"', 0, 0, 0, 0,
                                           0, 0, 0, 0, 0, '\\', 0, 0, 0);
    return _mm256_or_si256(wide_in_table(v, table), _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), v));
}

WIDE static const unsigned char *skip_blocks(const unsigned char *p, const unsigned char *end) {
    for (size_t blocks = (size_t)(end - p) / 32; blocks; blocks--, p += 32) {
        unsigned mask = (unsigned)_mm256_movemask_epi8(not_plain(_mm256_loadu_si256((const __m256i *)(const void *)p)));
        if (mask) return p + __builtin_ctz(mask);
    }
    return plain_bytes_skip_portable(p, end);
}

const unsigned char *plain_bytes_skip_wide(const unsigned char *p, const unsigned char *end) {
    return wide_is_there ? skip_blocks(p, end) : plain_bytes_skip_portable(p, end);
}
#else
const unsigned char *plain_bytes_skip_wide(const unsigned char *p, const unsigned char *end) {
    return plain_bytes_skip_portable(p, end);
}
#endif
