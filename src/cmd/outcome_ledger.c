#include "cmd/outcome_ledger.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/outcome.h"

struct entry {
    char id[40];
    uint64_t number; // in the order of time
    enum outcome_source source;
    bool by_local;
    float quality;
    uint8_t *sample;
    size_t sample_len;
};

struct walk {
    struct outcome_ledger *out;
    const char *local, *frontier;
    struct entry *at;
    uint64_t count, seen, skip;
};

static bool is_pair(const struct walk *k, const struct ledger_outcome *o) {
    return strcmp(o->local_model, k->local) == 0 &&
           (!*o->frontier_model || strcmp(o->frontier_model, k->frontier) == 0);
}

static bool is_known(const struct ledger_outcome *o) {
    return !isnan(o->score) || o->success != OUTCOME_UNKNOWN;
}

static int count(void *context, const struct ledger_outcome *o) {
    struct walk *k = context;
    if (!is_known(o)) return 0;
    if (!is_pair(k, o)) k->out->other_pair++;
    else if (!o->sample) k->out->without_sample++;
    else k->count++;
    return 0;
}

static int keep(void *context, const struct ledger_outcome *o) {
    struct walk *k = context;
    if (!is_known(o) || !is_pair(k, o) || !o->sample || k->seen++ < k->skip) return 0;
    if (k->out->outcomes == k->count) return 1; // came since they were counted
    struct entry *x = &k->at[k->out->outcomes++];
    *x = (struct entry){.number = k->seen, .source = o->source, .by_local = o->by_local, .sample_len = o->sample_len};
    span_copy_z(x->id, sizeof x->id, o->id);
    x->quality = isnan(o->score) ? (float)o->success : o->score;
    x->sample = mem_new(o->sample_len + 1);
    memcpy(x->sample, o->sample, o->sample_len);
    return 0;
}

// By request; of each the best word last.
static int by_id(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    if (order) return order;
    if (x->source != y->source) return x->source > y->source ? -1 : 1; // feedback is the first of them
    return (x->number > y->number) - (x->number < y->number);
}

static void score(const struct weights *w, const struct sample *s, struct outcome_row *row) {
    float unused;
    (void)sample_score(w, s, false, &row->use_score, &row->use_p_local);
    (void)sample_score(w, s, true, &row->base_score, &unused);
}

// One request: entries from..to.
static void add_request(struct walk *k, const struct weights *w, struct sample *s, uint64_t from, uint64_t to) {
    struct err e;
    float side[2] = {NAN, NAN};
    const struct entry *last = &k->at[to - 1];
    for (uint64_t i = from; i < to; i++) side[!k->at[i].by_local] = k->at[i].quality;
    if (sample_unpack(w, last->sample, last->sample_len, s, &e) != 0) {
        k->out->damaged++;
        return;
    }
    struct outcome_row *row = outcomes_add(&k->out->rows, s);
    row->weak = side[0];
    row->strong = side[1];
    score(w, s, row);
}

int outcome_ledger_read(struct outcome_ledger *l, const char *path, const char *local, const char *frontier,
                        const struct weights *w, uint32_t max, struct err *e) {
    struct walk k = {.out = l, .local = local, .frontier = frontier};
    *l = (struct outcome_ledger){.outcomes = 0};
    if (ledger_read_outcomes(path, 0, count, &k, e) < 0) return -1;
    k.skip = l->left_out = k.count > max ? k.count - max : 0;
    k.count -= k.skip;
    k.at = mem_new_array(k.count + 1, sizeof *k.at);
    struct sample *s = mem_new(sizeof *s);
    int status = ledger_read_outcomes(path, 0, keep, &k, e) < 0 ? -1 : 0;
    if (status == 0) qsort(k.at, l->outcomes, sizeof *k.at, by_id);
    for (uint64_t i = 0, j; status == 0 && i < l->outcomes; i = j) {
        for (j = i + 1; j < l->outcomes && !strcmp(k.at[i].id, k.at[j].id);) j++;
        add_request(&k, w, s, i, j);
    }
    if (status == 0) outcomes_group(&l->rows);
    for (uint64_t i = 0; i < l->outcomes; i++) free(k.at[i].sample);
    free(k.at);
    free(s);
    return status;
}

void outcome_ledger_release(struct outcome_ledger *l) {
    outcomes_free(&l->rows);
}
