// Writes a file whole or not at all.
//
// The content goes into a temporary file beside the target, which takes its place when all of it is written; until
// then, and when something fails, what was there stays. While the temporary file exists, the signals that end a program
// are held back, so that Ctrl-C leaves nothing half-written; they are delivered afterwards.
#ifndef SLUICE_REPORT_SAVE_H
#define SLUICE_REPORT_SAVE_H

#include <stdio.h>

#include "base/err.h"

// Writes the content; 0, or -1 with the reason in *e. Errors of the file itself are found by the caller.
typedef int (*save_writer)(FILE *out, const void *what, struct err *e);

// "-" is standard output. A target that is no regular file (a device, a pipe) is written to directly, a symbolic link
// is followed. -1 with the reason and the path in *e.
int save_file(const char *path, save_writer write, const void *what, struct err *e) __attribute__((warn_unused_result));

#endif
