// The texts that the gate is measured on, 2 kB each: prose, program text, and one full of personal data.
#ifndef SLUICE_BENCH_GATE_TEXTS_H
#define SLUICE_BENCH_GATE_TEXTS_H

#include "base/span.h"

enum { GATE_TEXT_COUNT = 3 };
struct span gate_text(int which);
const char *gate_text_name(int which);

#endif
