// What a chat request asks, read without changing a byte of it.
//
// The view points into the request body (spans and JSON nodes) and into one decoded text: all string
// leaves of the body, escapes resolved, one after the other with a newline between. The gate scans that
// text, the score reads it, and neither parses JSON. Parts say where each leaf stands in it.
#ifndef SLUICE_CHAT_VIEW_H
#define SLUICE_CHAT_VIEW_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "chat/words.h"
#include "wire/json.h"

enum chat_role { ROLE_NONE, ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT, ROLE_TOOL };

enum chat_part_kind {
    PART_TEXT,       // text of a message
    PART_ARGUMENTS,  // arguments of a tool call
    PART_DEFINITION, // anything inside `tools`, `functions` or `response_format`
    PART_OTHER,      // every other string: names, metadata, unknown fields
    PART_KEY,        // an object's key
};

struct chat_part {
    uint32_t start, len; // place in view.text
    uint32_t node;       // the string in the body
    uint16_t message;    // index into messages, or UINT16_MAX
    uint8_t role;        // enum chat_role
    uint8_t kind;        // enum chat_part_kind
};

struct chat_message {
    uint32_t node;  // the message object
    uint8_t role;   // enum chat_role
};

struct chat_view {
    struct json_doc *doc;     // the parsed body; node 0 is the request object
    uint32_t field[WORD_COUNT]; // the value of each field of the request that is a word of the protocol, or 0
    struct span model;        // as sent, decoded; never empty
    bool stream;
    bool wants_usage;         // stream_options.include_usage was true
    int64_t max_tokens;       // max_completion_tokens or max_tokens; -1 = not given
    int64_t choices;          // n; 1 when not given
    bool has_tools, has_schema, has_images, has_audio, wants_logprobs; // has_schema: json_schema or json_object
    struct chat_message *messages;
    uint32_t message_count;
    uint32_t user_turns;      // number of user messages
    struct chat_part *parts;
    uint32_t part_count;
    struct span text;         // all parts, decoded, newline between
    uint32_t unreadable;      // content that is not text: images, audio, files
    size_t estimated_tokens;  // of the whole input, without images, audio and files
    struct arena *arena;      // where the memory of the view came from
};

// Why a request was refused; the message names the field and the fix.
struct chat_fault {
    const char *param; // JSON path of the field, or NULL
    struct err why;
};

// Reads an OpenAI chat completion request. The body was parsed by json_parse. -1 with *fault set when a
// field has the wrong type or is missing. Memory comes from the arena; a full arena is a fault too.
//
// Every string leaf is in view.text, and every key that is not a word of the protocol. Left out are
// constants that were checked (roles, types of content parts) and the bytes of images, audio and files,
// which are counted in `unreadable`. A key that is repeated in the request object or in a message is a
// fault: the upstream might read the one that was not looked at.
int chat_view_openai(struct chat_view *view, struct json_doc *doc, uint32_t max_messages, struct arena *arena,
                     struct chat_fault *fault) __attribute__((warn_unused_result));

// The first text part of a role: its index, part_count when there is none.
uint32_t chat_first_part(const struct chat_view *view, enum chat_role role);
// Its text, in place; empty when there is none.
struct span chat_first_text(const struct chat_view *view, enum chat_role role);
// The text of the last user message (its text parts joined by newlines), decoded.
struct span chat_last_user_text(const struct chat_view *view, struct arena *arena);

#endif
