// Runs of base64, base64url and hexadecimal digits, and what text they hold.
//
// A run may be wrapped over lines. It need not be text as a whole: what counts is each stretch of at least
// RUN_TEXT_MIN bytes of well-formed, printable text in it, as `strings` shows it, because a file header or a few stray
// bytes before a secret do not make it less of one. Most runs are keys, digests and pictures: no text, no stretch.
#ifndef SLUICE_TEXT_RUNS_H
#define SLUICE_TEXT_RUNS_H

#include "text/mapped.h"

enum { RUN_MIN = 16, RUN_TEXT_MIN = 8 };

struct run {
    size_t start, end; // in the text
    bool text;         // something was decoded
    bool blob;         // long, and nearly all of it is no text
};

// The run around `at`, as far back as `floor`. What it holds is added to b, at most *budget bytes, which are taken off;
// *over is set when there was more.
struct run run_decode(struct mapped_builder *b, size_t floor, size_t at, size_t *budget, bool *over);

// The same for pairs of hexadecimal digits that stand apart ("34 31 31 31"); `at` is that of a separator.
struct run run_decode_pairs(struct mapped_builder *b, size_t floor, size_t at, size_t *budget, bool *over);

#endif
