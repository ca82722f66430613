// The literal pass: Hyperscan finds the anchors of all rules at once. Only pure literals go into this database: one
// character class in it would cost all of them their acceleration.
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "gate/checks.h"
#include "gate/scan.h"
#include "gate/starts.h"

enum { CHUNK_BYTES = LOOK_BYTES }; // of one call of Hyperscan

// ---------------------------------------------------------------- databases

// What a packed database begins with.
struct pack_header {
    uint64_t literals; // hash_literals of what it was made of
    uint64_t bytes;    // that follow
};

// Made by scripts/pack_literals.c; absent in that program, and in those that are linked without it.
extern const char sluice_literals_start[] __attribute__((weak)), sluice_literals_end[] __attribute__((weak));

static uint64_t hash_literals(const struct anchor *anchors, unsigned count) {
    uint64_t hash = count;
    for (unsigned i = 0; i < count; i++)
        hash = hash_bytes(anchors[i].literal, strlen(anchors[i].literal), hash + (anchors[i].flags & ANCHOR_CASELESS));
    return hash;
}

static hs_database_t *compile(const struct anchor *anchors, unsigned count, unsigned first_id, struct err *e) {
    const char **literals = mem_new_array(count, sizeof *literals);
    unsigned *flags = mem_new_array(count, sizeof *flags), *ids = mem_new_array(count, sizeof *ids);
    size_t *lengths = mem_new_array(count, sizeof *lengths);
    for (unsigned i = 0; i < count; i++) {
        literals[i] = anchors[i].literal;
        lengths[i] = strlen(literals[i]);
        flags[i] = anchors[i].flags & ANCHOR_CASELESS ? HS_FLAG_CASELESS : 0;
        ids[i] = first_id + i;
    }
    hs_database_t *db = NULL;
    hs_compile_error_t *why = NULL;
    if (hs_compile_lit_multi(literals, flags, ids, lengths, count, HS_MODE_BLOCK, NULL, &db, &why) != HS_SUCCESS)
        err_set(e, "the rules of the gate do not compile: %s", why ? why->message : "unknown reason");
    hs_free_compile_error(why);
    free(literals), free(flags), free(ids), free(lengths);
    return db;
}

// The database that was compiled when the program was built: 1 ms instead of 40. NULL when there is none, when it is of
// other literals, or when this processor or libhs cannot use it.
static hs_database_t *unpack(const struct anchor *anchors, unsigned count) {
    struct pack_header header;
    hs_database_t *db = NULL;
    size_t size = (size_t)((uintptr_t)sluice_literals_end - (uintptr_t)sluice_literals_start);
    if (size < sizeof header) return NULL;
    memcpy(&header, sluice_literals_start, sizeof header);
    if (header.bytes > size - sizeof header || header.literals != hash_literals(anchors, count)) return NULL;
    if (hs_deserialize_database(sluice_literals_start + sizeof header, header.bytes, &db) != HS_SUCCESS) return NULL;
    return db;
}

// The built-in anchors that are searched for first, then those that are looked up where words begin.
static void part_anchors(struct gate *g) {
    struct anchor *starts = mem_new_array(g->built_in_count, sizeof *starts);
    unsigned searched = 0, count = 0;
    for (unsigned i = 0; i < g->built_in_count; i++) {
        struct anchor a = g->anchors[i];
        if (starts_takes(&a)) starts[count++] = a;
        else g->anchors[searched++] = a;
    }
    memcpy(g->anchors + searched, starts, count * sizeof *starts);
    free(starts);
    g->searched_count = searched;
    g->starts = starts_new(g->anchors + searched, count);
}

int anchors_compile(struct gate *g, struct err *e) {
    unsigned own = g->anchor_count - g->built_in_count;
    part_anchors(g);
    for (unsigned i = 0; i < g->anchor_count; i++) {
        size_t n = strlen(g->anchors[i].literal), *longest = i < g->built_in_count ? &g->longest : &g->own_longest;
        if (n > *longest) *longest = n;
    }
    assert(2 * g->longest <= KNOWN_LEAST_BYTES);
    g->db = unpack(g->anchors, g->searched_count);
    if (!g->db) g->db = compile(g->anchors, g->searched_count, 0, e);
    if (own) g->own_db = compile(g->anchors + g->built_in_count, own, g->built_in_count, e);
    return g->db && (g->own_db || !own) ? 0 : -1;
}

int anchors_pack(const struct gate *g, FILE *out) {
    char *bytes = NULL;
    size_t n = 0;
    if (hs_serialize_database(g->db, &bytes, &n) != HS_SUCCESS) return -1;
    struct pack_header header = {.literals = hash_literals(g->anchors, g->searched_count), .bytes = n};
    bool written = fwrite(&header, sizeof header, 1, out) == 1 && fwrite(bytes, 1, n, out) == n;
    free(bytes);
    return written ? 0 : -1;
}

void anchors_free(struct gate *g) {
    hs_free_database(g->db);
    hs_free_database(g->own_db);
    starts_free(g->starts);
}

hs_scratch_t *anchors_scratch(const struct gate *g) {
    hs_scratch_t *scratch = NULL;
    // Without it hs_scan fails, and with it every scan: closed, not open.
    if (hs_alloc_scratch(g->db, &scratch) != HS_SUCCESS) return NULL;
    if (g->own_db && hs_alloc_scratch(g->own_db, &scratch) != HS_SUCCESS) {
        hs_free_scratch(scratch);
        return NULL;
    }
    return scratch;
}

// ---------------------------------------------------------------- scanning

bool scan_is_late(struct scan *s) {
    s->looked = 0;
    if (s->deadline_ns && clock_now_ns() > s->deadline_ns) s->late = true;
    return s->late;
}

