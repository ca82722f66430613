// `sluice learn`: weights of one's own from outcomes.
#include "cmd/learn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/learn_lines.h"
#include "cmd/outcome_file.h"
#include "cmd/outcome_ledger.h"
#include "cmd/progress.h"
#include "gateway/weigher.h"
#include "intent/learn.h"
#include "ledger/ledger.h"

struct options {
    const char *from, *out, *db, *local, *frontier, *config;
    struct option_list sets;
    bool dry_run, force, json;
};

struct job {
    const struct options *o;
    const struct config *config;
    struct shelf shelf;
    struct weights *in_use;
    struct outcome_file file;
    struct outcome_ledger ledger;
    const struct outcomes *rows;
    struct learn_result result;
    struct learn_report report;
    struct learn_lines lines;
    struct progress progress;
    uint32_t steps_told;
    char *ledger_path;
};

// ---------------------------------------------------------------- rows

static int read_rows(struct job *j, struct err *e) {
    struct learn_report *r = &j->report;
    if (j->o->from) {
        const struct outcome_file_how how = {j->in_use, j->config, LEARN_MAX_ROWS, true};
        if (outcome_file_read(&j->file, j->o->from, &how, e) != 0) return -1;
        outcome_file_warn(&j->file, j->o->from);
        j->rows = &j->file.rows;
        r->source = j->o->from;
        r->faulty = j->file.faulty;
        r->duplicates = j->file.duplicates;
        r->left_out = j->file.left_out;
        return 0;
    }
    r->source = j->ledger_path = j->o->db ? mem_copy_z(j->o->db) : ledger_path(j->config);
    if (outcome_ledger_read(&j->ledger, j->ledger_path, j->shelf.local, j->shelf.frontier, j->in_use, LEARN_MAX_ROWS,
                            e) != 0)
        return -1;
    j->rows = &j->ledger.rows;
    r->other_pair = j->ledger.other_pair;
    r->without_sample = j->ledger.without_sample;
    r->damaged = j->ledger.damaged;
    r->left_out = j->ledger.left_out;
    return 0;
}

// ---------------------------------------------------------------- comparing

// On outcomes that what is in use was not learned from; where there are too few of these, with the base.
static void compare(struct job *j) {
    const struct outcomes *o = j->rows;
    const struct learned *seen_by = j->in_use->learned;
    float *other = mem_new_array(o->count + 1, sizeof *other);
    uint32_t unseen = 0;
    for (uint32_t r = 0; r < o->count; r++) {
        const struct outcome_row *row = &o->at[r];
        bool seen = seen_by && learned_has_seen(seen_by, learned_mark(o->bucket + row->begin, row->text));
        other[r] = seen ? NAN : row->use_score;
        unseen += !seen;
    }
    j->report.against_base = unseen < LEARN_MIN_ROWS;
    if (j->report.against_base)
        for (uint32_t r = 0; r < o->count; r++) other[r] = o->at[r].base_score;
    compare_routers(j->result.sum, other, j->result.gain, o->count, &j->report.compared);
    j->report.better = j->report.compared.gain > 0 && j->report.compared.sure >= LEARN_SURE;
    free(other);
}

static void fill_header(struct job *j) {
    struct learned_header *h = &j->result.learned.header;
    const struct comparison *c = &j->report.compared;
    h->base = weights_base(j->in_use);
    h->made_us = clock_wall_us();
    span_copy_z(h->local, sizeof h->local, j->shelf.local);
    span_copy_z(h->frontier, sizeof h->frontier, j->shelf.frontier);
    h->apgr = (float)c->apgr;
    h->base_apgr = (float)c->other_apgr;
    h->gain = (float)c->gain;
    h->gain_low = (float)c->gain_low;
    h->gain_high = (float)c->gain_high;
    j->report.header = *h;
}

// ---------------------------------------------------------------- the work

static void tell_step(void *context, uint32_t done, uint32_t total) {
    struct job *j = context;
    j->progress.total = total;
    progress_add(&j->progress, done - j->steps_told);
    j->steps_told = done;
}

// What was asked for, or what is better, is written.
static int keep(struct job *j, struct err *e) {
    const struct learned *l = &j->result.learned;
    struct learn_report *r = &j->report;
    r->dry_run = j->o->dry_run;
    r->forced = j->o->force;
    if (j->o->dry_run) return 0;
    if (j->o->out) {
        if (shelf_write(j->o->out, j->in_use, l, e) != 0) return -1;
        r->out = j->o->out;
        return 0;
    }
    if (!r->better && !j->o->force) return learn_lines_keep(&j->lines, &j->shelf, 0, e);
    int version = shelf_add(&j->shelf, j->in_use, l, e);
    if (version < 0 || learn_lines_keep(&j->lines, &j->shelf, (uint32_t)version, e) != 0 ||
        shelf_use(&j->shelf, (uint32_t)version, e) != 0)
        return -1;
    r->version = version;
    return 0;
}

// Lines do not need what weights need of a request: they are kept also where no weights can be learned.
static void keep_lines_alone(struct job *j) {
    struct err e = {""};
    if (j->o->dry_run || j->o->out) return;
    if (learn_lines_keep(&j->lines, &j->shelf, 0, &e) != 0) cmd_fail(EXIT_FAILED, &e);
    else if (j->lines.written && !j->o->json) learn_lines_print(&j->lines);
}

