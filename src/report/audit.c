#include "report/audit.h"

#include <stdlib.h>

#include "base/mem.h"

enum { ROWS_PER_TICK = 2048 };

struct audit *audit_new(struct config *config, const struct audit_options *options, struct err *e) {
    struct judge *judge = judge_new(config, e);
    if (!judge) return NULL;
    struct audit *a = mem_new(sizeof *a);
    a->options = *options;
    a->judge = judge;
    a->sample.most = options->sample;
    tally_init(&a->tally, judge_prices(judge));
    return a;
}

void audit_free(struct audit *a) {
    if (!a) return;
    for (uint32_t i = 0; i < a->file_count; i++) free(a->files[i].path);
    tally_free(&a->tally);
    judge_free(a->judge);
    free(a);
}

// ---------------------------------------------------------------- rows

static void note_bad(struct audit *a, struct audit_file *f, uint64_t line, const struct err *why) {
    if (a->bad < AUDIT_BAD_SHOWN) a->bad_shown[a->bad] = (struct audit_bad){(uint32_t)(f - a->files), line, *why};
    if (a->options.bad_rows)
        fprintf(a->options.bad_rows, "%s:%llu: %s\n", f->path, (unsigned long long)line, why->text);
    a->bad++;
    f->bad++;
}

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

static void take_row(struct audit *a, struct audit_file *f, struct reader *r, const struct usage_row *row) {
    struct err e = {""};
    bool single = !(reader_format(r)->flags & FORMAT_TOTALS);
    if (tally_add(&a->tally, row, single, &e) != 0) {
        note_bad(a, f, reader_line(r), &e);
        return;
    }
    f->rows++;
    a->rows++;
    if (single) judge_row(a, r, row);
}

static int read_rows(struct audit *a, struct audit_file *f, struct reader *r, struct err *e) {
    uint64_t told = 0;
    for (uint64_t n = 0;; n++) {
        struct usage_row row;
        struct err why = {""};
        enum reader_status status = reader_next(r, &row, &why);
        if (n % ROWS_PER_TICK == 0 || status == READER_END) {
            uint64_t position = reader_position(r);
            if (a->options.tick) a->options.tick(a->options.context, position - told);
            told = position;
            if (a->options.stop && a->options.stop(a->options.context)) a->stopped = true;
            if (a->stopped) return 0;
        }
        switch (status) {
        case READER_ROW: take_row(a, f, r, &row); break;
        case READER_BAD: note_bad(a, f, reader_line(r), &why); break;
        case READER_LEFT_OUT: f->left_out++, a->left_out++; break;
        case READER_END: return 0;
        case READER_FAILED: return err_set(e, "%s:%llu: %s", f->path, (unsigned long long)reader_line(r), why.text);
        }
    }
}

int audit_read_from(struct audit *a, struct reader *r, const char *path, struct err *e) {
    if (a->file_count == AUDIT_FILES) {
        reader_free(r);
        return err_set(e, "more than %d files", AUDIT_FILES);
    }
    struct audit_file *f = &a->files[a->file_count++];
    *f = (struct audit_file){.path = mem_copy_z(path), .format = "", .title = ""};
    int status = read_rows(a, f, r, e);
    const struct format *format = reader_format(r);
    if (format) f->format = format->name, f->title = format->title, f->flags = format->flags;
    f->container = reader_container(r);
    f->compression = reader_compression(r);
    f->bytes = reader_position(r);
    f->unreadable_cells = reader_unreadable_cells(r);
    reader_free(r);
    return status;
}

int audit_read(struct audit *a, const char *path, struct err *e) {
    struct err why = {""};
    struct reader *r = reader_open(path, &a->options.reader, &why);
    if (!r) return err_set(e, "%s: %s", path, why.text);
    return audit_read_from(a, r, path, e);
}
