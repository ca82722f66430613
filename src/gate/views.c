// The views of a text, one after the other: as it is, with disguised characters undone, decoded, joined, spelled out in
// digits, and again what is hidden in what was decoded.
//
//   raw ── normalised ─┬─ spelled digits
//                      ├─ joined; and joined where messages meet
//                      └─ decoded ── normalised ─┬─ spelled digits
//                                                ├─ ...
//
// A view is made only when a pass over the text finds something that could matter, and holds only the surroundings of
// what changed; only findings that touch a change count in it, because the others were seen before. Depth and bytes are
// limited, and what lies beyond a limit counts as sensitive.
#include "gate/views.h"

#include "chat/view.h"
#include "gate/checks.h"
#include "text/normalise.h"
#include "text/spell.h"
#include "text/unmask.h"

static const struct rule LIMIT_DECODED = {"limit.decoded",  "UNREADABLE", "encoded text over the scan limit",
                                          CLASS_UNREADABLE, WEIGHT_GRAVE, 1};
static const struct rule LIMIT_DEPTH = {"limit.depth",    "UNREADABLE", "text encoded too many times",
                                        CLASS_UNREADABLE, WEIGHT_GRAVE, 1};
// A picture, an archive, a certificate: a request may hold one, but only `strict` takes its word for it.
static const struct rule ENCODED = {"unreadable.encoded", "UNREADABLE", "long encoded stretch that is not text",
                                    CLASS_UNREADABLE,     WEIGHT_SOFT,  0.30f};

// What a finding on slight grounds must have: a word that speaks for it, or a check that nothing passes by chance.
static const float SURE_SCORE = 0.96f;

// ---------------------------------------------------------------- what counts in a view

bool view_accepts(const struct scan *s, const struct rule *rule, size_t start, size_t end, float score,
                  unsigned *kinds) {
    *kinds = 0;
    if (!s->view || start >= end) return true;
    unsigned top = 0;
    *kinds = mapped_kinds(s->view, start, end, &top);
    if (s->touch == TOUCH_TOP && !(top & PIECE_CHANGED)) return false;
    if (s->touch == TOUCH_ANY && !(*kinds & PIECE_CHANGED)) return false;
    // Where nothing changed, slight evidence is what it was in the text as it came; a disguised word near it may make
    // it more, but not a second time the same.
    if (s->touch == TOUCH_NOTHING && rule->weight == WEIGHT_SOFT && !(*kinds & PIECE_CHANGED)) return false;
    if (!(top & PIECE_WEAK)) return true;
    return score >= SURE_SCORE || rule->class_ == CLASS_SECRET || scan_context(s, start, end, 64, 40);
}

// ---------------------------------------------------------------- the chain of views

static void report_limits(struct scan *s, const struct effort *effort) {
    if (effort->over) scan_report_whole(s, &LIMIT_DECODED);
    if (effort->late && !s->late) scan_report_whole(s, &RULES[RULE_LIMIT_TIME]);
    s->late |= effort->late;
}

static void report_blob(struct scan *s, const struct unmasked *u) {
    if (u->blob && !s->blob) scan_report_whole(s, &ENCODED);
    s->blob |= u->blob;
}

// What follows is not inlined where most texts have no need of it: their way through this file stays short.

// Digits that were spelled out, where the literal pass met enough of their words.
static __attribute__((noinline)) bool scan_spelled(struct scan *s, struct span text, const struct mapped *under,
                                                   struct effort *effort) {
    struct mapped spelled;
    struct mapped_builder b;
    mapped_begin(&b, text, under, true, s->arena);
    spell(&b, s->spelled.from, s->spelled.to, effort);
    if (b.no_room) return false;
    if (!mapped_end(&b, &spelled)) return !b.no_room;
    return scan_view(s, spelled.text, &spelled, TOUCH_TOP);
}

// The view without disguised characters; *best is then the one to look further into.
static __attribute__((noinline)) bool scan_normal(struct scan *s, struct mapped *best, bool original) {
    struct mapped *under = arena_alloc(s->arena, sizeof *under), normal;
    if (!under) return false;
    *under = *best;
    switch (normalise(best->text, original ? NULL : under, s->arena, &normal)) {
    case NORMAL_SAME: return true;
    case NORMAL_NO_ROOM: return false;
    case NORMAL_CHANGED: break;
    }
    *best = normal;
    return normal.text.len == 0 || scan_view(s, normal.text, best, original ? TOUCH_NOTHING : TOUCH_ANY);
}

