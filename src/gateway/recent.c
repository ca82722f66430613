#include "gateway/recent.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/latch.h"
#include "base/mem.h"
#include "intent/features.h"
#include "intent/reading.h"

// The texts of an input, and how much of both ends is read of them, by the score or for learning. A new text of struct
// intent_input needs a row.
enum { TEXT, SYSTEM, CONTEXT, TEXTS };
#define MOST(a, b) ((int)(a) > (int)(b) ? (int)(a) : (int)(b))
enum {
    TEXT_EDGE = MOST(FEATURES_EDGE_BYTES, READING_EDGE_BYTES),
    SYSTEM_EDGE = MOST(FEATURES_SYSTEM_EDGE_BYTES, READING_SYSTEM_EDGE_BYTES),
    MOST_BYTES = 2 * (TEXT_EDGE + SYSTEM_EDGE + TEXT_EDGE),
};
static const struct {
    size_t offset, edge;
} KEPT[TEXTS] = {
    [TEXT] = {offsetof(struct intent_input, text), TEXT_EDGE},
    [SYSTEM] = {offsetof(struct intent_input, system), SYSTEM_EDGE},
    [CONTEXT] = {offsetof(struct intent_input, context), TEXT_EDGE},
};

// A system text comes again and again. Some are kept once for all entries that have it, as long as there is one.
enum { SYSTEMS = 8 };
struct system {
    size_t users;           // entries; 0: free
    size_t len;             // of the text
    struct imprint imprint; // of the text, where it was known
    char bytes[2 * SYSTEM_EDGE];
};

struct entry {
    size_t size;           // with the bytes and up to the next entry
    struct system *system; // that has its system text; NULL: its bytes have
    char id[32];
    struct intent_input input; // the lengths of its texts are right, their places are not
    char bytes[];              // the ends of its texts, one after the other
};

// Entries lie one after the other from `oldest` to `next`; in two parts when the newer ones begin at 0 again.
struct recent {
    struct latch latch;
    size_t size, oldest, next, count;
    size_t end;    // of the older part
    size_t used;   // the most that was ever written
    bool in_parts; // next <= oldest < end
    struct system systems[SYSTEMS];
    _Alignas(16) char ring[];
};

struct recent *recent_new(size_t bytes) {
    struct recent *r = mem_new(sizeof *r + bytes);
    r->size = bytes;
    return r;
}

void recent_free(struct recent *r) {
    if (!r) return;
    mem_wipe(r->ring, r->used);
    mem_wipe(r->systems, sizeof r->systems);
    free(r);
}

static struct entry *entry_at(struct recent *r, size_t at) {
    return (struct entry *)(void *)(r->ring + at);
}

static size_t after(struct recent *r, size_t at) {
    at += entry_at(r, at)->size;
    return r->in_parts && at == r->end ? 0 : at;
}

static void drop_oldest(struct recent *r) {
    struct system *system = entry_at(r, r->oldest)->system;
    if (system) system->users--;
    r->oldest = after(r, r->oldest);
    r->count--;
    if (r->oldest == 0) r->in_parts = false;
}

// A place for an entry of this size, at `next`; the oldest ones go. size <= r->size.
static struct entry *make_room(struct recent *r, size_t size) {
    for (;;) {
        if (r->count == 0) {
            r->oldest = r->next = 0;
            r->in_parts = false;
        }
        if (!r->in_parts && r->next + size <= r->size) break;
        if (!r->in_parts) {
            r->end = r->next;
            r->next = 0;
            r->in_parts = true;
        }
        if (r->next + size <= r->oldest) break;
        drop_oldest(r);
    }
    struct entry *e = entry_at(r, r->next);
    r->next += size;
    r->count++;
    if (r->next > r->used) r->used = r->next;
    return e;
}

static struct span *text_of(struct intent_input *in, int i) {
    return (struct span *)(void *)((char *)in + KEPT[i].offset);
}

// The two ends of a text of this length: how long the first is, and the last.
static void split(size_t len, size_t edge, size_t *first, size_t *last) {
    *first = len <= 2 * edge ? len : edge;
    *last = len <= 2 * edge ? 0 : edge;
}

// Writes the ends of a text; returns how many bytes.
static __attribute__((noinline)) size_t put_ends(char *to, struct span text, size_t edge) {
    size_t first, last;
    split(text.len, edge, &first, &last);
    if (first) memcpy(to, text.at, first);
    if (last) memcpy(to + first, text.at + text.len - last, last);
    return first + last;
}

