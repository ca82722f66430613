// Texts become fingerprints: each with the number of the document that holds it.
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gate/own_internal.h"

struct own_documents {
    const struct own_key *key;
    uint64_t *prints; // print above PRINT_SHIFT, document below
    size_t print_count, print_room;
    uint32_t *begins; // of names
    size_t document_count, begin_room;
    char *names;
    size_t name_bytes, name_room;
    uint64_t source_bytes, dropped, emptied;
};

struct own_documents *own_documents_new(const struct own_key *key) {
    struct own_documents *d = mem_new(sizeof *d);
    d->key = key;
    return d;
}

void own_documents_free(struct own_documents *d) {
    if (!d) return;
    free(d->prints), free(d->begins), free(d->names);
    free(d);
}

static void *room_for(void *at, size_t count, size_t *room, size_t size) {
    if (count <= *room) return at;
    *room = *room ? *room * 2 : 1024;
    if (*room < count) *room = count;
    return mem_grow(at, *room * size);
}

static void add_print(struct own_documents *d, uint64_t print) {
    d->prints = room_for(d->prints, d->print_count + 1, &d->print_room, sizeof *d->prints);
    d->prints[d->print_count++] = print | d->document_count;
}

static void add_name(struct own_documents *d, const char *name) {
    size_t n = strlen(name);
    d->names = room_for(d->names, d->name_bytes + n, &d->name_room, 1);
    memcpy(d->names + d->name_bytes, name, n);
    d->begins = room_for(d->begins, d->document_count + 2, &d->begin_room, sizeof *d->begins);
    d->begins[d->document_count++] = (uint32_t)d->name_bytes;
    d->name_bytes += n;
    d->begins[d->document_count] = (uint32_t)d->name_bytes;
}

size_t own_documents_add(struct own_documents *d, const char *name, struct span text) {
    struct winnow w;
    size_t before = d->print_count;
    if (d->document_count == DOCUMENT_MASK || d->name_bytes + strlen(name) > UINT32_MAX) return SIZE_MAX;
    winnow_start(&w, d->key);
    for (size_t at = 0; at < text.len;) {
        struct fold f = fold_at(text, at);
        for (uint8_t i = 0; i < f.len; i++)
            if (winnow_push(&w, f.bytes[i], 0)) add_print(d, w.print);
        at += f.read;
    }
    if (winnow_finish(&w)) add_print(d, w.print);
    mem_wipe(&w, sizeof w);
    d->source_bytes += text.len;
    if (d->print_count == before) return 0;
    add_name(d, name);
    return d->print_count - before;
}

// ---------------------------------------------------------------- saving

static int by_print(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// Drops repetitions within a document, and what more than `common` documents have.
static void tidy(struct own_documents *d, uint64_t common, uint32_t *before, uint32_t *after) {
    size_t kept = 0, n = 0;
    if (d->print_count) qsort(d->prints, d->print_count, sizeof *d->prints, by_print);
    for (size_t i = 0; i < d->print_count; i++)
        if (i == 0 || d->prints[i] != d->prints[i - 1]) d->prints[n++] = d->prints[i];
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && d->prints[end] >> PRINT_SHIFT == d->prints[i] >> PRINT_SHIFT; end++)
            before[d->prints[end] & DOCUMENT_MASK]++;
        if (end - i > common) {
            d->dropped += end - i;
            continue;
        }
        for (size_t k = i; k < end; k++) {
            after[d->prints[k] & DOCUMENT_MASK]++;
            d->prints[kept++] = d->prints[k];
        }
    }
    d->print_count = kept;
}

enum own_saved own_documents_save(struct own_documents *d, const char *dir, const char *name, enum data_class class_,
                                  uint64_t common, struct err *e) {
    uint32_t *before = mem_new_array(d->document_count, sizeof *before),
             *after = mem_new_array(d->document_count, sizeof *after);
    d->dropped = d->emptied = 0;
    tidy(d, common, before, after);
    for (size_t i = 0; i < d->document_count; i++) d->emptied += after[i] < (before[i] + 9) / 10;
    free(before), free(after);
    if (d->print_count == 0) {
        err_set(e, "no text that can be recognised was found, so nothing was registered");
        return OWN_FAILED;
    }
    struct own_head head = {.kind = OWN_DOCUMENTS,
                            .class_ = class_,
                            .items = d->document_count,
                            .dropped = d->dropped,
                            .source_bytes = d->source_bytes};
    const struct span sections[OWN_SECTIONS] = {
        span_make((const char *)d->prints, d->print_count * sizeof *d->prints),
        span_make((const char *)d->begins, (d->document_count + 1) * sizeof *d->begins),
        span_make(d->names, d->name_bytes)};
    return own_file_write(dir, name, d->key, &head, sections, e);
}

void own_documents_info(const struct own_documents *d, struct own_info *out) {
    *out = (struct own_info){.kind = OWN_DOCUMENTS,
                             .items = d->document_count,
                             .prints = d->print_count,
                             .dropped = d->dropped,
                             .source_bytes = d->source_bytes};
}

uint64_t own_documents_emptied(const struct own_documents *d) {
    return d->emptied;
}
