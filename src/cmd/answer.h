// What the reporting commands answer with: a text or JSON on standard output, and a page where one is asked for.
#ifndef SLUICE_CMD_ANSWER_H
#define SLUICE_CMD_ANSWER_H

#include <jansson.h>

#include "cmd/cmd.h"

struct answer {
    const char *kind; // of the page, as report_html_save has them
    const char *html; // its file; "-": standard output, then there is no text; NULL: none
    bool json;
    size_t json_flags;                                        // jansson's
    void (*print)(const json_t *report, const void *context); // the text
    const void *context;
};

// --html - and --json cannot both have standard output: EXIT_USAGE with a message, or 0.
int answer_check(const struct command *command, const char *html, bool json);
// The exit code; what cannot be written is said. The report stays the caller's.
int answer_write(const struct answer *a, const json_t *report);

#endif
