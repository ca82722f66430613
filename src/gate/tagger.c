#include "gate/tagger.h"

#include "gate/checks.h"
#include "gate/name_decode.h"
#include "gate/plain.h"
#include "gate/scan.h"

#define ROW(id, type, name)                                                                                            \
    { id, type, name, CLASS_PII, WEIGHT_SOFT, 0.5f }

enum tagger_rule { NAME_FULL, NAME_SINGLE, PLACE_CITY, PLACE_COUNTRY, ORG_NAME, GROUP_NAME };

static const struct rule TAGGER_RULES[] = {
    [NAME_FULL] = ROW("name.full", "PERSON", "full name"),
    [NAME_SINGLE] = ROW("name.single", "PERSON", "name"),
    [PLACE_CITY] = ROW("place.city", "LOCATION", "city"),
    [PLACE_COUNTRY] = ROW("place.country", "LOCATION", "country or region"),
    [ORG_NAME] = ROW("org.name", "ORGANIZATION", "organisation"),
    [GROUP_NAME] = ROW("group.name", "NRP", "nationality, religion or political group"),
};

static const struct rule *rule_of(const struct name_segment *seg, const struct name_span *span) {
    uint32_t words = 0;
    uint8_t known = 0xff;
    for (uint32_t i = span->first; i < span->first + span->count; i++) {
        const struct name_token *t = &seg->tokens[i];
        if (t->shape == SHAPE_MARK || t->shape == SHAPE_BREAK) continue;
        words++;
        if (t->shape != SHAPE_INITIAL) known &= t->known;
    }
    switch ((enum name_type)span->type) {
    case NAME_PERSON: return &TAGGER_RULES[words > 1 ? NAME_FULL : NAME_SINGLE];
    case NAME_PLACE: return &TAGGER_RULES[known & KNOWN_LAND ? PLACE_COUNTRY : PLACE_CITY];
    case NAME_ORG: return &TAGGER_RULES[ORG_NAME];
    default: return &TAGGER_RULES[GROUP_NAME];
    }
}

enum { CODE_BYTES = 32 };

// A short text of capitals and digits alone is a code, a plate, a number of a register.
static bool looks_drawn(struct span text) {
    bool digit = false;
    for (size_t i = 0; i < text.len && text.len <= CODE_BYTES; i++) {
        if ((unsigned char)text.at[i] >= 0x80 || char_in(text.at[i], CHARS_LOWER)) return false;
        digit |= char_in(text.at[i], CHARS_DIGIT);
    }
    return digit && text.len <= CODE_BYTES;
}

// Capitals of which one word is unknown.
static bool is_drawn(const struct name_segment *seg, const struct name_span *span) {
    const uint8_t names = KNOWN_FIRST | KNOWN_LAST | KNOWN_PLACE | KNOWN_LAND;
    for (uint32_t i = span->first; i < span->first + span->count; i++) {
        const struct name_token *t = &seg->tokens[i];
        if (t->shape != SHAPE_MARK && (!(t->known & names) || t->known & KNOWN_COMMON || t->end - t->start < 3))
            return true;
    }
    return false;
}

static bool has_small_letter(struct span text) {
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] >= 0x80 || char_in(text.at[i], CHARS_LOWER)) return true;
    return false;
}

// "nino: ...": a small word before a colon is a label.
static bool is_label(const struct name_segment *seg, const struct name_span *span, struct span text) {
    const struct name_token *t = &seg->tokens[span->first];
    return span->count == 1 && t->shape == SHAPE_LOWER && t->end < text.len && text.at[t->end] == ':';
}

// Words that are all unknown: in a text without a small letter, a code more often than a name.
static bool is_unknown(const struct name_segment *seg, const struct name_span *span) {
    for (uint32_t i = span->first; i < span->first + span->count; i++)
        if (seg->tokens[i].known || seg->tokens[i].shape == SHAPE_LOWER) return false;
    return true;
}

// What the whole text looks like.
struct look {
    bool drawn, capitals;
};

static __attribute__((noinline)) void report(struct scan *s, const struct look *look, const struct name_segment *seg,
                                             const struct name_span *spans, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float score = name_span_score(&s->gate->names, &spans[i]);
        if (!name_score_counts(spans[i].type, score)) continue;
        if ((look->drawn && is_drawn(seg, &spans[i])) || (look->capitals && is_unknown(seg, &spans[i])) ||
            is_label(seg, &spans[i], s->text))
            continue;
        const struct name_token *first = &seg->tokens[spans[i].first], *last = first + spans[i].count - 1;
        scan_report_scored(s, rule_of(seg, &spans[i]), first->start, last->end, score);
    }
}

void tagger_scan(struct scan *s) {
    struct name_segment seg;
    struct name_span spans[SEGMENT_TOKENS];
    struct name_memory memory = {{0}};
    struct plain_reader plain;
    struct known_walk *known = &s->scratch->walk;
    const struct names *names = &s->gate->names;
    const struct look look = {looks_drawn(s->text), !has_small_letter(s->text)};
    name_segment_init(&seg);
    plain_begin(&plain, s);
    for (size_t at = 0; at < s->text.len;) {
        size_t begin = at, next = plain_skip(&plain, at, &memory), count = 0;
        struct name_memory asked = {{0}};
        if (next > at) name_segment_init(&seg); // what stands before is of no interest any more
        if (next == s->text.len) return;
        at = name_segment_read(&seg, s->text, next, &names->filter);
        if (scan_is_late_after(s, at - begin)) return;
        if (seg.candidates) count = name_decode(names, s->text, &seg, &memory, &asked, spans);
        else if (seg.count > 2 && seg.tokens[1].shape == SHAPE_BREAK && next < known->new_end)
            known_note_calm(known, seg.tokens[2].start, at);
        if (count) report(s, &look, &seg, spans, count);
        else if (next < known->new_end && !name_memory_has_any(&memory, &asked) &&
                 !plain_speaks_of_a_person(s, next, at))
            known_note_nameless(known, next, at, &asked);
    }
}