// ---------------------------------------------------------------- where messages meet

static bool is_token_char(char c) {
    return char_in(c, CHARS_URL64 | CHARS_DOT) || c == '@';
}

// True when the token at [start, end), which is cut at one of its ends, may be half of a value.
static bool may_be_half(struct span token) {
    for (size_t i = 0; i < token.len; i++)
        if (char_in(token.at[i], CHARS_DIGIT) || token.at[i] == '@') return true;
    return false;
}

static bool may_continue(struct span a, struct span b) {
    size_t tail = 0, head = 0;
    while (tail < 64 && tail < a.len && is_token_char(a.at[a.len - 1 - tail])) tail++;
    while (head < 64 && head < b.len && is_token_char(b.at[head])) head++;
    return tail && head && (may_be_half(span_sub(a, a.len - tail, tail)) || may_be_half(span_sub(b, 0, head)));
}

static bool is_user_text(const struct chat_part *p) {
    return p->role == ROLE_USER && p->kind == PART_TEXT;
}

// A value that was sent in two halves: what stands between two messages of the user becomes a line feed, and what may
// be joined over a line feed in one text may be joined over this one.
static __attribute__((noinline)) bool scan_seams(struct scan *s, const struct gate_input *in, struct effort effort) {
    struct mapped_builder b;
    struct mapped seams;
    struct unmasked u;
    struct span last = SPAN_NONE;
    mapped_begin(&b, in->text, NULL, true, s->arena);
    for (size_t i = 0; i < in->part_count; i++) {
        const struct chat_part *p = &in->parts[i];
        if (!is_user_text(p)) continue;
        struct span text = span_trim(span_sub(in->text, p->start, p->len));
        if (text.len == 0) continue;
        // With a line feed between them they were seen together already.
        if (last.len && text.at - (last.at + last.len) > 1 && may_continue(last, text))
            mapped_change(&b, (size_t)(last.at + last.len - in->text.at), (size_t)(text.at - in->text.at), "\n", 1, 0);
        last = text;
    }
    if (b.no_room) return false;
    if (!mapped_end(&b, &seams)) return !b.no_room;
    if (unmask(seams.text, &seams, &effort, s->arena, &u) != 0) return false;
    report_limits(s, &effort);
    return !u.has_joined || scan_view(s, u.joined.text, &u.joined, TOUCH_TOP);
}

static bool has_seams(const struct gate_input *in) {
    unsigned texts = 0;
    for (size_t i = 0; i < in->part_count; i++)
        if (is_user_text(&in->parts[i]) && ++texts == 2) return true;
    return false;
}

bool views_scan(struct scan *s, const struct gate_input *in, bool ascii) {
    struct effort effort = {.bytes = (size_t)s->gate->max_decoded_bytes, .deadline_ns = s->deadline_ns};
    struct mapped level = {.text = in->text};
    for (int64_t depth = 0;; depth++) {
        struct mapped *at = arena_alloc(s->arena, sizeof *at);
        struct unmasked u;
        bool original = depth == 0;
        if (!scan_view(s, level.text, original ? NULL : &level, original ? TOUCH_NOTHING : TOUCH_TOP)) return false;
        if (!s->late && !(original && ascii) && !scan_normal(s, &level, original)) return false;
        if (s->late || !at) return at;
        *at = level;
        const struct mapped *under = at->pieces ? at : NULL;
        if (s->spelled.from < s->spelled.to && !scan_spelled(s, at->text, under, &effort)) return false;
        if (original && !s->late && has_seams(in) && !scan_seams(s, in, effort)) return false;
        if (s->late) return true;
        if (unmask(at->text, under, &effort, s->arena, &u) != 0) return false;
        report_blob(s, &u);
        report_limits(s, &effort);
        if (u.has_joined && !scan_view(s, u.joined.text, &u.joined, TOUCH_TOP)) return false;
        if (s->late || effort.over || !u.has_decoded) return true;
        if (depth == s->gate->max_decode_depth) {
            scan_report_whole(s, &LIMIT_DEPTH);
            return true;
        }
        level = u.decoded;
    }
}
