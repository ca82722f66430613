// Checking a value: a stack of frames, each of which is a part, a value, and how far it got with the part's rules.
#include <math.h>
#include <stdlib.h>

#include "verify/schema_internal.h"

struct frame {
    uint32_t part, value;
    uint32_t rule;          // the one at work
    uint32_t cursor, tried; // of that rule: where it is, and which links were asked
    uint32_t held;          // how many of them held
};

enum said { SAID_NOTHING, SAID_NO, SAID_YES }; // by the frame above, which has just ended
enum step { STEP_HOLDS, STEP_FAILS, STEP_ASKS };

struct machine {
    const struct schema *s;
    const struct json_doc *doc;
    struct frame *frames;
    uint32_t depth, steps;
    bool gave_up;
    uint8_t *labels;
};

static bool spend(struct machine *m, size_t steps) {
    if (steps >= m->steps) m->gave_up = true;
    else m->steps -= (uint32_t)steps;
    return !m->gave_up;
}

static enum step ask(struct machine *m, uint32_t part, uint32_t value) {
    if (m->depth == SCHEMA_DEPTH) m->gave_up = true;
    else m->frames[m->depth++] = (struct frame){.part = part, .value = value, .rule = m->s->parts[part].first};
    return STEP_ASKS;
}

static const struct schema_link *link_of(const struct machine *m, const struct schema_rule *rule, uint32_t i) {
    return &m->s->links[rule->first + i];
}

static struct span text_of(struct machine *m, const struct json_doc *doc, uint32_t node) {
    struct span text = schema_text(m->s->arena, doc, node);
    if (text.len != SIZE_MAX) return text;
    m->gave_up = true;
    return SPAN_NONE;
}

// ---------------------------------------------------------------- comparing values

struct pair {
    uint32_t a, b;
};

static bool push_children(struct machine *m, const struct json_doc *a, const struct json_doc *b, struct pair at,
                          struct pair *stack, uint32_t *n, uint32_t most) {
    uint32_t x = at.a + 1, y = at.b + 1;
    if (json_count(a, at.a) != json_count(b, at.b)) return false;
    while (x < a->nodes[at.a].next) {
        uint32_t other = y;
        if (a->nodes[at.a].type == JSON_OBJECT) {
            other = json_get_key(b, at.b, text_of(m, a, x++));
            if (!other || !spend(m, json_count(b, at.b))) return false;
        }
        if (*n == most) m->gave_up = true;
        if (m->gave_up) return false;
        stack[(*n)++] = (struct pair){x, other};
        x = a->nodes[x].next;
        if (a->nodes[at.a].type == JSON_ARRAY) y = b->nodes[y].next;
    }
    return true;
}

// Equal as JSON values: numbers by value, members in any order.
static bool same(struct machine *m, const struct json_doc *a, uint32_t x, const struct json_doc *b, uint32_t y) {
    enum { MOST = 256 };
    struct pair stack[MOST] = {{x, y}};
    uint32_t n = 1;
    while (n) {
        struct pair at = stack[--n];
        double p, q;
        if (!spend(m, 1) || a->nodes[at.a].type != b->nodes[at.b].type) return false;
        switch (json_type(a, at.a)) {
        case JSON_NUMBER:
            if (!json_real(a, at.a, &p) || !json_real(b, at.b, &q) || p != q) return false;
            break;
        case JSON_STRING:
            if (!span_is(text_of(m, a, at.a), text_of(m, b, at.b))) return false;
            break;
        case JSON_ARRAY:
        case JSON_OBJECT:
            if (!push_children(m, a, b, at, stack, &n, MOST)) return false;
            break;
        default: break;
        }
    }
    return !m->gave_up;
}

// ---------------------------------------------------------------- rules about the value itself

static bool is_whole(const struct json_doc *doc, uint32_t value) {
    double v;
    return json_real(doc, value, &v) && floor(v) == v;
}

