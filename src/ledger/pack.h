// A row as it waits for the writer, and as the file holds it: small.
//
// Of the values that belong to one row most are small numbers; several of them stand in one word of 64 bits, each in
// bits of its own. An ordinary row is five words, a time, two sums and its decision: a third of the columns, for
// SQLite a row of half the work. A row is *wide* when a value does not fit into its bits, or one is set that hardly
// ever is (log-probabilities, ...): all these values then lie beside it (struct record; the table `wide`).
//
// What few values exist of (kind.h) waits once for all rows of a chunk of the queue (queue.h).
#ifndef SLUICE_LEDGER_PACK_H
#define SLUICE_LEDGER_PACK_H

#include <stddef.h>

#include "base/buf.h"
#include "ledger/ledger.h"

enum ledger_word { WORD_TOKENS, WORD_TIMES, WORD_SIZES, WORD_SCORES, WORD_GRADES, WORDS };
extern const char *const WORD_NAMES[WORDS]; // as columns of `record`; the first is NULL in a wide row

// Also beside each other: the number of the kind and overhead_us, in the column `what`.
enum { WHAT_OVERHEAD_BITS = 24 };

// X(field, word, shift, bits, type). MAYBE: value + 1, 0 = unknown; with one bit it can say unknown and 0. COUNT: the
// value. FLOAT: the bits of a float from 2^-39 up to below 2, or 0; 1 (which is none of these) = unknown.
// bytes_out has SIZES_OUT_* : one zone, and how many; a row with two zones is wide.
#define LEDGER_PACKED(X)                                                                                               \
    X(cached_tokens, WORD_TOKENS, 42, 21, MAYBE)                                                                       \
    X(input_tokens, WORD_TOKENS, 21, 21, MAYBE)                                                                        \
    X(output_tokens, WORD_TOKENS, 0, 21, MAYBE)                                                                        \
    X(total_us, WORD_TIMES, 31, 31, COUNT)                                                                             \
    X(ttft_us, WORD_TIMES, 0, 31, MAYBE)                                                                               \
    X(bytes_in, WORD_SIZES, 42, 20, COUNT)                                                                             \
    X(bytes_answered, WORD_SIZES, 22, 20, COUNT)                                                                       \
    X(cache_write_1h_tokens, WORD_SCORES, 62, 1, MAYBE)                                                                \
    X(cache_write_tokens, WORD_SCORES, 61, 1, MAYBE)                                                                   \
    X(reasoning_tokens, WORD_SCORES, 60, 1, MAYBE)                                                                     \
    X(score, WORD_SCORES, 30, 30, FLOAT)                                                                               \
    X(p_local, WORD_SCORES, 0, 30, FLOAT)                                                                              \
    X(complexity, WORD_GRADES, 30, 30, FLOAT)                                                                          \
    X(ambiguity, WORD_GRADES, 0, 30, FLOAT)
enum { SIZES_OUT_SHIFT = 2, SIZES_OUT_BITS = 20, SIZES_ZONE_BITS = 2 };

struct brief {
    int64_t started_us;
    double cost_usd, baseline_usd;
    int64_t words[WORDS];
    uint32_t overhead_us; // 0 in a wide row
    bool wide;            // no words
    struct ledger_decision decision;
};

// What rows share, while they wait; the fields of `row` from `endpoint` on are filled.
struct shared {
    struct shared *next;
    uint64_t print; // of some of the texts: what differs here need not be compared
    uint64_t epoch; // in which `number` was given (kind.h); the writer's
    int64_t number;
    struct ledger_row row;
};

enum { OWN_BYTES = offsetof(struct ledger_row, endpoint) };

struct record {
    uint16_t size; // of all, a multiple of 8
    uint8_t id_len, user_len;
    uint32_t own_at; // of a wide row: where in the record its first OWN_BYTES begin
    struct shared *shared;
    struct brief brief;
    char id[40 + 64 + OWN_BYTES]; // as long as it is, then the user, then those bytes
};

// Everything but `shared`.
void record_make(const struct ledger_row *row, struct record *out);
// The whole row again.
void record_read(const struct record *r, struct ledger_row *out);
// The values that a brief one holds; of a wide one those that it holds too. The others are left as they are.
void brief_read(const struct brief *b, struct ledger_row *out);

// The value of a packed field of `record` in SQL, NULL where the row is wide; false for a field that is not packed.
bool packed_sql(size_t offset, struct buf *out);

#endif
