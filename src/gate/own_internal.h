// The company's own data, private to the own_*.c files.
#ifndef SLUICE_GATE_OWN_INTERNAL_H
#define SLUICE_GATE_OWN_INTERNAL_H

#include <limits.h>

#include "base/hash.h"
#include "gate/own.h"
#include "gate/own_fold.h"
#include "gate/scan.h"

// ---------------------------------------------------------------- the key

// Lives in a page of its own that is neither swapped nor dumped, where the system permits.
struct own_key {
    uint8_t tag[16], check[16]; // SipHash keys of a value's two halves
    uint64_t word;              // odd: base of the words' polynomial
    uint64_t front;             // of the filter of words
    uint64_t gram[4];           // of fingerprints
    uint64_t print;             // odd: multiplier that orders fingerprints
    uint64_t id;                // tells files of another key
};

// NULL when there is none, or it cannot be used: the reason is in *e.
struct own_key *own_key_open(const char *dir, struct err *e);

// ---------------------------------------------------------------- files

enum { OWN_VERSION = 1, OWN_SECTIONS = 3 };

// The head of a file; little-endian, like all that follows.
struct own_head {
    char magic[8]; // "SLUICEGO"
    uint32_t version, kind, class_, unused;
    uint64_t key_id;
    uint64_t items, pairs, dropped, source_bytes;
    int64_t created_us;
    uint64_t sections[OWN_SECTIONS]; // bytes of each
    uint64_t content;                // hash of the sections and of what is said of them: what "unchanged" means
    uint64_t head;                   // hash of the head up to here
};

// Sections of a list:      entries (struct own_entry, by tag), fronts (uint32_t), fronts of begins (uint32_t)
// Sections of documents:   prints (uint64_t, ascending), begins of names (uint32_t, one more than documents), names
struct own_file {
    char name[OWN_NAME_MAX + 1];
    struct own_head head;
    const uint8_t *map; // a copy of the whole file
    size_t map_bytes;
    struct span sections[OWN_SECTIONS]; // into the map
};

// A value: hashes under two keys; the low two bits of `check` are its role.
struct own_entry {
    uint64_t tag, check;
};
enum own_role { ROLE_ALONE, ROLE_A, ROLE_B, ROLE_PAIR };
enum { ROLE_MASK = 3 };

// 0 and the file in memory, read-only and not part of dumps, or -1.
int own_file_open(const char *dir, const char *leaf, struct own_file *out, struct err *e)
    __attribute__((warn_unused_result));
void own_file_close(struct own_file *f);
// What root makes in a directory of somebody else (the service's state) is for that one to read. False when it cannot
// be.
bool own_hand_over(int fd, const char *dir);
// Names of the registrations' files in the directory, sorted; *count of them, to be freed with free() each and as a
// whole. Nothing when the directory is not there and `must_exist` is not set.
int own_files(const char *dir, bool must_exist, char ***names, size_t *count, struct err *e)
    __attribute__((warn_unused_result));
// Writes name's file through a temporary one. The head needs kind, class_, items, pairs, dropped and
// source_bytes.
enum own_saved own_file_write(const char *dir, const char *name, const struct own_key *key, struct own_head *head,
                              const struct span sections[OWN_SECTIONS], struct err *e);
// What a head says, without name and bytes of the file.
void own_head_info(const struct own_head *head, struct own_info *out);

// ---------------------------------------------------------------- words

enum {
    OWN_WORDS = 8,         // a value of more words is known by its first ones
    OWN_VALUE_BYTES = 255, // of a folded value
};

struct own_word {
    uint64_t hash;       // polynomial of its folded bytes
    uint32_t start, end; // of the text
    uint16_t len;        // folded bytes; OWN_VALUE_BYTES + 1 for more
    bool digits;         // nothing else
};

// Reads words from offset *at on until `max` are read or the text ends. Returns how many.
size_t own_words(struct span text, size_t *at, uint64_t base, struct own_word *out, size_t max);
// Whether what stands between two neighbouring words may stand within a value.
bool own_words_join(struct span text, const struct own_word *a, const struct own_word *b);

// What the filter keeps of words with this polynomial.
static inline uint32_t own_front(const struct own_key *key, uint64_t hash) {
    return (uint32_t)((hash ^ hash >> 31 ^ key->front) * 0xc4ceb9fe1a85ec53u >> 32);
}

