#include "intent/learned.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "intent/packed.h"

_Static_assert(sizeof(struct learned_header) == 304, "the header is a file format");

enum { TABLE_BYTES = 1 << READING_BITS };
static const uint64_t LEARNED_SEED = 0x6c6561726e6564u;
static const float INPUT_BOUND = 4; // deviations: an input far outside what was seen must not decide alone

static uint64_t checksum(struct learned_header h, const void *body, size_t len) {
    h.checksum = 0;
    return hash_bytes(body, len, hash_bytes(&h, sizeof h, LEARNED_SEED));
}

// ---------------------------------------------------------------- reading

static bool is_name(const char *name, size_t size) {
    if (!memchr(name, 0, size)) return false;
    for (; *name; name++)
        if ((unsigned char)*name < ' ' || *name == 0x7f) return false;
    return true;
}

static bool header_is_right(const struct learned_header *h) {
    const float numbers[] = {h->step, h->constant, h->local_slope, h->local_offset, h->form_step};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!isfinite(numbers[i])) return false;
    return h->local_slope > 0 && h->step >= 0 && h->form_step >= 0 && h->placed <= PLACE_WORDS &&
           h->filter_bytes <= LEARNED_FILTER_MAX_BYTES && is_name(h->local, sizeof h->local) &&
           is_name(h->frontier, sizeof h->frontier);
}

static bool take_form(struct packed *c, struct learned *l) {
    struct form *f = &l->form;
    const uint8_t *cells = NULL;
    if (l->header.formed == 0) return true;
    if (!packed_take(c, f->input, sizeof f->input) || !packed_take_floats(c, f->bound[0], FORM_GROUPS * FORM_TESTS) ||
        !packed_skip(c, (size_t)FORM_FERNS * FORM_CELLS, &cells))
        return false;
    for (uint32_t i = 0; i < FORM_GROUPS * FORM_TESTS; i++)
        if (f->input[i / FORM_TESTS][i % FORM_TESTS] >= LEARNED_INPUTS) return false;
    f->cell = (const int8_t(*)[FORM_CELLS])cells;
    f->step = l->header.form_step;
    return true;
}

static bool take_place(struct packed *c, struct learned *l) {
    struct place *p = &l->place;
    if (l->header.placed == 0) return c->left == 0;
    if (!packed_take(c, p->known, sizeof p->known) || !packed_take_floats(c, p->mark[0], PLACE_DIMS * PLACE_MARKS) ||
        !packed_take_floats(c, p->weight, PLACE_MARKS))
        return false;
    p->row = (const int8_t(*)[PLACE_DIMS])c->at;
    return place_index(p) == l->header.placed && c->left == (size_t)l->header.placed * PLACE_DIMS;
}

static bool take_body(struct packed *c, struct learned *l) {
    return packed_take_floats(c, l->mean, LEARNED_INPUTS) && packed_take_floats(c, l->scale, LEARNED_INPUTS) &&
           packed_take_floats(c, l->weight, LEARNED_INPUTS) &&
           packed_take_quantiles(c, l->quantile, WEIGHTS_QUANTILES) && packed_skip(c, TABLE_BYTES, &l->table) &&
           packed_skip(c, l->header.filter_bytes, &l->filter) && take_form(c, l) && take_place(c, l);
}

struct learned *learned_load(struct span bytes, uint32_t base, struct err *e) {
    struct learned *l = mem_new(sizeof *l);
    struct learned_header *h = &l->header;
    struct packed c = {bytes.at, bytes.len};
    const char *why = NULL;
    if (!packed_take(&c, h, sizeof *h) || memcmp(h->magic, LEARNED_MAGIC, sizeof h->magic) != 0)
        why = "cut short or too long"; // what stands behind the base is no such section
    else if (h->format != LEARNED_FORMAT || h->reading != READING_FORMAT || h->inputs != LEARNED_INPUTS ||
             h->quantiles != WEIGHTS_QUANTILES)
        why = "learned with another version of sluice; learn again";
    else if (h->size != bytes.len) why = "cut short or too long";
    else if (h->checksum != checksum(*h, c.at, c.left)) why = "the checksum of what was learned does not match";
    else if (h->base != base) why = "learned on other base weights than those before it; learn again";
    else if (!header_is_right(h) || !take_body(&c, l)) why = "the content of what was learned is malformed";
    if (!why) return l;
    err_set(e, "%s", why);
    free(l);
    return NULL;
}

// ---------------------------------------------------------------- writing

