#include "gateway/recent.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

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
    SLOT_BYTES = 2 * (TEXT_EDGE + SYSTEM_EDGE + TEXT_EDGE),
};
static const struct {
    size_t offset, edge, place; // place: where its ends stand in a slot
} KEPT[TEXTS] = {
    [TEXT] = {offsetof(struct intent_input, text), TEXT_EDGE, 0},
    [SYSTEM] = {offsetof(struct intent_input, system), SYSTEM_EDGE, 2 * TEXT_EDGE},
    [CONTEXT] = {offsetof(struct intent_input, context), TEXT_EDGE, 2 * (TEXT_EDGE + SYSTEM_EDGE)},
};

struct slot {
    char id[32];
    struct intent_input input; // the lengths of its texts are right, their places are not
    char bytes[SLOT_BYTES];
};

struct recent {
    pthread_mutex_t lock;
    size_t places, used, next;
    struct slot slots[];
};

struct recent *recent_new(size_t places) {
    struct recent *r = mem_new(sizeof *r + places * sizeof *r->slots);
    pthread_mutex_init(&r->lock, NULL);
    r->places = places;
    return r;
}

void recent_free(struct recent *r) {
    if (!r) return;
    pthread_mutex_destroy(&r->lock);
    mem_wipe(r->slots, r->used * sizeof *r->slots);
    free(r);
}

static struct span *text_of(struct intent_input *in, int i) {
    return (struct span *)(void *)((char *)in + KEPT[i].offset);
}

// The two ends of a text of this length: how long the first is, and the last.
static void split(size_t len, size_t edge, size_t *first, size_t *last) {
    *first = len <= 2 * edge ? len : edge;
    *last = len <= 2 * edge ? 0 : edge;
}

void recent_add(struct recent *r, const char *id, const struct intent_input *in) {
    if (!r->places) return;
    pthread_mutex_lock(&r->lock);
    struct slot *s = &r->slots[r->next];
    r->next = r->next + 1 == r->places ? 0 : r->next + 1;
    if (r->used < r->places) r->used++;
    span_copy_z(s->id, sizeof s->id, id);
    s->input = *in;
    for (int i = 0; i < TEXTS; i++) {
        struct span *text = text_of(&s->input, i);
        size_t first, last;
        split(text->len, KEPT[i].edge, &first, &last);
        char *to = s->bytes + KEPT[i].place;
        if (first) memcpy(to, text->at, first);
        if (last) memcpy(to + first, text->at + text->len - last, last);
        text->at = NULL;
    }
    pthread_mutex_unlock(&r->lock);
}

// The texts again, each as long as it was: between its ends are zeros, which nobody reads.
static void rebuild(const struct slot *s, struct remembered *out) {
    out->input = s->input;
    out->size = 0;
    for (int i = 0; i < TEXTS; i++) out->size += text_of(&out->input, i)->len;
    out->bytes = mem_new(out->size + 1); // a long one is pages that were never touched
    char *at = out->bytes;
    for (int i = 0; i < TEXTS; i++) {
        struct span *text = text_of(&out->input, i);
        size_t first, last;
        split(text->len, KEPT[i].edge, &first, &last);
        const char *from = s->bytes + KEPT[i].place;
        memcpy(at, from, first);
        memcpy(at + text->len - last, from + first, last);
        text->at = at;
        at += text->len;
    }
}

bool recent_find(struct recent *r, const char *id, struct remembered *out) {
    bool found = false;
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->used && !found; i++) {
        if (strcmp(r->slots[i].id, id) != 0) continue;
        rebuild(&r->slots[i], out);
        found = true;
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

void remembered_release(struct remembered *m) {
    size_t edges = m->size < 2 * SLOT_BYTES ? m->size : 0;
    if (edges) mem_wipe(m->bytes, edges);
    free(m->bytes);
    *m = (struct remembered){.bytes = NULL};
}
