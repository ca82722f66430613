// The view of a request and both requests made of it: parts lie in the text, what is written is valid JSON, and
// no control token is left where a template would render it.
#include <assert.h>

#include "chat/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_limits LIMITS = {.max_depth = 64, .max_nodes = 4096};
static const char *const TOKENS[] = {"<|end|>", "[INST]", "ab", "<s>"};
enum { TOKEN_COUNT = 4 };

static void check_parts(const struct chat_view *view) {
    size_t at = 0;
    for (uint32_t i = 0; i < view->part_count; i++) {
        const struct chat_part *p = &view->parts[i];
        assert(p->start == at && p->start + p->len <= view->text.len);
        assert(p->message == UINT16_MAX || p->message < view->message_count);
        at = p->start + p->len;
        if (i + 1 < view->part_count) assert(view->text.at[at++] == '\n');
    }
    assert(at == view->text.len);
}

static void check_json(const struct buf *out) {
    struct json_doc doc = {0};
    size_t at;
    static const struct json_limits WIDER = {.max_depth = 80, .max_nodes = 100000};
    assert(json_parse(&doc, buf_span(out), &WIDER, &at) == JSON_OK);
    json_free(&doc);
}

// Nothing in the messages of what was written decodes to a token.
static void check_tokens(const struct buf *out) {
    struct json_doc doc = {0};
    size_t at;
    assert(json_parse(&doc, buf_span(out), &LIMITS, &at) == JSON_OK || doc.count == 0);
    uint32_t messages = doc.count ? json_get(&doc, 0, "messages") : 0;
    struct buf text;
    buf_init(&text, out->len);
    for (uint32_t n = messages; messages && n < doc.nodes[messages].next; n++) {
        if (doc.nodes[n].type != JSON_STRING) continue;
        buf_reset(&text);
        json_unescape_to(&text, &doc, n);
        for (int t = 0; t < TOKEN_COUNT; t++) assert(span_find(buf_span(&text), span_from(TOKENS[t])) == SIZE_MAX);
    }
    buf_free(&text);
    json_free(&doc);
}

static void write_requests(const struct chat_view *view, unsigned flags) {
    struct chat_shape shape = {
        .model = SPAN("n"), .stream = flags & 1, .ask_usage = flags & 2, .max_tokens_default = 9};
    struct chat_fault fault;
    struct buf out;
    buf_init(&out, 1 << 20);
    assert(chat_request_openai(view, &shape, &out) == 0);
    check_json(&out);
    buf_reset(&out);
    shape.control_tokens = TOKENS;
    shape.control_token_count = TOKEN_COUNT;
    assert(chat_request_openai(view, &shape, &out) == 0);
    check_tokens(&out);
    buf_reset(&out);
    if (chat_request_anthropic(view, &shape, &out, &fault) == 0) check_json(&out);
    else assert(fault.why.text[0]);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct json_doc doc = {0};
    struct arena arena;
    struct chat_view view;
    struct chat_fault fault;
    size_t at;
    if (size < 1) return 0;
    arena_init(&arena, 1 << 20);
    if (json_parse(&doc, span_make((const char *)data + 1, size - 1), &LIMITS, &at) == JSON_OK) {
        if (chat_view_openai(&view, &doc, 64, &arena, &fault) == 0) {
            check_parts(&view);
            (void)chat_last_user_text(&view, &arena);
            write_requests(&view, data[0]);
        } else {
            assert(fault.why.text[0]);
        }
    }
    arena_release(&arena);
    json_free(&doc);
    return 0;
}