static __attribute__((noinline)) bool has_ends(const struct system *s, struct span text) {
    size_t first, last;
    split(text.len, SYSTEM_EDGE, &first, &last);
    return memcmp(s->bytes, text.at, first) == 0 &&
           (!last || memcmp(s->bytes + first, text.at + text.len - last, last) == 0);
}

// By the imprints, which the gate made for its own use, the bytes need not be read.
static bool is_of(const struct system *s, const struct intent_input *in) {
    if (s->len != in->system.len) return false;
    bool made = !imprint_is(in->system_imprint, IMPRINT_NONE);
    return (made && imprint_is(s->imprint, in->system_imprint)) || has_ends(s, in->system);
}

// The place of the input's system text, which gets a user more; NULL when all are taken by others.
static struct system *share(struct recent *r, const struct intent_input *in) {
    struct system *free = NULL;
    if (!in->system.len) return NULL;
    for (struct system *s = r->systems; s < r->systems + SYSTEMS; s++) {
        if (!s->users) free = free ? free : s;
        else if (is_of(s, in)) {
            s->users++;
            return s;
        }
    }
    if (!free) return NULL;
    free->users = 1;
    free->len = in->system.len;
    free->imprint = in->system_imprint;
    put_ends(free->bytes, in->system, SYSTEM_EDGE);
    return free;
}

// Asks for the memory of the next entry, which is likely to be as long: when it is written, it is there. Without that
// what is exchanged next, with any thread, waits for it.
static void await_memory(const struct recent *r, size_t size) {
    enum { LINE = 64 };
    const char *at = r->ring + r->next, *end = at + (size < r->size - r->next ? size : r->size - r->next);
    for (; at < end; at += LINE) __builtin_prefetch(at, 1);
}

void recent_add(struct recent *r, const char *id, const struct intent_input *in) {
    struct span texts[TEXTS];
    size_t first, last, size = sizeof(struct entry);
#pragma GCC unroll 1
    for (int i = 0; i < TEXTS; i++) {
        memcpy(&texts[i], (const char *)in + KEPT[i].offset, sizeof *texts);
        split(texts[i].len, KEPT[i].edge, &first, &last);
        size += first + last;
    }
    // so much it takes where the system text is not shared
    size = (size + _Alignof(struct entry) - 1) / _Alignof(struct entry) * _Alignof(struct entry);
    if (size > r->size) return;
    latch_take(&r->latch);
    struct system *system = share(r, in);
    if (system) {
        split(texts[SYSTEM].len, SYSTEM_EDGE, &first, &last);
        size -= (first + last) / _Alignof(struct entry) * _Alignof(struct entry);
    }
    struct entry *e = make_room(r, size);
    char *to = e->bytes;
    e->size = size;
    e->system = system;
    span_copy_z(e->id, sizeof e->id, id);
    e->input = *in;
#pragma GCC unroll 1
    for (int i = 0; i < TEXTS; i++) {
        if (i != SYSTEM || !system) to += put_ends(to, texts[i], KEPT[i].edge);
        text_of(&e->input, i)->at = NULL;
    }
    await_memory(r, size);
    latch_give(&r->latch);
}

// The texts again, each as long as it was: between its ends are zeros, which nobody reads.
static void rebuild(const struct entry *e, struct remembered *out) {
    const char *from = e->bytes;
    out->input = e->input;
    out->size = 0;
    for (int i = 0; i < TEXTS; i++) out->size += text_of(&out->input, i)->len;
    out->bytes = mem_new(out->size + 1); // a long one is pages that were never touched
    char *at = out->bytes;
    for (int i = 0; i < TEXTS; i++) {
        struct span *text = text_of(&out->input, i);
        size_t first, last;
        bool shared = i == SYSTEM && e->system;
        const char *ends = shared ? e->system->bytes : from;
        split(text->len, KEPT[i].edge, &first, &last);
        memcpy(at, ends, first);
        memcpy(at + text->len - last, ends + first, last);
        if (!shared) from += first + last;
        text->at = at;
        at += text->len;
    }
}

bool recent_find(struct recent *r, const char *id, struct remembered *out) {
    bool found = false;
    latch_take(&r->latch);
    size_t at = r->oldest;
    for (size_t i = 0; i < r->count && !found; i++, at = after(r, at)) {
        if (strcmp(entry_at(r, at)->id, id) != 0) continue;
        rebuild(entry_at(r, at), out);
        found = true;
    }
    latch_give(&r->latch);
    return found;
}

void remembered_release(struct remembered *m) {
    size_t edges = m->size < 2 * MOST_BYTES ? m->size : 0;
    if (edges) mem_wipe(m->bytes, edges);
    free(m->bytes);
    *m = (struct remembered){.bytes = NULL};
}
