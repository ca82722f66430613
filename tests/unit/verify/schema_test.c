#include "verify/schema.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

static const struct json_limits LIMITS = {.max_depth = 500, .max_nodes = 1000000};

struct bench {
    struct arena arena;
    struct json_doc schema, value;
    struct schema *compiled;
    struct buf texts[2];
};

// Both stand in an array, so that neither is a root.
static void read_json(struct bench *b, int which, struct json_doc *doc, struct span text) {
    size_t at;
    buf_init(&b->texts[which], 64 << 20);
    buf_add_char(&b->texts[which], '[');
    buf_add_span(&b->texts[which], text);
    buf_add_char(&b->texts[which], ']');
    assert_int_equal(json_parse(doc, buf_span(&b->texts[which]), &LIMITS, &at), JSON_OK);
}

static void begin(struct bench *b, struct span schema) {
    *b = (struct bench){.compiled = NULL};
    arena_init(&b->arena, 64 << 20);
    read_json(b, 0, &b->schema, schema);
    b->compiled = schema_compile(&b->schema, 1, &b->arena);
}

static enum schema_result check(struct bench *b, struct span value, uint32_t steps) {
    json_free(&b->value);
    buf_free(&b->texts[1]);
    read_json(b, 1, &b->value, value);
    return schema_check(b->compiled, &b->value, 1, steps, NULL);
}

static void end(struct bench *b) {
    schema_release(b->compiled);
    json_free(&b->schema);
    json_free(&b->value);
    buf_free(&b->texts[0]);
    buf_free(&b->texts[1]);
    arena_release(&b->arena);
}

static enum schema_result once(const char *schema, const char *value) {
    struct bench b;
    begin(&b, span_from(schema));
    assert_non_null(b.compiled);
    enum schema_result result = check(&b, span_from(value), 200000);
    end(&b);
    return result;
}

// Values with '|' between: those of `good` hold, those of `bad` do not.
struct example {
    const char *schema, *good, *bad;
};

static void assert_each(const struct example *e, const char *list, enum schema_result want) {
    struct bench b;
    begin(&b, span_from(e->schema));
    assert_non_null(b.compiled);
    for (const char *p = list; *p;) {
        size_t n = strcspn(p, "|");
        enum schema_result got = check(&b, span_make(p, n), 200000);
        if (got != want) print_error("%s: %.*s gives %d\n", e->schema, (int)n, p, got);
        assert_int_equal(got, want);
        p += n + (p[n] == '|');
    }
    end(&b);
}

