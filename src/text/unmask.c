#include "text/unmask.h"

#include "text/clues.h"
#include "text/escape.h"
#include "text/join.h"
#include "text/runs.h"

struct pass {
    struct mapped_builder decoded, joined;
    size_t decoded_to, joined_to; // where each of the two goes on
    struct effort *effort;
    struct unmasked *out;
};

static __attribute__((noinline)) size_t decode_escape(struct pass *p, size_t at) {
    char bytes[ESCAPE_MAX];
    size_t n = 0, len = escape_read(p->decoded.source, at, bytes, &n);
    if (len == 0) return at + 1;
    if (p->effort->bytes == 0) {
        p->effort->over = true;
        return at + len;
    }
    p->effort->bytes--; // also for what disappears: it makes work
    mapped_change(&p->decoded, at, at + len, bytes, n, 0);
    return at + len;
}

static void decode(struct pass *p, size_t at, unsigned clues) {
    if (clues & CLUE_ESCAPE) {
        p->decoded_to = decode_escape(p, at);
        return;
    }
    struct run run = clues & CLUE_RUN ? run_decode(&p->decoded, p->decoded_to, at, p->effort)
                                      : run_decode_pairs(&p->decoded, p->decoded_to, at, p->effort);
    p->out->blob |= run.blob;
    p->decoded_to = run.end > at ? run.end : at + 1;
}

static void join(struct pass *p, size_t at, unsigned clues) {
    static const struct {
        unsigned clue;
        size_t (*join)(struct mapped_builder *b, size_t floor, size_t at);
    } WAYS[] = {
        {CLUE_AT, join_address}, {CLUE_SINGLES, join_singles}, {CLUE_GROUPS, join_groups}, {CLUE_LINE, join_lines}};
    p->joined_to = at + 1;
    // A place may be a clue to something else, as long as nothing came of it.
    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS && p->joined_to == at + 1; i++)
        if (clues & WAYS[i].clue) p->joined_to = WAYS[i].join(&p->joined, p->joined.copied, at);
}

int unmask(struct span text, const struct mapped *under, struct effort *effort, struct arena *arena,
           struct unmasked *out) {
    struct pass p; // the builders begin themselves
    struct clues c;
    unsigned clues = 0;
    memset(out, 0, sizeof *out);
    mapped_begin(&p.decoded, text, under, true, arena);
    mapped_begin(&p.joined, text, under, true, arena);
    p.decoded_to = p.joined_to = 0;
    p.effort = effort;
    p.out = out;
    clues_begin(&c, text);
    size_t at, seen = 0;
    while ((at = clues_next(&c, p.decoded_to, p.joined_to, &clues)) != SIZE_MAX) {
        if (!effort_goes_on(effort, at - seen)) break;
        seen = at;
        if (clues & CLUES_DECODE) decode(&p, at, clues);
        if (clues & CLUES_JOIN) join(&p, at, clues);
        if (p.decoded.no_room || p.joined.no_room) return -1;
    }
    out->has_decoded = mapped_end(&p.decoded, &out->decoded);
    out->has_joined = mapped_end(&p.joined, &out->joined);
    return p.decoded.no_room || p.joined.no_room ? -1 : 0;
}
