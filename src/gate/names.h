// The weights of the name tagger: what is in data/names.weights, and how it is read.
//
// Little-endian, in this order:
//   header  struct names_header; checksum = hash_bytes(header with checksum 0, then chained over all bytes after it)
//   buckets struct name_bucket [features]: what a feature (name_features.h) adds to each label
//   slots   uint16 [words][FILTER_BUCKET]: the words that it knows (name_filter.h)
//
// Made by models/names/train.sh.
#ifndef SLUICE_GATE_NAMES_H
#define SLUICE_GATE_NAMES_H

#include "base/err.h"
#include "gate/name_filter.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// B_ begins a name, I_ goes on with it. Nationalities and the like are one word mostly: one label for both.
enum name_label {
    LABEL_NONE,
    LABEL_B_PERSON,
    LABEL_I_PERSON,
    LABEL_B_PLACE,
    LABEL_I_PLACE,
    LABEL_B_ORG,
    LABEL_I_ORG,
    LABEL_GROUP,
    NAME_LABELS
};

enum name_type { NAME_PERSON, NAME_PLACE, NAME_ORG, NAME_GROUP, NAME_TYPES };

// Of a label above LABEL_NONE.
static inline enum name_type name_label_type(uint8_t label) {
    return (enum name_type)((label - 1) / 2);
}

// Whether a label may stand behind `before`.
static inline bool name_label_follows(uint8_t label, uint8_t before) {
    if (label != LABEL_I_PERSON && label != LABEL_I_PLACE && label != LABEL_I_ORG) return true;
    return before == label || before == label - 1;
}

enum { BUCKET_ROWS = 8, BUCKET_LABELS = NAME_LABELS - 1 };

// A line of the cache: eight features by the low byte of their hash. A feature that training found useless has no
// row, and nearly always no other one's: what is not known says nothing, instead of anything.
struct name_bucket {
    int8_t weights[BUCKET_ROWS][BUCKET_LABELS]; // added to the labels above LABEL_NONE, which has 0
    uint8_t tags[BUCKET_ROWS];                  // name_tag of the feature; 0 = no row
};

enum { NAMES_FORMAT = 1, NAMES_MAX_BYTES = 512 << 10 };
#define NAMES_MAGIC "SLUICENM"

struct names_header {
    char magic[8];
    uint32_t format;
    uint32_t size; // of the whole file
    uint64_t checksum;
    char version[16];  // printable, ended by NUL
    uint32_t features; // buckets of features
    uint32_t words;    // buckets of words
    uint32_t labels;
    int32_t bias; // added to LABEL_NONE, in units of the weights: below 0 finds more
    // Of a name of each type: score = logistic(slope * mean margin over LABEL_NONE + offset); slope > 0.
    float slope[NAME_TYPES], offset[NAME_TYPES];
    uint32_t zero[10]; // the buckets begin at a multiple of 64
};

struct names {
    struct names_header header;
    const struct name_bucket *buckets; // header.features of them
    struct name_filter filter;
};

static inline uint32_t name_bucket_of(uint64_t feature, uint32_t buckets) {
    return (uint32_t)((feature >> 32) * buckets >> 32);
}

static inline uint8_t name_tag(uint64_t feature) {
    return (uint8_t)(feature & 0xff) ? (uint8_t)(feature & 0xff) : 1;
}

// Row of the feature in its bucket, or BUCKET_ROWS.
static inline uint32_t name_row(const struct name_bucket *b, uint64_t feature) {
#ifdef __SSE2__
    __m128i tags = _mm_loadl_epi64((const __m128i *)(const void *)b->tags);
    int same = _mm_movemask_epi8(_mm_cmpeq_epi8(tags, _mm_set1_epi8((char)name_tag(feature)))) | 1 << BUCKET_ROWS;
    return (uint32_t)__builtin_ctz((unsigned)same);
#else
    uint32_t row = 0;
    while (row < BUCKET_ROWS && b->tags[row] != name_tag(feature)) row++;
    return row;
#endif
}

// Opens weights that stay where they are, aligned to 64 bytes. -1 with the reason when anything about them is wrong.
int names_open(struct names *n, struct span file, struct err *e) __attribute__((warn_unused_result));
// The same of a file; its bytes are *owned, to be freed with free(). -1 with the reason, *owned is NULL then.
int names_load(struct names *n, const char *path, char **owned, struct err *e) __attribute__((warn_unused_result));
// hash_bytes as the header wants it.
uint64_t names_checksum(struct names_header h, const void *body, size_t len);

#endif
