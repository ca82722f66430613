// The way back of a masked request (mask.h): placeholders in an answer become values again.
//
// Only exact placeholders are restored: one that the model wrote otherwise stays as it is. While an answer streams, a
// placeholder may come in pieces. What is held back then is a text's end that is a proper prefix of a placeholder, and
// nothing else; it goes out as soon as more of that text shows that it is none, or when its choice finishes.
//
// Works on what the answer reader (answer.h) writes for the caller: OpenAI's protocol, whatever the upstream spoke.
#ifndef SLUICE_CHAT_RESTORE_H
#define SLUICE_CHAT_RESTORE_H

#include "chat/mask.h"

// How deep a text is wrapped in JSON: what a value's characters are escaped for.
enum restore_depth {
    RESTORE_STRING = 1,        // inside a JSON string
    RESTORE_NESTED_STRING = 2, // inside a string of JSON inside a JSON string: arguments of a call
};

// The end of a text that may go on; zeroed to begin.
struct restore_hold {
    uint8_t len;
    char bytes[MASK_PLACEHOLDER_BYTES];
};

// Appends `piece`, raw bytes between the quotes, with the placeholders restored, behind what `hold` kept of the
// pieces before it. The last piece leaves nothing held.
void restore_piece(const struct mask *m, enum restore_depth depth, struct restore_hold *hold, struct span piece,
                   bool last, struct buf *out);

// ---- a stream

struct restore;

// The mask must outlive it.
struct restore *restore_new(const struct mask *m, const struct json_limits *limits);
void restore_free(struct restore *r);
// Takes whole events of a stream and appends them restored; events without a placeholder pass byte for byte. `doc` is
// scratch. -1 when an event cannot be understood.
int restore_events(struct restore *r, struct json_doc *doc, struct span events, struct buf *out)
    __attribute__((warn_unused_result));
// Appends everything that is held back, as events: the stream ends without its finish reasons.
void restore_flush(struct restore *r, struct buf *out);

// ---- a whole body

// Appends the body of a chat completion, restored. -1 when it is no JSON object.
int restore_body(const struct mask *m, const struct json_limits *limits, struct json_doc *doc, struct span body,
                 struct buf *out) __attribute__((warn_unused_result));

#endif
