// What every command has in common: its entry in the table, its options, its exit codes.
#ifndef SLUICE_CMD_CMD_H
#define SLUICE_CMD_CMD_H

#include "base/err.h"
#include "config/config.h"

enum exit_code { EXIT_FINE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFIG = 3, EXIT_SENSITIVE = 10 };

struct command {
    const char *name;
    const char *arguments;  // "[FILE|-]"
    const char *summary;    // one line
    const char *help;       // paragraphs and examples after the options
    int (*run)(int argc, char **argv); // argv[0] is the command's name; returns an exit code
};

// Ended by an entry without a name; also what completion and the man page are made from.
extern const struct command *const COMMANDS[];
extern const struct command CMD_SERVE, CMD_ASK, CMD_EXPLAIN, CMD_SCAN, CMD_GATE, CMD_LEDGER, CMD_LEARN, CMD_EVAL,
    CMD_PRICES, CMD_AUDIT, CMD_ROI, CMD_REPLAY, CMD_DOCTOR;

enum option_kind { OPTION_FLAG, OPTION_STRING, OPTION_INT, OPTION_REAL, OPTION_LIST };

struct option_list {
    const char *items[32];
    size_t count;
};

struct cmd_option {
    const char *name;      // "json"; NULL ends the table
    char letter;           // 'j', or 0
    enum option_kind kind;
    const char *argument;  // "FILE", NULL for a flag
    const char *help;
    void *target;          // bool *, const char **, int64_t *, double *, struct option_list *
};

// Reads options into their targets and returns the index of the first argument that is none. --help
// prints the help of the command and ends the process with 0; a wrong option says what is near and
// ends it with EXIT_USAGE.
int cmd_options(const struct command *command, const struct cmd_option *options, int argc, char **argv);

// " (did you mean 'serve'?)" when a command is near to the word, else "". Valid until the next call.
const char *cmd_nearest(const char *word);

// Prints "sluice COMMAND: why" and a hint on --help; returns EXIT_USAGE.
int cmd_usage(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Prints "sluice: why" and returns the code.
int cmd_fail(enum exit_code code, const struct err *e);

// Configuration for a command: -c FILE, or what config_find finds, or the defaults; then --set pairs.
struct config *cmd_config(const char *path, const struct option_list *sets, struct err *e);

// True when stdout is a terminal and NO_COLOR is not set.
bool cmd_colour(void);

// Reads a whole file ("-" is stdin) up to max bytes. NULL with the reason in *e; free with free().
char *cmd_read_file(const char *path, size_t max, size_t *len, struct err *e);

#endif