// The entry of a folded value, in the role ALONE.
struct own_entry own_entry(const struct own_key *key, const uint8_t *folded, size_t n);
// The entry of a pair.
struct own_entry own_entry_pair(const struct own_key *key, struct own_entry a, struct own_entry b);

// ---------------------------------------------------------------- filters

// A Bloom filter of 64-bit blocks: one cache line a question. Each front can be in it as a value and as the begin of
// one.
struct own_filter {
    uint64_t *blocks;
    unsigned shift; // 64 - log2 of the number of blocks
};

// Where to look: the block's number in the high bits, below them those of the bits of either meaning.
static inline uint64_t own_probe(uint32_t front) {
    return front * 0x9e3779b97f4a7c15u;
}

static inline bool own_bits(uint64_t block, uint64_t a, uint64_t b, uint64_t c) {
    return (block >> (a & 63)) & (block >> (b & 63)) & (block >> (c & 63)) & 1;
}

static inline bool own_is_value(uint64_t block, uint64_t probe) {
    return own_bits(block, probe >> 26, probe >> 20, probe >> 14);
}

static inline bool own_is_begin(uint64_t block, uint64_t probe) {
    return own_bits(block, probe >> 32, probe >> 8, probe >> 2);
}

static inline const uint64_t *own_block(const struct own_filter *f, uint64_t probe) {
    return &f->blocks[probe >> f->shift];
}

// ---------------------------------------------------------------- fingerprints

enum {
    GRAM = 32,
    WINDOW = 32,
    CARRY = GRAM + WINDOW - 1,
    BLOCK = 512,
    PRINT_SHIFT = 24,
    DOCUMENT_MASK = (1 << PRINT_SHIFT) - 1
};

struct winnow_print {
    uint64_t print;      // 40 bits above PRINT_SHIFT
    uint32_t start, end; // of the text
};

// Winnowing at work, a block at a time. Of each WINDOW neighbouring grams of GRAM folded bytes the one with the least
// value is taken, so that two texts that share CARRY folded bytes share a fingerprint.
struct winnow {
    struct span text;
    size_t at; // the text is read up to here
    uint64_t key[4], order;
    size_t count;              // bytes in the arrays: the last CARRY of the blocks before, then this block's
    size_t best, taken;        // gram with the least value of the window; gram last taken, + 1
    bool weigh, started, done; // a window was full; the text is at its end
    uint8_t bytes[CARRY + BLOCK + 4];
    uint32_t places[CARRY + BLOCK + 4]; // where they were read
    uint64_t values[CARRY + BLOCK + 4]; // of the gram that begins there
};

// With `weigh`, rows of zeros and the like, which are in every table, give no fingerprints: so they are never
// registered, and a scan need not look.
void winnow_start(struct winnow *w, const struct own_key *key, struct span text, bool weigh);
// One block: writes its fingerprints and returns how many there are. Call until w->done.
size_t winnow_block(struct winnow *w, struct winnow_print out[static BLOCK + 4]);

// ---------------------------------------------------------------- what is loaded

struct own {
    struct own_key *key;
    struct own_file *files;
    size_t count;
    struct own_filter words, prints;
    bool has_lists, has_documents;
    uint64_t powers[OWN_VALUE_BYTES + 1]; // of key->word
    uint64_t version;
};

enum { OWN_NEAR = 300, OWN_RING = 1024, OWN_HITS = 2048, OWN_SEEN = 4096, OWN_COUNTED = 1024 };

// A value of a pair that was seen; the last OWN_RING of a view are remembered.
struct own_half {
    struct own_entry entry;
    uint32_t file, start, end;
};

struct own_hit {
    uint32_t file, document, start, end;
};

struct own_counted {
    uint32_t file, document; // file + 1; 0 = free
    uint32_t prints;         // different ones
    uint32_t start, end;     // the passage at work
    bool open;
};

struct own_scratch {
    struct own_half ring[OWN_RING];
    size_t halves;
    struct own_hit hits[OWN_HITS];
    size_t hit_count;
    uint64_t seen[OWN_SEEN]; // prints that were found; 0 = free
    size_t seen_count;
    struct own_counted counted[OWN_COUNTED];
    size_t counted_count;
    bool full; // more than there is room for
};

// First of n entries, `stride` words apart, whose first word is not below `tag`; the words are spread evenly.
size_t own_lower_bound(const uint64_t *at, size_t stride, size_t n, uint64_t tag);

void own_match(struct scan *s);  // lists
void own_pasted(struct scan *s); // documents

#endif
