// The map: which buckets have coordinates, what these are, and the landmarks. See place_fit.h.
#include "intent/place_map.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "intent/place_fit.h"

enum { BUCKETS = 1 << READING_BITS, TURNS = 6, CENTRE_TURNS = 8, NONE = UINT16_MAX };

struct map {
    const struct outcomes *o;
    const uint32_t *rows; // that make the map
    uint32_t count, known;
    uint16_t *column;                               // of each bucket, or NONE
    float *rarity;                                  // of each column
    float (*axis)[PLACE_DIMS], (*next)[PLACE_DIMS]; // of each column
};

// ---------------------------------------------------------------- which buckets

// How many rows a bucket must be in, at least, so that not too many have coordinates.
static uint32_t least_rows(const uint32_t *in_rows, uint32_t rows) {
    uint32_t *having = mem_new_array(rows + 2, sizeof *having), total = 0, least = rows + 1;
    for (uint32_t b = 0; b < BUCKETS; b++) having[in_rows[b]]++;
    while (least > PLACE_LEAST_ROWS && total + having[least - 1] <= PLACE_WORDS) total += having[--least];
    free(having);
    return least;
}

static void choose_buckets(struct map *m, struct place *p) {
    uint32_t *in_rows = mem_new_array(BUCKETS, sizeof *in_rows);
    for (uint32_t i = 0; i < m->count; i++) {
        const struct outcome_row *row = &m->o->at[m->rows[i]];
        for (uint32_t k = 0; k < row->text; k++) in_rows[m->o->bucket[row->begin + k]]++;
    }
    uint32_t least = least_rows(in_rows, m->count);
    for (uint32_t b = 0; b < BUCKETS; b++) {
        m->column[b] = NONE;
        if (in_rows[b] < least) continue;
        p->known[b / 64] |= (uint64_t)1 << b % 64;
        m->rarity[m->known] = logf(((float)m->count + 1) / ((float)in_rows[b] + 1));
        m->column[b] = (uint16_t)m->known++;
    }
    free(in_rows);
}

// ---------------------------------------------------------------- coordinates

// next += A'A axis, a row at a time.
static void add_turn(struct map *m, const struct outcome_row *row) {
    float at[PLACE_DIMS] = {0}, square = 0;
    const uint32_t *bucket = m->o->bucket + row->begin;
    for (uint32_t k = 0; k < row->text; k++) {
        uint32_t c = m->column[bucket[k]];
        if (c == NONE) continue;
        square += m->rarity[c] * m->rarity[c];
        for (uint32_t d = 0; d < PLACE_DIMS; d++) at[d] += m->rarity[c] * m->axis[c][d];
    }
    if (!(square > 0)) return;
    for (uint32_t d = 0; d < PLACE_DIMS; d++) at[d] /= square;
    for (uint32_t k = 0; k < row->text; k++) {
        uint32_t c = m->column[bucket[k]];
        if (c == NONE) continue;
        for (uint32_t d = 0; d < PLACE_DIMS; d++) m->next[c][d] += m->rarity[c] * at[d];
    }
}

// Gram and Schmidt; an axis that lies among those before it is left out (0).
static void make_orthonormal(float (*axis)[PLACE_DIMS], uint32_t n) {
    for (uint32_t d = 0; d < PLACE_DIMS; d++) {
        double before = 0, after = 0;
        for (uint32_t c = 0; c < n; c++) before += (double)axis[c][d] * (double)axis[c][d];
        for (uint32_t other = 0; other < d; other++) {
            double dot = 0;
            for (uint32_t c = 0; c < n; c++) dot += (double)axis[c][d] * (double)axis[c][other];
            for (uint32_t c = 0; c < n; c++) axis[c][d] -= (float)dot * axis[c][other];
        }
        for (uint32_t c = 0; c < n; c++) after += (double)axis[c][d] * (double)axis[c][d];
        float scale = after > 1e-9 * before ? (float)(1 / sqrt(after)) : 0;
        for (uint32_t c = 0; c < n; c++) axis[c][d] *= scale;
    }
}

