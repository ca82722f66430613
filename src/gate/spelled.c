// What the literal pass finds of values that are spelled out: words of digits, which make views.c look closer, and
// addresses of mail with words in place of '@' and '.'.
#include "gate/checks.h"
#include "gate/scan.h"
#include "text/spell.h"

// ---------------------------------------------------------------- words of digits

enum { NEAR = 12, ENOUGH = 3, MARGIN = 64 };

static void verify_digit_word(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    struct spelled *w = &s->spelled;
    (void)anchor;
    if (w->row && start <= w->last + NEAR) w->row++;
    else w->row = 1, w->first = start;
    w->last = end;
    if (w->row < ENOUGH) return;
    size_t from = w->first > MARGIN ? w->first - MARGIN : 0;
    while (from && from < w->first && (unsigned char)s->text.at[from - 1] > ' ') from++; // a word is seen whole
    if (w->from == w->to) w->from = from;
    if (from < w->from) w->from = from;
    w->to = end + MARGIN < s->text.len ? end + MARGIN : s->text.len;
}

// The short words are also parts of many others, and stand between signs here.
static const char *const SHORT_WORDS[] = {" one ", "-one-",   ",one,",  " one,", "\none\n", " two ", "-two-",   ",two,",
                                          " two,", "\ntwo\n", " six ",  "-six-", ",six,",   " six,", "\nsix\n", " uno ",
                                          " un ",  " dos ",   " tres ", " tre ", " due ",   " sei ", " ein ",   NULL};

size_t digit_word_anchors(struct anchor *out) {
    size_t n = 0;
    for (size_t i = 0; SPELL_WORDS[i]; i++, n++)
        if (out)
            out[n] = (struct anchor){
                .literal = SPELL_WORDS[i], .flags = ANCHOR_CASELESS | ANCHOR_WORD, .verify = verify_digit_word};
    for (size_t i = 0; SHORT_WORDS[i]; i++, n++)
        if (out)
            out[n] = (struct anchor){.literal = SHORT_WORDS[i], .flags = ANCHOR_CASELESS, .verify = verify_digit_word};
    return n;
}

// ---------------------------------------------------------------- addresses

enum { MAX_LOCAL = 64, MAX_LABEL = 63, MAX_LABELS = 6 };

static bool is_label(char c) {
    return char_in(c, CHARS_URL64) || c == '+' || (unsigned char)c >= 0x80;
}

// Words and signs that stand for '.' or '@'. Bare words need a space on both sides.
struct stand_in {
    struct span word;
    char sign;
    bool bare;
};

#define IN(literal, sign, bare)                                                                                        \
    { {literal, sizeof(literal) - 1}, sign, bare }
static const struct stand_in STAND_INS[] = {
    IN("[dot]", '.', false),     IN("(dot)", '.', false),  IN("{dot}", '.', false), IN("<dot>", '.', false),
    IN("_dot_", '.', false),     IN("[.]", '.', false),    IN("(.)", '.', false),   IN("[punkt]", '.', false),
    IN("(punkt)", '.', false),   IN("[at]", '@', false),   IN("(at)", '@', false),  IN("{at}", '@', false),
    IN("<at>", '@', false),      IN("_at_", '@', false),   IN("[@]", '@', false),   IN("(@)", '@', false),
    IN("[a]", '@', false),       IN("(a)", '@', false),    IN("dot", '.', true),    IN("punkt", '.', true),
    IN("punto", '.', true),      IN("point", '.', true),   IN("at", '@', true),     IN("arroba", '@', true),
    IN("chiocciola", '@', true), IN("arobase", '@', true), IN("@", '@', false),     IN(".", '.', false),
};