static const struct example EXAMPLES[] = {
    {"true", "1|{}|null", ""},
    {"false", "", "1|{}|null"},
    {"{}", "1|\"a\"", ""},
    {"{\"type\":\"object\"}", "{}", "[]|1|\"a\"|null"},
    {"{\"type\":[\"string\",\"null\"]}", "\"a\"|null", "1|{}"},
    {"{\"type\":\"integer\"}", "1|-3|1.0|1e3", "1.5|\"1\""},
    {"{\"type\":\"boolean\"}", "true|false", "0|\"true\""},
    {"{\"enum\":[1,\"a\",null,{\"x\":[1,2]}]}", "1|1.0|\"\\u0061\"|null|{\"x\":[1.0,2]}", "2|\"b\"|{\"x\":[2,1]}|{}"},
    {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1}", "{\"a\":1}|{\"a\":1,\"b\":2,\"c\":3}"},
    {"{\"minimum\":1,\"maximum\":3}", "1|3|\"x\"", "0.9|4"},
    {"{\"exclusiveMinimum\":1,\"exclusiveMaximum\":3}", "2", "1|3"},
    {"{\"multipleOf\":0.1}", "0.3|1|0", "0.35"},
    {"{\"minLength\":2,\"maxLength\":3}", "\"\xc3\xa4\xc3\xb6\"|\"abc\"|1", "\"a\"|\"abcd\""},
    {"{\"pattern\":\"^[A-Z]{2}-\\\\d+$\"}", "\"AB-12\"|5", "\"ab-1\"|\"AB-12\\n\""},
    {"{\"format\":\"date\"}", "\"2024-02-29\"|\"2023-12-31\"", "\"2023-02-29\"|\"2024-13-01\"|\"12.1.2024\"|\"\""},
    {"{\"format\":\"date-time\"}", "\"2024-03-05T10:00:00Z\"|\"2024-03-05T10:00:00.5+02:00\"",
     "\"2024-03-05\"|\"2024-03-05T25:00:00Z\""},
    {"{\"format\":\"time\"}", "\"10:00:00Z\"", "\"10:00\"|\"10:61:00Z\""},
    {"{\"format\":\"email\"}", "\"a@b.de\"", "\"a.b\"|\"@b.de\"|\"a b@c.de\"|\"a@b\""},
    {"{\"format\":\"uuid\"}", "\"123e4567-e89b-12d3-a456-426614174000\"",
     "\"123\"|\"123e4567xe89b-12d3-a456-426614174000\""},
    {"{\"format\":\"ipv4\"}", "\"10.0.0.255\"", "\"10.0.0\"|\"256.1.1.1\"|\"\"|\"1.2.3.4.\""},
    {"{\"format\":\"nobody-knows\"}", "\"x\"", ""},
    {"{\"required\":[\"a\",\"b\"]}", "{\"a\":1,\"b\":null}|[]", "{\"a\":1}|{}"},
    {"{\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":false}", "{}|{\"a\":\"x\"}",
     "{\"a\":1}|{\"b\":1}|{\"a\":\"x\",\"b\":1}"},
    {"{\"properties\":{\"\\u0061\":{\"type\":\"string\"}}}", "{\"a\":\"x\"}|{\"\\u0061\":\"x\"}",
     "{\"a\":1}|{\"\\u0061\":1}"},
    {"{\"patternProperties\":{\"^n_\":{\"type\":\"number\"}},\"additionalProperties\":{\"type\":\"string\"}}",
     "{\"n_a\":1,\"b\":\"x\"}", "{\"n_a\":\"1\"}|{\"b\":1}"},
    {"{\"propertyNames\":{\"maxLength\":2}}", "{\"ab\":1}", "{\"abc\":1}"},
    {"{\"minProperties\":1,\"maxProperties\":2}", "{\"a\":1}", "{}|{\"a\":1,\"b\":1,\"c\":1}"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{}|{\"b\":1}|{\"a\":1,\"b\":1}", "{\"a\":1}"},
    {"{\"items\":{\"type\":\"number\"},\"minItems\":1,\"maxItems\":2}", "[1]|[1,2]", "[]|[1,2,3]|[\"a\"]|[1,\"a\"]"},
    {"{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"number\"}],\"items\":false}", "[]|[\"a\"]|[\"a\",1]",
     "[1]|[\"a\",\"b\"]|[\"a\",1,2]"},
    {"{\"items\":[{\"type\":\"string\"}],\"additionalItems\":{\"type\":\"number\"}}", "[\"a\",1,2]",
     "[1]|[\"a\",\"b\"]"},
    {"{\"uniqueItems\":true}", "[1,2,\"1\"]|[{\"a\":1},{\"a\":2}]", "[1,1.0]|[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]"},
    {"{\"contains\":{\"type\":\"number\"},\"minContains\":2,\"maxContains\":3}", "[1,\"a\",2]|[1,2,3]",
     "[1]|[]|[1,2,3,4]"},
    {"{\"contains\":{\"const\":5}}", "[1,5]", "[]|[1]"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"minimum\":5}]}", "\"a\"|5|null", "4"},
    {"{\"oneOf\":[{\"minimum\":2},{\"maximum\":4}]}", "1|5", "3"},
    {"{\"allOf\":[{\"minimum\":2},{\"maximum\":4}]}", "3", "1|5"},
    {"{\"not\":{\"type\":\"string\"}}", "1", "\"a\""},
    {"{\"if\":{\"properties\":{\"k\":{\"const\":1}},\"required\":[\"k\"]},\"then\":{\"required\":[\"a\"]},\"else\":"
     "{\"required\":[\"b\"]}}",
     "{\"k\":1,\"a\":0}|{\"k\":2,\"b\":0}", "{\"k\":1,\"b\":0}|{\"k\":2,\"a\":0}|{}"},
    {"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"number\"}}}", "1", "\"a\""},
    {"{\"type\":\"object\",\"properties\":{\"next\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]}},"
     "\"required\":[\"next\"],\"additionalProperties\":false}",
     "{\"next\":null}|{\"next\":{\"next\":{\"next\":null}}}", "{\"next\":{\"next\":{}}}|{}"},
    {"{\"definitions\":{\"a/b~c\":{\"type\":\"null\"}},\"$ref\":\"#/definitions/a~1b~0c\"}", "null", "1"},
    {"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}],\"allOf\":[{\"$ref\":\"#/anyOf/1\"}]}", "\"a\"", "null"},
};

static void schema_keywords_say_what_the_specification_says(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++) {
        assert_each(&EXAMPLES[i], EXAMPLES[i].good, SCHEMA_VALID);
        assert_each(&EXAMPLES[i], EXAMPLES[i].bad, SCHEMA_INVALID);
    }
}