static void find_axes(struct map *m) {
    for (uint32_t c = 0; c < m->known; c++)
        for (uint32_t d = 0; d < PLACE_DIMS; d++)
            m->axis[c][d] = (float)(hash_mix((uint64_t)c * PLACE_DIMS + d + 1) >> 40) / (1 << 23) - 1;
    make_orthonormal(m->axis, m->known);
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        memset(m->next, 0, (size_t)m->known * sizeof *m->next);
        for (uint32_t i = 0; i < m->count; i++) add_turn(m, &m->o->at[m->rows[i]]);
        make_orthonormal(m->next, m->known);
        float(*old)[PLACE_DIMS] = m->axis;
        m->axis = m->next;
        m->next = old;
    }
}

static void quantise(const struct map *m, int8_t (*row)[PLACE_DIMS]) {
    float largest = 1e-12f;
    for (uint32_t c = 0; c < m->known; c++)
        for (uint32_t d = 0; d < PLACE_DIMS; d++) largest = fmaxf(largest, fabsf(m->rarity[c] * m->axis[c][d]));
    for (uint32_t c = 0; c < m->known; c++)
        for (uint32_t d = 0; d < PLACE_DIMS; d++)
            row[c][d] = (int8_t)lroundf(m->rarity[c] * m->axis[c][d] * 127 / largest);
}

// ---------------------------------------------------------------- landmarks

static void set_mark(struct place *p, uint32_t mark, const float *to) {
    float square = 0;
    for (uint32_t d = 0; d < PLACE_DIMS; d++) square += to[d] * to[d];
    for (uint32_t d = 0; d < PLACE_DIMS && square > 0; d++) p->mark[d][mark] = to[d] / sqrtf(square);
}

static uint32_t nearest(const struct place *p, const float *at) {
    float near[PLACE_MARKS];
    uint32_t best = 0;
    place_near(p, at, near);
    for (uint32_t k = 1; k < PLACE_MARKS; k++)
        if (near[k] > near[best]) best = k;
    return best;
}

// Two rows a landmark, at least. Landmarks without rows stay where they are, those that are not needed are 0.
static void set_marks(const struct map *m, struct place *p) {
    float(*at)[PLACE_DIMS] = mem_new_array(m->count, sizeof *at), (*sum)[PLACE_DIMS];
    sum = mem_new_array(PLACE_MARKS, sizeof *sum);
    for (uint32_t i = 0; i < m->count; i++) {
        const struct outcome_row *row = &m->o->at[m->rows[i]];
        place_find(p, m->o->bucket + row->begin, row->text, at[i]);
    }
    uint32_t marks = m->count / 2 < PLACE_MARKS ? m->count / 2 : PLACE_MARKS;
    for (uint32_t k = 0; k < marks; k++) set_mark(p, k, at[(uint64_t)k * m->count / marks]);
    for (uint32_t turn = 0; turn < CENTRE_TURNS; turn++) {
        memset(sum, 0, PLACE_MARKS * sizeof *sum);
        for (uint32_t i = 0; i < m->count; i++) {
            float *to = sum[nearest(p, at[i])];
            for (uint32_t d = 0; d < PLACE_DIMS; d++) to[d] += at[i][d];
        }
        for (uint32_t k = 0; k < PLACE_MARKS; k++) set_mark(p, k, sum[k]);
    }
    free(at);
    free(sum);
}

uint32_t place_map(const struct outcomes *o, const uint32_t *rows, uint32_t count, struct place *p,
                   int8_t (**row)[PLACE_DIMS]) {
    struct map m = {.o = o, .rows = rows, .count = count};
    m.column = mem_new_array(BUCKETS, sizeof *m.column);
    m.rarity = mem_new_array(PLACE_WORDS, sizeof *m.rarity);
    m.axis = mem_new_array(PLACE_WORDS, sizeof *m.axis);
    m.next = mem_new_array(PLACE_WORDS, sizeof *m.next);
    choose_buckets(&m, p);
    find_axes(&m);
    *row = mem_new_array(m.known + 1, sizeof **row);
    quantise(&m, *row);
    p->row = (const int8_t(*)[PLACE_DIMS]) * row;
    place_index(p);
    set_marks(&m, p);
    free(m.column), free(m.rarity), free(m.axis), free(m.next);
    return m.known;
}
