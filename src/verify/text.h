// What an answer's text shows of itself: that it was cut, that it turns in circles, that it refuses.
#ifndef SLUICE_VERIFY_TEXT_H
#define SLUICE_VERIFY_TEXT_H

#include "base/span.h"

enum {
    TEXT_LOOP_WORDS = 256,   // the last so many words are looked at
    TEXT_LOOP_LEAST = 64,    // fewer are no loop
    TEXT_LOOP_GRAM = 6,      // words in a row that are compared
    TEXT_REFUSAL_BYTES = 400 // a longer text is no refusal
};

// No character but white space.
bool text_is_blank(struct span text);
// An open code fence, or a text that begins as JSON and whose brackets or strings are not closed at its end.
bool text_is_cut(struct span text);
// Share of the runs of TEXT_LOOP_GRAM words, among the last TEXT_LOOP_WORDS, that were there before: 0 to 1; 0 for a
// short text. Prose has under 0.1, code and lists under 0.5, a model that lost its way nears 1.
double text_repetition(struct span text);
// A short text that begins with one of the phrases in which models refuse, but not where the request says the same
// (it is then asked to repeat or rewrite it). `request` may be empty.
bool text_is_refusal(struct span text, struct span request);

#endif
