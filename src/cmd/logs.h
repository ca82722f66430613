// What `audit` and `replay` have in common: the logs that they read, progress, the HTML file.
#ifndef SLUICE_CMD_LOGS_H
#define SLUICE_CMD_LOGS_H

#include <jansson.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "report/reader.h"

struct log_options {
    const char *format, *html, *bad_rows, *config;
    struct option_list maps, sets;
    bool json, verbose;
    int64_t max_record; // MB; 0: the preset
    char **paths;
    size_t path_count;
    struct column_map map_list[LAYOUT_MAPS];
};

// The arguments as files; EXIT_USAGE with a message when there is none, or one is there twice. 0: fine.
int logs_take_paths(const struct command *command, struct log_options *o, int count, char **paths);
// --format and --map. 0, or EXIT_USAGE with a message.
int logs_reader_options(const struct command *command, struct log_options *o, struct reader_options *out);
// Of all files together; 0 when one of them has no size.
uint64_t logs_size(const struct log_options *o);

int logs_open_bad_rows(const struct log_options *o, FILE **out, struct err *e);
int logs_close_bad_rows(const struct log_options *o, FILE *f, struct err *e);

// For struct audit_options and its like; the context is a struct progress.
void logs_tick(void *progress, uint64_t bytes);
bool logs_stop(void *progress);
// Says that nothing was written; the exit code.
int logs_interrupted(void);

#define LOGS_JSON_FLAGS (JSON_INDENT(1) | JSON_REAL_PRECISION(15))

#endif
