#include "ledger/pack.h"

#include <math.h>
#include <string.h>

const char *const WORD_NAMES[WORDS] = {"tokens", "times", "sizes", "scores", "grades"};

enum kind { MAYBE, COUNT, FLOAT };
enum { FLOAT_UNKNOWN = 1, MANTISSA_BITS = 23, LEAST_EXPONENT = 88 }; // of 2^-39, the least that 1 << 62 divides

#define MASK(bits) (((uint64_t)1 << (bits)) - 1)

// ---------------------------------------------------------------- into words

static inline uint64_t code_maybe(int64_t v) {
    return v < 0 ? 0 : (uint64_t)v + 1;
}

static inline uint64_t code_count(int64_t v) {
    return (uint64_t)v; // a negative one fits nowhere
}

static inline uint64_t code_float(float v) {
    uint32_t bits;
    if (!isfinite(v)) return FLOAT_UNKNOWN;
    memcpy(&bits, &v, sizeof bits);
    return bits == 0 || bits >> MANTISSA_BITS >= LEAST_EXPONENT ? bits : UINT32_MAX;
}

#define CODE_MAYBE code_maybe
#define CODE_COUNT code_count
#define CODE_FLOAT code_float

// Which zone got bytes, and how many. Not 0 when it was more than one.
static uint64_t pack_out(const struct ledger_row *row, uint64_t *word) {
    uint64_t zones = 0, zone = 0;
    for (unsigned z = 0; z < ZONE_COUNT; z++)
        if (row->bytes_out[z]) zone = z, zones++;
    uint64_t bytes = (uint64_t)row->bytes_out[zone];
    *word |= bytes << SIZES_OUT_SHIFT | zone;
    return zones > 1 || bytes >> SIZES_OUT_BITS;
}

// False when it does not fit.
static bool pack(const struct ledger_row *row, int64_t words[static WORDS]) {
    uint64_t w[WORDS] = {0}, over, code;
    _Static_assert(ZONE_COUNT <= 1 << SIZES_ZONE_BITS, "a zone has its bits");
    over = pack_out(row, &w[WORD_SIZES]);
#define PACK(field, word, shift, bits, type)                                                                           \
    code = CODE_##type(row->field);                                                                                    \
    over |= code >> (bits);                                                                                            \
    w[word] |= code << (shift);
    LEDGER_PACKED(PACK)
#undef PACK
    for (int i = 0; i < WORDS; i++) words[i] = (int64_t)w[i];
    return !over && !row->unused_input_tokens && !row->unused_output_tokens && !isfinite(row->logprob_mean) &&
           !isfinite(row->logprob_least) && (uint64_t)row->overhead_us >> WHAT_OVERHEAD_BITS == 0;
}

void record_make(const struct ledger_row *row, struct record *out) {
    struct brief *b = &out->brief;
    size_t n = strnlen(row->id, sizeof row->id), user = *row->user ? strnlen(row->user, sizeof row->user) : 0;
    b->started_us = row->started_us;
    b->cost_usd = row->cost_usd;
    b->baseline_usd = row->baseline_usd;
    b->decision = row->decision;
    b->wide = !pack(row, b->words);
    b->overhead_us = b->wide ? 0 : (uint32_t)row->overhead_us;
    out->shared = NULL;
    out->id_len = (uint8_t)n;
    out->user_len = (uint8_t)user;
    out->own_at = (uint32_t)(offsetof(struct record, id) + n + user);
    memcpy(out->id, row->id, n);
    if (user) memcpy(out->id + n, row->user, user);
    if (b->wide) memcpy(out->id + n + user, row, OWN_BYTES);
    out->size = (uint16_t)((out->own_at + (b->wide ? OWN_BYTES : 0) + 7) & ~(size_t)7);
}

// ---------------------------------------------------------------- and back

static inline int64_t value_maybe(uint64_t code) {
    return (int64_t)code - 1;
}

static inline int64_t value_count(uint64_t code) {
    return (int64_t)code;
}

