// A schema, a value and a text: any JSON as a schema, any as a value, any bytes as the text that values come from. Whatever
// they are, a check ends within its steps, says the same twice, and a value that is part of the text is grounded in it.
#include <assert.h>
#include <string.h>

#include "verify/fields.h"
#include "verify/schema.h"
#include "verify/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 4096};
enum { STEPS = 20000 };

// The text as the one element of an array, as verify.c reads it.
static bool read_value(struct json_doc *doc, struct span text, struct arena *arena) {
    size_t at;
    char *bytes = arena_alloc(arena, text.len + 2);
    if (!bytes) return false;
    bytes[0] = '[';
    memcpy(bytes + 1, text.len ? text.at : "", text.len);
    bytes[text.len + 1] = ']';
    return json_parse(doc, span_make(bytes, text.len + 2), &LIMITS, &at) == JSON_OK && json_count(doc, 0) == 1;
}

static void check_schema(const struct json_doc *schema, const struct json_doc *value, struct arena *arena) {
    uint8_t *labels = arena_alloc(arena, value->count);
    struct schema *s = schema_compile(schema, 1, arena);
    if (s && labels) {
        enum schema_result first = schema_check(s, value, 1, STEPS, labels);
        assert(schema_check(s, value, 1, STEPS, NULL) == first);
    }
    schema_release(s);
}

static void check_ground(struct span text, const struct json_doc *value, struct arena *arena) {
    const struct ground *g = ground_new(text, arena);
    if (!g) return;
    if (value) fields_are_grounded(value, NULL, NULL, 0, g, arena);
    assert(ground_has_text(g, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span all = span_make((const char *)data, size), part[3] = {{NULL, 0}};
    struct json_doc schema = {0}, value = {0};
    struct arena arena;
    for (int i = 0; i < 3; i++) { // parted by NUL, which JSON does not have
        const char *end = all.len ? memchr(all.at, 0, all.len) : NULL;
        part[i] = span_sub(all, 0, end ? (size_t)(end - all.at) : all.len);
        all = span_sub(all, part[i].len + 1, SIZE_MAX);
    }
    arena_init(&arena, 16 << 20);
    bool has_schema = read_value(&schema, part[0], &arena), has_value = read_value(&value, part[1], &arena);
    if (has_schema && has_value) check_schema(&schema, &value, &arena);
    check_ground(part[2], has_value ? &value : NULL, &arena);
    double r = text_repetition(part[2]);
    assert(r >= 0 && r <= 1);
    text_is_cut(part[2]);
    text_is_refusal(part[2], part[1]);
    json_free(&schema);
    json_free(&value);
    arena_release(&arena);
    return 0;
}