int learned_write(const struct learned *l, FILE *out, struct err *e) {
    struct learned_header h = l->header;
    memcpy(h.magic, LEARNED_MAGIC, sizeof h.magic);
    h.format = LEARNED_FORMAT;
    h.reading = READING_FORMAT;
    h.inputs = LEARNED_INPUTS;
    h.quantiles = WEIGHTS_QUANTILES;
    struct buf b;
    buf_init(&b, WEIGHTS_MAX_BYTES);
    buf_add(&b, l->mean, sizeof l->mean);
    buf_add(&b, l->scale, sizeof l->scale);
    buf_add(&b, l->weight, sizeof l->weight);
    buf_add(&b, l->quantile, sizeof l->quantile);
    buf_add(&b, l->table, TABLE_BYTES);
    buf_add(&b, l->filter, h.filter_bytes);
    if (h.formed) {
        buf_add(&b, l->form.input, sizeof l->form.input);
        buf_add(&b, l->form.bound, sizeof l->form.bound);
        buf_add(&b, l->form.cell, (size_t)FORM_FERNS * FORM_CELLS);
    }
    if (h.placed) {
        buf_add(&b, l->place.known, sizeof l->place.known);
        buf_add(&b, l->place.mark, sizeof l->place.mark);
        buf_add(&b, l->place.weight, sizeof l->place.weight);
        buf_add(&b, l->place.row, (size_t)h.placed * PLACE_DIMS);
    }
    h.size = (uint32_t)(sizeof h + b.len);
    h.checksum = checksum(h, b.at, b.len);
    int result = packed_write(&h, sizeof h, &b, "what was learned", out, e);
    buf_free(&b);
    return result;
}

// ---------------------------------------------------------------- scoring

static float sum_table(const uint8_t *table, const uint32_t *buckets, uint32_t count) {
    uint32_t a = 0, b = 0, i = 0; // two chains: the additions need not wait for each other
    for (; i + 1 < count; i += 2) a += table[buckets[i]], b += table[buckets[i + 1]];
    if (i < count) a += table[buckets[i]];
    return (float)((int32_t)(a + b) - (int32_t)count * WEIGHTS_ZERO);
}

float learned_scale_input(const struct learned *l, uint32_t i, float input) {
    float v = (input - l->mean[i]) * l->scale[i];
    return v > INPUT_BOUND ? INPUT_BOUND : v < -INPUT_BOUND ? -INPUT_BOUND : v;
}

void learned_scale_inputs(const struct learned *l, const struct reading *r, const float outputs[static WEIGHTS_OUTPUTS],
                          float inputs[static LEARNED_INPUTS]) {
    for (uint32_t i = 0; i < READING_COUNTS; i++) inputs[i] = learned_scale_input(l, i, r->counts[i]);
    for (uint32_t i = READING_COUNTS; i < LEARNED_INPUTS; i++)
        inputs[i] = learned_scale_input(l, i, outputs[i - READING_COUNTS]);
}

float learned_apply(const struct learned *l, const struct reading *r, const float outputs[static WEIGHTS_OUTPUTS]) {
    float words = reading_text_value(r) * sum_table(l->table, r->text, r->text_count) +
                  reading_system_value(r) * sum_table(l->table, r->system, r->system_count);
    float inputs[LEARNED_INPUTS], sum = l->header.constant + l->header.step * words;
    learned_scale_inputs(l, r, outputs, inputs);
    for (uint32_t i = 0; i < LEARNED_INPUTS; i++) sum += inputs[i] * l->weight[i];
    if (l->header.formed) sum += form_weigh(&l->form, inputs);
    return l->header.placed ? sum + place_weigh(&l->place, r->text, r->text_count) : sum;
}

float learned_p_local(const struct learned *l, float sum) {
    return 1 / (1 + expf(l->header.local_slope * sum - l->header.local_offset));
}

void learned_score(const struct learned *l, const struct reading *r, const float outputs[static WEIGHTS_OUTPUTS],
                   float *score, float *p_local) {
    *p_local = learned_p_local(l, learned_apply(l, r, outputs));
    *score = 1 - *p_local;
}

// ---------------------------------------------------------------- which requests

uint64_t learned_mark(const uint32_t *buckets, uint32_t count) {
    uint64_t sum = count;
    for (uint32_t i = 0; i < count; i++) sum += hash_mix(buckets[i] + 1);
    return hash_mix(sum);
}

// Ten bits a row: of requests that are not in it, about one in a hundred is taken for one that is.
uint32_t learned_filter_bytes(uint32_t rows) {
    uint64_t bytes = ((uint64_t)rows * 10 + 7) / 8;
    return bytes > LEARNED_FILTER_MAX_BYTES ? LEARNED_FILTER_MAX_BYTES : (uint32_t)bytes;
}

static uint64_t probe_of(uint64_t mark, uint32_t k, uint32_t bytes) {
    return hash_mix(mark + k * 0x9e3779b97f4a7c15u) % ((uint64_t)bytes * 8);
}

void learned_filter_add(uint8_t *filter, uint32_t bytes, uint64_t mark) {
    for (uint32_t k = 0; bytes && k < LEARNED_PROBES; k++) {
        uint64_t bit = probe_of(mark, k, bytes);
        filter[bit / 8] = (uint8_t)(filter[bit / 8] | 1u << bit % 8);
    }
}

bool learned_has_seen(const struct learned *l, uint64_t mark) {
    for (uint32_t k = 0; k < LEARNED_PROBES; k++) {
        if (l->header.filter_bytes == 0) return false;
        uint64_t bit = probe_of(mark, k, l->header.filter_bytes);
        if (!(l->filter[bit / 8] >> bit % 8 & 1)) return false;
    }
    return true;
}
