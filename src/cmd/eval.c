// `sluice eval`: how good the router is on labelled requests.
#include "cmd/eval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/answer.h"
#include "cmd/eval_draws.h"
#include "gateway/weigher.h"
#include "intent/learn.h"

struct options {
    const char *data, *weights, *html, *config, *frontier;
    struct option_list sets;
    int64_t folds, outcomes, draws, seed;
    bool json;
};

enum { MAX_FOLDS = 50, DRAWS = 10, MAX_DRAWS = 1000 };

// ---------------------------------------------------------------- scores

static void note_draws(json_t *root, const struct eval_draw *each, uint32_t draws) {
    double sum = 0, square = 0, slowest = 0;
    json_t *list = json_array();
    for (uint32_t d = 0; d < draws; d++) {
        sum += each[d].apgr;
        square += each[d].apgr * each[d].apgr;
        slowest = fmax(slowest, each[d].cpu_seconds);
        json_array_append_new(list, json_pack("{s:f, s:f}", "apgr", each[d].apgr, "cpu_seconds", each[d].cpu_seconds));
    }
    double mean = sum / draws, deviation = draws > 1 ? sqrt(fmax(0, square - sum * mean) / (draws - 1)) : NAN;
    json_object_set_new(root, "draws", list);
    json_object_set_new(root, "apgr_mean", json_real(mean));
    json_object_set_new(root, "apgr_deviation", isfinite(deviation) ? json_real(deviation) : json_null());
    json_object_set_new(root, "cpu_seconds_most", json_real(slowest));
}

struct measured {
    const char *version; // of the weights in use
    double target_local_share;
    const char *frontier;      // or NULL
    const struct price *price; // its price
};

static json_t *measure(const struct options *o, const struct outcome_file *f, const struct measured *m, struct err *e) {
    struct eval_rows rows = eval_rows_new(f->rows.count);
    const char *version = m->version;
    struct eval_draw *each = mem_new_array((size_t)o->draws, sizeof *each);
    char method[200];
    int status = 0;
    rows.labels = f->labels;
    rows.label_count = f->label_count;
    rows.target_local_share = m->target_local_share;
    rows.frontier = m->frontier;
    rows.price = m->price;
    if (o->folds) {
        snprintf(method, sizeof method, "learned in %lld folds on these rows; rows nearly alike are in one fold",
                 (long long)o->folds);
        status = eval_by_folds(f, (uint32_t)o->folds, (uint64_t)o->seed, &rows, e);
    } else if (o->outcomes) {
        snprintf(method, sizeof method,
                 "learned from %lld of these rows, measured on the others; the last of %lld draws",
                 (long long)o->outcomes, (long long)o->draws);
        status = eval_by_draws(f, (uint32_t)o->outcomes, (uint32_t)o->draws, (uint64_t)o->seed, each, &rows, e);
    } else {
        snprintf(method, sizeof method, "weights %s", version);
        eval_by_weights(f, &rows);
    }
    json_t *root = status == 0 ? eval_measure(&rows) : NULL;
    if (root) json_object_set_new(root, "method", json_string(method));
    if (root) json_object_set_new(root, "weights", json_string(version));
    if (root && o->outcomes) note_draws(root, each, (uint32_t)o->draws);
    free(each);
    eval_rows_free(&rows);
    return root;
}

// ---------------------------------------------------------------- the command

static void print_text(const json_t *root, const void *context) {
    const struct options *o = context;
    eval_print(root);
    const json_t *mean = json_object_get(root, "apgr_mean");
    if (mean)
        printf("\nAPGR, mean of %lld draws: %.4f; learning took at most %.2f s of CPU\n", (long long)o->draws,
               json_number_value(mean), json_number_value(json_object_get(root, "cpu_seconds_most")));
}

static int write_answer(const struct options *o, const json_t *root) {
    return answer_write(
        &(struct answer){"eval", o->html, o->json, JSON_COMPACT | JSON_REAL_PRECISION(9), print_text, o}, root);
}

static int run_with(const struct options *o, const struct config *config) {
    struct err e = {""};
    struct outcome_file f = {.faulty = 0};
    struct price_book *book = price_book_of(config, &e);
    struct weights *w = book ? weigher_load(config, &e) : NULL;
    if (!w) {
        price_book_free(book);
        return cmd_fail(EXIT_CONFIG, &e);
    }
    struct measured m = {.version = weights_version(w), .target_local_share = config->routing.target_local_share};
    m.frontier = o->frontier ? o->frontier : config->frontier_count ? config->frontiers[0].models[0] : NULL;
    m.price = m.frontier ? price_find(book, span_from(m.frontier)) : NULL;
    const struct outcome_file_how how = {w, config, LEARN_MAX_ROWS, false};
    int status = EXIT_FINE;
    json_t *root = NULL;
    if (o->frontier && !m.price) {
        price_set_unknown(book, o->frontier, &e);
        status = cmd_usage(&CMD_EVAL, "%s", e.text);
    } else if (!m.price) {
        m.frontier = NULL;
    }
    if (status == EXIT_FINE && outcome_file_read(&f, o->data, &how, &e) != 0) status = cmd_fail(EXIT_FAILED, &e);
    if (status == EXIT_FINE) {
        outcome_file_warn(&f, o->data);
        if (f.rows.count == 0) err_set(&e, "%s: no line could be used", o->data);
        else root = measure(o, &f, &m, &e);
        if (root) json_object_set_new(root, "faulty", json_integer((json_int_t)f.faulty));
        status = root ? write_answer(o, root) : cmd_fail(EXIT_FAILED, &e);
        if (status == EXIT_FINE && f.faulty) status = EXIT_FAILED; // some lines were not measured
    }
    json_decref(root);
    outcome_file_release(&f);
    weights_free(w);
    price_book_free(book);
    return status;
}

