// Heads that come again. Who keeps a connection sends the same header fields with each message: the same bytes, but for
// the digits of Content-Length. What llhttp made of them once is then what it would make of them again.
//
// Kept are the bytes of the last few heads that llhttp accepted, and its state behind each. Only the same bytes are the
// same head, and only one run of 1 to 18 digits may differ in it: every other head is llhttp's to judge. Not kept is a
// head of more than SAME_HEAD_BYTES, one whose Content-Length is not plain digits between white space and CRLF, and one
// with which HTTP/1.1 ends (upgrade). Where heads do not come again, they are hardly looked for.
//
// A head may hold a key: it stays in the thread that read it, and is wiped when another takes its place and at the end.
#ifndef SLUICE_WIRE_SAME_HEAD_H
#define SLUICE_WIRE_SAME_HEAD_H

#include <llhttp.h>

#include "base/span.h"

enum { SAME_HEADS = 8, SAME_HEAD_BYTES = 2048 };

// What counts towards the limits of a head.
struct head_size {
    uint32_t bytes;  // of target or status, names and values
    uint32_t fields; // header fields
};

struct same_head {
    uint16_t len;       // of `bytes`; 0 = nothing is kept
    uint16_t length_at; // where the digits of Content-Length stand; `len` when there are none
    uint16_t digits;    // how many
    struct head_size size;
    llhttp_t after; // without error
    char bytes[SAME_HEAD_BYTES];
};

// All zero at first.
struct same_heads {
    uint32_t last;   // the one that was found or kept last
    uint32_t next;   // the one to be replaced
    uint32_t missed; // heads in a row that were none of these
    struct same_head kept[SAME_HEADS];
};

// Which of the heads `bytes` begin with, if it fits into what is `left` of the limits; else -1, and nothing is changed.
// Then the parser stands behind it as if it had read it, its size is taken from `left`, and *used is its length. The
// parser must be at the start of a message.
int same_heads_find(struct same_heads *h, struct span bytes, llhttp_t *parser, struct head_size *left, size_t *used);
// Keeps a head: all its bytes, from the start of a message to where the parser is now. The place that it took, or -1.
int same_heads_keep(struct same_heads *h, struct span head, struct head_size size, const llhttp_t *parser);
void same_heads_wipe(struct same_heads *h);

#endif
