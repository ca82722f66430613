// What the files of the view share.
#ifndef SLUICE_CHAT_VIEW_INTERNAL_H
#define SLUICE_CHAT_VIEW_INTERNAL_H

#include "chat/view.h"

enum { NO_MESSAGE = UINT16_MAX, MAX_FIELDS = 256, MAX_MESSAGE_FIELDS = 64 };

// A view while it is built. Where a part stands in the text is known once that is decoded.
struct view_builder {
    struct chat_view *view;
    struct chat_fault *fault;
    size_t text_bytes; // upper bound for the decoded text
};

// Sets the fault (the path is printed into the arena) and returns -1.
int view_refuse(struct view_builder *b, const char *why, const char *path, ...)
    __attribute__((format(printf, 3, 4), cold));

// Resolves the escapes of a string. Refuses when there is no memory.
int view_unescape(struct view_builder *b, struct span *text) __attribute__((warn_unused_result));
// Reads the keys of an object: which word of the protocol each is, decoded (enum chat_word). Refuses a repeated key,
// and more than `max` keys, which is at most MAX_FIELDS. `message` is the object's index, or -1 for the request itself.
int view_read_keys(struct view_builder *b, uint32_t object, uint32_t max, int64_t message, uint8_t words[MAX_FIELDS])
    __attribute__((warn_unused_result));

void view_add_part(struct view_builder *b, uint32_t node, uint32_t message, enum chat_role role,
                   enum chat_part_kind kind);
// Adds every string of the nodes from first to before end: keys as PART_KEY, the value of `arguments` as
// PART_ARGUMENTS, the rest as `kind`.
void view_add_strings(struct view_builder *b, uint32_t first, uint32_t end, uint32_t message, enum chat_role role,
                      enum chat_part_kind kind);
// The key alone, unless it is a word of the protocol.
void view_add_key(struct view_builder *b, uint32_t key, uint32_t message, enum chat_role role);
// One message, with checks.
int view_add_message(struct view_builder *b, uint32_t index) __attribute__((warn_unused_result));
// Decodes the parts into view.text.
int view_decode(struct view_builder *b) __attribute__((warn_unused_result));

#endif