static int check(const struct options *o) {
    if (!o->data) return cmd_usage(&CMD_EVAL, "say on what: --data FILE");
    if (o->folds && o->outcomes) return cmd_usage(&CMD_EVAL, "either --folds or --outcomes");
    if (o->folds && (o->folds < 2 || o->folds > MAX_FOLDS))
        return cmd_usage(&CMD_EVAL, "--folds must be from 2 to %d", MAX_FOLDS);
    if (o->outcomes && o->outcomes < LEARN_MIN_ROWS)
        return cmd_usage(&CMD_EVAL, "--outcomes must be at least %d", LEARN_MIN_ROWS);
    if (o->outcomes > LEARN_MAX_ROWS) return cmd_usage(&CMD_EVAL, "--outcomes must be at most %d", LEARN_MAX_ROWS);
    if (!o->outcomes && o->draws != DRAWS) return cmd_usage(&CMD_EVAL, "--draws goes with --outcomes N");
    if (o->draws < 1 || o->draws > MAX_DRAWS) return cmd_usage(&CMD_EVAL, "--draws must be from 1 to %d", MAX_DRAWS);
    return answer_check(&CMD_EVAL, o->html, o->json);
}

static int run(int argc, char **argv) {
    struct options o = {.draws = DRAWS};
    const struct cmd_option options[] = {
        {"data", 'd', OPTION_STRING, "FILE", "labelled requests, one JSON object a line", &o.data},
        {"weights", 'w', OPTION_STRING, "FILE", "other weights than those in use", &o.weights},
        {"folds", 0, OPTION_INT, "N", "learn on the file itself, in N folds", &o.folds},
        {"outcomes", 0, OPTION_INT, "N", "learn from N of the rows, measure on the others", &o.outcomes},
        {"draws", 0, OPTION_INT, "N", "with --outcomes: how often (10)", &o.draws},
        {"seed", 0, OPTION_INT, "N", "of folds and draws (0)", &o.seed},
        {"frontier", 0, OPTION_STRING, "MODEL", "whose price the curve is drawn with (the first configured)",
         &o.frontier},
        {"html", 0, OPTION_STRING, "FILE", "a page with the curve; - is standard output", &o.html},
        {"json", 'j', OPTION_FLAG, NULL, "as JSON", &o.json},
        {"config", 'c', OPTION_STRING, "FILE", "configuration that names the weights", &o.config},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "change one key of the configuration", &o.sets},
        {NULL, 0, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct err e = {""};
    int first = cmd_options(&CMD_EVAL, options, argc, argv);
    if (first < argc) return cmd_usage(&CMD_EVAL, "'%s': it has options only", argv[first]);
    int status = check(&o);
    if (status) return status;
    struct config *config = cmd_config(o.config, &o.sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    char set[1200];
    snprintf(set, sizeof set, "data.weights=%s", o.weights ? o.weights : "");
    if (o.weights && config_set(config, set, &e) != 0) status = cmd_fail(EXIT_CONFIG, &e);
    if (status == EXIT_FINE) status = run_with(&o, config);
    config_free(config);
    return status;
}

const struct command CMD_EVAL = {
    .name = "eval",
    .arguments = "--data FILE",
    .summary = "how good the router is on labelled requests",
    .help =
        "A line is {\"prompt\" or \"request\", \"weak\", \"strong\"}: the quality of the local and of the frontier "
        "answer,\n"
        "0/1 or a score; \"task\", \"category\" or \"domain\" may name its kind. APGR and CPT are RouteLLM's (arXiv\n"
        "2406.18665), beside a random router, prompt length and an oracle. Without --folds and --outcomes the\n"
        "weights in use are measured. Lines that cannot be read are named and left out; the exit code is 1 then.\n\n"
        "  sluice eval --data outcomes.jsonl\n"
        "  sluice eval --data outcomes.jsonl --folds 5 --html eval.html\n"
        "  sluice eval --data outcomes.jsonl --outcomes 300 --draws 10 --json\n",
    .run = run,
};
