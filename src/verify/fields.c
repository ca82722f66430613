#include "verify/fields.h"

#include "verify/words.h"

static bool is_named(const struct json_doc *doc, uint32_t key, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (json_text_is(doc, key, names[i])) return true;
    return false;
}

// A text that stands for no value, or one that is prose.
static bool is_exempt(struct span folded) {
    static const char *const ABSENT[] = {" ",
                                         " n a ",
                                         " na ",
                                         " none ",
                                         " null ",
                                         " nil ",
                                         " unknown ",
                                         " not specified ",
                                         " not provided ",
                                         " not mentioned ",
                                         " not found ",
                                         " missing ",
                                         " not available ",
                                         " not given ",
                                         " not stated "};
    for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++)
        if (span_is_z(folded, ABSENT[i])) return true;
    size_t at = 0, words = 0;
    while (words <= FIELDS_PROSE_WORDS && words_next(folded, &at).len) words++;
    return words > FIELDS_PROSE_WORDS;
}

static bool is_grounded(const struct json_doc *doc, uint32_t node, const struct ground *ground, struct arena *arena) {
    double number;
    if (json_real(doc, node, &number)) return ground_has_number(ground, number);
    struct span raw = json_text(doc, node), folded;
    if (raw.len == 0) return true;
    char *text = arena_alloc(arena, raw.len);
    if (!text) return true;
    struct span value = span_make(text, json_unescape(raw, text));
    folded = words_of(value, arena);
    return folded.len == SIZE_MAX || is_exempt(folded) || ground_has_text(ground, value);
}

bool fields_are_grounded(const struct json_doc *doc, const uint8_t *labels, const char *const *names, size_t count,
                         const struct ground *ground, struct arena *arena) {
    uint32_t critical_end = count ? 0 : doc->count; // nodes before it belong to a critical field
    for (uint32_t n = 1; n < doc->count; n++) {
        enum json_type type = json_type(doc, n);
        if (type == JSON_STRING && json_is_key(doc, n)) {
            if (is_named(doc, n, names, count) && doc->nodes[n + 1].next > critical_end)
                critical_end = doc->nodes[n + 1].next;
            continue;
        }
        bool leaf = type == JSON_STRING || type == JSON_NUMBER;
        if (!leaf || n >= critical_end || (labels && labels[n])) continue;
        if (!is_grounded(doc, n, ground, arena)) return false;
    }
    return true;
}
