// What is kept of a local answer while it is checked: the events that wait for the caller, and the answer as far as it
// has come.
//
// A stream passes through its hold. Until it is released its events stay here; afterwards they go on, and the hold only
// looks at them. An answer in one piece is checked where it stands (chat.body) and needs no more than `need`.
#ifndef SLUICE_GATEWAY_HOLD_H
#define SLUICE_GATEWAY_HOLD_H

#include "chat/answer.h"
#include "chat/assembly.h"
#include "verify/verify.h"

struct hold {
    struct verify_need need;
    int64_t max_tokens;    // the caller's limit; -1 = none
    bool strip;            // the caller did not ask for log-probabilities, we did
    bool released;         // events go on to the caller
    bool blind;            // the answer outgrew its limit: it is not looked at any more
    bool calls;            // a tool is called
    size_t most;           // bytes that may wait
    uint64_t since_ns;     // the first content came; 0 = none yet
    uint32_t look_at;      // number of events with content at which the next look is worth it
    struct buf events;     // that wait
    struct buf joined;     // scratch
    struct assembly *seen; // of a stream: all of it so far; NULL for an answer in one piece
    struct json_limits limits;
};

// Of an answer that streams when `held_bytes` is not 0: so much of it may wait, and `answer_bytes` be looked at.
struct hold *hold_new(const struct verify_need *need, const struct json_limits *limits, size_t held_bytes,
                      size_t answer_bytes);
void hold_free(struct hold *h);

// Takes whole events, as the reader (answer.h) wrote them, and appends what the caller may have to `out`. `doc` is
// scratch. -1 when an event cannot be understood.
int hold_events(struct hold *h, struct json_doc *doc, struct span events, struct buf *out)
    __attribute__((warn_unused_result));
// True once more waits than may.
bool hold_is_full(const struct hold *h);
// Everything that waits, to the caller; from now on events go on.
void hold_release(struct hold *h, struct buf *out);
// What there is of the answer as the body of a chat completion. False when it is not known any more.
bool hold_write(const struct hold *h, struct buf *out);

// A whole body without the log-probabilities, when they are to be left out; else nothing is appended and it is false.
bool hold_strip(const struct hold *h, struct json_doc *doc, struct span body, struct buf *out);

#endif
