// What compiling and checking share: a schema is parts, a part has rules, a rule has links to other parts.
#ifndef SLUICE_VERIFY_SCHEMA_INTERNAL_H
#define SLUICE_VERIFY_SCHEMA_INTERNAL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "verify/schema.h"

enum schema_op {
    OP_NONE, // nothing to check: titles and the like, and what another rule reads
    OP_UNKNOWN,
    // about the value itself
    OP_TYPE,
    OP_ENUM,
    OP_CONST,
    OP_MINIMUM,
    OP_MAXIMUM,
    OP_ABOVE,
    OP_BELOW,
    OP_MULTIPLE,
    OP_MIN_LENGTH,
    OP_MAX_LENGTH,
    OP_PATTERN,
    OP_FORMAT,
    OP_MIN_ITEMS,
    OP_MAX_ITEMS,
    OP_UNIQUE,
    OP_MIN_PROPERTIES,
    OP_MAX_PROPERTIES,
    OP_REQUIRED,
    OP_DEPENDENT,
    // by way of other parts
    OP_MEMBERS,  // properties, patternProperties, additionalProperties
    OP_ELEMENTS, // prefixItems, items
    OP_CONTAINS,
    OP_NAMES,
    OP_ALL,
    OP_ANY,
    OP_ONE,
    OP_NOT,
    OP_IF,
    OP_REF,
};

enum { SCHEMA_NO_PART = UINT32_MAX };

struct schema_link {
    struct span name;  // of a property, decoded
    pcre2_code *match; // of patternProperties, else NULL
    uint32_t part;
};

struct schema_rule {
    uint8_t op;
    uint32_t node;         // the keyword's value
    uint32_t first, count; // links
    uint32_t rest;         // the part for what no link names, or SCHEMA_NO_PART
    double number;         // a bound
    pcre2_code *pattern;
};

struct schema_part {
    uint32_t node;
    uint32_t first, count; // rules
    bool never;            // the schema `false`
};

struct schema {
    const struct json_doc *doc;
    struct arena *arena;
    uint32_t root; // node
    struct schema_part *parts;
    struct schema_rule *rules;
    struct schema_link *links;
    uint32_t *part_of; // by node - root: number of the part + 1
    uint32_t part_count, rule_count, link_count, ignored;
    pcre2_code *patterns[SCHEMA_PATTERNS];
    uint32_t pattern_count;
    pcre2_match_context *limits;
    pcre2_match_data *match;
};

// The bytes of a string node, decoded where needed; memory from the arena. {NULL, SIZE_MAX} when that is full.
struct span schema_text(struct arena *arena, const struct json_doc *doc, uint32_t node);

// schema_format.c: true when the text is of the format, or nobody knows such a format.
bool schema_format(struct span format, struct span text);

#endif
