// Modes of the load generator that measure one thing each. They return an exit code.
#ifndef BENCH_MODES_H
#define BENCH_MODES_H

#include "link.h"

int mode_hold(struct link_args *a);
int mode_leave(struct link_args *a);
int mode_start(struct link_args *a);

#endif
