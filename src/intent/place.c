#include "intent/place.h"

#include <math.h>

#if defined __x86_64__
#include <immintrin.h>
#endif

#include "base/wide.h"

typedef int8_t eight_bytes __attribute__((vector_size(8)));
typedef int16_t eight __attribute__((vector_size(16)));
typedef float eight_floats __attribute__((vector_size(32)));
typedef int32_t eight_masks __attribute__((vector_size(32)));

enum {
    VECTORS = PLACE_DIMS / 8,
    AT_ONCE = 256,      // buckets: sums of so many bytes fit 16 bits
    MARKS_AT_ONCE = 32, // their sums stay in registers: four names, not an array
};

uint32_t place_index(struct place *p) {
    uint32_t n = 0;
    for (uint32_t g = 0; g < PLACE_GROUPS; g++) {
        p->before[g] = (uint16_t)n;
        n += (uint32_t)__builtin_popcountll(p->known[g]);
    }
    return n;
}

// Those that have coordinates; returns how many. Written first, kept when it has some: that is not to be foretold.
BODY uint32_t find_known(const struct place *p, const uint32_t *buckets, uint32_t count,
                         uint32_t known[static AT_ONCE]) {
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bucket = known[n] = buckets[i];
        n += p->known[bucket / 64] >> bucket % 64 & 1;
    }
    return (uint32_t)n;
}

BODY const int8_t *row_of(const struct place *p, uint32_t known) {
    uint64_t group = p->known[known / 64], below = ((uint64_t)1 << known % 64) - 1;
    return p->row[p->before[known / 64] + (uint32_t)__builtin_popcountll(group & below)];
}

static void add_rows_narrow(const struct place *p, const uint32_t *known, uint32_t count, int16_t *sums) {
    eight sum[VECTORS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        const int8_t *row = row_of(p, known[i]);
        for (uint32_t v = 0; v < VECTORS; v++) {
            eight_bytes part;
            memcpy(&part, row + 8 * v, sizeof part);
            sum[v] += __builtin_convertvector(part, eight);
        }
    }
    memcpy(sums, sum, sizeof sum);
}

#if defined __x86_64__
WIDE static inline __m256i sixteen(const int8_t *at) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)at));
}

WIDE static void add_rows_wide(const struct place *p, const uint32_t *known, uint32_t count, int16_t *sums) {
    _Static_assert(PLACE_DIMS == 32, "a row is two vectors");
    __m256i low = _mm256_setzero_si256(), high = low;
    for (uint32_t i = 0; i < count; i++) {
        const int8_t *row = row_of(p, known[i]);
        low = _mm256_add_epi16(low, sixteen(row));
        high = _mm256_add_epi16(high, sixteen(row + 16));
    }
    _mm256_storeu_si256((__m256i *)(void *)sums, low);
    _mm256_storeu_si256((__m256i *)(void *)(sums + 16), high);
}
#else
static void add_rows_wide(const struct place *p, const uint32_t *known, uint32_t count, int16_t *sums) {
    add_rows_narrow(p, known, count, sums);
}
#endif

BODY void find(const struct place *p, const uint32_t *buckets, uint32_t count, float at[static PLACE_DIMS], bool wide) {
    uint32_t known[AT_ONCE];
    int16_t sums[PLACE_DIMS];
    memset(at, 0, PLACE_DIMS * sizeof *at);
    for (uint32_t i = 0; i < count; i += AT_ONCE) {
        uint32_t n = find_known(p, buckets + i, count - i < AT_ONCE ? count - i : AT_ONCE, known);
        if (wide) add_rows_wide(p, known, n, sums);
        else add_rows_narrow(p, known, n, sums);
        for (uint32_t d = 0; d < PLACE_DIMS; d++) at[d] += (float)sums[d];
    }
    float square = 0;
    for (uint32_t d = 0; d < PLACE_DIMS; d++) square += at[d] * at[d];
    float scale = square > 0 ? 1 / sqrtf(square) : 0;
    for (uint32_t d = 0; d < PLACE_DIMS; d++) at[d] *= scale;
}

BODY void add_scaled(eight_floats *sum, const float *marks, float by) {
    eight_floats v;
    memcpy(&v, marks, sizeof v);
    *sum += v * by;
}

// max(0, v) ^ 3
BODY void put_near(float *to, const eight_floats *v) {
    eight_floats above = (eight_floats)((eight_masks)*v & (*v > 0)), cube = above * above * above;
    memcpy(to, &cube, sizeof cube);
}

BODY void near_marks(const struct place *p, const float at[static PLACE_DIMS], float near[static PLACE_MARKS]) {
    for (uint32_t from = 0; from < PLACE_MARKS; from += MARKS_AT_ONCE) {
        eight_floats a = {0}, b = {0}, c = {0}, d = {0};
        for (uint32_t dim = 0; dim < PLACE_DIMS; dim++) {
            const float *marks = p->mark[dim] + from;
            add_scaled(&a, marks, at[dim]);
            add_scaled(&b, marks + 8, at[dim]);
            add_scaled(&c, marks + 16, at[dim]);
            add_scaled(&d, marks + 24, at[dim]);
        }
        put_near(near + from, &a);
        put_near(near + from + 8, &b);
        put_near(near + from + 16, &c);
        put_near(near + from + 24, &d);
    }
}

static void find_narrow(const struct place *p, const uint32_t *buckets, uint32_t count, float *at) {
    find(p, buckets, count, at, false);
}

WIDE static void find_wide(const struct place *p, const uint32_t *buckets, uint32_t count, float *at) {
    find(p, buckets, count, at, true);
}

static void near_narrow(const struct place *p, const float *at, float *near) {
    near_marks(p, at, near);
}

WIDE static void near_wide(const struct place *p, const float *at, float *near) {
    near_marks(p, at, near);
}

void place_find(const struct place *p, const uint32_t *buckets, uint32_t count, float at[static PLACE_DIMS]) {
    if (wide_is_there) find_wide(p, buckets, count, at);
    else find_narrow(p, buckets, count, at);
}

void place_near(const struct place *p, const float at[static PLACE_DIMS], float near[static PLACE_MARKS]) {
    if (wide_is_there) near_wide(p, at, near);
    else near_narrow(p, at, near);
}

float place_weigh(const struct place *p, const uint32_t *buckets, uint32_t count) {
    float at[PLACE_DIMS], near[PLACE_MARKS], sum = 0;
    place_find(p, buckets, count, at);
    place_near(p, at, near);
    for (uint32_t m = 0; m < PLACE_MARKS; m++) sum += p->weight[m] * near[m];
    return sum;
}
