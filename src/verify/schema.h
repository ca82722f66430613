// A JSON Schema, made ready once, and a value checked against it.
//
// What is understood is the table of keywords in schema_compile.c: all that structured outputs use, and most of the
// validation vocabulary of draft 2020-12 (tuples also in the form of draft 7). References lead into the same schema
// ("#", "#/$defs/x"). A keyword that is not known asks nothing and is counted.
//
// Neither compiling nor checking recurses. A check has a number of steps and a depth; past them, or where a pattern
// reaches its own limits, the result is SCHEMA_UNKNOWN, never a guess. So a reference to itself, alternatives that
// multiply and catastrophic patterns cost what the limits say.
#ifndef SLUICE_VERIFY_SCHEMA_H
#define SLUICE_VERIFY_SCHEMA_H

#include "base/arena.h"
#include "wire/json.h"

struct schema;

enum schema_result { SCHEMA_VALID, SCHEMA_INVALID, SCHEMA_UNKNOWN };

enum {
    SCHEMA_DEPTH = 512,          // of schemas within schemas, while a value is checked
    SCHEMA_PATTERN_BYTES = 1024, // a longer pattern counts as a keyword that is not known
    SCHEMA_PATTERNS = 64,        // likewise those beyond so many
    SCHEMA_MATCH_LIMIT = 20000,  // steps of PCRE2 for one match
};

// `node` is a schema in `doc`, which must outlive the result. Memory from the arena, but for compiled patterns: see
// schema_release. NULL when the arena is full, or when it is no schema (neither an object nor a boolean).
struct schema *schema_compile(const struct json_doc *doc, uint32_t node, struct arena *arena)
    __attribute__((warn_unused_result));
void schema_release(struct schema *s); // NULL is allowed
// Keywords that were not understood, with references that lead nowhere.
uint32_t schema_ignored(const struct schema *s);

// Checks `value`, which is not the root of its document. `labels` is NULL, or a byte per node of `doc` that is set
// where an enum or a const spoke about the value. Takes memory from the arena that it was compiled with.
enum schema_result schema_check(const struct schema *s, const struct json_doc *doc, uint32_t value, uint32_t max_steps,
                                uint8_t *labels);

#endif