static bool is_type(const struct machine *m, uint32_t word, uint32_t value) {
    static const struct {
        const char *word;
        uint32_t types;
    } TYPES[] = {
        {"object", 1u << JSON_OBJECT}, {"array", 1u << JSON_ARRAY}, {"string", 1u << JSON_STRING},
        {"number", 1u << JSON_NUMBER}, {"null", 1u << JSON_NULL},   {"boolean", 1u << JSON_TRUE | 1u << JSON_FALSE},
    };
    if (json_text_is(m->s->doc, word, "integer")) return is_whole(m->doc, value);
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (json_text_is(m->s->doc, word, TYPES[i].word)) return TYPES[i].types >> json_type(m->doc, value) & 1;
    return true; // a type that nobody knows
}

static bool check_types(struct machine *m, const struct schema_rule *rule, uint32_t value) {
    const struct json_doc *doc = m->s->doc;
    if (json_is(doc, rule->node, JSON_STRING)) return is_type(m, rule->node, value);
    for (uint32_t t = rule->node + 1; t < doc->nodes[rule->node].next; t = doc->nodes[t].next)
        if (is_type(m, t, value)) return true;
    return false;
}

static bool check_enum(struct machine *m, const struct schema_rule *rule, uint32_t value) {
    const struct json_doc *doc = m->s->doc;
    if (m->labels) m->labels[value] = 1;
    if (rule->op == OP_CONST) return same(m, doc, rule->node, m->doc, value);
    for (uint32_t e = rule->node + 1; e < doc->nodes[rule->node].next && !m->gave_up; e = doc->nodes[e].next)
        if (same(m, doc, e, m->doc, value)) return true;
    return false;
}

static bool check_number(const struct schema_rule *rule, double v) {
    double times;
    switch (rule->op) {
    case OP_MINIMUM: return v >= rule->number;
    case OP_MAXIMUM: return v <= rule->number;
    case OP_ABOVE: return v > rule->number;
    case OP_BELOW: return v < rule->number;
    case OP_MULTIPLE: // 0.3 is a multiple of 0.1 for people
        times = v / rule->number;
        return !(rule->number > 0) || fabs(times - nearbyint(times)) <= 1e-9 * fmax(1, fabs(times));
    default: return true;
    }
}

static size_t characters(struct span text) {
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return n;
}

static bool matches(struct machine *m, const pcre2_code *re, struct span text) {
    if (!spend(m, 1 + text.len / 64)) return false;
    int n = pcre2_match(re, (PCRE2_SPTR)(text.at ? text.at : ""), text.len, 0, PCRE2_NO_UTF_CHECK, m->s->match,
                        m->s->limits);
    if (n < 0 && n != PCRE2_ERROR_NOMATCH) m->gave_up = true; // it reached a limit
    return n >= 0;
}

static bool check_text(struct machine *m, const struct schema_rule *rule, uint32_t value) {
    struct span text = text_of(m, m->doc, value);
    if (!spend(m, 1 + text.len / 64)) return false;
    switch (rule->op) {
    case OP_MIN_LENGTH: return (double)characters(text) >= rule->number;
    case OP_MAX_LENGTH: return (double)characters(text) <= rule->number;
    case OP_PATTERN: return matches(m, rule->pattern, text);
    default: return schema_format(text_of(m, m->s->doc, rule->node), text);
    }
}

static bool check_unique(struct machine *m, uint32_t value) {
    const struct json_doc *doc = m->doc;
    for (uint32_t a = value + 1; a < doc->nodes[value].next; a = doc->nodes[a].next)
        for (uint32_t b = doc->nodes[a].next; b < doc->nodes[value].next; b = doc->nodes[b].next)
            if (same(m, doc, a, doc, b) || m->gave_up) return false;
    return true;
}

static bool has_all(struct machine *m, uint32_t names, uint32_t value) {
    const struct json_doc *doc = m->s->doc;
    size_t members = json_count(m->doc, value);
    for (uint32_t k = names + 1; k < doc->nodes[names].next; k = doc->nodes[k].next) {
        if (!spend(m, 1 + members)) return false;
        if (json_is(doc, k, JSON_STRING) && !json_get_key(m->doc, value, text_of(m, doc, k))) return false;
    }
    return true;
}

static bool check_dependent(struct machine *m, const struct schema_rule *rule, uint32_t value) {
    const struct json_doc *doc = m->s->doc;
    for (uint32_t k = rule->node + 1; k < doc->nodes[rule->node].next; k = doc->nodes[k + 1].next)
        if (json_is(doc, k + 1, JSON_ARRAY) && json_get_key(m->doc, value, text_of(m, doc, k)) &&
            !has_all(m, k + 1, value))
            return false;
    return true;
}