struct pass {
    struct scan *scan;
    size_t base;                // offset of the chunk in the view
    size_t fresh;               // anchors that end here or before were seen in the chunk before
    struct start_reader starts; // goes along: anchors are met in the order of their ends
    struct known_walk *known;   // likewise
};

// Bytes above 0x7f count as letters, so that a word boundary holds in any script.
static bool is_word_byte(char c) {
    return char_in(c, CHARS_ALNUM) || (unsigned char)c >= 0x80;
}

static bool is_bounded(const struct anchor *a, struct span text, size_t start, size_t end) {
    if (!(a->flags & (ANCHOR_WORD | ANCHOR_STEM))) return true;
    if (start && is_word_byte(text.at[start - 1]) && is_word_byte(text.at[start])) return false;
    if (a->flags & ANCHOR_STEM || end == text.len || !is_word_byte(text.at[end - 1])) return true;
    if ((text.at[end] | 0x20) == 's') end++; // plural
    return end == text.len || !char_in(text.at[end], CHARS_ALPHA);
}

static inline void meet(struct scan *s, const struct anchor *a, size_t start, size_t end) {
    if (!is_bounded(a, s->text, start, end)) return;
    s->context[start / CONTEXT_BLOCK] |= a->context;
    if (a->verify && (start >= s->done || a->flags & ANCHOR_ALWAYS)) a->verify(s, start, end, a);
}

// An anchor that was found, and not remembered.
static void meet_found(struct pass *pass, unsigned id, size_t start, size_t end) {
    if (pass->known->count && !known_note(pass->known, start, end, id)) return;
    meet(pass->scan, &pass->scan->gate->anchors[id], start, end);
}

// What ends at or before `until`: the begins of words, and what is remembered.
static void meet_until(struct pass *pass, size_t until) {
    struct scan *s = pass->scan;
    for (;;) {
        struct start_match m;
        size_t start, end;
        bool remembered = known_next_end(pass->known, until, &end);
        while (starts_next(&pass->starts, remembered ? end : until, &m))
            meet_found(pass, s->gate->searched_count + m.anchor, m.start, m.end);
        if (!remembered) return;
        struct known_literal l = known_take(pass->known, &start);
        meet(s, &s->gate->anchors[l.anchor], start, end);
    }
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user) {
    struct pass *pass = user;
    (void)from, (void)flags; // literals have one length, so the start is known without asking for it
    size_t end = pass->base + (size_t)to;
    if (end <= pass->fresh) return 0;
    meet_until(pass, end);
    meet_found(pass, id, end - strlen(pass->scan->gate->anchors[id].literal), end);
    return 0;
}

static int on_own_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user) {
    struct pass *pass = user;
    (void)from, (void)flags;
    size_t end = pass->base + (size_t)to;
    const struct anchor *a = &pass->scan->gate->anchors[id];
    if (end > pass->fresh) meet(pass->scan, a, end - strlen(a->literal), end);
    return 0;
}

// Searches [from, to) some KB at a time. False when the scan ends here.
static bool search(struct pass *pass, size_t from, size_t to, const hs_database_t *db, size_t longest,
                   match_event_handler met) {
    struct scan *s = pass->scan;
    for (size_t at = from; at < to; at += CHUNK_BYTES) {
        size_t end = to - at > CHUNK_BYTES ? at + CHUNK_BYTES : to;
        pass->fresh = at;
        pass->base = at - from > longest - 1 ? at - (longest - 1) : from;
        unsigned n = (unsigned)(end - pass->base);
        hs_error_t status = hs_scan(db, s->text.at + pass->base, n, 0, s->scratch->hs, met, pass);
        if (met == on_match) meet_until(pass, end);
        // A scan that did not run to its end has seen nothing for certain.
        if (status != HS_SUCCESS || pass->starts.full) {
            scan_report_whole(s, &RULES[RULE_LIMIT_MEMORY]);
            return false;
        }
        if (scan_is_late_after(s, n)) return false;
    }
    return true;
}

static bool search_stretch(struct pass *pass, size_t from, size_t to) {
    const struct gate *g = pass->scan->gate;
    bool after_word = from && is_word_byte(pass->scan->text.at[from - 1]);
    starts_begin(&pass->starts, g->starts, span_sub(pass->scan->text, 0, to), from, after_word);
    return search(pass, from, to, g->db, g->longest, on_match);
}

// What is not remembered, and as much of its surroundings as a literal may reach into.
static bool search_rest(struct pass *pass) {
    const size_t reach = pass->scan->gate->longest - 1;
    size_t from = 0;
    for (unsigned i = 0; i < pass->known->count; i++) {
        const struct known_part *p = &pass->known->parts[i];
        if (!p->old) continue;
        if (!search_stretch(pass, from, p->start + reach)) return false;
        from = p->end - reach;
    }
    return search_stretch(pass, from, pass->scan->text.len);
}

void anchors_scan(struct scan *s) {
    const struct gate *g = s->gate;
    struct pass pass = {.scan = s, .known = &s->scratch->walk};
    s->searched = search_rest(&pass);
    if (s->searched && g->own_db) search(&pass, 0, s->text.len, g->own_db, g->own_longest, on_own_match);
}

uint32_t scan_context(const struct scan *s, size_t start, size_t end, size_t before, size_t after) {
    size_t first = (start > before ? start - before : 0) / CONTEXT_BLOCK;
    size_t last = (end + after < s->text.len ? end + after : s->text.len) / CONTEXT_BLOCK;
    uint32_t set = 0;
    for (size_t i = first; i <= last; i++) set |= s->context[i];
    return set;
}
