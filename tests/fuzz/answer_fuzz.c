// An answer reader: any bytes, any pieces. Fed whole, in pieces and byte by byte it must say and meter the same, a body
// it writes is JSON, and an answer that is not complete has no end. Byte by byte no event is passed because it is like
// an earlier one (answer_alike.c), so that this short way is compared with parsing every event.
#include <assert.h>
#include <string.h>

#include "chat/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    struct buf out;
    struct answer_meter meter;
    int result;
};

// In pieces of up to `most` bytes.
static void run(const struct answer_spec *spec, struct span text, size_t most, unsigned seed, struct outcome *o) {
    struct answer *a = answer_new(spec);
    buf_init(&o->out, 1 << 20);
    o->result = 0;
    for (size_t i = 0; i < text.len && o->result == 0;) {
        seed = seed * 1103515245u + 12345u;
        struct span piece = span_sub(text, i, most < text.len ? 1 + (seed >> 16) % most : most);
        o->result = answer_feed(a, piece, &o->out);
        i += piece.len;
    }
    if (o->result == 0) o->result = answer_end(a, &o->out);
    o->meter = *answer_meter(a);
    assert((o->result == 0) == (o->meter.state == ANSWER_DONE));
    if (o->result) assert(o->meter.state == ANSWER_FAILED && o->meter.upstream_error.text[0]);
    o->meter.upstream_error.text = NULL; // dies with the reader
    answer_free(a);
}

static void check_end(const struct answer_spec *spec, const struct outcome *o) {
    static const struct json_limits WIDER = {.max_depth = 80, .max_nodes = 100000};
    struct json_doc doc = {0};
    size_t at;
    static const char DONE[] = "data: [DONE]\n\n";
    size_t n = sizeof DONE - 1;
    bool ends = o->out.len >= n && memcmp(o->out.at + o->out.len - n, DONE, n) == 0 &&
                (o->out.len == n || strchr("\r\n", o->out.at[o->out.len - n - 1]));
    if (spec->caller_streams) assert(ends == (o->result == 0));
    else if (o->result == 0) assert(json_parse(&doc, buf_span(&o->out), &WIDER, &at) == JSON_OK);
    else if (spec->upstream_streams) assert(o->out.len == 0);
    json_free(&doc);
}

static void compare(const struct outcome *a, const struct outcome *b) {
    assert(a->result == b->result);
    assert(a->meter.state == b->meter.state && a->meter.events == b->meter.events);
    assert(a->meter.upstream_status == b->meter.upstream_status);
    assert(memcmp(&a->meter.usage, &b->meter.usage, sizeof a->meter.usage) == 0);
    assert(strcmp(a->meter.finish, b->meter.finish) == 0);
    assert(span_is(buf_span(&a->out), buf_span(&b->out)));
}

// Each line of the input as the text of one event among events that are alike; a line that begins with 0xfe is an
// event as it stands.
static void write_stream(struct span lines, unsigned kind, struct buf *stream) {
    static const char *const AROUND[][2] = {
        {"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "\"},\"finish_reason\":null}]}\n\n"},
        {"data: {\"choices\":[{\"delta\":{\"content\":\"", "\"}}],\"usage\":null,\"o\":\"xy\"}\n\n"},
        {"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"arguments\":\"", "\"}}]}}]}\r\n\r\n"},
        {"data: {\"choices\":[{\"text\":\"", "\"}]}\n\n"},
    };
    const char *const *around = AROUND[kind % 4];
    buf_add_z(stream, around[0]);
    buf_add_z(stream, "first");
    buf_add_z(stream, around[1]);
    while (lines.len) {
        const char *stop = memchr(lines.at, '\n', lines.len);
        struct span line = span_sub(lines, 0, stop ? (size_t)(stop - lines.at) : lines.len);
        bool bare = span_starts(line, SPAN("\xfe"));
        if (!bare) buf_add_z(stream, around[0]);
        buf_add_span(stream, bare ? span_sub(line, 1, line.len) : line);
        buf_add_z(stream, bare ? "\n\n" : around[1]);
        lines = span_sub(lines, line.len + 1, lines.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    struct answer_spec spec = {.protocol = data[0] & 1 ? PROTOCOL_ANTHROPIC : PROTOCOL_OPENAI,
                               .upstream_streams = data[0] & 2,
                               .caller_streams = data[0] & 4,
                               .caller_wants_usage = data[0] & 8,
                               .id = "i",
                               .model = SPAN("m"),
                               .max_body_bytes = 1 << 16,
                               .max_event_bytes = 1 << 12,
                               .json = {.max_depth = 32, .max_nodes = 2000}};
    struct span text = {(const char *)data + 2, size - 2};
    struct outcome whole, pieces, bytes;
    struct buf stream;
    buf_init(&stream, 1 << 22);
    if (data[0] & 16) {
        write_stream(text, data[0] >> 5, &stream);
        text = buf_span(&stream);
    }
    run(&spec, text, text.len, 0, &whole);
    run(&spec, text, 1 + (data[1] & 15) * 37u, data[1] + 1u, &pieces);
    run(&spec, text, 1, 0, &bytes);
    compare(&whole, &pieces);
    compare(&whole, &bytes);
    check_end(&spec, &whole);
    buf_free(&stream);
    buf_free(&whole.out);
    buf_free(&pieces.out);
    buf_free(&bytes.out);
    answer_thread_end();
    return 0;
}
