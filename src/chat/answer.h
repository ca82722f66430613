// Reads an upstream's answer while it passes, and writes what the caller gets, in OpenAI's protocol.
//
// A reader is fed the upstream's body bytes as they come, in pieces of any size. It appends to `out`
// what is to be sent to the caller and keeps count in `meter`. There is one reader per
// (upstream protocol, upstream streams?, caller streams?):
//
//   OpenAI stream     -> OpenAI stream     events pass byte for byte; a usage-only chunk that the caller
//                                          did not ask for is removed; [DONE] is held back until the end is known
//   OpenAI stream     -> OpenAI body       chunks are assembled (content, tool calls, logprobs, n choices)
//   OpenAI body       -> OpenAI body       passes byte for byte; `out` keeps it until answer_end reads it there
//   Anthropic stream  -> OpenAI stream     translated event by event
//   Anthropic stream  -> OpenAI body       translated and assembled
//   Anthropic body    -> OpenAI body       translated
//
//   Anthropic body    -> OpenAI stream     translated when the body is whole
//
// (An OpenAI upstream that was asked to stream and did not cannot serve a caller that streams: FAILED.)
//
// An answer is complete only when the upstream said so: [DONE] or message_stop, or a whole body with a
// finish reason. Some servers leave [DONE] out: an OpenAI stream in which every choice that was begun has a
// finish reason is complete too. Until then answer_end reports it as cut.
//
// Chunks that hold a role and nothing else wait in the reader until there is content, and pings are dropped
// until then, so that an upstream that fails early leaves the caller's stream untouched.
#ifndef SLUICE_CHAT_ANSWER_H
#define SLUICE_CHAT_ANSWER_H

#include "base/buf.h"
#include "base/err.h"
#include "config/config.h"
#include "wire/json.h"

struct usage {
    int64_t input;        // prompt tokens, cached ones included; -1 = not told
    int64_t output;       // completion tokens, reasoning included; -1 = not told
    int64_t cached;       // of input: read from the provider's cache
    int64_t cache_write;  // of input: written to it (Anthropic), 5-minute and 1-hour together
    int64_t cache_write_1h; // of cache_write: the part kept for an hour
    int64_t reasoning;    // of output: hidden reasoning
    char service[16];     // service tier as the upstream names it ("default", "priority"), cut; "" = not told
};

enum answer_state {
    ANSWER_WAITING,  // nothing yet that the caller may see: fall back is still possible
    ANSWER_FLOWING,  // content has come
    ANSWER_DONE,     // the upstream finished
    ANSWER_FAILED,   // the upstream reported an error in its body or stream, or was cut, or not understood
};

// The text of an error, "" when there was none; it lives as long as the reader. (Not a struct err, which is
// half a kilobyte in each of thousands of readers that wait.)
struct answer_error {
    const char *text;
};

struct answer_meter {
    struct usage usage;
    enum answer_state state;
    char finish[24];         // finish reason in OpenAI's words, "" if none came
    uint32_t events;         // events of the stream that carried content
    struct answer_error upstream_error; // message of the upstream's error, when FAILED
    int upstream_status;       // HTTP-like status that fits that error (429, 500, 529 ...), or 0
};

struct answer_spec {
    enum protocol protocol;  // of the upstream
    bool upstream_streams;
    bool caller_streams;
    bool caller_wants_usage; // stream_options.include_usage of the caller
    const char *id;          // for translated and assembled answers: "chatcmpl-..."
    struct span model;       // shown as `model` in translated answers
    int64_t created;         // seconds since 1970
    size_t max_body_bytes;   // limit for what is assembled
    size_t max_event_bytes;  // limit for one event
    struct json_limits json; // limits for an answer's JSON
};

struct answer; // one reader; small until events come

// Never fails. Copies the spec; `id` and `model` are copied too. A reader takes about 350 bytes, up to 400 more for
// what its stream's events have in common, and 256 more while an event is half there: less than 1 kB, but for large
// events.
struct answer *answer_new(const struct answer_spec *spec);
void answer_free(struct answer *a);

// Feeds body bytes and appends what the caller is to be sent. -1 when a limit is reached or the bytes
// cannot be understood or hold the upstream's error: the meter then says FAILED and why. What was appended
// before is good. May be called after DONE: such bytes are dropped.
int answer_feed(struct answer *a, struct span bytes, struct buf *out) __attribute__((warn_unused_result));

// The upstream's body has ended. Appends the rest: the assembled body, or the final [DONE] of a stream.
// Returns 0 when the answer is complete; -1 when it was cut or failed (nothing that looks like an end is
// written; see meter).
int answer_end(struct answer *a, struct buf *out) __attribute__((warn_unused_result));

const struct answer_meter *answer_meter(const struct answer *a);

// An error event for a stream that has begun: data: {"error":{...}} in OpenAI's form. No [DONE] follows.
void answer_error_event(struct buf *out, const char *type, const char *code, const char *message);

// Reads the error message and type out of a provider's error body (OpenAI's or Anthropic's form), decoded
// and cut to fit; "" when the body has none.
void answer_error_text(struct span body, enum protocol protocol, struct err *message);

// Frees what the readers of this thread share. To be called before a thread ends.
void answer_thread_end(void);

#endif
