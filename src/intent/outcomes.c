#include "intent/outcomes.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

void outcomes_free(struct outcomes *o) {
    free(o->at);
    free(o->bucket);
    free(o->inputs);
    *o = (struct outcomes){0};
}

static void make_room(struct outcomes *o, uint32_t buckets) {
    if (o->count == o->cap) {
        o->cap = o->cap ? 2 * o->cap : 256;
        o->at = mem_grow(o->at, o->cap * sizeof *o->at);
        o->inputs = mem_grow(o->inputs, o->cap * sizeof *o->inputs);
    }
    if (o->buckets + buckets <= o->bucket_cap) return;
    while (o->buckets + buckets > o->bucket_cap) o->bucket_cap = o->bucket_cap ? 2 * o->bucket_cap : 1 << 16;
    o->bucket = mem_grow(o->bucket, o->bucket_cap * sizeof *o->bucket);
}

struct outcome_row *outcomes_add(struct outcomes *o, const struct sample *s) {
    const struct reading *r = &s->reading;
    make_room(o, r->text_count + r->system_count);
    memcpy(o->bucket + o->buckets, r->text, r->text_count * sizeof *r->text);
    memcpy(o->bucket + o->buckets + r->text_count, r->system, r->system_count * sizeof *r->system);
    float *inputs = o->inputs[o->count];
    memcpy(inputs, r->counts, sizeof r->counts);
    memcpy(inputs + READING_COUNTS, s->outputs, sizeof s->outputs);
    struct outcome_row *row = &o->at[o->count];
    *row = (struct outcome_row){.begin = o->buckets,
                                .text = r->text_count,
                                .system = r->system_count,
                                .text_value = reading_text_value(r),
                                .system_value = reading_system_value(r),
                                .weak = NAN,
                                .strong = NAN,
                                .length = NAN,
                                .has_base = s->has_base,
                                .group = o->count};
    o->count++;
    o->buckets += r->text_count + r->system_count;
    return row;
}

// ---------------------------------------------------------------- groups

struct key {
    uint64_t hash;
    uint32_t row, uses;
};

static uint32_t root_of(struct outcomes *o, uint32_t i) {
    while (o->at[i].group != i) i = o->at[i].group = o->at[o->at[i].group].group;
    return i;
}

static void join(struct outcomes *o, uint16_t *sizes, uint32_t a, uint32_t b) {
    a = root_of(o, a);
    b = root_of(o, b);
    if (a == b || sizes[a] + sizes[b] > GROUP_MOST) return;
    o->at[a].group = b;
    sizes[b] = (uint16_t)(sizes[a] + sizes[b]);
}

static uint64_t key_of(const struct outcomes *o, uint32_t row, uint32_t band) {
    const struct outcome_row *r = &o->at[row];
    uint64_t key = band + 1;
    for (uint32_t k = 0; k < GROUP_ROWS; k++) {
        uint32_t factor = (uint32_t)hash_mix(band * GROUP_ROWS + k + 1) | 1, least = UINT32_MAX;
        uint32_t add = (uint32_t)(hash_mix(factor) >> 32);
        for (uint32_t i = 0; i < r->text; i++) {
            uint32_t h = (o->bucket[r->begin + i] + add) * factor;
            h = (h ^ h >> 15) * 0x2c1b3c6du;
            if (h < least) least = h;
        }
        key = hash_mix(key ^ least) * 0x9e3779b97f4a7c15u;
    }
    return key | 1;
}

static struct key *find_key(struct key *keys, uint64_t mask, uint64_t hash) {
    uint64_t i = hash >> 20 & mask;
    while (keys[i].hash && keys[i].hash != hash) i = (i + 1) & mask;
    return &keys[i];
}

static void join_band(struct outcomes *o, struct key *keys, uint64_t mask, uint64_t *of_row, uint16_t *sizes,
                      uint32_t band) {
    memset(keys, 0, (mask + 1) * sizeof *keys);
    for (uint32_t r = 0; r < o->count; r++) {
        of_row[r] = key_of(o, r, band);
        struct key *k = find_key(keys, mask, of_row[r]);
        if (!k->hash) *k = (struct key){of_row[r], r, 0};
        k->uses++;
    }
    for (uint32_t r = 0; r < o->count; r++) {
        const struct key *k = find_key(keys, mask, of_row[r]);
        if (k->uses <= GROUP_STOCK) join(o, sizes, r, k->row);
    }
}

void outcomes_group(struct outcomes *o) {
    uint64_t slots = 64;
    while (slots < 2 * (uint64_t)o->count) slots *= 2;
    struct key *keys = mem_new_array(slots, sizeof *keys);
    uint64_t *of_row = mem_new_array(o->count + 1, sizeof *of_row);
    uint16_t *sizes = mem_new_array(o->count + 1, sizeof *sizes);
    for (uint32_t r = 0; r < o->count; r++) o->at[r].group = r, sizes[r] = 1;
    for (uint32_t band = 0; band < GROUP_BANDS; band++) join_band(o, keys, slots - 1, of_row, sizes, band);
    for (uint32_t r = 0; r < o->count; r++) o->at[r].group = root_of(o, r);
    free(keys);
    free(of_row);
    free(sizes);
}

uint32_t outcomes_fold(const struct outcomes *o, uint32_t row, uint32_t folds, uint64_t seed) {
    return (uint32_t)((hash_mix((o->at[row].group + 1) * 0x9e3779b97f4a7c15u ^ seed) >> 32) % folds);
}

uint32_t outcomes_choose(const struct outcomes *o, const float *weight, uint32_t most, uint32_t *rows) {
    uint32_t used = 0, n = 0;
    for (uint32_t r = 0; r < o->count; r++) used += weight[r] > 0;
    for (uint32_t r = 0; r < o->count; r++)
        if (weight[r] > 0 && (used <= most || hash_mix(o->at[r].group + 77) % used < most)) rows[n++] = r;
    return n;
}
