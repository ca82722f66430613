#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "cmd/learn.h"
#include "cmd/learn_lines.h"
#include "report/figures.h"

static void print_left_out(const struct learn_report *r) {
    const struct {
        uint64_t n;
        const char *what;
    } EACH[] = {{r->faulty, "lines could not be read"},
                {r->duplicates, "lines repeat another"},
                {r->other_pair, "outcomes are of another pair of models"},
                {r->without_sample, "outcomes are of requests that are not remembered, or sensitive"},
                {r->damaged, "outcomes have a sample of another version, or a damaged one"},
                {r->left_out, "are more than are learned from"}};
    for (size_t i = 0; i < sizeof EACH / sizeof *EACH; i++)
        if (EACH[i].n) printf("  left out: %llu %s\n", (unsigned long long)EACH[i].n, EACH[i].what);
}

static const char *verdict_of(const struct learn_report *r) {
    if (r->better) return "better than what is in use";
    if (!isfinite(r->compared.gain))
        return "not to be told from what is in use: the outcomes show no gap between the models";
    return r->compared.gain > 0 ? "perhaps better than what is in use, but not surely"
                                : "not better than what is in use";
}

void learn_print(const struct learn_report *r, const struct learn_lines *lines) {
    const struct comparison *c = &r->compared;
    printf("%u outcomes from %s", r->rows, r->source);
    if (r->one_sided) printf(", %u of them tell of one model only: the other side is estimated", r->one_sided);
    printf("\n  %s / %s\n", *r->header.local ? r->header.local : "(local model)",
           *r->header.frontier ? r->header.frontier : "(frontier)");
    print_left_out(r);
    if (isfinite(c->gain)) {
        printf("APGR %.3f in folds; %s %.3f (%zu outcomes%s)\n", c->apgr,
               r->against_base ? "the base weights" : "in use", c->other_apgr, c->rows,
               r->against_base ? "; what is in use was learned from them" : "");
        printf("gain %+.3f, 95 %% interval %+.3f to %+.3f: ", c->gain, c->gain_low, c->gain_high);
    }
    puts(verdict_of(r));
    learn_lines_print(lines);
    printf("learned in %.2f s of CPU\n", r->cpu_seconds);
    if (r->out) printf("written to %s\n", r->out);
    else if (r->version)
        printf("version %d is in use%s; running servers take it up by themselves\n", r->version,
               r->forced && !r->better ? " (forced)" : "");
    else if (r->dry_run) puts("nothing was written (--dry-run)");
    else
        printf("not put in use: it must be better in %.0f %% of the draws and is in %.0f %%; --force overrides\n",
               100 * LEARN_SURE, 100 * c->sure);
}

void learn_print_json(const struct learn_report *r, const struct learn_lines *lines) {
    const struct comparison *c = &r->compared;
    json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "source", r->source, "outcomes",
                          (json_int_t)r->rows, "one_sided", (json_int_t)r->one_sided, "faulty", (json_int_t)r->faulty,
                          "duplicates", (json_int_t)r->duplicates, "other_pair", (json_int_t)r->other_pair,
                          "without_sample", (json_int_t)r->without_sample, "damaged", (json_int_t)r->damaged,
                          "left_out", (json_int_t)r->left_out);
    const struct {
        const char *name;
        double value;
    } REALS[] = {{"apgr", c->apgr},
                 {"in_use_apgr", c->other_apgr},
                 {"gain", c->gain},
                 {"gain_low", c->gain_low},
                 {"gain_high", c->gain_high},
                 {"sure", c->sure},
                 {"penalty", (double)r->header.penalty},
                 {"cpu_seconds", r->cpu_seconds}};
    for (size_t i = 0; i < sizeof REALS / sizeof *REALS; i++)
        json_object_set_new(o, REALS[i].name, report_real(REALS[i].value));
    json_object_set_new(o, "compared", json_integer((json_int_t)c->rows));
    json_object_set_new(o, "against", json_string(r->against_base ? "base" : "in_use"));
    json_object_set_new(o, "in_use", json_string(r->in_use));
    json_object_set_new(o, "local", json_string(r->header.local));
    json_object_set_new(o, "frontier", json_string(r->header.frontier));
    json_object_set_new(o, "better", json_boolean(r->better));
    json_object_set_new(o, "verdict", json_string(verdict_of(r)));
    json_object_set_new(o, "promoted", json_boolean(r->version > 0));
    json_object_set_new(o, "version", r->version ? json_integer(r->version) : json_null());
    json_object_set_new(o, "lines", learn_lines_json(lines));
    json_object_set_new(o, "lines_in_use", json_boolean(lines->written));
    json_object_set_new(o, "out", r->out ? json_string(r->out) : json_null());
    json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(o);
}
