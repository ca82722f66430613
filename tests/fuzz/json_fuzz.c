// json_parse: whatever it accepts, every span lies inside the text, subtrees nest, and strings decode.
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_node(const struct json_doc *doc, uint32_t n) {
    const struct json_node *v = &doc->nodes[n];
    assert(v->start < v->end && v->end <= doc->len);
    assert(v->next > n && v->next <= doc->count);
    if (v->type == JSON_STRING) {
        assert(doc->text[v->start] == '"' && doc->text[v->end - 1] == '"' && v->end - v->start >= 2);
        struct span raw = span_make(doc->text + v->start + 1, v->end - v->start - 2);
        char *out = mem_new(raw.len);
        assert(json_unescape(raw, out) <= raw.len);
        free(out);
    }
    int64_t i;
    double d;
    json_int(doc, n, &i);
    json_real(doc, n, &d);
    (void)json_count(doc, n);
}

// What is written from decoded bytes parses again to the same bytes.
static void check_round_trip(struct span s) {
    static const struct json_limits LIMITS = {.max_depth = 4, .max_nodes = 4};
    struct json_doc doc = {0};
    struct buf b;
    size_t at;
    buf_init(&b, s.len * 6 + 16);
    json_put_string(&b, s);
    assert(!b.full && json_parse(&doc, buf_span(&b), &LIMITS, &at) == JSON_OK);
    json_free(&doc);
    buf_free(&b);
}

// A string alone is judged as it is in a document.
static void check_string(struct span text) {
    static const struct json_limits LIMITS = {.max_depth = 1, .max_nodes = 1};
    struct json_doc doc = {0};
    struct buf b;
    size_t at, n = json_string_length(text);
    assert(n == SIZE_MAX || (n < text.len && text.at[n] == '"'));
    buf_init(&b, text.len + 2);
    buf_add_char(&b, '"');
    buf_add_span(&b, span_sub(text, 0, n == SIZE_MAX ? text.len : n + 1));
    assert((json_parse(&doc, buf_span(&b), &LIMITS, &at) == JSON_OK) == (n != SIZE_MAX));
    json_free(&doc);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 4096};
    struct json_doc doc = {0};
    struct span text = {(const char *)data, size};
    size_t at;
    enum json_status status = json_parse(&doc, text, &LIMITS, &at);
    assert(at <= size);
    if (status == JSON_OK) {
        assert(doc.count > 0 && doc.nodes[0].next == doc.count);
        for (uint32_t n = 0; n < doc.count; n++) check_node(&doc, n);
        (void)json_path(&doc, 0, "a", "b", NULL);
    } else {
        assert(doc.count == 0);
    }
    json_free(&doc);
    check_round_trip(text);
    check_string(text);
    return 0;
}
