// From JSON to parts, rules and links. Parts that are met on the way wait in the list and are compiled in turn.
#include <stdlib.h>

#include "verify/schema_internal.h"

// What a keyword's value must look like.
enum shape {
    SHAPE_ANY,
    SHAPE_NUMBER,
    SHAPE_COUNT,   // a number of at least 0
    SHAPE_TEXT,    // a string
    SHAPE_TYPES,   // a string or an array
    SHAPE_LIST,    // an array of values
    SHAPE_MAP,     // an object
    SHAPE_PATTERN, // a string to compile
    SHAPE_PART,    // a schema
    SHAPE_PARTS,   // an array of schemas
    SHAPE_MEMBERS, // the three keywords about members; one rule for them all
    SHAPE_ITEMS,   // likewise the two about elements
    SHAPE_IF,
    SHAPE_REF
};

static const struct {
    const char *word;
    enum schema_op op;
    enum shape shape;
} KEYWORDS[] = {
    {"type", OP_TYPE, SHAPE_TYPES},
    {"properties", OP_MEMBERS, SHAPE_MEMBERS},
    {"required", OP_REQUIRED, SHAPE_LIST},
    {"additionalProperties", OP_MEMBERS, SHAPE_MEMBERS},
    {"patternProperties", OP_MEMBERS, SHAPE_MEMBERS},
    {"items", OP_ELEMENTS, SHAPE_ITEMS},
    {"prefixItems", OP_ELEMENTS, SHAPE_ITEMS},
    {"additionalItems", OP_ELEMENTS, SHAPE_ITEMS},
    {"enum", OP_ENUM, SHAPE_LIST},
    {"const", OP_CONST, SHAPE_ANY},
    {"anyOf", OP_ANY, SHAPE_PARTS},
    {"oneOf", OP_ONE, SHAPE_PARTS},
    {"allOf", OP_ALL, SHAPE_PARTS},
    {"not", OP_NOT, SHAPE_PART},
    {"if", OP_IF, SHAPE_IF},
    {"then", OP_NONE, SHAPE_ANY},
    {"else", OP_NONE, SHAPE_ANY},
    {"$ref", OP_REF, SHAPE_REF},
    {"minimum", OP_MINIMUM, SHAPE_NUMBER},
    {"maximum", OP_MAXIMUM, SHAPE_NUMBER},
    {"exclusiveMinimum", OP_ABOVE, SHAPE_NUMBER},
    {"exclusiveMaximum", OP_BELOW, SHAPE_NUMBER},
    {"multipleOf", OP_MULTIPLE, SHAPE_NUMBER},
    {"minLength", OP_MIN_LENGTH, SHAPE_COUNT},
    {"maxLength", OP_MAX_LENGTH, SHAPE_COUNT},
    {"pattern", OP_PATTERN, SHAPE_PATTERN},
    {"format", OP_FORMAT, SHAPE_TEXT},
    {"minItems", OP_MIN_ITEMS, SHAPE_COUNT},
    {"maxItems", OP_MAX_ITEMS, SHAPE_COUNT},
    {"uniqueItems", OP_UNIQUE, SHAPE_ANY},
    {"contains", OP_CONTAINS, SHAPE_PART},
    {"minContains", OP_NONE, SHAPE_ANY},
    {"maxContains", OP_NONE, SHAPE_ANY},
    {"minProperties", OP_MIN_PROPERTIES, SHAPE_COUNT},
    {"maxProperties", OP_MAX_PROPERTIES, SHAPE_COUNT},
    {"propertyNames", OP_NAMES, SHAPE_PART},
    {"dependentRequired", OP_DEPENDENT, SHAPE_MAP},
    {"$defs", OP_NONE, SHAPE_ANY},
    {"definitions", OP_NONE, SHAPE_ANY},
    {"title", OP_NONE, SHAPE_ANY},
    {"description", OP_NONE, SHAPE_ANY},
    {"default", OP_NONE, SHAPE_ANY},
    {"examples", OP_NONE, SHAPE_ANY},
    {"deprecated", OP_NONE, SHAPE_ANY},
    {"readOnly", OP_NONE, SHAPE_ANY},
    {"writeOnly", OP_NONE, SHAPE_ANY},
    {"strict", OP_NONE, SHAPE_ANY},
    {"$schema", OP_NONE, SHAPE_ANY},
    {"$id", OP_NONE, SHAPE_ANY},
    {"$comment", OP_NONE, SHAPE_ANY},
};