static void schema_unknown_keyword_asks_nothing_and_is_counted(void **state) {
    (void)state;
    struct bench b;
    begin(&b, SPAN("{\"type\":\"string\",\"frobnicate\":1,\"unevaluatedProperties\":false,\"title\":\"t\",\"$ref\":"
                   "\"http://x/y\","
                   "\"pattern\":\"(\",\"minLength\":\"no\",\"properties\":{\"a\":5}}"));
    assert_int_equal(check(&b, SPAN("\"x\""), 1000), SCHEMA_VALID);
    assert_int_equal(schema_ignored(b.compiled), 6);
    end(&b);
}

static void schema_only_objects_and_booleans_are_schemas(void **state) {
    static const char *const NONE[] = {"1", "\"a\"", "null", "[]"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct bench b;
        begin(&b, span_from(NONE[i]));
        assert_null(b.compiled);
        end(&b);
    }
}

static void schema_reference_to_itself_ends_unknown(void **state) {
    (void)state;
    assert_int_equal(once("{\"$ref\":\"#\"}", "1"), SCHEMA_UNKNOWN);
    assert_int_equal(
        once("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}}}", "1"),
        SCHEMA_UNKNOWN);
    assert_int_equal(once("{\"not\":{\"$ref\":\"#\"}}", "1"), SCHEMA_UNKNOWN);
}

static void schema_alternatives_that_multiply_end_within_the_steps(void **state) {
    (void)state;
    struct buf s;
    buf_init(&s, 1 << 20);
    buf_add_z(&s, "{\"$defs\":{\"d0\":{\"type\":\"null\"}");
    for (int i = 1; i < 40; i++)
        buf_printf(&s, ",\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]}", i, i - 1, i - 1);
    buf_add_z(&s, "},\"$ref\":\"#/$defs/d39\"}");
    struct bench b;
    begin(&b, buf_span(&s));
    assert_int_equal(check(&b, SPAN("1"), 200000), SCHEMA_UNKNOWN); // 2 to the 39 ways to fail
    assert_int_equal(check(&b, SPAN("null"), 200000), SCHEMA_VALID);
    end(&b);
    buf_free(&s);
}

