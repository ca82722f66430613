// Which line of log-probability an answer has to reach, and where it comes from.
//
// Of mean and least each: what is set (routing.verify.min_mean_logprob, min_logprob), else what was learned for the
// local model and the task, else what was learned for all tasks, else what was measured for the embedded model, else
// none.
#ifndef SLUICE_VERIFY_LINE_H
#define SLUICE_VERIFY_LINE_H

#include "config/config.h"
#include "intent/lines.h"

enum line_source { LINE_NONE, LINE_SET, LINE_LEARNED_TASK, LINE_LEARNED, LINE_BUILT_IN };
const char *line_source_name(enum line_source s); // "none", "set", "learned_task", "learned", "built_in"

// No answer is below it: a line at or under this is none.
#define LINE_LOWEST (-30.0)
enum { LINE_TEXT_BYTES = 48 };

struct verify_line {
    double mean, least;      // natural logarithm; -INFINITY = no bound
    enum line_source source; // "set" when either is set
};

struct verify_line verify_line_of(const struct config *config, const struct lines *learned, const char *task);
// "learned_task -0.31 -2.5": source, mean, least ("-" = no bound), as the ledger keeps it; "none" for none.
void verify_line_text(const struct verify_line *line, char out[static LINE_TEXT_BYTES]);

#endif
