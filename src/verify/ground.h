// Whether a value stands in the text that it is said to come from.
//
// Texts are compared folded (words.h). Numbers are compared by value, in all ways of writing them: 1,234.50
// and 1.234,50 and 1 234.5, 5k, 25 %, "three". Dates likewise, as far as both tell: 2024-03-05, 5.3.2024, 03/05/24,
// March 5th. What is calculated (sums, "tomorrow") does not stand there. Sign and unit of a number are not compared.
#ifndef SLUICE_VERIFY_GROUND_H
#define SLUICE_VERIFY_GROUND_H

#include "base/arena.h"

enum { GROUND_NUMBERS = 4096, GROUND_DATES = 1024, GROUND_SQUEEZED_LEAST = 6 };

struct ground; // what is known of one text

// Memory from the arena, about ten times the text; NULL when it is full.
struct ground *ground_new(struct span text, struct arena *arena) __attribute__((warn_unused_result));
bool ground_has_number(const struct ground *g, double v);
// True also where that cannot be said: no memory, more numbers or dates than fit.
bool ground_has_text(const struct ground *g, struct span value);

#endif
