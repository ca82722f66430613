// Translated answers: chunks of a stream, or pieces of a body.
#include "chat/answer_internal.h"

static void begin_chunk(const struct answer *a, struct buf *out) {
    buf_add_z(out, "data: {\"id\":");
    json_put_z(out, a->spec.id);
    buf_add_z(out, ",\"object\":\"chat.completion.chunk\",\"created\":");
    buf_add_i64(out, a->spec.created);
    buf_add_z(out, ",\"model\":");
    json_put_string(out, a->spec.model);
}

static void end_chunk(const struct answer *a, const char *finish, struct buf *out) {
    buf_add_z(out, "},\"logprobs\":null,\"finish_reason\":");
    if (finish) json_put_z(out, finish);
    else buf_add_z(out, "null");
    buf_add_z(out, a->spec.caller_wants_usage ? "}],\"usage\":null}\n\n" : "}]}\n\n");
}

// Opens a chunk up to its delta's brace; the first one is preceded by the chunk with the role.
static void begin_delta(struct answer *a, struct buf *out) {
    bool first = !a->begun;
    a->begun = true;
    begin_chunk(a, out);
    buf_add_z(out, ",\"choices\":[{\"index\":0,\"delta\":{");
    if (!first) return;
    buf_add_z(out, "\"role\":\"assistant\",\"content\":\"\"");
    end_chunk(a, NULL, out);
    begin_delta(a, out); // once: `begun` is set
}

static void put_raw(struct buf *out, const char *key, struct span raw) {
    json_put_key(out, key);
    buf_add_char(out, '"');
    buf_add_span(out, raw);
    buf_add_char(out, '"');
}

void emit_text(struct answer *a, enum assembly_text kind, struct span raw, struct buf *out) {
    if (!raw.len) return;
    answer_content(a);
    if (a->body) {
        assembly_add_text(a->body, 0, kind, raw);
        return;
    }
    begin_delta(a, out);
    put_raw(out, ASSEMBLY_TEXT_KEYS[kind], raw);
    end_chunk(a, NULL, out);
}

void emit_tool(struct answer *a, struct span id, struct span name, struct buf *out) {
    uint32_t index = a->tools++;
    answer_content(a);
    if (a->body) {
        assembly_add_tool(a->body, 0, index, id, SPAN("function"), name);
        return;
    }
    begin_delta(a, out);
    buf_add_z(out, "\"tool_calls\":[{\"index\":");
    buf_add_u64(out, index);
    put_raw(out, "id", id);
    buf_add_z(out, ",\"type\":\"function\",\"function\":{");
    put_raw(out, "name", name);
    buf_add_z(out, ",\"arguments\":\"\"}}]");
    end_chunk(a, NULL, out);
}

void emit_arguments(struct answer *a, struct span raw, struct buf *out) {
    answer_content(a);
    if (a->body) {
        assembly_add_arguments(a->body, 0, a->tools - 1, raw);
        return;
    }
    begin_delta(a, out);
    buf_add_z(out, "\"tool_calls\":[{\"index\":");
    buf_add_u64(out, a->tools - 1);
    buf_add_z(out, ",\"function\":{");
    put_raw(out, "arguments", raw);
    buf_add_z(out, "}}]");
    end_chunk(a, NULL, out);
}

void emit_finish(struct answer *a, const char *reason, struct buf *out) {
    answer_content(a);
    answer_set_finish(a, span_from(reason));
    if (a->body) {
        assembly_set_finish(a->body, 0, span_from(reason));
        return;
    }
    begin_delta(a, out);
    end_chunk(a, reason, out);
}

void emit_usage_object(const struct usage *usage, struct buf *out) {
    buf_printf(out, "{\"prompt_tokens\":%lld,\"completion_tokens\":%lld,\"total_tokens\":%lld", (long long)usage->input,
               (long long)usage->output, (long long)(usage->input + usage->output));
    buf_printf(out, ",\"prompt_tokens_details\":{\"cached_tokens\":%lld", (long long)usage->cached);
    if (usage->cache_write) buf_printf(out, ",\"cache_write_tokens\":%lld", (long long)usage->cache_write);
    buf_printf(out, "},\"completion_tokens_details\":{\"reasoning_tokens\":%lld}}", (long long)usage->reasoning);
}

void emit_usage(struct answer *a, struct buf *out) {
    if (a->meter.usage.input < 0 || a->meter.usage.output < 0) return; // not told is not zero
    begin_chunk(a, out);
    buf_add_z(out, ",\"choices\":[],\"usage\":");
    emit_usage_object(&a->meter.usage, out);
    buf_add_z(out, "}\n\n");
}