// The one that ends at `end`, or begins at it when `forward`. *edge: where the text goes on in that direction.
static const struct stand_in *stand_in(struct span text, size_t at, bool forward, size_t *edge) {
    size_t spaces = 0;
    while (spaces < 2 && (forward ? at + spaces < text.len && text.at[at + spaces] == ' '
                                  : at > spaces && text.at[at - spaces - 1] == ' '))
        spaces++;
    at = forward ? at + spaces : at - spaces;
    for (size_t i = 0; i < sizeof STAND_INS / sizeof *STAND_INS; i++) {
        const struct stand_in *w = &STAND_INS[i];
        size_t start = forward ? at : at < w->word.len ? SIZE_MAX : at - w->word.len, end = start + w->word.len;
        if (start == SIZE_MAX || end > text.len || !span_is_nocase(span_sub(text, start, w->word.len), w->word))
            continue;
        size_t beyond = 0; // spaces at the far side
        while (beyond < 2 && (forward ? end + beyond < text.len && text.at[end + beyond] == ' '
                                      : start > beyond && text.at[start - beyond - 1] == ' '))
            beyond++;
        if (w->bare && (spaces == 0 || beyond == 0)) continue;
        if (w->word.len == 1 && (spaces || beyond)) continue; // the sign itself, not apart
        *edge = forward ? end + beyond : start - beyond;
        return w;
    }
    return NULL;
}

static size_t label_before(struct span text, size_t end) {
    size_t at = end;
    while (at && end - at < MAX_LOCAL && is_label(text.at[at - 1])) at--;
    return at;
}

static size_t label_after(struct span text, size_t at) {
    size_t end = at;
    while (end < text.len && end - at < MAX_LABEL && is_label(text.at[end])) end++;
    return end;
}

// "look at example dot com" names a place.
static bool names_a_place(struct span word) {
    static const char *const VERBS[] = {"look",  "find", "found",  "visit",   "available", "online", "website", "site",
                                        "page",  "more", "here",   "is",      "are",       "us",     "me",      "it",
                                        "store", "shop", "hosted", "meeting", "them",      "and",    "or",      "live"};
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        if (span_is_nocase(word, span_from(VERBS[i]))) return true;
    return word.len < 2;
}

// The address around a stand-in at [start, end): back to the '@' and past it, forward to the top-level domain.
static void verify_address(struct scan *s, size_t start, size_t end, const struct anchor *anchor) {
    struct span text = s->text;
    size_t edge, first = 0;
    const struct stand_in *w = NULL, *at_sign = NULL;
    (void)anchor, (void)start;
    edge = end;
    for (int labels = 0; labels < MAX_LABELS && (w = stand_in(text, edge, false, &edge)); labels++) {
        size_t label = label_before(text, edge);
        if (label == edge || (w->sign == '@' && at_sign)) break;
        if (w->sign == '@') at_sign = w;
        first = edge = label;
    }
    if (!at_sign) return;
    size_t local_end = label_after(text, first), last = 0, dots = 0;
    bool english = at_sign->bare && at_sign->word.len == 2;
    if (english && names_a_place(span_sub(text, first, local_end - first))) return;
    // Forward again, from the first label on: every dot of the domain counts.
    bool domain = false;
    edge = local_end;
    for (int labels = 0; labels < 2 * MAX_LABELS && (w = stand_in(text, edge, true, &edge)); labels++) {
        if (english && w->bare && span_is(w->word, SPAN("point"))) break; // "at this point"
        size_t stop = label_after(text, edge);
        if (stop == edge) break;
        if (w->sign == '@') domain = true;
        if (domain && w->sign == '.' && run_length(text, edge, CHARS_ALPHA, 24) >= 2) last = stop, dots++;
        edge = stop;
    }
    if (dots == 0) return;
    scan_report(s, &RULES[RULE_EMAIL], first, last);
    s->done = last;
}

#define ADDRESS(literal)                                                                                               \
    { literal, ANCHOR_CASELESS, 0, verify_address, NULL }

const struct anchor SPELLED_ANCHORS[] = {
    ADDRESS("[at]"),     ADDRESS("(at)"),         ADDRESS("{at}"),
    ADDRESS("<at>"),     ADDRESS("_at_"),         ADDRESS("[@]"),
    ADDRESS("(@)"),      ADDRESS("(dot)"),        ADDRESS("[dot]"),
    ADDRESS("{dot}"),    ADDRESS("<dot>"),        ADDRESS(" dot "),
    ADDRESS("_dot_"),    ADDRESS("[.]"),          ADDRESS("(.)"),
    ADDRESS(" punkt "),  ADDRESS(" punto "),      ADDRESS(" point "),
    ADDRESS(" arroba "), ADDRESS(" chiocciola "), {0},
};
