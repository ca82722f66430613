// Labelled requests from a file: {"prompt" or "request", "weak", "strong"}, one JSON object a line.
//
// A line that is wrong is left out, counted and named by its number and what is wrong; never by what stands in it.
#ifndef SLUICE_CMD_OUTCOME_FILE_H
#define SLUICE_CMD_OUTCOME_FILE_H

#include "config/config.h"
#include "intent/outcomes.h"

enum { OUTCOME_FAULTS = 10, OUTCOME_LABELS = 1000 };

struct outcome_file {
    struct outcomes rows;
    const char **labels; // of "task", "category" or "domain"; [0] is "none"
    size_t label_count;
    uint64_t lines, faulty, duplicates, left_out; // left_out: beyond the maximum
    struct {
        uint64_t line;
        char why[120];
    } faults[OUTCOME_FAULTS]; // the first ones
};

struct outcome_file_how {
    const struct weights *weights; // in use: what they make of a request stands in its row
    const struct config *config;   // for limits
    uint32_t max_rows;
    bool drop_duplicates; // the same request with the same qualities
};

// Reads the file ("-": standard input) and groups its rows. -1 with the reason when it cannot be read.
int outcome_file_read(struct outcome_file *f, const char *path, const struct outcome_file_how *how, struct err *e)
    __attribute__((warn_unused_result));
void outcome_file_release(struct outcome_file *f);

// What was wrong, for people, on standard error.
void outcome_file_warn(const struct outcome_file *f, const char *path);

#endif
