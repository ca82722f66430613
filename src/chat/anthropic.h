// Writing a request in Anthropic's protocol: what request_anthropic.c and turns_anthropic.c share.
#ifndef SLUICE_CHAT_ANTHROPIC_H
#define SLUICE_CHAT_ANTHROPIC_H

#include <stdio.h>

#include "chat/request.h"

struct anthropic_writer {
    const struct chat_view *view;
    const struct json_doc *doc;
    struct buf *out;
    struct chat_fault *fault;
    bool system_is_turn; // there are system messages only: they make the user's turn
    enum chat_role turn; // whose turn is open, or ROLE_NONE
};

// Sets the fault and returns -1.
int anthropic_refuse(struct anthropic_writer *w, const char *why, const char *path, ...)
    __attribute__((format(printf, 3, 4)));
// A string decoded; into the view's arena where it has escapes.
struct span anthropic_decoded(struct anthropic_writer *w, uint32_t node);
// "key": and the value's bytes as the caller wrote them.
void anthropic_put_raw(struct anthropic_writer *w, const char *key, uint32_t node);
// A comma, unless this is the first element of an array.
void anthropic_begin_element(struct buf *out);
// {"type":"...", as the next element of an array.
void anthropic_begin_block(struct anthropic_writer *w, const char *type);
// The content of a message as blocks into the array that is open.
int anthropic_put_content(struct anthropic_writer *w, uint32_t message) __attribute__((warn_unused_result));
// "messages":[...]
int anthropic_put_turns(struct anthropic_writer *w) __attribute__((warn_unused_result));

#endif