static void schema_catastrophic_pattern_ends_unknown(void **state) {
    (void)state;
    char value[128];
    snprintf(value, sizeof value, "\"%s!\"", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_int_equal(once("{\"pattern\":\"^(a+)+$\"}", value), SCHEMA_UNKNOWN);
}

static void schema_patterns_beyond_the_limits_are_not_compiled(void **state) {
    (void)state;
    struct buf s;
    buf_init(&s, 1 << 20);
    buf_add_z(&s, "{\"patternProperties\":{");
    for (int i = 0; i < SCHEMA_PATTERNS + 3; i++) buf_printf(&s, "%s\"^p%d$\":false", i ? "," : "", i);
    buf_add_z(&s, "},\"pattern\":\"");
    for (int i = 0; i <= SCHEMA_PATTERN_BYTES; i++) buf_add_char(&s, 'a');
    buf_add_z(&s, "\"}");
    struct bench b;
    begin(&b, buf_span(&s));
    assert_int_equal(schema_ignored(b.compiled), 4);
    assert_int_equal(check(&b, SPAN("{\"p0\":1}"), 10000), SCHEMA_INVALID);
    assert_int_equal(check(&b, SPAN("{\"p66\":1}"), 10000), SCHEMA_VALID);
    end(&b);
    buf_free(&s);
}

static void schema_deep_values_and_schemas_end(void **state) {
    (void)state;
    struct buf s, v;
    buf_init(&s, 1 << 20);
    buf_init(&v, 1 << 20);
    for (int i = 0; i < 240; i++) buf_add_z(&s, "{\"items\":"), buf_add_char(&v, '[');
    buf_add_z(&s, "{\"type\":\"null\"}");
    buf_add_z(&v, "1");
    for (int i = 0; i < 240; i++) buf_add_char(&s, '}'), buf_add_char(&v, ']');
    struct bench b;
    begin(&b, buf_span(&s));
    assert_int_equal(check(&b, buf_span(&v), 200000), SCHEMA_INVALID);
    end(&b);
    begin(&b, SPAN("{\"anyOf\":[{\"items\":{\"allOf\":[{\"$ref\":\"#\"}]}},{\"type\":\"null\"}]}"));
    assert_int_equal(check(&b, buf_span(&v), 200000), SCHEMA_UNKNOWN); // four frames a level
    end(&b);
    buf_free(&s);
    buf_free(&v);
}

static void schema_many_values_end_within_the_steps(void **state) {
    (void)state;
    struct buf v;
    buf_init(&v, 8 << 20);
    buf_add_char(&v, '[');
    for (int i = 0; i < 100000; i++) buf_printf(&v, "%s%d", i ? "," : "", i);
    buf_add_char(&v, ']');
    struct bench b;
    begin(&b, SPAN("{\"uniqueItems\":true}")); // 5 billion comparisons
    assert_int_equal(check(&b, buf_span(&v), 200000), SCHEMA_UNKNOWN);
    end(&b);
    buf_free(&v);
}

static void schema_labels_are_values_that_an_enum_spoke_about(void **state) {
    (void)state;
    struct bench b;
    begin(&b, SPAN("{\"properties\":{\"k\":{\"anyOf\":[{\"enum\":[\"x\",\"y\"]},{\"type\":\"null\"}]},\"n\":{\"type\":"
                   "\"string\"}}}"));
    read_json(&b, 1, &b.value, SPAN("{\"k\":\"x\",\"n\":\"x\"}"));
    uint8_t labels[8] = {0};
    assert_int_equal(schema_check(b.compiled, &b.value, 1, 1000, labels), SCHEMA_VALID);
    assert_int_equal(labels[3], 1); // [ { k x n x
    assert_int_equal(labels[5], 0);
    end(&b);
}

static void schema_full_arena_gives_none(void **state) {
    (void)state;
    struct bench b = {.compiled = NULL};
    arena_init(&b.arena, 64);
    read_json(&b, 0, &b.schema, SPAN("{\"type\":\"string\"}"));
    assert_null(schema_compile(&b.schema, 1, &b.arena));
    end(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_keywords_say_what_the_specification_says),
        cmocka_unit_test(schema_unknown_keyword_asks_nothing_and_is_counted),
        cmocka_unit_test(schema_only_objects_and_booleans_are_schemas),
        cmocka_unit_test(schema_reference_to_itself_ends_unknown),
        cmocka_unit_test(schema_alternatives_that_multiply_end_within_the_steps),
        cmocka_unit_test(schema_catastrophic_pattern_ends_unknown),
        cmocka_unit_test(schema_patterns_beyond_the_limits_are_not_compiled),
        cmocka_unit_test(schema_deep_values_and_schemas_end),
        cmocka_unit_test(schema_many_values_end_within_the_steps),
        cmocka_unit_test(schema_labels_are_values_that_an_enum_spoke_about),
        cmocka_unit_test(schema_full_arena_gives_none),
    };
    return RUN(tests);
}