struct span schema_text(struct arena *arena, const struct json_doc *doc, uint32_t node) {
    struct span raw = json_text(doc, node);
    if (!doc->nodes[node].escaped) return raw;
    char *decoded = arena_alloc(arena, raw.len + 1);
    return decoded ? span_make(decoded, json_unescape(raw, decoded)) : span_make(NULL, SIZE_MAX);
}

static bool is_part(const struct json_doc *doc, uint32_t node) {
    enum json_type t = json_type(doc, node);
    return node && (t == JSON_OBJECT || t == JSON_TRUE || t == JSON_FALSE);
}

// The number of the node's part; a new one waits in the list.
static uint32_t part_for(struct schema *s, uint32_t node) {
    uint32_t *known = &s->part_of[node - s->root];
    if (!*known) {
        s->parts[s->part_count] = (struct schema_part){.node = node};
        *known = ++s->part_count;
    }
    return *known - 1;
}

// NULL when it cannot be compiled within the limits.
static pcre2_code *pattern_for(struct schema *s, struct span text) {
    int code;
    size_t at;
    if (text.len > SCHEMA_PATTERN_BYTES || s->pattern_count == SCHEMA_PATTERNS) return NULL;
    pcre2_code *re =
        pcre2_compile((PCRE2_SPTR)(text.at ? text.at : ""), text.len,
                      PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY, &code, &at, NULL);
    if (re) s->patterns[s->pattern_count++] = re;
    return re;
}

static bool add_link(struct schema *s, struct schema_rule *rule, struct schema_link link) {
    s->links[s->link_count++] = link;
    rule->count++;
    return true;
}

// ---------------------------------------------------------------- keywords that lead to parts

static void link_properties(struct schema *s, struct schema_rule *rule, uint32_t map, bool patterns) {
    const struct json_doc *doc = s->doc;
    if (!json_is(doc, map, JSON_OBJECT)) return;
    for (uint32_t k = map + 1; k < doc->nodes[map].next; k = doc->nodes[k + 1].next) {
        struct span name = schema_text(s->arena, doc, k);
        pcre2_code *match = patterns && name.len != SIZE_MAX ? pattern_for(s, name) : NULL;
        if (!is_part(doc, k + 1) || name.len == SIZE_MAX || (patterns && !match)) s->ignored++;
        else add_link(s, rule, (struct schema_link){.name = name, .match = match, .part = part_for(s, k + 1)});
    }
}

static bool compile_members(struct schema *s, uint32_t part, struct schema_rule *rule) {
    uint32_t rest = json_get(s->doc, part, "additionalProperties");
    link_properties(s, rule, json_get(s->doc, part, "properties"), false);
    link_properties(s, rule, json_get(s->doc, part, "patternProperties"), true);
    if (is_part(s->doc, rest)) rule->rest = part_for(s, rest);
    return true;
}

static bool link_list(struct schema *s, struct schema_rule *rule, uint32_t list) {
    const struct json_doc *doc = s->doc;
    for (uint32_t v = list + 1; v < doc->nodes[list].next; v = doc->nodes[v].next) {
        if (!is_part(doc, v)) return false;
        add_link(s, rule, (struct schema_link){.part = part_for(s, v)});
    }
    return true;
}

