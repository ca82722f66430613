#include "chat/answer.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/spare.h"
#include "chat/answer_internal.h"

// What is kept of an idle reader's buffer; more is given back after each event.
enum { KEPT_BYTES = 512, KEPT_NODES = 4096 };

// Shared by the readers of a thread: nothing in them outlives one event.
static _Thread_local struct json_doc scratch;
static _Thread_local struct buf joined;

void answer_thread_end(void) {
    json_free(&scratch);
    buf_free(&joined);
}

const struct json_doc *answer_parse(const struct answer *a, struct span text) {
    size_t at;
    if (scratch.cap > KEPT_NODES) json_free(&scratch);
    return json_parse(&scratch, text, &a->spec.json, &at) == JSON_OK ? &scratch : NULL;
}

struct answer *answer_new(const struct answer_spec *spec) {
    struct span id = span_from(spec->id);
    size_t size = sizeof(struct answer) + id.len + 1 + spec->model.len + 1;
    struct answer *a = spare_take(size);
    char *tail = (char *)(a + 1);
    *a = (struct answer){.spec = *spec, .size = size};
    a->spec.id = tail;
    tail = span_put(tail, id);
    *tail++ = 0;
    a->spec.model.at = tail;
    *span_put(tail, spec->model) = 0;
    a->meter.usage.input = a->meter.usage.output = -1;
    a->meter.upstream_error.text = "";
    if (spec->protocol == PROTOCOL_ANTHROPIC) a->plain_input = -1;
    buf_init(&a->partial, spec->upstream_streams ? spec->max_event_bytes : spec->max_body_bytes);
    buf_init(&a->held, spec->max_event_bytes);
    return a;
}

void answer_free(struct answer *a) {
    if (!a) return;
    buf_free(&a->partial);
    buf_free(&a->held);
    answer_forget(a);
    assembly_free(a->body);
    free(a->error);
    spare_give(a, a->size);
}

const struct answer_meter *answer_meter(const struct answer *a) {
    return &a->meter;
}

void answer_content(struct answer *a) {
    if (a->meter.state == ANSWER_WAITING) a->meter.state = ANSWER_FLOWING;
    a->meter.events++;
}

void answer_set_finish(struct answer *a, struct span reason) {
    size_t n = reason.len < sizeof a->meter.finish ? reason.len : sizeof a->meter.finish - 1;
    memcpy(a->meter.finish, reason.at, n);
    a->meter.finish[n] = 0;
}

bool answer_count(const struct json_doc *doc, uint32_t node, int64_t *out) {
    int64_t v;
    // above this no sum of two counts can overflow, and no provider bills it
    if (!json_int(doc, node, &v) || v < 0 || v > INT64_MAX / 8) return false;
    *out = v;
    return true;
}

void answer_service(const struct json_doc *doc, uint32_t node, struct usage *usage) {
    struct span name = span_sub(json_text(doc, node), 0, sizeof usage->service - 1);
    if (!name.len) return;
    memcpy(usage->service, name.at, name.len);
    usage->service[name.len] = 0;
}

// ---------------------------------------------------------------- streams

static int one_event(struct answer *a, struct span raw, struct buf *out) {
    struct sse_event event;
    if (a->meter.state == ANSWER_DONE) return 0;
    joined.max = a->spec.max_event_bytes;
    sse_read(raw, &joined, &event);
    if (event.has_data)
        return a->spec.protocol == PROTOCOL_OPENAI ? openai_event(a, &event, raw, out)
                                                   : anthropic_event(a, &event, out);
    bool passes = a->spec.protocol == PROTOCOL_OPENAI && a->spec.caller_streams && a->meter.state == ANSWER_FLOWING;
    if (passes && raw.at[0] == ':' && !sse_has_lone_cr(raw)) buf_add_span(out, raw); // a ping
    return 0;
}

// Not inline, like other code here that answers of the other kind need: of what is passed over, parts would be read.
#define APART __attribute__((noinline))

static APART int feed_stream(struct answer *a, struct span bytes, struct buf *out) {
    while (bytes.len && a->meter.state != ANSWER_DONE) {
        if (a->pattern && !a->partial.len) {
            bytes = span_sub(bytes, answer_pass_alike(a, bytes, out), bytes.len);
            if (!bytes.len) break;
        }
        size_t n = sse_end(&a->sse, bytes);
        struct span raw = span_sub(bytes, 0, n ? n : bytes.len);
        if (n == 0 || a->partial.len) {
            buf_add_span(&a->partial, raw);
            if (a->partial.full)
                return answer_fail(a, 502, "an event of the upstream's stream is larger than limits.max_event_bytes");
            raw = buf_span(&a->partial);
        }
        if (n == 0) break;
        if (raw.len > a->spec.max_event_bytes)
            return answer_fail(a, 502, "an event of the upstream's stream is larger than limits.max_event_bytes");
        if (one_event(a, raw, out)) return -1;
        if (a->body && assembly_is_full(a->body))
            return answer_fail(a, 502, "the upstream's answer is larger than limits.max_body_bytes");
        if (a->partial.cap > KEPT_BYTES) buf_free(&a->partial);
        else buf_reset(&a->partial);
        bytes = span_sub(bytes, n, bytes.len);
    }
    if (a->partial.cap > KEPT_BESIDE) answer_forget(a);
    return 0;
}

