#include "intent/place.h"

#include <math.h>

typedef int8_t eight_bytes __attribute__((vector_size(8)));
typedef int16_t eight __attribute__((vector_size(16)));
typedef float four __attribute__((vector_size(16)));

enum {
    VECTORS = PLACE_DIMS / 8,
    ROWS_AT_ONCE = 256, // sums of so many bytes fit 16 bits
    MARKS_AT_ONCE = 32, // their sums stay in registers
};

uint32_t place_index(struct place *p) {
    uint32_t n = 0;
    for (uint32_t g = 0; g < PLACE_GROUPS; g++) {
        p->before[g] = (uint16_t)n;
        n += (uint32_t)__builtin_popcountll(p->known[g]);
    }
    return n;
}

// Adds the coordinates of buckets until all are done or enough are added; returns how many were done.
static uint32_t add_rows(const struct place *p, const uint32_t *buckets, uint32_t count, eight sum[static VECTORS]) {
    uint32_t i = 0;
    for (uint32_t added = 0; i < count && added < ROWS_AT_ONCE; i++) {
        uint32_t group = buckets[i] / 64;
        uint64_t known = p->known[group], bit = (uint64_t)1 << buckets[i] % 64;
        if (!(known & bit)) continue;
        const int8_t *row = p->row[p->before[group] + (uint32_t)__builtin_popcountll(known & (bit - 1))];
        for (uint32_t v = 0; v < VECTORS; v++) {
            eight_bytes part;
            memcpy(&part, row + 8 * v, sizeof part);
            sum[v] += __builtin_convertvector(part, eight);
        }
        added++;
    }
    return i;
}

void place_find(const struct place *p, const uint32_t *buckets, uint32_t count, float at[static PLACE_DIMS]) {
    memset(at, 0, PLACE_DIMS * sizeof *at);
    for (uint32_t done = 0; done < count;) {
        eight sum[VECTORS] = {0};
        int16_t each[PLACE_DIMS];
        done += add_rows(p, buckets + done, count - done, sum);
        memcpy(each, sum, sizeof each);
        for (uint32_t d = 0; d < PLACE_DIMS; d++) at[d] += (float)each[d];
    }
    float square = 0;
    for (uint32_t d = 0; d < PLACE_DIMS; d++) square += at[d] * at[d];
    float scale = square > 0 ? 1 / sqrtf(square) : 0;
    for (uint32_t d = 0; d < PLACE_DIMS; d++) at[d] *= scale;
}

void place_near(const struct place *p, const float at[static PLACE_DIMS], float near[static PLACE_MARKS]) {
    for (uint32_t from = 0; from < PLACE_MARKS; from += MARKS_AT_ONCE) {
        four sum[MARKS_AT_ONCE / 4] = {0};
        for (uint32_t d = 0; d < PLACE_DIMS; d++) {
            four mark[MARKS_AT_ONCE / 4];
            memcpy(mark, p->mark[d] + from, sizeof mark);
            for (uint32_t v = 0; v < MARKS_AT_ONCE / 4; v++) sum[v] += mark[v] * at[d];
        }
        memcpy(near + from, sum, sizeof sum);
    }
    for (uint32_t m = 0; m < PLACE_MARKS; m++) near[m] = near[m] > 0 ? near[m] * near[m] * near[m] : 0;
}

float place_weigh(const struct place *p, const uint32_t *buckets, uint32_t count) {
    float at[PLACE_DIMS], near[PLACE_MARKS], sum = 0;
    place_find(p, buckets, count, at);
    place_near(p, at, near);
    for (uint32_t m = 0; m < PLACE_MARKS; m++) sum += p->weight[m] * near[m];
    return sum;
}
