// Cuckoo hashing: each word has two buckets; one that finds both full turns another word out into its other bucket.
#include <stdlib.h>

#include "base/mem.h"
#include "fit.h"

struct entry {
    uint64_t hash;
    uint8_t known;
};

struct entries {
    struct entry *at;
    size_t count, cap;
};

static uint8_t set_of(char letter) {
    static const char LETTERS[] = "FLPNCQ";
    const char *p = strchr(LETTERS, letter);
    return p && letter ? (uint8_t)(1u << (p - LETTERS)) : 0;
}

// The words of a name; what joins them ("of", "de la") is left out when there is more than one.
static void add_words(struct entries *e, struct span text, uint8_t known) {
    struct name_segment seg;
    name_segment_init(&seg);
    (void)name_segment_read(&seg, text, 0, NULL);
    for (uint32_t i = 0; i < seg.count; i++) {
        const struct name_token *t = &seg.tokens[i];
        if (t->shape == SHAPE_MARK || t->shape == SHAPE_NUMBER || t->shape == SHAPE_INITIAL) continue;
        if (seg.count > 1 && t->shape == SHAPE_LOWER && t->end - t->start <= 4) continue;
        char folded[NAME_FOLD_BYTES];
        size_t len = t->end - t->start - ((t->flags & TOKEN_DOTTED) != 0);
        if (len < 2) continue;
        size_t n = name_fold(span_sub(text, t->start, len), folded);
        if (e->count == e->cap) {
            e->cap = e->cap ? e->cap * 2 : 1024;
            e->at = mem_grow(e->at, e->cap * sizeof *e->at);
        }
        e->at[e->count++] = (struct entry){name_hash(folded, n), known};
    }
}

static int by_hash(const void *a, const void *b) {
    uint64_t x = ((const struct entry *)a)->hash, y = ((const struct entry *)b)->hash;
    return x < y ? -1 : x > y;
}

static struct entries load(const char *path) {
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        exit(1);
    }
    struct entries e = {.count = 0};
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, f)) > 3)
        add_words(&e, span_trim(span_make(line + 2, (size_t)n - 2)), set_of(line[0]));
    free(line);
    fclose(f);
    qsort(e.at, e.count, sizeof *e.at, by_hash);
    size_t kept = 0;
    for (size_t i = 0; i < e.count; i++) {
        if (kept && e.at[kept - 1].hash == e.at[i].hash) e.at[kept - 1].known |= e.at[i].known;
        else e.at[kept++] = e.at[i];
    }
    e.count = kept;
    return e;
}

static bool place(struct entry *table, uint32_t buckets, struct entry e) {
    uint32_t random = 1;
    for (int turn = 0; turn < 2000; turn++) {
        uint32_t choices[2] = {name_filter_first(e.hash, buckets), name_filter_second(e.hash, buckets)};
        for (int c = 0; c < 2; c++)
            for (uint32_t i = 0; i < FILTER_BUCKET; i++)
                if (!table[choices[c] * FILTER_BUCKET + i].known) {
                    table[choices[c] * FILTER_BUCKET + i] = e;
                    return true;
                }
        random = random * 1664525 + 1013904223;
        struct entry *out = &table[choices[random >> 31] * FILTER_BUCKET + (random >> 16) % FILTER_BUCKET], old = *out;
        *out = e;
        e = old;
    }
    return false;
}

void filter_build(const char *path, uint32_t buckets, struct name_filter *out, uint16_t **slots) {
    struct entries e = load(path);
    size_t count = (size_t)buckets * FILTER_BUCKET;
    struct entry *table = mem_new_array(count, sizeof *table);
    for (size_t i = 0; i < e.count; i++)
        if (!place(table, buckets, e.at[i])) {
            fprintf(stderr, "fit: %zu words do not fit into %u buckets\n", e.count, buckets);
            exit(1);
        }
    *slots = mem_new_array(count, sizeof **slots);
    for (size_t i = 0; i < count; i++)
        if (table[i].known) (*slots)[i] = (uint16_t)(name_filter_print(table[i].hash) | table[i].known);
    *out = (struct name_filter){.slots = *slots, .buckets = buckets};
    printf("filter: %zu words in %zu slots\n", e.count, count);
    free(table);
    free(e.at);
}