// Each kind of rule speaks about one type and holds for all others.
static bool check_plain(struct machine *m, const struct schema_rule *rule, uint32_t value) {
    enum json_type type = json_type(m->doc, value);
    double v;
    switch (rule->op) {
    case OP_TYPE: return check_types(m, rule, value);
    case OP_ENUM:
    case OP_CONST: return check_enum(m, rule, value);
    case OP_MINIMUM:
    case OP_MAXIMUM:
    case OP_ABOVE:
    case OP_BELOW:
    case OP_MULTIPLE: return !json_real(m->doc, value, &v) || check_number(rule, v);
    case OP_MIN_LENGTH:
    case OP_MAX_LENGTH:
    case OP_PATTERN:
    case OP_FORMAT: return type != JSON_STRING || check_text(m, rule, value);
    case OP_MIN_ITEMS: return type != JSON_ARRAY || json_count(m->doc, value) >= rule->number;
    case OP_MAX_ITEMS: return type != JSON_ARRAY || json_count(m->doc, value) <= rule->number;
    case OP_UNIQUE: return type != JSON_ARRAY || !json_is_true(m->s->doc, rule->node) || check_unique(m, value);
    case OP_MIN_PROPERTIES: return type != JSON_OBJECT || json_count(m->doc, value) >= rule->number;
    case OP_MAX_PROPERTIES: return type != JSON_OBJECT || json_count(m->doc, value) <= rule->number;
    case OP_REQUIRED: return type != JSON_OBJECT || has_all(m, rule->node, value);
    case OP_DEPENDENT: return type != JSON_OBJECT || check_dependent(m, rule, value);
    default: return true;
    }
}

// ---------------------------------------------------------------- rules that ask other parts

// Every link that names the member, or the rest where none does. `cursor` is the key.
static enum step check_members(struct machine *m, struct frame *f, const struct schema_rule *rule) {
    const struct json_doc *doc = m->doc;
    if (!f->cursor) f->cursor = f->value + 1;
    while (f->cursor < doc->nodes[f->value].next) {
        struct span name = text_of(m, doc, f->cursor);
        while (f->tried < rule->count) {
            const struct schema_link *link = link_of(m, rule, f->tried++);
            if (!spend(m, 1)) return STEP_FAILS;
            if (link->match ? !matches(m, link->match, name) : !span_is(name, link->name)) continue;
            f->held = 1;
            return ask(m, link->part, f->cursor + 1);
        }
        if (f->tried == rule->count && !f->held && rule->rest != SCHEMA_NO_PART) {
            f->tried++;
            return ask(m, rule->rest, f->cursor + 1);
        }
        f->cursor = doc->nodes[f->cursor + 1].next;
        f->tried = f->held = 0;
    }
    return STEP_HOLDS;
}

static enum step check_elements(struct machine *m, struct frame *f, const struct schema_rule *rule) {
    const struct json_doc *doc = m->doc;
    f->cursor = f->cursor ? doc->nodes[f->cursor].next : f->value + 1;
    if (f->cursor >= doc->nodes[f->value].next) return STEP_HOLDS;
    uint32_t part = f->tried < rule->count ? link_of(m, rule, f->tried++)->part : rule->rest;
    return part == SCHEMA_NO_PART ? STEP_HOLDS : ask(m, part, f->cursor);
}

static enum step check_contains(struct machine *m, struct frame *f, const struct schema_rule *rule, enum said said) {
    const struct json_doc *doc = m->doc;
    uint32_t part = m->s->parts[f->part].node;
    double least = 1, most = INFINITY;
    f->held += said == SAID_YES;
    f->cursor = f->cursor ? doc->nodes[f->cursor].next : f->value + 1;
    if (f->cursor < doc->nodes[f->value].next) return ask(m, link_of(m, rule, 0)->part, f->cursor);
    json_real(m->s->doc, json_get(m->s->doc, part, "minContains"), &least);
    json_real(m->s->doc, json_get(m->s->doc, part, "maxContains"), &most);
    return f->held >= least && f->held <= most ? STEP_HOLDS : STEP_FAILS;
}

