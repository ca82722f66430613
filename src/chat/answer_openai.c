// An upstream's answer in OpenAI's protocol.
#include "chat/answer_internal.h"

// Chunks without content that are held back; past this they go out, and the answer counts as begun.
enum { HELD_BYTES = 16384 };

// ---------------------------------------------------------------- usage

// A count is taken from the latest usage object that has it. Returns whether the node is one.
static bool read_usage(struct usage *u, const struct json_doc *doc, uint32_t node) {
    uint32_t input = 0, output = 0, hits = 0, inputs = 0, outputs = 0;
    char room[JSON_WORD_ROOM];
    if (!json_is(doc, node, JSON_OBJECT)) return false;
    for (uint32_t k = node + 1; k < doc->nodes[node].next; k = doc->nodes[k + 1].next) {
        struct span key = json_word(doc, k, room);
        if (span_is(key, SPAN("prompt_tokens"))) input = k + 1;
        else if (span_is(key, SPAN("completion_tokens"))) output = k + 1;
        else if (span_is(key, SPAN("prompt_cache_hit_tokens"))) hits = k + 1;
        else if (span_is(key, SPAN("prompt_tokens_details"))) inputs = k + 1;
        else if (span_is(key, SPAN("completion_tokens_details"))) outputs = k + 1;
    }
    answer_count(doc, input, &u->input);
    answer_count(doc, output, &u->output);
    answer_count(doc, hits, &u->cached);
    if (json_is(doc, inputs, JSON_OBJECT)) {
        answer_count(doc, json_get(doc, inputs, "cached_tokens"), &u->cached);
        answer_count(doc, json_get(doc, inputs, "cache_write_tokens"), &u->cache_write);
    }
    if (json_is(doc, outputs, JSON_OBJECT))
        answer_count(doc, json_get(doc, outputs, "reasoning_tokens"), &u->reasoning);
    return true;
}

static uint32_t find_error(const struct json_doc *doc) {
    uint32_t error = json_get(doc, 0, "error");
    return error && doc->nodes[error].type != JSON_NULL ? error : 0;
}

// ---------------------------------------------------------------- chunks

struct chunk {
    bool content, finish, choices, usage;
    bool metered;  // has a usage object in any place
    uint32_t text; // a string in a delta, or the text of a choice, that says something; 0 when there is none
    uint32_t last; // the last member of the root
};

// Arguments of the first of several tool calls, or 0.
static uint32_t find_arguments(const struct json_doc *doc, uint32_t calls) {
    if (!json_is(doc, calls, JSON_ARRAY) || doc->nodes[calls].next == calls + 1) return 0;
    uint32_t arguments = json_path(doc, calls + 1, "function", "arguments", NULL);
    return json_text(doc, arguments).len ? arguments : 0;
}

// Any member of a delta but the role that says something: content, tool calls, reasoning of any name.
static __attribute__((noinline)) void read_delta(const struct json_doc *doc, uint32_t delta, struct chunk *chunk) {
    if (!json_is(doc, delta, JSON_OBJECT)) return;
    char room[JSON_WORD_ROOM];
    for (uint32_t k = delta + 1; k < doc->nodes[delta].next; k = doc->nodes[k + 1].next) {
        const struct json_node *v = &doc->nodes[k + 1];
        bool empty = v->type < JSON_STRING || (v->type == JSON_STRING ? v->end - v->start == 2 : v->next == k + 2);
        if (empty || span_is(json_word(doc, k, room), SPAN("role"))) continue;
        chunk->content = true;
        if (v->type == JSON_STRING) chunk->text = k + 1;
        else if (!chunk->text) chunk->text = find_arguments(doc, k + 1);
    }
}

static int read_choice(struct answer *a, const struct json_doc *doc, uint32_t choice, struct chunk *chunk) {
    int64_t index = 0;
    struct span finish = SPAN_NONE;
    char room[JSON_WORD_ROOM];
    if (doc->nodes[choice].type != JSON_OBJECT)
        return answer_fail(a, 502, "a choice of the upstream's answer is not an object");
    for (uint32_t k = choice + 1; k < doc->nodes[choice].next; k = doc->nodes[k + 1].next) {
        struct span key = json_word(doc, k, room);
        if (span_is(key, SPAN("delta"))) read_delta(doc, k + 1, chunk);
        else if (span_is(key, SPAN("text")) && json_text(doc, k + 1).len) chunk->content = true, chunk->text = k + 1;
        else if (span_is(key, SPAN("index"))) json_int(doc, k + 1, &index);
        else if (span_is(key, SPAN("finish_reason"))) finish = json_text(doc, k + 1);
        else if (span_is(key, SPAN("usage")) && read_usage(&a->meter.usage, doc, k + 1))
            chunk->metered = true; // some do
    }
    if (index < 0 || index >= MAX_CHOICES)
        return answer_fail(a, 502, "a choice of the upstream's answer has a bad index");
    a->seen[index / 64] |= UINT64_C(1) << (index % 64);
    if (!finish.len) return 0;
    a->finished[index / 64] |= UINT64_C(1) << (index % 64);
    answer_set_finish(a, finish);
    chunk->finish = true;
    return 0;
}

