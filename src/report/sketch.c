#include "report/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void sketch_free(struct sketch *s) {
    free(s->buckets);
    *s = (struct sketch){.buckets = NULL};
}

// Room for a bucket; some more in its direction, so that growing is rare.
void sketch_grow(struct sketch *s, uint32_t bucket) {
    enum { SPARE = 64 };
    uint32_t first = bucket, end = bucket + 1;
    if (s->count) {
        first = bucket < s->first ? bucket : s->first;
        end = bucket < s->first ? s->first + s->count : bucket + 1;
    }
    if (!s->count || first < s->first) first = first > SPARE ? first - SPARE : 0;
    if (end > s->first + s->count) end += SPARE;
    uint64_t *wider = mem_new_array(end - first, sizeof *wider);
    if (s->count) memcpy(wider + (s->first - first), s->buckets, s->count * sizeof *wider);
    free(s->buckets);
    s->buckets = wider;
    s->first = first;
    s->count = end - first;
}

// The middle of a bucket.
static double middle(uint32_t bucket) {
    if (bucket < 256) return bucket;
    uint32_t power = bucket / 128 + 6; // bucket = (power - 7) * 128 + (128..255)
    uint64_t low = (uint64_t)(bucket - (power - 7) * 128) << (power - 7);
    return (double)low + (double)(((uint64_t)1 << (power - 7)) - 1) / 2;
}

double sketch_quantile(const struct sketch *s, double q) {
    if (!s->values) return NAN;
    uint64_t rank = (uint64_t)ceil(q * (double)s->values), seen = 0;
    if (rank < 1) rank = 1;
    if (rank > s->values) rank = s->values;
    for (uint32_t i = 0; i < s->count; i++)
        if ((seen += s->buckets[i]) >= rank) return middle(s->first + i);
    return NAN;
}

double sketch_mean(const struct sketch *s) {
    return s->values ? s->sum / (double)s->values : NAN;
}

double sketch_share_to(const struct sketch *s, uint64_t v) {
    uint64_t seen = 0;
    uint32_t last = sketch_bucket(v);
    for (uint32_t i = 0; i < s->count && s->first + i <= last; i++) seen += s->buckets[i];
    return s->values ? (double)seen / (double)s->values : 0;
}