static inline float value_float(uint64_t code) {
    uint32_t bits = (uint32_t)code;
    float v;
    memcpy(&v, &bits, sizeof v);
    return code == FLOAT_UNKNOWN ? NAN : v;
}

#define VALUE_MAYBE value_maybe
#define VALUE_COUNT value_count
#define VALUE_FLOAT value_float

void brief_read(const struct brief *b, struct ledger_row *out) {
    out->started_us = b->started_us;
    out->cost_usd = b->cost_usd;
    out->baseline_usd = b->baseline_usd;
    out->decision = b->decision;
    if (b->wide) return;
#define UNPACK(field, word, shift, bits, type)                                                                         \
    out->field = VALUE_##type((uint64_t)b->words[word] >> (shift)&MASK(bits));
    LEDGER_PACKED(UNPACK)
#undef UNPACK
    uint64_t sizes = (uint64_t)b->words[WORD_SIZES];
    memset(out->bytes_out, 0, sizeof out->bytes_out);
    out->bytes_out[sizes & MASK(SIZES_ZONE_BITS)] = (int64_t)(sizes >> SIZES_OUT_SHIFT & MASK(SIZES_OUT_BITS));
    out->overhead_us = b->overhead_us;
    out->unused_input_tokens = out->unused_output_tokens = 0;
    out->logprob_mean = out->logprob_least = NAN;
}

void record_read(const struct record *r, struct ledger_row *out) {
    *out = r->shared->row;
    if (r->brief.wide) memcpy(out, (const char *)r + r->own_at, OWN_BYTES);
    else memset(out, 0, OWN_BYTES);
    memset(out->id, 0, sizeof out->id);
    memcpy(out->id, r->id, r->id_len);
    memset(out->user, 0, sizeof out->user);
    memcpy(out->user, r->id + r->id_len, r->user_len);
    brief_read(&r->brief, out);
}

// ---------------------------------------------------------------- in SQL

static const struct packed {
    size_t offset;
    enum ledger_word word;
    unsigned shift, bits;
    enum kind kind;
} PACKED[] = {
#define ROW(field, word, shift, bits, type) {offsetof(struct ledger_row, field), word, shift, bits, type},
    LEDGER_PACKED(ROW)
#undef ROW
};

bool packed_sql(size_t offset, struct buf *out) {
    size_t out_at = offsetof(struct ledger_row, bytes_out);
    if (offset == offsetof(struct ledger_row, overhead_us)) {
        buf_printf(out, "CASE WHEN %s IS NOT NULL THEN what & %u END", WORD_NAMES[0], (1u << WHAT_OVERHEAD_BITS) - 1);
        return true;
    }
    if (offset >= out_at && offset < out_at + sizeof(((struct ledger_row *)0)->bytes_out)) {
        buf_printf(out, "(sizes >> %d & %u) * (sizes & %u = %zu)", SIZES_OUT_SHIFT, (1u << SIZES_OUT_BITS) - 1,
                   (1u << SIZES_ZONE_BITS) - 1, (offset - out_at) / sizeof(int64_t));
        return true;
    }
    for (size_t i = 0; i < sizeof PACKED / sizeof *PACKED; i++) {
        const struct packed *p = &PACKED[i];
        char code[64];
        if (p->offset != offset) continue;
        snprintf(code, sizeof code, "(%s >> %u & %llu)", WORD_NAMES[p->word], p->shift,
                 (unsigned long long)MASK(p->bits));
        if (p->kind == COUNT) buf_add_z(out, code);
        else if (p->kind == MAYBE) buf_printf(out, "nullif(%s, 0) - 1", code);
        // mantissa by power of two; of what is unknown the power is 0 here, and a quotient by 0 is NULL
        else
            buf_printf(out, "CASE %s WHEN 0 THEN 0.0 ELSE (%s & 8388607 | 8388608) * 1.0 / (1 << 150 - (%s >> 23)) END",
                       code, code, code);
        return true;
    }
    return false;
}
