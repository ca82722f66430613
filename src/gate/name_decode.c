#include "gate/name_decode.h"

#include <math.h>

static void add_up(const struct names *n, const uint64_t features[static NAME_FEATURES],
                   int32_t sum[static NAME_LABELS]) {
    typedef int8_t row8 __attribute__((vector_size(8)));
    typedef int16_t row16 __attribute__((vector_size(16)));
    row16 total = {0}; // 36 weights of at most 127 fit
    for (size_t i = 0; i < NAME_FEATURES; i++) {
        const struct name_bucket *b = &n->buckets[name_bucket_of(features[i], n->header.features)];
        uint32_t at = name_row(b, features[i]);
        if (at == BUCKET_ROWS) continue;
        row8 r; // seven weights and a byte of what follows, which is not looked at
        memcpy(&r, (const char *)b + at * BUCKET_LABELS, sizeof r);
        total += __builtin_convertvector(r, row16);
    }
    sum[LABEL_NONE] = 0;
    for (int k = 1; k < NAME_LABELS; k++) sum[k] = total[k - 1];
}

// Chooses the label of token i; returns its margin over LABEL_NONE.
static int32_t choose(const struct names *n, struct span text, struct name_segment *seg, uint32_t i,
                      const struct name_memory *memory) {
    uint64_t features[NAME_FEATURES];
    int32_t sum[NAME_LABELS];
    name_features(seg, i, text, memory, features);
    add_up(n, features, sum);
    int32_t none = sum[LABEL_NONE] + n->header.bias, best = none;
    uint8_t tag = LABEL_NONE, before = seg->tokens[(int64_t)i - 1].tag;
    for (int k = 1; k < NAME_LABELS; k++)
        if (sum[k] > best && name_label_follows((uint8_t)k, before)) best = sum[k], tag = (uint8_t)k;
    seg->tokens[i].tag = tag;
    return best - none;
}

// A letter alone is no name, whatever it looks like.
static bool is_letter(const struct name_segment *seg, const struct name_span *span) {
    return span->count == 1 && seg->tokens[span->first].shape == SHAPE_INITIAL;
}

size_t name_decode(const struct names *names, struct span text, struct name_segment *seg, struct name_memory *memory,
                   struct name_memory *asked, struct name_span out[static SEGMENT_TOKENS]) {
    size_t count = 0;
    for (uint32_t i = 0; i < seg->count; i++) {
        struct name_token *t = &seg->tokens[i];
        if (!name_looks(seg, i, text)) continue;
        name_memory_add(asked, t->hash);
        int32_t margin = choose(names, text, seg, i, memory);
        if (t->tag == LABEL_NONE) continue;
        enum name_type type = name_label_type(t->tag);
        if (type == NAME_PERSON && t->shape != SHAPE_INITIAL && t->shape != SHAPE_MARK)
            name_memory_add(memory, t->hash);
        bool goes_on = t->tag == LABEL_GROUP ? t[-1].tag == LABEL_GROUP && i > 0 : (t->tag & 1) == 0;
        struct name_span *last = count ? &out[count - 1] : NULL;
        if (last && is_letter(seg, last) && !(goes_on && last->first + 1 == i)) last = NULL, count--;
        if (goes_on && last && last->first + last->count == i) {
            last->margin += ((float)margin - last->margin) / (float)++last->count;
        } else {
            out[count] = (struct name_span){.first = i, .count = 1, .type = (uint8_t)type, .margin = (float)margin};
            count++;
        }
    }
    return count && is_letter(seg, &out[count - 1]) ? count - 1 : count;
}

float name_span_score(const struct names *names, const struct name_span *span) {
    const struct names_header *h = &names->header;
    return 1 / (1 + expf(-(h->slope[span->type] * span->margin + h->offset[span->type])));
}

bool name_score_counts(uint8_t type, float score) {
    static const float LEAST[NAME_TYPES] = {
        [NAME_PERSON] = 0.30f, [NAME_PLACE] = 0.25f, [NAME_ORG] = 0.40f, [NAME_GROUP] = 0.40f};
    return score >= LEAST[type];
}
