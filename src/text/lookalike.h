// What a code point above ASCII stands for when it is read as ASCII.
#ifndef SLUICE_TEXT_LOOKALIKE_H
#define SLUICE_TEXT_LOOKALIKE_H

#include <stdbool.h>
#include <stdint.h>

enum { LOOKALIKE_KEEP = -1, LOOKALIKE_DROP = -2 };

// When it is a disguise: a reason to search the text again.
enum disguise {
    DISGUISE_NEVER, // ordinary typography
    DISGUISE_ALWAYS,
    DISGUISE_BESIDE, // beside an ASCII letter or digit: a letter of another script
    DISGUISE_FIGURE, // after an ASCII digit, '@' or '.': a combining mark
    DISGUISE_MANY,   // where several follow each other: raised digits, flags
};

struct lookalike {
    int to; // ASCII, LOOKALIKE_KEEP or LOOKALIKE_DROP
    enum disguise when;
};

struct lookalike lookalike_of(uint32_t c);

#endif
