#include "gate/known.h"

#include "chat/view.h"

// The view puts a line feed between parts: then no word and no literal of a part depends on its neighbours.
static bool stands_alone(struct span text, const struct chat_part *p) {
    size_t end = (size_t)p->start + p->len;
    if (end > text.len || (p->start && text.at[p->start - 1] != '\n')) return false;
    return end == text.len || text.at[end] == '\n';
}

// A place for a part: of the one that was learned longest ago and not met since (Corbato's clock, 1968). There is one:
// no request takes all of them.
static __attribute__((noinline)) uint32_t place_for(struct known_memory *m) {
    for (;; m->hand = (m->hand + 1) % KNOWN_PARTS) {
        struct known *k = &m->parts[m->hand];
        if (!k->taken && !k->met) break;
        k->met = false;
    }
    uint32_t at = m->hand;
    m->hand = (at + 1) % KNOWN_PARTS;
    return at;
}

// For a part that is not remembered, or not whole.
static __attribute__((noinline)) void learn(struct known *k, uint32_t bytes) {
    k->bytes = bytes;
    k->count = k->run_count = k->calm = 0;
    k->complete = false;
}

// Looks for the part from place `from` on, as parts that came one after the other do so again; returns the place.
static uint32_t add_part(struct known_walk *w, struct known_memory *m, const struct chat_part *p,
                         struct imprint imprint, uint32_t from) {
    uint32_t at = imprint_find(m->imprints, KNOWN_PARTS, from, imprint);
    bool found = at < KNOWN_PARTS;
    if (!found) at = place_for(m);
    struct known *k = &m->parts[at];
    if (k->taken) return at; // by the same text
    bool old = found && k->complete && k->bytes == p->len;
    k->met = found;
    if (!old) {
        m->imprints[at] = imprint;
        learn(k, p->len);
    }
    k->taken = true;
    size_t end = (size_t)p->start + p->len;
    w->parts[w->count++] = (struct known_part){p->start, end, k, old};
    if (old) w->old_end = end;
    else w->new_end = end;
    return at;
}

void known_begin(struct known_walk *w, struct known_memory *m, const struct gate_input *in) {
    size_t last = in->part_count, from = 0;
    uint32_t place = m->first;
    w->count = w->part = w->literal = 0;
    w->old_end = w->new_end = w->nameless_from = w->nameless_to = 0;
    while (last && !(in->parts[last - 1].role == ROLE_USER && in->parts[last - 1].kind == PART_TEXT)) last--;
    for (size_t i = 0; i < in->part_count && w->count < KNOWN_AT_ONCE; i++) {
        const struct chat_part *p = &in->parts[i];
        if (p->len < KNOWN_LEAST_BYTES || i + 1 == last || p->start < from || !stands_alone(in->text, p)) continue;
        from = (size_t)p->start + p->len;
        struct imprint imprint = imprint_of(span_make(in->text.at + p->start, p->len));
        if (in->imprint && i == in->imprint_part) *in->imprint = imprint;
        bool is_first = w->count == 0;
        place = add_part(w, m, p, imprint, place);
        if (is_first) m->first = place;
        place = (place + 1) % KNOWN_PARTS;
    }
}

bool known_next_end(struct known_walk *w, size_t until, size_t *end) {
    for (; w->part < w->count; w->part++, w->literal = 0) {
        const struct known_part *p = &w->parts[w->part];
        if (!p->old || w->literal == p->known->count) continue;
        const struct known_literal *l = &p->known->literals[w->literal];
        *end = p->start + l->start + l->len;
        return *end <= until;
    }
    return false;
}

struct known_literal known_take(struct known_walk *w, size_t *start) {
    const struct known_part *p = &w->parts[w->part];
    struct known_literal l = p->known->literals[w->literal++];
    *start = p->start + l.start;
    return l;
}

bool known_note(struct known_walk *w, size_t start, size_t end, unsigned anchor) {
    for (unsigned i = 0; i < w->count; i++) {
        struct known_part *p = &w->parts[i];
        if (start < p->start || end > p->end) continue;
        if (p->old) return false;
        struct known *k = p->known;
        if (k->count < KNOWN_LITERALS)
            k->literals[k->count] =
                (struct known_literal){(uint32_t)(start - p->start), (uint16_t)(end - start), (uint16_t)anchor};
        k->count++;
        return true;
    }
    return true;
}

void known_note_plain(struct known_walk *w, size_t at, size_t from, size_t end) {
    for (unsigned i = 0; i < w->count; i++) {
        struct known_part *p = &w->parts[i];
        struct known *k = p->known;
        if (p->old || from < p->start || end > p->end) continue;
        struct known_run *last = k->run_count ? &k->runs[k->run_count - 1] : NULL;
        size_t to = last ? p->start + last->to : 0;
        bool read = w->nameless_to == at && w->nameless_from == to;
        if (last && (to == at || read)) {
            last->to = (uint32_t)(end - p->start);
            if (read) name_memory_add_all(&last->asked, &w->asked);
        } else if (k->run_count < KNOWN_RUNS) {
            k->runs[k->run_count++] =
                (struct known_run){.from = (uint32_t)(from - p->start), .to = (uint32_t)(end - p->start)};
        }
        return;
    }
}

void known_note_nameless(struct known_walk *w, size_t from, size_t end, const struct name_memory *asked) {
    if (w->nameless_to != from) {
        w->nameless_from = from;
        w->asked = (struct name_memory){{0}};
    }
    w->nameless_to = end;
    name_memory_add_all(&w->asked, asked);
}

void known_note_calm(struct known_walk *w, size_t from, size_t end) {
    for (unsigned i = 0; i < w->count; i++) {
        struct known_part *p = &w->parts[i];
        if (!p->old && p->start == from && end < p->end) p->known->calm = (uint32_t)(end - from);
    }
}

size_t known_calm_end(const struct known_walk *w, size_t from) {
    for (unsigned i = 0; i < w->count; i++) {
        const struct known_part *p = &w->parts[i];
        if (p->old && p->start == from && p->known->calm) return from + p->known->calm;
    }
    return 0;
}

static size_t end_of_run(const struct known_part *p, size_t from, const struct name_memory *met) {
#pragma GCC unroll 1 // the first run, mostly
    for (unsigned i = 0; i < p->known->run_count; i++) {
        const struct known_run *run = &p->known->runs[i];
        if (p->start + run->from == from) return name_memory_has_any(met, &run->asked) ? 0 : p->start + run->to;
    }
    return 0;
}

size_t known_run_end(const struct known_walk *w, size_t from, const struct name_memory *met) {
    for (unsigned i = 0; i < w->count; i++) {
        const struct known_part *p = &w->parts[i];
        if (p->old && from >= p->start && from < p->end) return end_of_run(p, from, met);
    }
    return 0;
}

void known_end(struct known_walk *w, bool whole) {
    for (unsigned i = 0; i < w->count; i++) {
        struct known *k = w->parts[i].known;
        if (!w->parts[i].old) k->complete = whole && k->count <= KNOWN_LITERALS;
        k->taken = false;
    }
    w->count = w->part = w->literal = 0;
    w->old_end = w->new_end = 0;
}
