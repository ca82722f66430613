// Progress of a command that takes a while: a bar with rate and time left on a terminal, a line now and then elsewhere.
// Written to standard error, so that standard output stays what was asked for.
#ifndef SLUICE_CMD_PROGRESS_H
#define SLUICE_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; // "reading customers.csv"
    const char *unit; // what is counted, "fits"; NULL = bytes
    uint64_t total;   // bytes, 0 = not known
    uint64_t done;
    uint64_t start_ns, next_ns; // when to draw again
    bool terminal, drawn;
};

void progress_start(struct progress *p, const char *what, uint64_t total);
void progress_add(struct progress *p, uint64_t bytes);
// Takes the bar away.
void progress_end(struct progress *p);

// "1.5 MB"; `out` holds at least 24 bytes.
void progress_size(uint64_t bytes, char out[static 24]);

// From here on SIGINT and SIGTERM set a flag instead of ending the process, for commands that put things in order
// first.
void interrupt_catch(void);
bool interrupt_seen(void);

#endif