// Draft 7 wrote a tuple as a list in `items`, and `additionalItems` for the rest.
static bool compile_items(struct schema *s, uint32_t part, struct schema_rule *rule) {
    uint32_t items = json_get(s->doc, part, "items"), list = json_get(s->doc, part, "prefixItems");
    uint32_t rest = items;
    if (json_is(s->doc, items, JSON_ARRAY)) list = items, rest = json_get(s->doc, part, "additionalItems");
    if (is_part(s->doc, rest)) rule->rest = part_for(s, rest);
    return !json_is(s->doc, list, JSON_ARRAY) || link_list(s, rule, list);
}

static bool compile_if(struct schema *s, uint32_t part, struct schema_rule *rule) {
    static const char *const BRANCHES[] = {"if", "then", "else"};
    for (int i = 0; i < 3; i++) {
        uint32_t node = json_get(s->doc, part, BRANCHES[i]);
        bool good = is_part(s->doc, node);
        if (i == 0 && !good) return false;
        add_link(s, rule, (struct schema_link){.part = good ? part_for(s, node) : SCHEMA_NO_PART});
    }
    return true;
}

// One step of a JSON pointer: ~1 is '/', ~0 is '~'.
static uint32_t follow(const struct schema *s, uint32_t node, struct span step) {
    const struct json_doc *doc = s->doc;
    char name[256];
    size_t n = 0;
    if (step.len > sizeof name) return 0;
    for (size_t i = 0; i < step.len; i++) {
        bool escape = step.at[i] == '~' && i + 1 < step.len && (step.at[i + 1] == '0' || step.at[i + 1] == '1');
        name[n++] = !escape ? step.at[i] : step.at[++i] == '0' ? '~' : '/';
    }
    if (json_is(doc, node, JSON_OBJECT)) return json_get_key(doc, node, span_make(name, n));
    if (!json_is(doc, node, JSON_ARRAY) || n == 0 || n > 6) return 0;
    uint32_t index = 0, v = node + 1;
    for (size_t i = 0; i < n; i++) {
        if (name[i] < '0' || name[i] > '9') return 0;
        index = index * 10 + (uint32_t)(name[i] - '0');
    }
    while (index-- && v < doc->nodes[node].next) v = doc->nodes[v].next;
    return v < doc->nodes[node].next ? v : 0;
}

static bool compile_ref(struct schema *s, struct schema_rule *rule) {
    struct span path = schema_text(s->arena, s->doc, rule->node);
    uint32_t node = s->root;
    if (path.len == SIZE_MAX || path.len == 0 || path.at[0] != '#') return false;
    path = span_sub(path, 1, SIZE_MAX);
    while (path.len && node) {
        if (path.at[0] != '/') return false;
        path = span_sub(path, 1, SIZE_MAX);
        const char *slash = path.len ? memchr(path.at, '/', path.len) : NULL;
        struct span step = span_sub(path, 0, slash ? (size_t)(slash - path.at) : path.len);
        node = follow(s, node, step);
        path = span_sub(path, step.len, SIZE_MAX);
    }
    if (!is_part(s->doc, node)) return false;
    return add_link(s, rule, (struct schema_link){.part = part_for(s, node)});
}

// ---------------------------------------------------------------- a part

// Fills the rule; false when the keyword's value is not what it should be.
static bool compile_rule(struct schema *s, uint32_t part, enum shape shape, struct schema_rule *rule) {
    const struct json_doc *doc = s->doc;
    uint32_t v = rule->node;
    struct span text;
    switch (shape) {
    case SHAPE_ANY: return true;
    case SHAPE_NUMBER: return json_real(doc, v, &rule->number);
    case SHAPE_COUNT: return json_real(doc, v, &rule->number) && rule->number >= 0;
    case SHAPE_TEXT: return json_is(doc, v, JSON_STRING);
    case SHAPE_TYPES: return json_is(doc, v, JSON_STRING) || json_is(doc, v, JSON_ARRAY);
    case SHAPE_LIST: return json_is(doc, v, JSON_ARRAY);
    case SHAPE_MAP: return json_is(doc, v, JSON_OBJECT);
    case SHAPE_PATTERN:
        if (!json_is(doc, v, JSON_STRING)) return false;
        text = schema_text(s->arena, doc, v);
        return text.len != SIZE_MAX && (rule->pattern = pattern_for(s, text));
    case SHAPE_PART: return is_part(doc, v) && add_link(s, rule, (struct schema_link){.part = part_for(s, v)});
    case SHAPE_PARTS: return json_is(doc, v, JSON_ARRAY) && link_list(s, rule, v);
    case SHAPE_MEMBERS: return compile_members(s, part, rule);
    case SHAPE_ITEMS: return compile_items(s, part, rule);
    case SHAPE_IF: return compile_if(s, part, rule);
    case SHAPE_REF: return json_is(doc, v, JSON_STRING) && compile_ref(s, rule);
    }
    return false;
}

