// Learned lines of log-probability: below which answers of one local model are not believed.
//
// An answer is believed when the mean and the least log-probability of its tokens (natural logarithm) are both at or
// above the line of its task; without one for the task, above that for all tasks.
//
// As a file, JSON: {"format":1,"lines":[{"task":"extract","mean":-0.3,"least":null,"good":40,"bad":31,"caught":20,
// "doubted":1}]}; "task" is "" for all tasks, null is no bound.
#ifndef SLUICE_INTENT_LINES_H
#define SLUICE_INTENT_LINES_H

#include "base/buf.h"
#include "base/err.h"

enum {
    LINES_FORMAT = 1,
    LINES_MOST = 32,     // tasks, and one for all
    LINES_MIN_EACH = 30, // good ones, and bad ones, that a line is fitted to
    LINES_FOLDS = 5,
    LINES_STEPS = 64,          // bounds that are tried, of the mean and of the least each
    LINES_MAX_BYTES = 64 << 10 // of a file
};
// Of the good answers so many may be doubted for the sake of the bad ones: each costs a call of the frontier for
// nothing.
#define LINES_FALSE_ALARMS 0.02

struct line {
    char task[16];            // "" = all
    float mean, least;        // -INFINITY = no bound
    uint32_t good, bad;       // outcomes that it was fitted to
    uint32_t caught, doubted; // of the bad and of the good ones, each by a line that was fitted without its fold
};

struct lines {
    struct line at[LINES_MOST];
    uint32_t count;
};

struct line_row {
    float mean, least;
    bool good;
    uint32_t fold; // below LINES_FOLDS
};

// The line that doubts most of the bad answers while it doubts at most LINES_FALSE_ALARMS of the good ones; of equal
// ones that which doubts the fewest good ones, then the lowest. Fills in all but the task. False: there are fewer than
// LINES_MIN_EACH of either (the counts are filled in).
bool line_fit(const struct line_row *rows, size_t n, struct line *out);

// The line of a task, else the one for all, or NULL.
const struct line *lines_find(const struct lines *l, const char *task);
// Puts a line in the place of that of its task. False when there is no room.
bool lines_put(struct lines *l, const struct line *line);
void lines_drop(struct lines *l, const char *task);

void lines_write(const struct lines *l, struct buf *out);
// -1 with the reason; *out has no lines then.
int lines_read(struct span text, struct lines *out, struct err *e) __attribute__((warn_unused_result));

#endif
