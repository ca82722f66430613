// Where the values stand, and whether they can be replaced there.
#include <stdlib.h>

#include "chat/mask_internal.h"

static int refuse(struct mask_builder *b, const char *why) {
    b->why = why;
    return -1;
}

// ---------------------------------------------------------------- words

static bool is_word_byte(unsigned char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0x80;
}

size_t mask_find_word(struct span text, struct span value, size_t from, uint32_t *steps) {
    bool head = is_word_byte((unsigned char)value.at[0]), tail = is_word_byte((unsigned char)value.at[value.len - 1]);
    for (size_t at = from; at < text.len && *steps; at++, --*steps) {
        size_t found = span_find(span_sub(text, at, SIZE_MAX), value);
        if (found == SIZE_MAX) return SIZE_MAX;
        at += found;
        size_t end = at + value.len;
        bool inside = (head && at > 0 && is_word_byte((unsigned char)text.at[at - 1])) ||
                      (tail && end < text.len && is_word_byte((unsigned char)text.at[end]));
        if (inside) continue;
        --*steps;
        return at;
    }
    return SIZE_MAX;
}

// ---------------------------------------------------------------- ranges

static int by_place(const void *a, const void *b) {
    const struct mask_range *x = a, *y = b;
    if (x->start != y->start) return x->start < y->start ? -1 : 1;
    return x->end > y->end ? -1 : x->end < y->end;
}

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

// Whole characters only; what overlaps becomes one, of the type of the longer.
static int take_spans(struct mask_builder *b, const struct mask_span *spans, uint32_t count) {
    struct span text = b->view->text;
    if (count > MASK_MAX_RANGES) return refuse(b, "more findings than can be masked");
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = spans[i].start, end = spans[i].end;
        if (start >= end || end > text.len) return refuse(b, "a finding has no place of its own");
        while (start > 0 && is_continuation(text.at[start])) start--;
        while (end < text.len && is_continuation(text.at[end])) end++;
        b->ranges[i] = (struct mask_range){.start = start, .end = end, .part = MASK_UNPLACED, .type = spans[i].type};
    }
    qsort(b->ranges, count, sizeof *b->ranges, by_place);
    for (uint32_t i = 0; i < count; i++) {
        const struct mask_range *r = &b->ranges[i];
        struct mask_range *last = b->count ? &b->ranges[b->count - 1] : NULL;
        if (!last || r->start >= last->end) {
            b->ranges[b->count++] = *r;
            continue;
        }
        if (r->end - r->start > last->end - last->start) last->type = r->type;
        if (r->end > last->end) last->end = r->end;
    }
    return 0;
}

// ---------------------------------------------------------------- arguments of a call

// Bytes of the character or escape at the start of a valid JSON string's inside.
static size_t unit_length(struct span raw) {
    if (raw.at[0] != '\\') return 1;
    if (raw.at[1] != 'u') return 2;
    bool high = (raw.at[2] | 0x20) == 'd' && strchr("89abAB", raw.at[3]) != NULL;
    return high && raw.len >= 12 && raw.at[6] == '\\' && raw.at[7] == 'u' ? 12 : 6;
}

// A range that cuts an escape takes it in, but for a short one at its begin: the n of \n is no part of a word.
static int whole_escapes(struct mask_builder *b, struct mask_range *r, uint32_t base, struct span inside) {
    uint32_t from = r->start - base, to = r->end - base;
    size_t n;
    for (size_t at = 0; at < inside.len && at < to; at += n) {
        n = unit_length(span_sub(inside, at, SIZE_MAX));
        if (from > at && from < at + n) from = (uint32_t)(n == 2 ? at + n : at);
        if (to > at && to < at + n) to = (uint32_t)(n == 2 ? at : at + n);
    }
    if (from >= to) return refuse(b, "a finding cannot be told from the escapes around it");
    r->start = base + from;
    r->end = base + to;
    return 0;
}

