// Loops for processors with AVX2 and BMI (2013 and later), chosen when they run.
//
// Such a loop is compiled twice: as it is for every processor, and in a function marked WIDE. Where both are of one
// text, that text is a BODY, and the two functions do nothing but call it:
//
//   BODY void add_all(...) { ... }
//   WIDE static void add_all_wide(...) { add_all(...); }
//   ...
//   if (wide_is_there) add_all_wide(...);
//   else add_all(...);
#ifndef SLUICE_BASE_WIDE_H
#define SLUICE_BASE_WIDE_H

#include <stdbool.h>

#define BODY static inline __attribute__((always_inline))

#if defined __x86_64__
#define WIDE __attribute__((target("avx2,bmi,bmi2,popcnt")))
#else
#define WIDE
#endif

// Set before main. A test clears it to see what other processors do: both ways give the same, to the last bit.
extern bool wide_is_there;

#endif
