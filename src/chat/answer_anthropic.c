// An upstream's answer in Anthropic's protocol, told in OpenAI's.
#include "chat/answer_internal.h"

static const struct {
    const char *theirs, *ours;
} STOP_REASONS[] = {
    {"end_turn", "stop"},
    {"stop_sequence", "stop"},
    {"max_tokens", "length"},
    {"tool_use", "tool_calls"},
    {"refusal", "content_filter"},
    {"pause_turn", "stop"},
    {"model_context_window_exceeded", "length"},
};

static const char *stop_reason(const struct json_doc *doc, uint32_t node) {
    if (!json_is(doc, node, JSON_STRING)) return NULL;
    for (size_t i = 0; i < sizeof STOP_REASONS / sizeof *STOP_REASONS; i++)
        if (json_text_is(doc, node, STOP_REASONS[i].theirs)) return STOP_REASONS[i].ours;
    return "stop"; // a reason that is newer than this table
}

// Their input excludes the cache, OpenAI's includes it. Later events repeat the counts, cumulated.
static void read_usage(struct answer *a, const struct json_doc *doc, uint32_t node) {
    struct usage *u = &a->meter.usage;
    if (!json_is(doc, node, JSON_OBJECT)) return;
    answer_count(doc, json_get(doc, node, "input_tokens"), &a->plain_input);
    answer_count(doc, json_get(doc, node, "cache_read_input_tokens"), &u->cached);
    answer_count(doc, json_get(doc, node, "cache_creation_input_tokens"), &u->cache_write);
    answer_count(doc, json_get(doc, node, "output_tokens"), &u->output);
    uint32_t details = json_get(doc, node, "cache_creation");
    if (json_is(doc, details, JSON_OBJECT))
        answer_count(doc, json_get(doc, details, "ephemeral_1h_input_tokens"), &u->cache_write_1h);
    details = json_get(doc, node, "output_tokens_details");
    if (json_is(doc, details, JSON_OBJECT)) answer_count(doc, json_get(doc, details, "thinking_tokens"), &u->reasoning);
    answer_service(doc, json_get(doc, node, "service_tier"), u);
    if (a->plain_input >= 0) u->input = a->plain_input + u->cached + u->cache_write;
}

// ---------------------------------------------------------------- blocks

// A whole object as arguments: its bytes as a JSON string. {} is left to the block's end.
static void emit_input(struct answer *a, const struct json_doc *doc, uint32_t input, struct buf *out) {
    if (!json_is(doc, input, JSON_OBJECT) || json_count(doc, input) == 0) return;
    struct buf text;
    struct span raw = json_raw(doc, input);
    buf_init(&text, raw.len * 6 + 2);
    json_put_string(&text, raw);
    emit_arguments(a, span_make(text.at + 1, text.len - 2), out);
    buf_free(&text);
    a->block_has_input = true;
}

static void begin_block(struct answer *a, const struct json_doc *doc, uint32_t block, struct buf *out) {
    a->block = BLOCK_OTHER;
    a->block_has_input = false;
    if (!json_is(doc, block, JSON_OBJECT)) return;
    uint32_t type = json_get(doc, block, "type");
    if (json_text_is(doc, type, "text")) {
        a->block = BLOCK_TEXT;
        emit_text(a, TEXT_CONTENT, json_text(doc, json_get(doc, block, "text")), out);
    } else if (json_text_is(doc, type, "thinking")) {
        emit_text(a, TEXT_REASONING, json_text(doc, json_get(doc, block, "thinking")), out);
    } else if (json_text_is(doc, type, "tool_use")) {
        a->block = BLOCK_TOOL;
        emit_tool(a, json_text(doc, json_get(doc, block, "id")), json_text(doc, json_get(doc, block, "name")), out);
        emit_input(a, doc, json_get(doc, block, "input"), out);
    }
}

