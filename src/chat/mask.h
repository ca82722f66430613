// Masking: values of a request become placeholders on the way out and values again on the way back.
//
//   {"content":"Write to ann@corp.example"}   ->   {"content":"Write to [EMAIL_1]"}
//
// A placeholder has the type of what it stands for and a number; the same value has the same one wherever it stands
// in the request, so that a model can still tell who is who. Where the request already holds text of that shape, all
// of them get four random letters too ([EMAIL_1_KQZX]), so none can be taken for another. Only strings are changed,
// and only where a change cannot break the request: an object's key, a tool's definition, or a number inside the
// arguments of a call cannot be masked, and the request as a whole is not then.
//
// The values lie in locked memory (base/locked.h) until mask_free. A mask belongs to one thread.
#ifndef SLUICE_CHAT_MASK_H
#define SLUICE_CHAT_MASK_H

#include "base/buf.h"
#include "chat/view.h"

enum { MASK_MAX_VALUES = 256, MASK_PLACEHOLDER_BYTES = 48 };

// What is to be replaced: bytes of view.text, and what they are ("EMAIL_ADDRESS").
struct mask_span {
    uint32_t start, end;
    const char *type;
};

struct mask_limits {
    uint32_t values; // distinct ones, at most MASK_MAX_VALUES
    size_t bytes;    // of them together
};

struct mask;

// Replaces the spans (in any order; they may overlap), and every other place where one of their values stands as a
// word. NULL with *why, a constant for people, when that cannot be done within the limits. Temporary memory comes
// from the view's arena. The mask keeps nothing of the view.
struct mask *mask_new(const struct chat_view *view, const struct mask_span *spans, uint32_t count,
                      const struct mask_limits *limits, const char **why) __attribute__((warn_unused_result));
// Wipes and frees; NULL is allowed.
void mask_free(struct mask *m);

// The request with placeholders, as JSON. Empty once it was dropped.
struct span mask_body(const struct mask *m);
void mask_drop_body(struct mask *m);

// Number of distinct values.
uint32_t mask_count(const struct mask *m);
struct span mask_placeholder(const struct mask *m, uint32_t i);
struct span mask_value(const struct mask *m, uint32_t i);
// The content of the answer is JSON itself (response_format), so values in it are escaped once more.
bool mask_json_content(const struct mask *m);

// True when no value stands in the text as a word, as far as that can be said in bounded time. Values of less than four bytes are not looked for.
bool mask_hides(const struct mask *m, struct span text);
// True for a text of the shape of a placeholder, with its brackets, whoever made it.
bool mask_is_placeholder(struct span text);

#endif