static int feed_body(struct answer *a, struct span bytes, struct buf *out) {
    bool openai = a->spec.protocol == PROTOCOL_OPENAI;
    if (openai && a->spec.caller_streams) return answer_fail(a, 502, "the upstream did not stream its answer");
    if (!openai) {
        buf_add_span(&a->partial, bytes);
        if (!a->partial.full) return 0;
    } else if (bytes.len <= a->spec.max_body_bytes - a->passed) { // it is read where the caller keeps it
        if (!bytes.len) return 0;
        if (!a->passed) a->begin = out->len;
        a->passed += bytes.len;
        buf_add_span(out, bytes);
        a->meter.state = ANSWER_FLOWING;
        return 0;
    }
    return answer_fail(a, 502, "the upstream's answer is larger than limits.max_body_bytes");
}

int answer_feed(struct answer *a, struct span bytes, struct buf *out) {
    if (a->meter.state == ANSWER_FAILED) return -1;
    if (a->meter.state == ANSWER_DONE) return 0;
    if (!a->body && !a->spec.caller_streams && (a->spec.upstream_streams || a->spec.protocol == PROTOCOL_ANTHROPIC))
        a->body = assembly_new(a->spec.max_body_bytes);
    if (a->spec.upstream_streams ? feed_stream(a, bytes, out) : feed_body(a, bytes, out)) return -1;
    if (out->full) return answer_fail(a, 502, "the answer does not fit into the buffer for the caller");
    return 0;
}

// ---------------------------------------------------------------- the end

// The last event may lack its empty line. Half of one is a cut, not bad data.
static APART int end_partial(struct answer *a, struct buf *out) {
    struct sse_event event;
    if (!a->partial.len || a->meter.state == ANSWER_DONE) return 0;
    buf_add_z(&a->partial, a->partial.at[a->partial.len - 1] == '\n' ? "\n" : "\n\n");
    if (a->partial.full) return 0;
    joined.max = a->spec.max_event_bytes;
    sse_read(buf_span(&a->partial), &joined, &event);
    struct span data = span_trim(event.data);
    if (!event.has_data || (!span_is_z(data, "[DONE]") && !answer_parse(a, data))) return 0;
    return one_event(a, buf_span(&a->partial), out);
}

static APART void write_body(struct answer *a, struct buf *out) {
    struct assembly_defaults defaults = {.id = a->spec.id, .model = a->spec.model, .created = a->spec.created};
    if (a->spec.protocol == PROTOCOL_ANTHROPIC && a->meter.usage.input >= 0 && a->meter.usage.output >= 0) {
        struct buf usage;
        buf_init(&usage, 512);
        emit_usage_object(&a->meter.usage, &usage);
        assembly_set_usage(a->body, buf_span(&usage));
        buf_free(&usage);
    }
    assembly_write(a->body, &defaults, out);
}

int answer_end(struct answer *a, struct buf *out) {
    if (a->meter.state == ANSWER_FAILED) return -1;
    if (a->closed) return 0;
    bool openai = a->spec.protocol == PROTOCOL_OPENAI;
    if (a->spec.upstream_streams) {
        if (end_partial(a, out)) return -1;
        if (openai && openai_all_finished(a)) a->meter.state = ANSWER_DONE;
        if (a->meter.state != ANSWER_DONE)
            return answer_fail(a, 502, "the upstream's answer ended before it was complete");
    } else {
        if (openai ? openai_body_end(a, out) : anthropic_body_end(a, out)) return -1;
        a->meter.state = ANSWER_DONE;
    }
    a->closed = true;
    if (a->body) {
        if (assembly_is_full(a->body))
            return answer_fail(a, 502, "the upstream's answer is larger than limits.max_body_bytes");
        write_body(a, out);
    } else if (a->spec.caller_streams) {
        buf_add_span(out, buf_span(&a->held));
        if (!openai && a->spec.caller_wants_usage) emit_usage(a, out);
        buf_add_z(out, "data: [DONE]\n\n");
    }
    if (out->full) return answer_fail(a, 502, "the answer does not fit into the buffer for the caller");
    return 0;
}