static void add_rule(struct schema *s, struct schema_part *part, uint32_t key, uint32_t *merged) {
    enum { WORDS = sizeof KEYWORDS / sizeof *KEYWORDS };
    uint32_t i = 0;
    while (i < WORDS && !json_text_is(s->doc, key, KEYWORDS[i].word)) i++;
    if (i == WORDS) {
        s->ignored++;
        return;
    }
    enum schema_op op = KEYWORDS[i].op;
    bool merges = op == OP_MEMBERS || op == OP_ELEMENTS;
    if (op == OP_NONE || (merges && *merged & 1u << op)) return;
    if (merges) *merged |= 1u << op;
    struct schema_rule rule = {.op = (uint8_t)op, .node = key + 1, .first = s->link_count, .rest = SCHEMA_NO_PART};
    if (!compile_rule(s, part->node, KEYWORDS[i].shape, &rule)) {
        s->ignored++;
        s->link_count = rule.first;
        return;
    }
    s->rules[s->rule_count++] = rule;
    part->count++;
}

static void compile_part(struct schema *s, uint32_t index) {
    struct schema_part *part = &s->parts[index];
    const struct json_doc *doc = s->doc;
    uint32_t merged = 0;
    part->first = s->rule_count;
    part->never = json_type(doc, part->node) == JSON_FALSE;
    if (json_type(doc, part->node) != JSON_OBJECT) return;
    for (uint32_t k = part->node + 1; k < doc->nodes[part->node].next; k = doc->nodes[k + 1].next)
        add_rule(s, part, k, &merged);
}

struct schema *schema_compile(const struct json_doc *doc, uint32_t node, struct arena *arena) {
    if (!is_part(doc, node)) return NULL;
    size_t n = doc->nodes[node].next - node;
    struct schema *s = arena_alloc(arena, sizeof *s);
    if (!s) return NULL;
    *s = (struct schema){.doc = doc, .arena = arena, .root = node};
    // A part is a node, a rule a key; what links name are nodes too, and references, and `if` has three.
    s->parts = arena_alloc_array(arena, n, sizeof *s->parts);
    s->rules = arena_alloc_array(arena, n, sizeof *s->rules);
    s->links = arena_alloc_array(arena, n * 3, sizeof *s->links);
    s->part_of = arena_alloc_array(arena, n, sizeof *s->part_of);
    if (!s->parts || !s->rules || !s->links || !s->part_of) return NULL;
    s->limits = pcre2_match_context_create(NULL);
    s->match = pcre2_match_data_create(1, NULL);
    if (!s->limits || !s->match) {
        schema_release(s);
        return NULL;
    }
    pcre2_set_match_limit(s->limits, SCHEMA_MATCH_LIMIT);
    pcre2_set_depth_limit(s->limits, SCHEMA_MATCH_LIMIT);
    pcre2_set_heap_limit(s->limits, 1024); // KiB
    part_for(s, node);
    for (uint32_t i = 0; i < s->part_count; i++) compile_part(s, i);
    return s;
}

void schema_release(struct schema *s) {
    if (!s) return;
    for (uint32_t i = 0; i < s->pattern_count; i++) pcre2_code_free(s->patterns[i]);
    pcre2_match_data_free(s->match);
    pcre2_match_context_free(s->limits);
}

uint32_t schema_ignored(const struct schema *s) {
    return s->ignored;
}
