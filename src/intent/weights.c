#include "intent/weights.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "intent/learned.h"
#include "intent/packed.h"

_Static_assert(sizeof(struct weights_header) == 96, "the header is a file format");

static const uint64_t WEIGHTS_SEED = 0x736c7569636577u;

static const char *const TASKS[TASK_COUNT] = {
    [TASK_CLASSIFY] = "classify",   [TASK_EXTRACT] = "extract",
    [TASK_SUMMARIZE] = "summarize", [TASK_REWRITE] = "rewrite",
    [TASK_TRANSLATE] = "translate", [TASK_ROUTE] = "route",
    [TASK_CHAT] = "chat",           [TASK_QA] = "qa",
    [TASK_MATHS] = "maths",         [TASK_CODE] = "code",
    [TASK_REASONING] = "reasoning", [TASK_WRITE] = "write",
    [TASK_COMPARE] = "compare",     [TASK_ASK] = "ask",
};

const char *weights_task_name(enum weights_task t) {
    return TASKS[t];
}

// Over the header too, so that no flipped bit goes unseen.
static uint64_t checksum(struct weights_header h, const void *body, size_t len) {
    h.checksum = 0;
    return hash_bytes(body, len, hash_bytes(&h, sizeof h, WEIGHTS_SEED));
}

// ---------------------------------------------------------------- reading

static bool header_is_right(const struct weights_header *h) {
    if (h->counts != FEATURES_COUNTS || h->outputs != WEIGHTS_OUTPUTS || h->quantiles != WEIGHTS_QUANTILES)
        return false;
    if (!memchr(h->version, 0, sizeof h->version)) return false;
    for (const char *p = h->version; *p; p++)
        if (*p <= ' ' || *p > '~') return false;
    return isfinite(h->score_slope) && isfinite(h->score_offset) && isfinite(h->local_slope) &&
           isfinite(h->local_offset) && h->score_slope > 0 && h->local_slope > 0 && isfinite(h->count_gain) &&
           h->count_gain > 0 && h->intents == WEIGHTS_INTENTS && isfinite(h->ambiguity_offset);
}

static bool take_body(struct packed *c, struct weights *w) {
    const uint8_t *rows, *intents;
    if (!packed_skip(c, sizeof *w->rows * WEIGHTS_ROWS, &rows) || !packed_skip(c, 1 << FEATURES_BITS, &w->frontier))
        return false;
    if (!packed_skip(c, sizeof *w->intents * WEIGHTS_INTENT_ROWS, &intents)) return false;
    w->rows = (const uint8_t(*)[WEIGHTS_ROW_OUTPUTS])rows;
    w->intents = (const uint8_t(*)[WEIGHTS_INTENTS])intents;
    if (!packed_take_floats(c, w->mean, FEATURES_COUNTS) || !packed_take_floats(c, w->scale, FEATURES_COUNTS))
        return false;
    if (!packed_take_quantiles(c, w->quantile, WEIGHTS_QUANTILES)) return false;
    if (!packed_take_floats(c, w->step, WEIGHTS_OUTPUTS) || !packed_take_floats(c, w->bias, WEIGHTS_OUTPUTS))
        return false;
    for (uint32_t o = 0; o < WEIGHTS_OUTPUTS; o++)
        if (w->step[o] < 0) return false;
    return packed_take_floats(c, w->counts[0], FEATURES_COUNTS * WEIGHTS_OUTPUTS) &&
           packed_take_floats(c, &w->intent_step, 1) && packed_take_floats(c, w->intent_bias, WEIGHTS_INTENTS) &&
           w->intent_step >= 0 && packed_take_floats(c, &w->within[0].base, sizeof w->within / (sizeof(float))) &&
           c->left == 0;
}

// A row begins where half a cache line does, which memory from the heap need not.
static void join_rows(struct weights *w) {
    enum { ROW = sizeof(struct weights_row) };
    w->space = mem_new((size_t)(WEIGHTS_ROWS + 1) * ROW);
    struct weights_row *row = (struct weights_row *)(((uintptr_t)w->space + ROW - 1) / ROW * ROW);
    for (uint32_t i = 0; i < WEIGHTS_ROWS; i++) {
        memcpy(row[i].outputs, w->rows[i], sizeof row->outputs);
        memcpy(row[i].frontier, w->frontier + i * WEIGHTS_ROW_BUCKETS, sizeof row->frontier);
    }
    w->row = row;
}

