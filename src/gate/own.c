// What is registered, loaded for a gate: the files mapped, and one filter for all lists and one for all documents, so
// that a scan costs the same however many there are.
#include "gate/own.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "gate/own_internal.h"

// Of the filters: 16 to 32, which gives a false alarm for about 1 of 100 to 400 words.
enum { BITS_PER_KEY = 16 };

char *own_dir(const struct config *config) {
    if (config->policy.data_dir && *config->policy.data_dir) return mem_copy_z(config->policy.data_dir);
    return config_state_path("gate");
}

// ---------------------------------------------------------------- filters

static void filter_make(struct own_filter *f, size_t keys) {
    size_t blocks = 64;
    while (blocks * 64 < keys * BITS_PER_KEY) blocks *= 2;
    f->blocks = mem_new_array(blocks, sizeof *f->blocks);
    f->mask = blocks - 1;
}

static void filter_add(struct own_filter *f, uint32_t front, bool first) {
    struct own_probe p = own_probe(f, front);
    f->blocks[p.block] |= first ? p.first : p.value;
}

static size_t items_in(const struct own_file *f, int section, size_t size) {
    return f->sections[section].len / size;
}

static void fill_filters(struct own *o) {
    size_t words = 0, prints = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct own_file *f = &o->files[i];
        if (f->head.kind == OWN_LIST) words += items_in(f, 1, sizeof(uint32_t)) + items_in(f, 2, sizeof(uint32_t));
        else prints += items_in(f, 0, sizeof(uint64_t));
    }
    if (o->has_lists) filter_make(&o->words, words);
    if (o->has_documents) filter_make(&o->prints, prints);
    for (size_t i = 0; i < o->count; i++) {
        const struct own_file *f = &o->files[i];
        if (f->head.kind == OWN_DOCUMENTS) {
            const uint64_t *at = (const uint64_t *)(const void *)f->sections[0].at;
            for (size_t k = 0; k < items_in(f, 0, sizeof *at); k++)
                filter_add(&o->prints, (uint32_t)(at[k] >> 32), false);
            continue;
        }
        for (int section = 1; section <= 2; section++) {
            const uint8_t *at = (const uint8_t *)f->sections[section].at;
            for (size_t k = 0; k < items_in(f, section, sizeof(uint32_t)); k++) {
                uint32_t front;
                memcpy(&front, at + k * sizeof front, sizeof front);
                filter_add(&o->words, front, section == 2);
            }
        }
    }
}

// ---------------------------------------------------------------- loading

// What the hashes do not prove: that numbers in the file lead into it. False when they do not.
static bool is_sound(const struct own_file *f) {
    if (f->head.kind == OWN_LIST)
        return f->sections[0].len % sizeof(struct own_entry) == 0 &&
               items_in(f, 0, sizeof(struct own_entry)) < UINT32_MAX;
    const uint64_t *prints = (const uint64_t *)(const void *)f->sections[0].at;
    size_t documents = items_in(f, 1, sizeof(uint32_t)), count = items_in(f, 0, sizeof *prints);
    uint32_t last = 0;
    if (documents < 2 || f->sections[0].len % sizeof *prints || count >= UINT32_MAX) return false;
    for (size_t i = 0; i < count; i++)
        if ((prints[i] & DOCUMENT_MASK) >= documents - 1) return false;
    for (size_t i = 0; i < documents; i++) {
        uint32_t begin;
        memcpy(&begin, f->sections[1].at + i * sizeof begin, sizeof begin);
        if (begin < last || begin > f->sections[2].len) return false;
        last = begin;
    }
    return true;
}

static int load_file(struct own *o, const char *dir, const char *leaf, struct err *e) {
    struct own_file *f = &o->files[o->count];
    if (own_file_open(dir, leaf, f, e) != 0) return -1;
    o->count++; // it is closed with the others
    if (f->head.key_id != o->key->id)
        return err_set(e, "%s/%s: was registered with another key than %s/key; register it again", dir, leaf, dir);
    if (!is_sound(f)) return err_set(e, "%s/%s: is damaged; register it again", dir, leaf);
    bool list = f->head.kind == OWN_LIST;
    o->has_lists |= list;
    o->has_documents |= !list;
    o->version = hash_bytes(&f->head.content, sizeof f->head.content, o->version + 1);
    return 0;
}

int own_load(const struct config *config, struct own **out, struct err *e) {
    *out = NULL;
    if (!config->policy.data_dir) return 0;
    char **names, *dir = own_dir(config);
    size_t count;
    struct own *o = NULL;
    int status = own_files(dir, *config->policy.data_dir != 0, &names, &count, e);
    if (!status && count) {
        o = mem_new(sizeof *o);
        o->files = mem_new_array(count, sizeof *o->files);
        o->key = own_key_open(dir, e);
        if (!o->key) status = -1;
        for (size_t i = 0; i < count && !status; i++) status = load_file(o, dir, names[i], e);
    }
    if (!status && o) {
        fill_filters(o);
        o->powers[0] = 1;
        for (size_t i = 1; i <= OWN_VALUE_BYTES; i++) o->powers[i] = o->powers[i - 1] * o->key->word;
    }
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
    free(dir);
    if (status) {
        own_free(o);
        return -1;
    }
    *out = o;
    return 0;
}

void own_free(struct own *o) {
    if (!o) return;
    for (size_t i = 0; i < o->count; i++) own_file_close(&o->files[i]);
    free(o->files), free(o->words.blocks), free(o->prints.blocks);
    own_key_free(o->key);
    mem_wipe(o, sizeof *o);
    free(o);
}

uint64_t own_version(const struct own *o) {
    return o ? o->version : 0;
}

struct own_scratch *own_scratch_new(const struct own *o) {
    return o ? mem_new(sizeof(struct own_scratch)) : NULL;
}

void own_scratch_free(struct own_scratch *s) {
    free(s);
}

size_t own_lower_bound(const uint64_t *at, size_t stride, size_t n, uint64_t tag) {
    size_t guess = (size_t)((unsigned __int128)tag * n >> 64), low = guess, high = guess, step = 8;
    for (; low > 0 && at[low * stride] >= tag; step *= 2) low = low > step ? low - step : 0;
    if (low == guess) // it is at or after the guess
        for (step = 8; high < n && at[high * stride] < tag; step *= 2) high = n - high > step ? high + step : n;
    // at[low] < tag or low == 0; at[high] >= tag or high == n
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at[middle * stride] < tag) low = middle + 1;
        else high = middle;
    }
    return low;
}

void own_scan(struct scan *s) {
    const struct own *o = s->gate->own;
    if (!o) return;
    if (o->has_lists) own_match(s);
    if (o->has_documents && !s->late) own_pasted(s);
}
