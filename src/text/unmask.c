#include "text/unmask.h"

#include "text/clues.h"
#include "text/escape.h"
#include "text/join.h"
#include "text/runs.h"

struct pass {
    struct mapped_builder decoded, joined;
    size_t decoded_to, joined_to; // where each of the two goes on
    size_t *budget;
    struct unmasked *out;
};

static size_t decode_escape(struct pass *p, size_t at) {
    char bytes[ESCAPE_MAX];
    size_t n = 0, len = escape_read(p->decoded.source, at, bytes, &n);
    if (len == 0) return at + 1;
    if (*p->budget == 0) {
        p->out->over = true;
        return at + len;
    }
    --*p->budget; // also for what disappears: it makes work
    mapped_change(&p->decoded, at, at + len, bytes, n, 0);
    return at + len;
}

static void decode(struct pass *p, size_t at, unsigned clues) {
    if (clues & CLUE_ESCAPE) {
        p->decoded_to = decode_escape(p, at);
        return;
    }
    struct run run = clues & CLUE_RUN ? run_decode(&p->decoded, p->decoded_to, at, p->budget, &p->out->over)
                                      : run_decode_pairs(&p->decoded, p->decoded_to, at, p->budget, &p->out->over);
    p->out->blob |= run.blob;
    p->decoded_to = run.end > at ? run.end : at + 1;
}

static void join(struct pass *p, size_t at, unsigned clues) {
    static const struct {
        unsigned clue;
        size_t (*join)(struct mapped_builder *b, size_t floor, size_t at);
    } WAYS[] = {
        {CLUE_AT, join_address}, {CLUE_SINGLES, join_singles}, {CLUE_GROUPS, join_groups}, {CLUE_LINE, join_lines}};
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS && p->joined_to <= at; i++) {
        if (!(clues & WAYS[i].clue)) continue;
        size_t next = WAYS[i].join(&p->joined, p->joined.copied, at);
        // A place may be a clue to something else, as long as nothing came of it.
        if (next > at + 1) p->joined_to = next;
    }
}

int unmask(struct span text, const struct mapped *under, size_t *budget, struct arena *arena, struct unmasked *out) {
    enum { DECODING = CLUE_ESCAPE | CLUE_RUN | CLUE_PAIRS, JOINING = CLUE_AT | CLUE_LINE | CLUE_SINGLES | CLUE_GROUPS };
    struct pass p = {.budget = budget, .out = out};
    struct clues c;
    unsigned clues;
    memset(out, 0, sizeof *out);
    mapped_begin(&p.decoded, text, under, true, arena);
    mapped_begin(&p.joined, text, under, true, arena);
    clues_begin(&c, text);
    for (size_t at = 0; (at = clues_next(&c, at, &clues)) != SIZE_MAX && !out->over;) {
        if (clues & DECODING && at >= p.decoded_to) decode(&p, at, clues);
        if (clues & JOINING && at >= p.joined_to) join(&p, at, clues);
        size_t next = p.decoded_to < p.joined_to ? p.decoded_to : p.joined_to;
        at = next > at ? next : at + 1;
        if (p.decoded.no_room || p.joined.no_room) return -1;
    }
    out->has_decoded = mapped_end(&p.decoded, &out->decoded);
    out->has_joined = mapped_end(&p.joined, &out->joined);
    return p.decoded.no_room || p.joined.no_room ? -1 : 0;
}
