#include "intent/sample.h"

#include <math.h>

#include "intent/learned.h"
#include "intent/packed.h"

_Static_assert(READING_COUNTS < 256 && WEIGHTS_OUTPUTS < 256, "their number is a byte");

enum { HEADER_BYTES = 8, BUCKETS = 1 << READING_BITS, GROUPS = BUCKETS / 64 };
// A distance of two bytes is at least 128, and all of them together are less than BUCKETS; so few are that long.
enum { LONG_DISTANCES = BUCKETS / 128 + BUCKETS / 16384, LISTS = READING_TEXT_MAX + READING_SYSTEM_MAX };
_Static_assert(HEADER_BYTES + 4 * (READING_COUNTS + WEIGHTS_OUTPUTS) + LISTS + 2 * LONG_DISTANCES + 4 <=
                   SAMPLE_MAX_BYTES,
               "every sample fits");

void sample_read(const struct weights *w, const struct intent_input *in, struct sample *out) {
    struct features f;
    features_read(in, &f);
    reading_read(in, &out->reading);
    weights_apply(w, &f, out->outputs);
    out->has_base = true;
}

bool sample_score(const struct weights *w, const struct sample *s, bool base_only, float *score, float *p_local) {
    *score = *p_local = NAN;
    if (!s->has_base) return false;
    if (w->learned && !base_only) learned_score(w->learned, &s->reading, s->outputs, score, p_local);
    else weights_score(w, s->outputs[OUTPUT_FRONTIER], score, p_local);
    return true;
}

// ---------------------------------------------------------------- packing

struct writer {
    uint8_t *at, *end; // at > end: it did not fit
};

static void put(struct writer *w, const void *bytes, size_t n) {
    if (w->at > w->end || (size_t)(w->end - w->at) < n) {
        w->at = w->end + 1;
        return;
    }
    memcpy(w->at, bytes, n);
    w->at += n;
}

static void put_number(struct writer *w, uint32_t v) {
    for (; v >= 0x80; v >>= 7) put(w, &(uint8_t){(uint8_t)(v | 0x80)}, 1);
    put(w, &(uint8_t){(uint8_t)v}, 1);
}

// A bit for each bucket, and one for each group of them that is not empty: sorting by looking.
static void put_buckets(struct writer *w, const uint32_t *buckets, uint32_t count) {
    uint64_t seen[GROUPS] = {0}, groups[GROUPS / 64] = {0};
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        seen[buckets[i] / 64] |= (uint64_t)1 << buckets[i] % 64;
        groups[buckets[i] / 4096] |= (uint64_t)1 << buckets[i] / 64 % 64;
    }
    put_number(w, count);
    for (uint32_t g = 0; g < GROUPS / 64; g++) {
        for (uint64_t some = groups[g]; some; some &= some - 1) {
            uint32_t group = g * 64 + (uint32_t)__builtin_ctzll(some);
            for (uint64_t bits = seen[group]; bits; bits &= bits - 1) {
                uint32_t bucket = group * 64 + (uint32_t)__builtin_ctzll(bits);
                put_number(w, bucket - before);
                before = bucket;
            }
        }
    }
}

size_t sample_pack(const struct weights *w, const struct intent_input *in, uint8_t *out, size_t max) {
    struct sample s;
    struct writer to = {out, out + max};
    const uint8_t head[4] = {SAMPLE_FORMAT, READING_COUNTS, WEIGHTS_OUTPUTS, 0};
    uint32_t base = weights_base(w);
    sample_read(w, in, &s);
    put(&to, head, sizeof head);
    put(&to, &base, sizeof base);
    put(&to, s.reading.counts, sizeof s.reading.counts);
    put(&to, s.outputs, sizeof s.outputs);
    put_buckets(&to, s.reading.text, s.reading.text_count);
    put_buckets(&to, s.reading.system, s.reading.system_count);
    return to.at > to.end ? 0 : (size_t)(to.at - out);
}

// ---------------------------------------------------------------- unpacking

static bool take_number(struct packed *r, uint32_t *v) {
    *v = 0;
    for (uint32_t shift = 0; shift < 21; shift += 7) {
        uint8_t byte;
        if (!packed_take(r, &byte, 1)) return false;
        *v |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

static bool take_buckets(struct packed *r, uint32_t *buckets, uint32_t max, uint32_t *count) {
    uint32_t at = 0, distance;
    if (!take_number(r, count) || *count >= max) return false;
    for (uint32_t i = 0; i < *count; i++) {
        if (!take_number(r, &distance) || (i && distance == 0) || distance >= BUCKETS - at) return false;
        buckets[i] = at += distance;
    }
    return true;
}

static bool unpack(struct packed *r, uint32_t wanted_base, struct sample *out) {
    uint8_t head[4];
    const uint8_t *others; // outputs of another base
    uint32_t base;
    if (!packed_take(r, head, sizeof head) || !packed_take(r, &base, sizeof base)) return false;
    out->has_base = base == wanted_base && head[2] == WEIGHTS_OUTPUTS;
    memset(out->outputs, 0, sizeof out->outputs);
    if (head[1] != READING_COUNTS || !packed_take_floats(r, out->reading.counts, READING_COUNTS)) return false;
    if (out->has_base ? !packed_take_floats(r, out->outputs, WEIGHTS_OUTPUTS)
                      : !packed_skip(r, head[2] * sizeof(float), &others))
        return false;
    return take_buckets(r, out->reading.text, READING_TEXT_MAX, &out->reading.text_count) &&
           take_buckets(r, out->reading.system, READING_SYSTEM_MAX, &out->reading.system_count) && r->left == 0;
}

int sample_unpack(const struct weights *w, const uint8_t *bytes, size_t len, struct sample *out, struct err *e) {
    struct packed r = {(const char *)bytes, len};
    if (len && bytes[0] != SAMPLE_FORMAT)
        return err_set(e, "a sample of another version of sluice (format %u, this one knows %d)", bytes[0],
                       SAMPLE_FORMAT);
    if (!unpack(&r, weights_base(w), out)) return err_set(e, "the sample is damaged");
    return 0;
}
