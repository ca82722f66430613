// Reads one HTTP answer as it comes, counts its body and the events in it, and knows when it is whole.
//
// No allocation but for an over-long head, which counts as broken.
#ifndef BENCH_REPLY_H
#define BENCH_REPLY_H

#include "base/span.h"

enum reply_state {
    REPLY_HEAD,
    REPLY_BODY,
    REPLY_CHUNK_SIZE,
    REPLY_CHUNK,
    REPLY_CHUNK_END,
    REPLY_TRAILER,
    REPLY_WHOLE,
    REPLY_BROKEN
};

struct reply {
    enum reply_state state;
    int status;
    uint64_t left;     // bytes of the body or chunk still to come
    uint64_t body;     // body bytes so far
    uint32_t events;   // ends of events ("\n\n") so far
    bool newline;      // the last body byte was a line feed
    uint16_t head_len; // bytes in `head`
    uint8_t tail_len;  // bytes in `tail`
    char tail[16];     // the last body bytes
    char head[2048];   // the head, then a chunk's size line
};

void reply_begin(struct reply *r);
// Takes bytes; returns how many belonged to this answer (all, unless it became whole before the end).
size_t reply_feed(struct reply *r, struct span bytes);
// The body ended with data: [DONE].
bool reply_says_done(const struct reply *r);

#endif
