#include "cmd/learn_lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/outcome.h"
#include "report/figures.h"
#include "report/trend.h"

// ---------------------------------------------------------------- fitting

struct rows {
    struct line_row *at;
    char (*task)[sizeof((struct line *)0)->task];
    size_t count, cap;
};

static void add_row(void *context, const struct ledger_confidence *c) {
    struct rows *r = context;
    if (r->count == r->cap) {
        r->cap = r->cap ? 2 * r->cap : 256;
        r->at = mem_grow(r->at, r->cap * sizeof *r->at);
        r->task = mem_grow(r->task, r->cap * sizeof *r->task);
    }
    uint32_t fold = (uint32_t)(hash_bytes(c->id, strlen(c->id), 0x6c696e65) % LINES_FOLDS);
    r->at[r->count] = (struct line_row){c->mean, c->least, c->quality >= 0.5f, fold};
    span_copy_z(r->task[r->count++], sizeof *r->task, c->task);
}

// `rows` are those of the task.
static void find_line(struct learn_lines *l, const char *task, const struct line_row *rows, size_t n) {
    if (l->count == LINES_MOST) return;
    struct line line = {.good = 0};
    span_copy_z(line.task, sizeof line.task, task);
    enum learn_line verdict = line_fit(rows, n, &line) ? LEARN_LINE_FOUND : LEARN_LINE_TOO_FEW;
    uint32_t at = l->count++;
    double *caught = l->found[at].caught, *doubted = l->found[at].doubted;
    trend_wilson(line.caught, line.bad, &caught[0], &caught[1]);
    trend_wilson(line.doubted, line.good, &doubted[0], &doubted[1]);
    if (verdict == LEARN_LINE_FOUND && caught[0] <= doubted[1]) verdict = LEARN_LINE_TELLS_NOTHING;
    l->found[at].line = line;
    l->found[at].verdict = verdict;
    if (verdict == LEARN_LINE_FOUND) (void)lines_put(&l->lines, &line); // room for all: count is below LINES_MOST
    else if (verdict == LEARN_LINE_TELLS_NOTHING) lines_drop(&l->lines, task);
}

static bool is_new(const struct learn_lines *l, const char *task) {
    for (uint32_t i = 0; i < l->count; i++)
        if (strcmp(l->found[i].line.task, task) == 0) return false;
    return true;
}

static void find_all(struct learn_lines *l, const struct rows *r) {
    struct line_row *part = mem_new_array(r->count + 1, sizeof *part);
    find_line(l, "", r->at, r->count);
    for (size_t i = 0; i < r->count; i++) {
        size_t n = 0;
        if (!is_new(l, r->task[i])) continue;
        for (size_t k = i; k < r->count; k++)
            if (strcmp(r->task[k], r->task[i]) == 0) part[n++] = r->at[k];
        find_line(l, r->task[i], part, n);
    }
    free(part);
}

int learn_lines_fit(struct learn_lines *l, const struct shelf *s, const char *ledger_path, struct err *e) {
    struct rows r = {.count = 0};
    struct err why = {""};
    *l = (struct learn_lines){.looked = ledger_path != NULL};
    // those in use that cannot be read are lost; the server says so too
    if (shelf_load_lines(s, &l->lines, &why) != 0) fprintf(stderr, "sluice: %s\n", why.text);
    if (!ledger_path) return 0;
    int64_t n = ledger_read_confidence(ledger_path, s->local, add_row, &r, e);
    if (n > 0) find_all(l, &r);
    l->rows = r.count;
    free(r.at);
    free(r.task);
    return n < 0 ? -1 : 0;
}

// ---------------------------------------------------------------- keeping

// 0: the built-in weights.
static uint32_t version_in_use(const struct shelf *s) {
    size_t n, unreadable;
    uint32_t number = 0;
    struct shelf_version *list = shelf_list(s, &n, &unreadable);
    for (size_t i = 0; i < n; i++)
        if (list[i].in_use) number = list[i].number;
    free(list);
    return number;
}

int learn_lines_keep(struct learn_lines *l, const struct shelf *s, uint32_t version, struct err *e) {
    bool changed = false;
    for (uint32_t i = 0; i < l->count; i++) changed |= l->found[i].verdict != LEARN_LINE_TOO_FEW;
    if (!changed && !(version && l->lines.count)) return 0;
    if (!version) version = version_in_use(s);
    if (shelf_add_lines(s, version, &l->lines, e) != 0 || shelf_use_lines(s, version, e) != 0) return -1;
    l->written = changed;
    return 0;
}

// ---------------------------------------------------------------- telling

static const char *name_of(const struct line *line) {
    return *line->task ? line->task : "all tasks";
}

static void print_bounds(const struct line *line) {
    if (isfinite(line->mean)) printf("  mean %.3g", (double)line->mean);
    if (isfinite(line->least)) printf("  least %.3g", (double)line->least);
}

void learn_lines_print(const struct learn_lines *l) {
    if (!l->looked) return;
    printf("lines of log-probability: %llu outcomes of answers that no line had sorted\n", (unsigned long long)l->rows);
    for (uint32_t i = 0; i < l->count; i++) {
        const struct line *line = &l->found[i].line;
        printf("  %-10s", name_of(line));
        if (l->found[i].verdict == LEARN_LINE_TOO_FEW) {
            printf("  none: %u good and %u bad outcomes, %d of each are needed\n", line->good, line->bad,
                   LINES_MIN_EACH);
            continue;
        }
        if (l->found[i].verdict == LEARN_LINE_FOUND) print_bounds(line);
        else printf("  none: bad answers are not surely doubted more often than good ones");
        printf("\n              in folds it doubts %u of %u bad answers (%.0f to %.0f %%), %u of %u good ones (%.1f to "
               "%.1f %%)\n",
               line->caught, line->bad, 100 * l->found[i].caught[0], 100 * l->found[i].caught[1], line->doubted,
               line->good, 100 * l->found[i].doubted[0], 100 * l->found[i].doubted[1]);
    }
    if (l->written) puts("  these lines are in use; running servers take them up by themselves");
}

json_t *learn_lines_json(const struct learn_lines *l) {
    static const char *const VERDICTS[] = {"found", "too_few", "tells_nothing"};
    json_t *array = json_array();
    for (uint32_t i = 0; i < l->count; i++) {
        const struct line *line = &l->found[i].line;
        json_array_append_new(
            array, json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:o, s:o, s:I, s:o, s:o}", "task", line->task,
                             "verdict", VERDICTS[l->found[i].verdict], "mean", report_real((double)line->mean), "least",
                             report_real((double)line->least), "good", (json_int_t)line->good, "bad",
                             (json_int_t)line->bad, "caught", (json_int_t)line->caught, "caught_low",
                             report_real(l->found[i].caught[0]), "caught_high", report_real(l->found[i].caught[1]),
                             "doubted", (json_int_t)line->doubted, "doubted_low", report_real(l->found[i].doubted[0]),
                             "doubted_high", report_real(l->found[i].doubted[1])));
    }
    return array;
}