static int work(struct job *j, struct err *e) {
    if (read_rows(j, e) != 0 || learn_lines_fit(&j->lines, &j->shelf, j->ledger_path, e) != 0) return -1;
    struct learn_options options = {.progress = tell_step, .context = j};
    double begun = clock_cpu_seconds();
    progress_start(&j->progress, "learning", 1);
    j->progress.unit = "fits";
    int status = learn_fit(j->rows, NULL, &options, &j->result, e);
    progress_end(&j->progress);
    if (status != 0) {
        keep_lines_alone(j);
        return -1;
    }
    compare(j);
    j->report.cpu_seconds = clock_cpu_seconds() - begun;
    j->report.rows = j->result.used;
    j->report.one_sided = j->result.one_sided;
    j->report.in_use = weights_version(j->in_use);
    fill_header(j);
    return keep(j, e);
}

static int run_learn(struct job *j) {
    struct err e = {""};
    int status = EXIT_FINE;
    j->in_use = weigher_load(j->config, &e);
    if (!j->in_use) return cmd_fail(EXIT_CONFIG, &e);
    if (work(j, &e) != 0) status = cmd_fail(EXIT_FAILED, &e);
    else if (j->o->json) learn_print_json(&j->report, &j->lines);
    else learn_print(&j->report, &j->lines);
    // nothing was put in use, or some lines could not be used
    bool refused = !j->o->dry_run && !j->o->out && j->report.version == 0 && !j->lines.written;
    if (status == EXIT_FINE && (refused || j->report.faulty)) status = EXIT_FAILED;
    learn_release(&j->result);
    if (j->o->from) outcome_file_release(&j->file);
    outcome_ledger_release(&j->ledger);
    weights_free(j->in_use);
    free(j->ledger_path);
    return status;
}

// ---------------------------------------------------------------- the command

static int run_with(const struct options *o, const struct config *config, int argc, char **argv) {
    struct err e = {""};
    struct job j = {.o = o, .config = config};
    char *end = NULL;
    if (weigher_shelf(config, o->local, o->frontier, &j.shelf, &e) != 0) return cmd_fail(EXIT_CONFIG, &e);
    if (argc == 0 && *config->data.weights && !o->out && !o->dry_run) {
        err_set(&e, "data.weights is set and goes before what is learned: unset it, or write a file with --out");
        return cmd_fail(EXIT_CONFIG, &e);
    }
    if (argc == 0) return run_learn(&j);
    if (argc == 1 && !strcmp(argv[0], "versions")) return learn_versions(&j.shelf, o->json);
    if (strcmp(argv[0], "rollback") != 0 || argc > 2)
        return cmd_usage(&CMD_LEARN, "'%s': there is only versions and rollback [VERSION]", argv[0]);
    long long version = argc == 2 ? strtoll(argv[1], &end, 10) : -1;
    if (argc == 2 && (*end || end == argv[1] || version < 0))
        return cmd_usage(&CMD_LEARN, "rollback: '%s' is no version; see sluice learn versions", argv[1]);
    return learn_rollback(&j.shelf, version, o->json);
}

static int run(int argc, char **argv) {
    struct options o = {.from = NULL};
    const struct cmd_option options[] = {
        {"from", 0, OPTION_STRING, "FILE", "labelled requests, one JSON object a line; else the ledger's outcomes",
         &o.from},
        {"out", 'o', OPTION_STRING, "WEIGHTS", "write a file, better or not, and put nothing in use", &o.out},
        {"dry-run", 'n', OPTION_FLAG, NULL, "show the gain, write nothing", &o.dry_run},
        {"force", 0, OPTION_FLAG, NULL, "put it in use even if it is not better", &o.force},
        {"db", 0, OPTION_STRING, "PATH", "the ledger's file", &o.db},
        {"local", 0, OPTION_STRING, "MODEL", "the pair's local model, as in the ledger (the configured one)", &o.local},
        {"frontier", 0, OPTION_STRING, "MODEL", "the pair's frontier model (the configured one)", &o.frontier},
        {"json", 'j', OPTION_FLAG, NULL, "as JSON", &o.json},
        {"config", 'c', OPTION_STRING, "FILE", "configuration that names ledger, models and weights", &o.config},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "change one key of the configuration", &o.sets},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct err e = {""};
    int first = cmd_options(&CMD_LEARN, options, argc, argv);
    if (o.from && o.db) return cmd_usage(&CMD_LEARN, "either --from or --db");
    if (o.out && (o.force || o.dry_run))
        return cmd_usage(&CMD_LEARN, "--out writes in any case, and puts nothing in use");
    struct config *config = cmd_config(o.config, &o.sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    int status = run_with(&o, config, argc - first, argv + first);
    config_free(config);
    return status;
}

const struct command CMD_LEARN = {
    .name = "learn",
    .arguments = "[versions | rollback [VERSION]]",
    .summary = "weights of the score from outcomes of your own traffic",
    .help =
        "Learns for one pair of models, shows the gain in folds with its interval, and puts the weights in use when\n"
        "they are better than what is. Running servers take them up without dropping a request. Beside them: the\n"
        "line of log-probability below which answers of the local model are not believed, by task.\n"
        "A line of FILE is {\"prompt\" or \"request\", \"weak\", \"strong\"}: the quality of the local and of the "
        "frontier\n"
        "answer. Exit code 1: nothing was put in use, or lines could not be read.\n\n"
        "  sluice learn --dry-run\n"
        "  sluice learn --from outcomes.jsonl --out mine.weights\n"
        "  sluice learn versions\n"
        "  sluice learn rollback\n",
    .run = run,
};
