// The parts of `sluice scan`: scan.c reads what to scan, scan_tree.c walks directories, scan_print.c writes.
#ifndef SLUICE_CMD_SCAN_H
#define SLUICE_CMD_SCAN_H

#include "base/buf.h"
#include "gate/gate.h"
#include "wire/json.h"

struct scanner {
    struct gate *gate;
    struct gate_scratch *scratch;
    enum profile profile;
    bool json, show_values;
    size_t max_bytes; // of a file; what is over the gate's own limit is read all the same, and called sensitive
    struct arena arena;
    struct json_doc line;
    struct buf text; // of a line, decoded
    struct buf out;
};

// Scans and returns the microseconds that took. The verdict lives until the arena is reset.
uint64_t scan_text(struct scanner *x, struct span text, struct verdict *v);

// Scans files, and the files below directories, with one answer for each that holds something and a sum at the end.
// Links are not followed, .git and files with NUL bytes are passed over and counted. Returns an exit code.
int scan_trees(struct scanner *x, char **paths, size_t count);

// Writing to x->out.
void scan_put_findings(struct scanner *x, struct span text, const struct verdict *v);
// The verdict as the members of a JSON object, without its braces.
void scan_put_members(struct scanner *x, struct span text, const struct verdict *v, uint64_t us);
// A table of the findings, each with its line and column; values only where they were asked for.
void scan_put_table(struct scanner *x, struct span text, const struct verdict *v);
// "sensitive: why" or "clean: nothing found", in colour on a terminal.
void scan_put_verdict(struct scanner *x, const struct verdict *v);
// Writes x->out to standard output and empties it. False when that failed.
bool scan_flush(struct scanner *x);

#endif