struct weights *weights_load(struct span bytes, struct err *e) {
    struct weights *w = mem_new(sizeof *w);
    struct weights_header *h = &w->header;
    struct packed c = {bytes.at, bytes.len};
    const char *why = NULL;
    struct err learned_why = {""};
    if (!packed_take(&c, h, sizeof *h) || memcmp(h->magic, WEIGHTS_MAGIC, sizeof h->magic) != 0)
        why = "not a weights file";
    else if (h->format != WEIGHTS_FORMAT || h->feature_bits != FEATURES_BITS || h->row_bits != WEIGHTS_ROW_BITS)
        why = "made for another version of sluice";
    else if (h->size < sizeof *h || h->size > bytes.len) why = "cut short or too long";
    else if (h->checksum != checksum(*h, c.at, c.left = h->size - sizeof *h)) why = "the checksum does not match";
    else if (!header_is_right(h) || !take_body(&c, w)) why = "the content is malformed";
    else if (bytes.len > h->size &&
             !(w->learned = learned_load(span_sub(bytes, h->size, bytes.len), weights_base(w), &learned_why)))
        why = learned_why.text;
    if (why) {
        err_set(e, "intent weights: %s; use the built-in ones (data.weights: \"\") or make new ones", why);
        weights_free(w);
        return NULL;
    }
    join_rows(w);
    int n = snprintf(w->version, sizeof w->version, "%s-%08x", h->version, (unsigned)(h->checksum >> 32));
    if (w->learned)
        snprintf(w->version + n, sizeof w->version - (size_t)n, "+%08x", (unsigned)(w->learned->header.checksum >> 32));
    return w;
}

struct weights *weights_load_file(const char *path, struct err *e) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        err_set(e, "intent weights: %s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = mem_new(WEIGHTS_MAX_BYTES + 1);
    size_t n = fread(bytes, 1, WEIGHTS_MAX_BYTES + 1, f);
    bool failed = ferror(f) || n > WEIGHTS_MAX_BYTES;
    fclose(f);
    if (failed) err_set(e, "intent weights: %s: cannot be read, or is larger than %d bytes", path, WEIGHTS_MAX_BYTES);
    bytes = mem_grow(bytes, n + 1);
    struct weights *w = failed ? NULL : weights_load(span_make(bytes, n), e);
    if (w) w->owned = bytes;
    else free(bytes);
    return w;
}

void weights_free(struct weights *w) {
    if (!w) return;
    free(w->learned);
    free(w->owned);
    free(w->space);
    free(w);
}

const char *weights_version(const struct weights *w) {
    return w->version;
}

uint32_t weights_base(const struct weights *w) {
    return (uint32_t)(w->header.checksum >> 32);
}

float weights_threshold(const struct weights *w, double local_share) {
    if (!(local_share > 0)) return 0; // everything that is above nothing is hard
    if (local_share >= 1) return 1;
    double at = local_share * (WEIGHTS_QUANTILES - 1);
    size_t i = (size_t)at;
    float part = (float)(at - (double)i);
    const float *quantile = w->learned ? w->learned->quantile : w->quantile;
    return quantile[i] + (quantile[i + 1] - quantile[i]) * part;
}

// ---------------------------------------------------------------- writing

int weights_write(const struct weights *w, FILE *out, struct err *e) {
    struct weights_header h = w->header;
    memcpy(h.magic, WEIGHTS_MAGIC, sizeof h.magic);
    h.format = WEIGHTS_FORMAT;
    h.feature_bits = FEATURES_BITS;
    h.counts = FEATURES_COUNTS;
    h.row_bits = WEIGHTS_ROW_BITS;
    h.outputs = WEIGHTS_OUTPUTS;
    h.quantiles = WEIGHTS_QUANTILES;
    h.intents = WEIGHTS_INTENTS;
    struct buf b;
    buf_init(&b, WEIGHTS_MAX_BYTES);
    buf_add(&b, w->rows, sizeof *w->rows * WEIGHTS_ROWS);
    buf_add(&b, w->frontier, 1 << FEATURES_BITS);
    buf_add(&b, w->intents, sizeof *w->intents * WEIGHTS_INTENT_ROWS);
    buf_add(&b, w->mean, sizeof w->mean);
    buf_add(&b, w->scale, sizeof w->scale);
    buf_add(&b, w->quantile, sizeof w->quantile);
    buf_add(&b, w->step, sizeof w->step);
    buf_add(&b, w->bias, sizeof w->bias);
    buf_add(&b, w->counts, sizeof w->counts);
    buf_add(&b, &w->intent_step, sizeof w->intent_step);
    buf_add(&b, w->intent_bias, sizeof w->intent_bias);
    buf_add(&b, w->within, sizeof w->within);
    h.size = (uint32_t)(sizeof h + b.len);
    h.checksum = checksum(h, b.at, b.len);
    int result = packed_write(&h, sizeof h, &b, "the weights", out, e);
    buf_free(&b);
    return result;
}