static void add_delta(struct answer *a, const struct json_doc *doc, uint32_t delta, struct buf *out) {
    if (!json_is(doc, delta, JSON_OBJECT)) return;
    uint32_t type = json_get(doc, delta, "type");
    if (json_text_is(doc, type, "text_delta")) {
        emit_text(a, TEXT_CONTENT, json_text(doc, json_get(doc, delta, "text")), out);
    } else if (json_text_is(doc, type, "thinking_delta")) {
        emit_text(a, TEXT_REASONING, json_text(doc, json_get(doc, delta, "thinking")), out);
    } else if (json_text_is(doc, type, "input_json_delta") && a->block == BLOCK_TOOL) {
        struct span raw = json_text(doc, json_get(doc, delta, "partial_json"));
        if (!raw.len) return;
        emit_arguments(a, raw, out);
        a->block_has_input = true;
    }
}

// A call without arguments has none in the stream, and clients parse what they get as JSON.
static void end_block(struct answer *a, struct buf *out) {
    if (a->block == BLOCK_TOOL && !a->block_has_input) emit_arguments(a, SPAN("{}"), out);
    a->block = BLOCK_OTHER;
}

// ---------------------------------------------------------------- events

int anthropic_event(struct answer *a, const struct sse_event *event, struct buf *out) {
    const struct json_doc *doc = answer_parse(a, span_trim(event->data));
    if (!doc || doc->nodes[0].type != JSON_OBJECT)
        return answer_fail(a, 502, "the upstream sent an event that is not a JSON object");
    uint32_t type = json_get(doc, 0, "type");
    if (json_text_is(doc, type, "content_block_delta")) {
        add_delta(a, doc, json_get(doc, 0, "delta"), out);
    } else if (json_text_is(doc, type, "content_block_start")) {
        begin_block(a, doc, json_get(doc, 0, "content_block"), out);
    } else if (json_text_is(doc, type, "content_block_stop")) {
        end_block(a, out);
    } else if (json_text_is(doc, type, "message_start")) {
        read_usage(a, doc, json_path(doc, 0, "message", "usage", NULL));
    } else if (json_text_is(doc, type, "message_delta")) {
        const char *reason = stop_reason(doc, json_path(doc, 0, "delta", "stop_reason", NULL));
        read_usage(a, doc, json_get(doc, 0, "usage"));
        if (reason) emit_finish(a, reason, out);
    } else if (json_text_is(doc, type, "message_stop")) {
        a->meter.state = ANSWER_DONE;
    } else if (json_text_is(doc, type, "error")) {
        return answer_fail_upstream(a, doc, json_get(doc, 0, "error"));
    } else if (json_text_is(doc, type, "ping")) {
        if (a->meter.state == ANSWER_FLOWING && a->spec.caller_streams) buf_add_z(out, ": ping\n\n");
    } // the documentation says that there will be more types, which are to be ignored
    return 0;
}

int anthropic_body_end(struct answer *a, struct buf *out) {
    const struct json_doc *doc = answer_parse(a, buf_span(&a->partial));
    if (!doc || doc->nodes[0].type != JSON_OBJECT)
        return answer_fail(a, 502, "the upstream's answer is not a whole JSON object");
    if (json_text_is(doc, json_get(doc, 0, "type"), "error"))
        return answer_fail_upstream(a, doc, json_get(doc, 0, "error"));
    const char *reason = stop_reason(doc, json_get(doc, 0, "stop_reason"));
    if (!reason) return answer_fail(a, 502, "the upstream's answer has no stop reason");
    read_usage(a, doc, json_get(doc, 0, "usage"));
    uint32_t content = json_get(doc, 0, "content");
    if (json_is(doc, content, JSON_ARRAY))
        for (uint32_t b = content + 1; b < doc->nodes[content].next; b = doc->nodes[b].next) {
            begin_block(a, doc, b, out);
            end_block(a, out);
        }
    emit_finish(a, reason, out);
    return 0;
}