static enum step check_names(struct machine *m, struct frame *f, const struct schema_rule *rule) {
    const struct json_doc *doc = m->doc;
    f->cursor = f->cursor ? doc->nodes[f->cursor + 1].next : f->value + 1;
    return f->cursor < doc->nodes[f->value].next ? ask(m, link_of(m, rule, 0)->part, f->cursor) : STEP_HOLDS;
}

// allOf, anyOf, oneOf, not: links asked in turn about the same value.
static enum step check_several(struct machine *m, struct frame *f, const struct schema_rule *rule, enum said said) {
    f->held += said == SAID_YES;
    if (rule->op == OP_ANY && said == SAID_YES) return STEP_HOLDS;
    if (rule->op == OP_ONE && f->held > 1) return STEP_FAILS;
    if (f->tried < rule->count) return ask(m, link_of(m, rule, f->tried++)->part, f->value);
    bool holds = rule->op == OP_ALL || (rule->op == OP_NOT ? f->held == 0 : f->held == 1);
    return holds ? STEP_HOLDS : STEP_FAILS;
}

static enum step check_if(struct machine *m, struct frame *f, const struct schema_rule *rule, enum said said) {
    if (f->tried == 0) {
        f->tried = 1;
        return ask(m, link_of(m, rule, 0)->part, f->value);
    }
    if (f->tried == 2) return said == SAID_NO ? STEP_FAILS : STEP_HOLDS;
    uint32_t branch = link_of(m, rule, said == SAID_YES ? 1 : 2)->part;
    f->tried = 2;
    return branch == SCHEMA_NO_PART ? STEP_HOLDS : ask(m, branch, f->value);
}

static enum step check_rule(struct machine *m, struct frame *f, const struct schema_rule *rule, enum said said) {
    enum json_type type = json_type(m->doc, f->value);
    switch (rule->op) {
    case OP_CONTAINS: return type == JSON_ARRAY ? check_contains(m, f, rule, said) : STEP_HOLDS;
    case OP_ANY:
    case OP_ONE:
    case OP_NOT: return check_several(m, f, rule, said);
    case OP_IF: return check_if(m, f, rule, said);
    default: break;
    }
    if (said == SAID_NO) return STEP_FAILS; // all that follow want a yes from everybody
    switch (rule->op) {
    case OP_MEMBERS: return type == JSON_OBJECT ? check_members(m, f, rule) : STEP_HOLDS;
    case OP_ELEMENTS: return type == JSON_ARRAY ? check_elements(m, f, rule) : STEP_HOLDS;
    case OP_NAMES: return type == JSON_OBJECT ? check_names(m, f, rule) : STEP_HOLDS;
    case OP_ALL:
    case OP_REF: return f->tried < rule->count ? ask(m, link_of(m, rule, f->tried++)->part, f->value) : STEP_HOLDS;
    default: return check_plain(m, rule, f->value) ? STEP_HOLDS : STEP_FAILS;
    }
}

enum schema_result schema_check(const struct schema *s, const struct json_doc *doc, uint32_t value, uint32_t max_steps,
                                uint8_t *labels) {
    struct machine m = {.s = s, .doc = doc, .steps = max_steps, .labels = labels};
    enum said said = SAID_NOTHING;
    m.frames = arena_alloc_array(s->arena, SCHEMA_DEPTH, sizeof *m.frames);
    if (!m.frames) return SCHEMA_UNKNOWN;
    ask(&m, 0, value);
    while (m.depth && !m.gave_up && spend(&m, 1)) {
        struct frame *f = &m.frames[m.depth - 1];
        const struct schema_part *part = &s->parts[f->part];
        if (part->never || f->rule == part->first + part->count) {
            said = part->never ? SAID_NO : SAID_YES;
            m.depth--;
            continue;
        }
        enum step step = check_rule(&m, f, &s->rules[f->rule], said);
        said = SAID_NOTHING;
        if (step == STEP_FAILS) {
            said = SAID_NO;
            m.depth--;
        } else if (step == STEP_HOLDS) {
            *f = (struct frame){.part = f->part, .value = f->value, .rule = f->rule + 1};
        }
    }
    if (m.gave_up) return SCHEMA_UNKNOWN;
    return said == SAID_YES ? SCHEMA_VALID : SCHEMA_INVALID;
}
