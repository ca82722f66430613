// What passes through the contestants: one request of 1.5 kB, one answer of 600 bytes, one stream of
// 53 events. The backend makes them, the load generator checks that they arrived.
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "base/buf.h"

enum {
    SAMPLE_ANSWER_BYTES = 600,
    SAMPLE_EVENTS = 53, // role, 49 words, finish, usage, [DONE]
    SAMPLE_REQUEST_BYTES = 1500,
    SAMPLE_SYSTEM_BYTES = 533, // of them, the system text
};

// A whole HTTP request for POST /v1/chat/completions. The system text is always the same, that of the user another one
// for every number, as applications do.
void sample_request(struct buf *out, bool stream, uint64_t number);
// A whole HTTP answer with a JSON body of SAMPLE_ANSWER_BYTES.
void sample_answer(struct buf *out);
// The head of a streamed answer (chunked).
void sample_stream_head(struct buf *out);
// Event `index` of 0..SAMPLE_EVENTS-1 as one chunk; from the last but three on they end the stream.
void sample_event(struct buf *out, uint32_t index);
// The end of the chunked body.
void sample_stream_end(struct buf *out);

#endif
