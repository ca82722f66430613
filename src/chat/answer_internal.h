// What the files of the answer reader share.
#ifndef SLUICE_CHAT_ANSWER_INTERNAL_H
#define SLUICE_CHAT_ANSWER_INTERNAL_H

#include "chat/answer.h"
#include "chat/assembly.h"
#include "wire/sse.h"

// A waiting stream is to stay small: beside a pattern there is room for half an event of usual size, no more.
enum { MAX_CHOICES = 128, KEPT_BESIDE = 256 };

enum block { BLOCK_OTHER, BLOCK_TEXT, BLOCK_TOOL };

// The bytes around the text of an event that was parsed; see answer_alike.c.
struct answer_pattern {
    uint16_t cap;    // of bytes
    uint16_t parts;  // 2 or 3
    uint16_t len[3]; // of each part
    char bytes[];
};

struct answer {
    struct answer_spec spec; // id and model point behind this struct
    size_t size;             // with them
    struct answer_meter meter;
    struct err *error;              // behind meter.upstream_error, once there is one
    struct assembly *body;          // for a caller that does not stream
    struct buf partial;             // an event that has begun, or a whole body that is to be translated
    struct buf held;                // chunks before the first content
    struct answer_pattern *pattern; // OpenAI stream to stream: what most events look like; NULL until one was parsed
    uint64_t seen[2], finished[2];  // OpenAI: bits by choice index
    union {
        struct {                 // Anthropic
            int64_t plain_input; // input tokens beside those of the cache
            uint32_t tools;      // tool calls begun
        };
        struct {                  // OpenAI body to body
            size_t begin, passed; // where it begins in `out`, how much has come
        };
    };
    struct sse sse;
    uint8_t block;        // Anthropic: enum block of the block that is open
    bool block_has_input; // Anthropic: arguments were written for it
    bool closed;          // answer_end wrote the end
    bool begun;           // the first chunk of a translated stream was written
};

// The parsed form of one event or body. One document a thread, valid until the next parse; NULL when it is no JSON.
const struct json_doc *answer_parse(const struct answer *a, struct span text);

// State becomes FAILED with this reason; returns -1.
int answer_fail(struct answer *a, int status, const char *why) __attribute__((cold));
// The same with what the upstream's error object says. `error` may be 0 or of any type.
int answer_fail_upstream(struct answer *a, const struct json_doc *doc, uint32_t error) __attribute__((cold));
// HTTP status that fits an error object, or 502.
int answer_error_status(const struct json_doc *doc, uint32_t error);
// "message (type)" of an error object, on one line; "" when it has no message.
void answer_describe_error(const struct json_doc *doc, uint32_t error, struct err *text);

// Content has come: WAITING becomes FLOWING, one more event counts.
void answer_content(struct answer *a);
void answer_set_finish(struct answer *a, struct span reason);
// *out = the number when it is a whole one of at least 0; returns whether.
bool answer_count(const struct json_doc *doc, uint32_t node, int64_t *out);
// The service tier, which prices depend on; anything but a string is none.
void answer_service(const struct json_doc *doc, uint32_t node, struct usage *usage);

// OpenAI
int openai_event(struct answer *a, const struct sse_event *event, struct span raw, struct buf *out);
int openai_body_end(struct answer *a, const struct buf *out);
bool openai_all_finished(const struct answer *a);

// Keeps what is around the strings `text` and `tail` of an event that was passed: content that neither finished a
// choice nor was metered. `tail` is the last member of the root, whatever it is. doc must be of the data in `raw`.
void answer_learn(struct answer *a, struct span raw, const struct json_doc *doc, uint32_t text, uint32_t tail);
void answer_forget(struct answer *a);
// Passes and counts the events at the start of `bytes` that fit the pattern, exactly as if each had been parsed;
// returns their length. There must be a pattern, and `bytes` must begin where an event does.
size_t answer_pass_alike(struct answer *a, struct span bytes, struct buf *out);

// Anthropic
int anthropic_event(struct answer *a, const struct sse_event *event, struct buf *out);
int anthropic_body_end(struct answer *a, struct buf *out);

// Translated output: to the caller's stream or into the body. Strings are raw JSON, without quotes.
void emit_text(struct answer *a, enum assembly_text kind, struct span raw, struct buf *out);
void emit_tool(struct answer *a, struct span id, struct span name, struct buf *out);
void emit_arguments(struct answer *a, struct span raw, struct buf *out);
void emit_finish(struct answer *a, const char *reason, struct buf *out);
// The chunk with the usage.
void emit_usage(struct answer *a, struct buf *out);
// {"prompt_tokens":...} from the meter.
void emit_usage_object(const struct usage *usage, struct buf *out);

#endif
