// Whether an answer will do: what is checked before a caller sees what the local model wrote.
//
// A request says which checks its answer needs (verify_need). An answer is a chat completion in OpenAI's protocol, or
// what there is of one; with several choices each has to pass. A check passes, fails, or is skipped where it has
// nothing to go by: no log-probabilities, a schema that cannot be compiled or is too much work, a request too long to
// be searched. What is skipped is said, and decides nothing.
//
// No network, no clock. Memory comes from the arena. Nothing of a text leaves: a report is names of checks.
#ifndef SLUICE_VERIFY_VERIFY_H
#define SLUICE_VERIFY_VERIFY_H

#include "base/arena.h"
#include "chat/view.h"
#include "config/config.h"
#include "verify/confidence.h"
#include "verify/line.h"

// In the order in which they are made: the first that fails is the one that is told.
enum verify_check {
    CHECK_EMPTY,      // says nothing
    CHECK_TRUNCATED,  // ends in mid-sentence, and not because the caller's own limit was reached
    CHECK_SCHEMA,     // is not the JSON that response_format asks for
    CHECK_TOOL,       // calls what is not there, with arguments that do not fit, or not at all where it must
    CHECK_GROUNDED,   // a critical field has a value that is not in the request
    CHECK_LOOPING,    // repeats itself
    CHECK_REFUSING,   // declines
    CHECK_CONFIDENCE, // the model was not sure of its tokens
    CHECK_LATE,       // not complete in time (routing.verify.max_hold); made by whoever holds the answer back
    CHECK_COUNT       // none
};
const char *verify_check_name(enum verify_check c); // "empty", ...
const char *verify_check_text(enum verify_check c); // what it asks, for people

enum verify_result { VERIFY_SKIPPED, VERIFY_PASSED, VERIFY_FAILED };
const char *verify_result_name(enum verify_result r);

struct verify_need {
    uint32_t checks;         // 1u << enum verify_check, each; 0 = the answer is not checked
    bool whole;              // a stream of it is not to begin before it is complete
    struct verify_line line; // of CHECK_CONFIDENCE; with none it is skipped
};

// What the answer to this request needs; `task` is the score's. `learned` may be NULL.
struct verify_need verify_need_of(const struct chat_view *view, const char *task, const struct config *config,
                                  const struct lines *learned);

struct verify_input {
    const struct chat_view *view; // the request; NULL when it is gone: what needs it is skipped
    const struct config *config;
    struct verify_need need;
    int64_t max_tokens; // the caller's limit, -1 = none
    bool partial;       // the answer goes on: only what can be told of its beginning is checked
};

struct verify_report {
    uint8_t results[CHECK_COUNT]; // enum verify_result, of the checks in need
    enum verify_check failed;     // the first, or CHECK_COUNT
    uint32_t ignored;             // keywords of schemas that were not understood
    struct confidence confidence; // where the need has CHECK_CONFIDENCE; tokens = 0: none told
};

// `body` is the chat completion as JSON.
void verify_answer(const struct verify_input *in, struct span body, struct arena *arena, struct verify_report *out);

#endif