// The arguments are JSON in a string: a placeholder must stand within one of their strings.
static int place_in_arguments(struct mask_builder *b, struct mask_range *r, struct span *value) {
    static const struct json_limits LIMITS = {.max_depth = 128, .max_nodes = 1u << 18};
    const struct chat_part *part = &b->view->parts[r->part];
    struct span text = span_sub(b->view->text, part->start, part->len);
    size_t at;
    if (b->nested_part != r->part) {
        b->nested_part = r->part;
        b->nested_is_json = json_parse(&b->nested, text, &LIMITS, &at) == JSON_OK;
    }
    if (!b->nested_is_json) return 0; // text like any other
    uint32_t from = r->start - part->start, to = r->end - part->start;
    for (uint32_t n = 0; n < b->nested.count && b->nested.nodes[n].start < to; n++) {
        const struct json_node *node = &b->nested.nodes[n];
        if (node->type != JSON_STRING || from <= node->start || to >= node->end) continue;
        if (json_is_key(&b->nested, n)) return refuse(b, "a finding stands in a key of a call's arguments");
        struct span inside = span_sub(text, node->start + 1, node->end - node->start - 2);
        if (whole_escapes(b, r, part->start + node->start + 1, inside)) return -1;
        *value = span_sub(b->view->text, r->start, r->end - r->start);
        if (!node->escaped) return 0;
        char *decoded = arena_alloc(b->view->arena, value->len);
        if (!decoded) return refuse(b, "the request is too large for its memory");
        *value = span_make(decoded, json_unescape(*value, decoded));
        return 0;
    }
    return refuse(b, "a finding stands in a call's arguments outside of a string");
}

// ---------------------------------------------------------------- values

static int add_value(struct mask_builder *b, struct span value, const char *type, uint32_t *index) {
    for (*index = 0; *index < b->value_count; ++*index)
        if (span_is(b->values[*index], value)) return 0;
    if (b->value_count == b->limits.values) return refuse(b, "more values than limits.mask_values");
    b->value_bytes += value.len;
    if (b->value_bytes > b->limits.bytes) return refuse(b, "more bytes of values than limits.mask_bytes");
    b->values[b->value_count] = value;
    b->types[b->value_count++] = type;
    return 0;
}

// Gives each range that has none its part and value.
static int place_ranges(struct mask_builder *b) {
    const struct chat_view *v = b->view;
    uint32_t p = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        struct mask_range *r = &b->ranges[i];
        while (p < v->part_count && v->parts[p].start + v->parts[p].len <= r->start) p++;
        if (p == v->part_count || r->start < v->parts[p].start || r->end > v->parts[p].start + v->parts[p].len)
            return refuse(b, "a finding spans two strings of the request");
        if (r->part != MASK_UNPLACED) continue;
        r->part = p;
        struct span value = span_sub(v->text, r->start, r->end - r->start);
        switch ((enum chat_part_kind)v->parts[p].kind) {
        case PART_KEY: return refuse(b, "a finding stands in an object's key");
        case PART_DEFINITION: return refuse(b, "a finding stands in the definition of a tool or of the format");
        case PART_ARGUMENTS:
            if (place_in_arguments(b, r, &value)) return -1;
            break;
        case PART_TEXT:
        case PART_OTHER: break;
        }
        if (add_value(b, value, r->type, &r->value)) return -1;
    }
    return 0;
}

static bool overlaps(const struct mask_builder *b, size_t start, size_t end) {
    for (uint32_t i = 0; i < b->count; i++)
        if (start < b->ranges[i].end && end > b->ranges[i].start) return true;
    return false;
}

// A value that was found once is hidden wherever it stands: a second place may lack the words that gave it away.
static int add_other_places(struct mask_builder *b) {
    uint32_t before = b->count, steps = MASK_MAX_STEPS;
    for (uint32_t i = 0; i < b->value_count; i++) {
        struct span value = b->values[i];
        size_t at = 0;
        if (value.len < MASK_LEAST_WORD) continue;
        for (; (at = mask_find_word(b->view->text, value, at, &steps)) != SIZE_MAX; at += value.len) {
            if (overlaps(b, at, at + value.len)) continue;
            if (b->count == MASK_MAX_RANGES) return refuse(b, "more places than can be masked");
            b->ranges[b->count++] = (struct mask_range){
                .start = (uint32_t)at, .end = (uint32_t)(at + value.len), .part = MASK_UNPLACED, .type = b->types[i]};
        }
    }
    if (steps == 0) return refuse(b, "the request repeats parts of a value too often");
    if (b->count == before) return 0;
    qsort(b->ranges, b->count, sizeof *b->ranges, by_place);
    return place_ranges(b);
}

int mask_find_ranges(struct mask_builder *b, const struct mask_span *spans, uint32_t count) {
    if (take_spans(b, spans, count) || place_ranges(b)) return -1;
    return add_other_places(b);
}
