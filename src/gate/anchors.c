// The literal pass: starts.c finds the anchors of all rules at once, Hyperscan those of the operator. Only pure
// literals go into its database: one character class in it would cost all of them their acceleration.
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gate/checks.h"
#include "gate/scan.h"
#include "gate/starts.h"

enum { CHUNK_BYTES = LOOK_BYTES }; // between two looks at the clock

// ---------------------------------------------------------------- databases

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

int anchors_compile(struct gate *g, struct err *e) {
    unsigned own = g->anchor_count - g->built_in_count;
    for (unsigned i = 0; i < g->anchor_count; i++) {
        const char *literal = g->anchors[i].literal, *first = strchr(literal, '\n'), *last = strrchr(literal, '\n');
        size_t n = strlen(literal);
        if (i >= g->built_in_count) g->own_longest = n > g->own_longest ? n : g->own_longest;
        else if (first) {
            if ((size_t)(last - literal) > g->before_line) g->before_line = (size_t)(last - literal);
            if (strlen(first + 1) > g->behind_line) g->behind_line = strlen(first + 1);
        }
    }
    assert(g->before_line + g->behind_line <= KNOWN_LEAST_BYTES);
    g->starts = starts_new(g->anchors, g->built_in_count);
    if (own) g->own_db = compile(g->anchors + g->built_in_count, own, g->built_in_count, e);
    return g->own_db || !own ? 0 : -1;
}

void anchors_free(struct gate *g) {
    hs_free_database(g->own_db);
    starts_free(g->starts);
}

hs_scratch_t *anchors_scratch(const struct gate *g) {
    hs_scratch_t *scratch = NULL;
    // Without it hs_scan fails, and with it every scan: closed, not open.
    if (!g->own_db || hs_alloc_scratch(g->own_db, &scratch) != HS_SUCCESS) return NULL;
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
    struct start_reader starts;
    struct known_walk *known; // goes along: anchors are met in the order of their ends
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
    s->context[start / CONTEXT_BLOCK] |= a->context;
    if (a->verify && (start >= s->done || a->flags & ANCHOR_ALWAYS)) a->verify(s, start, end, a);
}

// An anchor that was found, and not remembered.
static void meet_found(struct pass *pass, unsigned id, size_t start, size_t end) {
    const struct anchor *a = &pass->scan->gate->anchors[id];
    if (!is_bounded(a, pass->scan->text, start, end)) return;
    if (pass->known->count && !known_note(pass->known, start, end, id)) return;
    meet(pass->scan, a, start, end);
}

// What ends at or before `until`, and what is remembered.
static void meet_until(struct pass *pass, size_t until) {
    struct scan *s = pass->scan;
    for (;;) {
        struct start_match m;
        size_t start, end;
        bool remembered = known_next_end(pass->known, until, &end);
        while (starts_next(&pass->starts, remembered ? end : until, &m)) meet_found(pass, m.anchor, m.start, m.end);
        if (!remembered) return;
        struct known_literal l = known_take(pass->known, &start);
        meet(s, &s->gate->anchors[l.anchor], start, end);
    }
}

// Reads [from, to) some KB at a time. False when the scan ends here.
static bool search_stretch(struct pass *pass, size_t from, size_t to) {
    struct scan *s = pass->scan;
    bool after_word = from && is_word_byte(s->text.at[from - 1]);
    starts_begin(&pass->starts, s->gate->starts, span_sub(s->text, 0, to), from, after_word);
    for (size_t at = from; at < to;) {
        size_t end = to - at > CHUNK_BYTES ? at + CHUNK_BYTES : to;
        meet_until(pass, end);
        // A search that lost something has seen nothing for certain.
        if (pass->starts.full) {
            scan_report_whole(s, &RULES[RULE_LIMIT_MEMORY]);
            return false;
        }
        if (scan_is_late_after(s, end - at)) return false;
        at = end;
    }
    return true;
}

// What is not remembered, and as much of its surroundings as a literal may reach into: a line feed stands before a part
// that is, and behind it.
static bool search_rest(struct pass *pass) {
    const struct gate *g = pass->scan->gate;
    size_t from = 0;
    for (unsigned i = 0; i < pass->known->count; i++) {
        const struct known_part *p = &pass->known->parts[i];
        if (!p->old) continue;
        if (from < p->start && !search_stretch(pass, from, p->start + g->behind_line)) return false;
        from = p->end - g->before_line;
    }
    return search_stretch(pass, from, pass->scan->text.len);
}

struct own_pass {
    struct scan *scan;
    size_t base;  // offset of the chunk in the view
    size_t fresh; // anchors that end here or before were seen in the chunk before
};

static int on_own_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user) {
    const struct own_pass *pass = user;
    (void)from, (void)flags; // literals have one length, so the start is known without asking for it
    size_t end = pass->base + (size_t)to;
    const struct anchor *a = &pass->scan->gate->anchors[id];
    size_t start = end - strlen(a->literal);
    if (end > pass->fresh && is_bounded(a, pass->scan->text, start, end)) meet(pass->scan, a, start, end);
    return 0;
}

// The operator's anchors.
static void search_own(struct scan *s) {
    const struct gate *g = s->gate;
    struct own_pass pass = {.scan = s};
    for (size_t end; pass.fresh < s->text.len; pass.fresh = end) {
        end = s->text.len - pass.fresh > CHUNK_BYTES ? pass.fresh + CHUNK_BYTES : s->text.len;
        pass.base = pass.fresh > g->own_longest - 1 ? pass.fresh - (g->own_longest - 1) : 0;
        unsigned n = (unsigned)(end - pass.base);
        // A scan that did not run to its end has seen nothing for certain.
        if (hs_scan(g->own_db, s->text.at + pass.base, n, 0, s->scratch->hs, on_own_match, &pass) != HS_SUCCESS) {
            scan_report_whole(s, &RULES[RULE_LIMIT_MEMORY]);
            return;
        }
        if (scan_is_late_after(s, n)) return;
    }
}

void anchors_scan(struct scan *s) {
    struct pass pass; // most of it is room for what waits
    pass.scan = s;
    pass.known = &s->scratch->walk;
    s->searched = search_rest(&pass);
    if (s->searched && s->gate->own_db) search_own(s);
}

uint32_t scan_context(const struct scan *s, size_t start, size_t end, size_t before, size_t after) {
    size_t first = (start > before ? start - before : 0) / CONTEXT_BLOCK;
    size_t last = (end + after < s->text.len ? end + after : s->text.len) / CONTEXT_BLOCK;
    uint32_t set = 0;
    for (size_t i = first; i <= last; i++) set |= s->context[i];
    return set;
}
