// Lines of log-probability from the ledger's outcomes: what `sluice learn` finds beside the weights.
#ifndef SLUICE_CMD_LEARN_LINES_H
#define SLUICE_CMD_LEARN_LINES_H

#include <jansson.h>

#include "intent/shelf.h"

enum learn_line { LEARN_LINE_FOUND, LEARN_LINE_TOO_FEW, LEARN_LINE_TELLS_NOTHING };

struct learn_lines {
    struct {
        struct line line;
        enum learn_line verdict;
        double caught[2], doubted[2]; // 95 % intervals of the shares of bad and good answers (Wilson)
    } found[LINES_MOST];
    uint32_t count;
    struct lines lines; // those in use, and in their place what was found
    uint64_t rows;      // outcomes with log-probabilities
    bool looked;        // false: there is no ledger to look into (--from)
    bool written;
};

// A line is kept when the bad answers that it doubts are surely more than the good ones: when the 95 % interval of the
// share of bad answers begins above the end of that of the good ones, both in folds. What has too few outcomes keeps
// the line in use; what has enough, and tells nothing, has none any more. `ledger_path` NULL: those in use stay. -1
// when the ledger cannot be read.
int learn_lines_fit(struct learn_lines *l, const struct shelf *s, const char *ledger_path, struct err *e)
    __attribute__((warn_unused_result));
// Gives them to a version (0: the one in use), and puts them in use.
int learn_lines_keep(struct learn_lines *l, const struct shelf *s, uint32_t version, struct err *e)
    __attribute__((warn_unused_result));

void learn_lines_print(const struct learn_lines *l);
json_t *learn_lines_json(const struct learn_lines *l);

#endif
