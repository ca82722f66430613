// The texts that the gate is measured on, 2 kB each: prose, program text, one full of personal data, and one
// of capitals, in which every word may be a name.
#ifndef SLUICE_BENCH_GATE_TEXTS_H
#define SLUICE_BENCH_GATE_TEXTS_H

#include "base/span.h"

enum { GATE_TEXT_COUNT = 4 };
struct span gate_text(int which);
const char *gate_text_name(int which);

#endif
