// What `sluice learn` found, between the command and what writes it.
#ifndef SLUICE_CMD_LEARN_H
#define SLUICE_CMD_LEARN_H

#include <stdbool.h>
#include <stdint.h>

#include "intent/compare.h"
#include "intent/shelf.h"

struct learn_report {
    const char *source; // the file or the ledger
    const char *in_use; // version of the weights compared with; "" = those built in
    uint64_t faulty, duplicates, other_pair, without_sample, damaged, left_out;
    uint32_t rows, one_sided;
    bool against_base; // what is in use has seen nearly all of these rows: compared with the base
    struct comparison compared;
    bool better, dry_run, forced;
    int version;     // put in use, 0 = none
    const char *out; // the file written, or NULL
    double cpu_seconds;
    struct learned_header header;
};

// Better, when so many of the draws say so.
#define LEARN_SURE 0.9

struct learn_lines;
void learn_print(const struct learn_report *r, const struct learn_lines *lines);
void learn_print_json(const struct learn_report *r, const struct learn_lines *lines);

// `sluice learn versions` and `sluice learn rollback [VERSION]`: exit codes. version < 0: the one before that in use.
int learn_versions(const struct shelf *s, bool json);
int learn_rollback(const struct shelf *s, int64_t version, bool json);

#endif
