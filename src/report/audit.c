#include "report/audit.h"

#include <stdlib.h>

#include "base/mem.h"

struct audit *audit_new(struct config *config, const struct audit_options *options, struct err *e) {
    struct judge *judge = judge_new(config, false, e);
    if (!judge) return NULL;
    struct audit *a = mem_new(sizeof *a);
    a->options = *options;
    intake_init(&a->intake, &options->intake);
    a->judge = judge;
    a->sample.most = options->sample;
    tally_init(&a->tally, judge_prices(judge));
    return a;
}

void audit_free(struct audit *a) {
    if (!a) return;
    intake_release(&a->intake);
    tally_free(&a->tally);
    judge_free(a->judge);
    free(a);
}

// ---------------------------------------------------------------- rows

static void add_judged(struct audit *a, int level, const struct judged *d, const struct usage_row *row) {
    struct audit_judged *s = &a->judged[level];
    struct row_cost cost;
    bool local = d->route == ROUTE_LOCAL;
    s->count++;
    s->routine += d->routine;
    s->sensitive += d->sensitive;
    s->local += local;
    s->reasons[d->reason]++;
    for (int i = 0; i < 6; i++) s->classes[i] += d->classes >> i & 1;
    if (!tally_cost_of(&a->tally, row, &cost)) return;
    s->priced++;
    s->cost += cost.total;
    if (d->routine) s->cost_routine += cost.total;
    if (local) s->cost_local += cost.total;
}

// The gate and the score look at the prompt; of a ledger they have already.
static void judge_row(struct audit *a, struct reader *r, const struct usage_row *row) {
    struct judged d;
    bool scored = row->score == row->score && row->sensitive >= 0; // not NAN
    if (!row->prompt.len && !scored) return;
    a->prompts += row->prompt.len > 0;
    a->scores += !row->prompt.len;
    int level = sample_offer(&a->sample);
    if (level < 0 || !a->sample.most) return;
    if (row->prompt.len) {
        if (!judge_prompt(a->judge, reader_decode(r, row->prompt), &d)) {
            a->prompts_too_long++;
            return;
        }
    } else {
        judge_known(a->judge, row->score, row->sensitive == 1, row->input, row->output, &d);
    }
    add_judged(a, level, &d, row);
    sample_count(&a->sample, level);
}

static int take_row(void *context, struct reader *r, const struct usage_row *row, struct err *e) {
    struct audit *a = context;
    bool single = !(reader_format(r)->flags & FORMAT_TOTALS);
    if (tally_add(&a->tally, row, single, e) != 0) return -1;
    if (single) judge_row(a, r, row);
    return 0;
}

int audit_read(struct audit *a, const char *path, struct err *e) {
    return intake_read(&a->intake, path, take_row, a, e);
}