static int read_chunk(struct answer *a, const struct json_doc *doc, struct chunk *chunk) {
    uint32_t choices = 0;
    char room[JSON_WORD_ROOM];
    for (uint32_t k = 1; k < doc->nodes[0].next; k = doc->nodes[k + 1].next) {
        chunk->last = k + 1;
        struct span key = json_word(doc, k, room);
        if (span_is(key, SPAN("choices"))) {
            choices = k + 1;
        } else if (span_is(key, SPAN("usage"))) {
            chunk->usage = read_usage(&a->meter.usage, doc, k + 1);
            chunk->metered |= chunk->usage;
        } else if (span_is(key, SPAN("service_tier"))) {
            answer_service(doc, k + 1, &a->meter.usage);
        } else if (span_is(key, SPAN("error"))) {
            if (doc->nodes[k + 1].type != JSON_NULL) return answer_fail_upstream(a, doc, k + 1);
        } else if (span_is(key, SPAN("x_groq"))) {
            chunk->metered |= json_is(doc, k + 1, JSON_OBJECT);
            if (json_is(doc, k + 1, JSON_OBJECT)) read_usage(&a->meter.usage, doc, json_get(doc, k + 1, "usage"));
        }
    }
    if (!json_is(doc, choices, JSON_ARRAY)) {
        if (choices == 0 && json_text_is(doc, json_get(doc, 0, "object"), "error"))
            return answer_fail(a, 502, "the upstream reported an error");
        return 0;
    }
    chunk->choices = json_count(doc, choices) > 0;
    for (uint32_t c = choices + 1; c < doc->nodes[choices].next; c = doc->nodes[c].next)
        if (read_choice(a, doc, c, chunk)) return -1;
    return 0;
}

static void pass(struct answer *a, struct span raw, struct buf *out) {
    if (a->meter.state == ANSWER_WAITING) {
        if (a->held.len + raw.len <= HELD_BYTES) {
            buf_add_span(&a->held, raw);
            if (!a->held.full) return;
        }
        a->meter.state = ANSWER_FLOWING;
    }
    if (a->held.len) {
        buf_add_span(out, buf_span(&a->held));
        buf_free(&a->held);
    }
    buf_add_span(out, raw);
}

int openai_event(struct answer *a, const struct sse_event *event, struct span raw, struct buf *out) {
    struct span data = span_trim(event->data);
    struct chunk chunk = {0};
    if (span_is_z(data, "[DONE]")) {
        a->meter.state = ANSWER_DONE;
        return 0;
    }
    if (data.len == 0) return 0;
    const struct json_doc *doc = answer_parse(a, data);
    if (!doc || doc->nodes[0].type != JSON_OBJECT)
        return answer_fail(a, 502, "the upstream sent an event that is not a JSON object");
    if (read_chunk(a, doc, &chunk)) return -1;
    if (span_is_z(event->name, "error")) return answer_fail_upstream(a, doc, find_error(doc));
    // a client that ends lines at CR could read another event, even an end, in bytes that we pass
    if (sse_has_lone_cr(raw)) return answer_fail(a, 502, "the upstream's stream has lines that end in CR alone");
    if (a->body) assembly_add_chunk(a->body, doc);
    if (chunk.content || chunk.finish) answer_content(a);
    bool usage_only = chunk.usage && !chunk.choices;
    if (!a->spec.caller_streams || (usage_only && !a->spec.caller_wants_usage)) return 0;
    pass(a, raw, out);
    if (chunk.text && !chunk.finish && !chunk.metered) answer_learn(a, raw, doc, chunk.text, chunk.last);
    return 0;
}

bool openai_all_finished(const struct answer *a) {
    return (a->seen[0] | a->seen[1]) != 0 && a->seen[0] == a->finished[0] && a->seen[1] == a->finished[1];
}

// ---------------------------------------------------------------- a whole body

int openai_body_end(struct answer *a, const struct buf *out) {
    struct chunk chunk = {0};
    const struct json_doc *doc = answer_parse(a, span_sub(buf_span(out), a->begin, a->passed));
    if (!doc || doc->nodes[0].type != JSON_OBJECT)
        return answer_fail(a, 502, "the upstream's answer is not a whole JSON object");
    if (read_chunk(a, doc, &chunk)) return -1;
    if (!openai_all_finished(a)) return answer_fail(a, 502, "the upstream's answer has no finish reason");
    return 0;
}
