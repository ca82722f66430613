#include "verify/line.h"

#include <math.h>
#include <stdio.h>

// Of the embedded model: models/tiny/CASCADE.md, by `make eval-cascade`. They say nothing of other models.
static const double EMBEDDED_MEAN = -0.3, EMBEDDED_LEAST = -0.5;

const char *line_source_name(enum line_source s) {
    static const char *const NAMES[] = {"none", "set", "learned_task", "learned", "built_in"};
    return NAMES[s];
}

static struct verify_line known_line(const struct config *c, const struct lines *learned, const char *task) {
    const struct line *own = learned ? lines_find(learned, task) : NULL;
    if (own)
        return (struct verify_line){(double)own->mean, (double)own->least,
                                    *own->task ? LINE_LEARNED_TASK : LINE_LEARNED};
    if (strcmp(c->local.model, "embedded") == 0 && !*c->local.url)
        return (struct verify_line){EMBEDDED_MEAN, EMBEDDED_LEAST, LINE_BUILT_IN};
    return (struct verify_line){-INFINITY, -INFINITY, LINE_NONE};
}

struct verify_line verify_line_of(const struct config *config, const struct lines *learned, const char *task) {
    struct verify_line line = known_line(config, learned, task);
    double mean = config->routing.verify.min_mean_logprob, least = config->routing.verify.min_logprob;
    if (mean < 0) line.mean = mean;
    if (least < 0) line.least = least;
    if (mean < 0 || least < 0) line.source = LINE_SET;
    if (line.mean <= LINE_LOWEST) line.mean = -INFINITY;
    if (line.least <= LINE_LOWEST) line.least = -INFINITY;
    if (isinf(line.mean) && isinf(line.least)) line.source = LINE_NONE;
    return line;
}

void verify_line_text(const struct verify_line *line, char out[static LINE_TEXT_BYTES]) {
    const double bounds[] = {line->mean, line->least};
    int n = snprintf(out, LINE_TEXT_BYTES, "%s", line_source_name(line->source));
    for (int i = 0; i < 2 && line->source != LINE_NONE; i++)
        n += isinf(bounds[i]) ? snprintf(out + n, LINE_TEXT_BYTES - (size_t)n, " -")
                              : snprintf(out + n, LINE_TEXT_BYTES - (size_t)n, " %.3g", bounds[i]);
}
