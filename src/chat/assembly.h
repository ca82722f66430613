// A chat completion put together from its pieces. Strings are kept as raw JSON (escapes as they came), so
// pieces are joined without decoding; everything counts against one limit.
#ifndef SLUICE_CHAT_ASSEMBLY_H
#define SLUICE_CHAT_ASSEMBLY_H

#include "base/buf.h"
#include "wire/json.h"

enum assembly_text { TEXT_CONTENT, TEXT_REFUSAL, TEXT_REASONING, TEXT_REASONING_SHORT, TEXT_COUNT };
extern const char *const ASSEMBLY_TEXT_KEYS[TEXT_COUNT];

struct assembly;

// Holds at most `max` bytes.
struct assembly *assembly_new(size_t max);
void assembly_free(struct assembly *s);
// True once something did not fit: the answer is not to be used.
bool assembly_is_full(const struct assembly *s);

// One chunk of a stream in OpenAI's protocol.
void assembly_add_chunk(struct assembly *s, const struct json_doc *doc);

void assembly_add_text(struct assembly *s, uint32_t choice, enum assembly_text kind, struct span raw);
void assembly_add_tool(struct assembly *s, uint32_t choice, uint32_t tool, struct span id, struct span type,
                       struct span name);
void assembly_add_arguments(struct assembly *s, uint32_t choice, uint32_t tool, struct span raw);
void assembly_set_finish(struct assembly *s, uint32_t choice, struct span raw);
// The usage object, as JSON.
void assembly_set_usage(struct assembly *s, struct span raw);

struct assembly_defaults {
    const char *id;
    struct span model;
    int64_t created;
};
// Writes the body; id, model and created where the chunks had none.
void assembly_write(const struct assembly *s, const struct assembly_defaults *defaults, struct buf *out);

#endif
