// Numbers that are spelled out: "four one one one", "null acht fuenf", "double five".
#ifndef SLUICE_TEXT_SPELL_H
#define SLUICE_TEXT_SPELL_H

#include "text/mapped.h"

// Words of single digits in six languages, ended by NULL: what a number that is spelled out is made of.
extern const char *const SPELL_WORDS[];

// Replaces runs of such words in [from, to) of b's source by their digits, with the signs '+', '(', ')', '-' and '.'
// among them kept. A run has at least seven digits and three words. Digits that stand among the words count.
void spell(struct mapped_builder *b, size_t from, size_t to);

#endif
