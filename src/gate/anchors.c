// The literal pass: Hyperscan finds the anchors of all rules at once. Only pure literals go into this database: one
// character class in it would cost all of them their acceleration.
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gate/checks.h"
#include "gate/scan.h"

// Between two looks at the clock.
enum { CHUNK_BYTES = 8192 };

int anchors_compile(struct gate *g, struct err *e) {
    unsigned count = g->anchor_count;
    const char **literals = mem_new_array(count, sizeof *literals);
    unsigned *flags = mem_new_array(count, sizeof *flags), *ids = mem_new_array(count, sizeof *ids);
    size_t *lengths = mem_new_array(count, sizeof *lengths);
    for (unsigned i = 0; i < count; i++) {
        literals[i] = g->anchors[i].literal;
        lengths[i] = strlen(literals[i]);
        flags[i] = g->anchors[i].flags & ANCHOR_CASELESS ? HS_FLAG_CASELESS : 0;
        ids[i] = i;
        if (lengths[i] > g->longest) g->longest = lengths[i];
    }
    hs_compile_error_t *why = NULL;
    hs_error_t status = hs_compile_lit_multi(literals, flags, ids, lengths, count, HS_MODE_BLOCK, NULL, &g->db, &why);
    if (status != HS_SUCCESS)
        err_set(e, "the rules of the gate do not compile: %s", why ? why->message : "unknown reason");
    hs_free_compile_error(why);
    free(literals), free(flags), free(ids), free(lengths);
    return status == HS_SUCCESS ? 0 : -1;
}

bool scan_is_late(struct scan *s) {
    if (s->deadline_ns && clock_now_ns() > s->deadline_ns) s->late = true;
    return s->late;
}

struct pass {
    struct scan *scan;
    size_t base;  // offset of the chunk in the view
    size_t fresh; // anchors that end here or before were seen in the chunk before
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

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user) {
    struct pass *pass = user;
    struct scan *s = pass->scan;
    (void)from, (void)flags; // literals have one length, so the start is known without asking for it
    size_t end = pass->base + (size_t)to;
    if (end <= pass->fresh) return 0;
    const struct anchor *a = &s->gate->anchors[id];
    size_t start = end - strlen(a->literal);
    if (!is_bounded(a, s->text, start, end)) return 0;
    s->context[start / CONTEXT_BLOCK] |= a->context;
    if (a->verify && (start >= s->done || a->flags & ANCHOR_ALWAYS)) a->verify(s, start, end, a);
    return 0;
}

void anchors_scan(struct scan *s) {
    size_t overlap = s->gate->longest - 1;
    struct pass pass = {.scan = s};
    for (size_t at = 0; at < s->text.len; at += CHUNK_BYTES) {
        pass.fresh = at;
        pass.base = at > overlap ? at - overlap : 0;
        size_t end = at + CHUNK_BYTES < s->text.len ? at + CHUNK_BYTES : s->text.len;
        hs_error_t status = hs_scan(s->gate->db, s->text.at + pass.base, (unsigned)(end - pass.base), 0, s->scratch->hs,
                                    on_match, &pass);
        // A scan that did not run to its end has seen nothing for certain.
        if (status != HS_SUCCESS) scan_report_whole(s, &RULES[RULE_LIMIT_MEMORY]);
        if (status != HS_SUCCESS || scan_is_late(s)) return;
    }
}

uint32_t scan_context(const struct scan *s, size_t start, size_t end, size_t before, size_t after) {
    size_t first = (start > before ? start - before : 0) / CONTEXT_BLOCK;
    size_t last = (end + after < s->text.len ? end + after : s->text.len) / CONTEXT_BLOCK;
    uint32_t set = 0;
    for (size_t i = first; i <= last; i++) set |= s->context[i];
    return set;
}
