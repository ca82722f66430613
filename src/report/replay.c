#include "report/replay.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/tokens.h"

enum { BYTES_PER_TOKEN = 4 }; // English text; where a log counts tokens only

struct replay *replay_new(struct config *config, const struct replay_options *options, struct err *e) {
    struct judge *judge = judge_new(config, true, e);
    if (!judge) return NULL;
    struct replay *r = mem_new(sizeof *r);
    r->options = *options;
    r->judge = judge;
    intake_init(&r->intake, &options->intake);
    rates_set(&r->frontier, judge_prices(judge), span_from(options->frontier));
    if (!*options->frontier || r->frontier.known) return r;
    price_set_unknown(judge_prices(judge), options->frontier, e);
    replay_free(r);
    return NULL;
}

void replay_free(struct replay *r) {
    if (!r) return;
    for (uint32_t i = 0; i < r->model_count; i++) free(r->models[i].name);
    intake_release(&r->intake);
    sweep_release(&r->sweep);
    judge_free(r->judge);
    free(r);
}

// ---------------------------------------------------------------- what a row costs

static struct replay_model *model_of(struct replay *r, struct span name) {
    if (r->last_model < r->model_count && span_is(r->models[r->last_model].key, name)) return &r->models[r->last_model];
    for (uint32_t i = 0; i < r->model_count; i++) {
        if (!span_is(r->models[i].key, name)) continue;
        r->last_model = i;
        return &r->models[i];
    }
    if (r->model_count == REPLAY_MODELS) return &r->models[REPLAY_MODELS - 1];
    struct replay_model *m = &r->models[r->model_count];
    if (r->model_count == REPLAY_MODELS - 1) name = SPAN("(other models)");
    m->name = mem_copy_span(name);
    m->key = span_make(m->name, name.len);
    rates_set(&m->rates, judge_prices(r->judge), m->key);
    r->last_model = r->model_count++;
    return m;
}

// At its own model's price, or at that of the frontier which is named for the others.
static bool price_row(struct replay *r, const struct usage_row *row, bool single, pico *out) {
    struct replay_model *m = model_of(r, row->model);
    struct row_cost cost;
    m->requests++;
    bool known = rates_cost(m->rates.known ? &m->rates : &r->frontier, row, single, &cost);
    m->unpriced += !known;
    *out = known ? cost.total : 0;
    return known;
}

// ---------------------------------------------------------------- one request

struct facts {
    struct sweep_row row;
    struct judged judged;
    bool was_local;
};

static void count(struct replay *r, const struct facts *f) {
    const struct judged *d = &f->judged;
    const struct sweep_row *row = &f->row;
    r->judged++;
    r->cost += row->cost;
    r->routes[d->route].requests++;
    r->routes[d->route].cost += row->cost;
    r->reasons[d->reason].requests++;
    r->reasons[d->reason].cost += row->cost;
    r->route_of[d->reason] = d->route;
    r->was_local += f->was_local;
    if (!f->was_local) {
        r->was_cost += row->cost;
        r->left_bytes += row->bytes;
        if (d->route != ROUTE_FRONTIER) r->kept_bytes += row->bytes;
    }
    if (d->free) sweep_add(&r->sweep, (double)d->score, row);
    else sweep_add_fixed(&r->sweep, d->route == ROUTE_FRONTIER ? SWEEP_FRONTIER : SWEEP_LOCAL, row);
}

// Request bytes to the provider: as logged, or the prompt's, or by the tokens.
static int64_t bytes_of(struct replay *r, const struct usage_row *row, struct span prompt) {
    if (row->bytes_out >= 0) return row->bytes_out;
    r->estimated_bytes++;
    if (prompt.len) return (int64_t)prompt.len;
    return row->input > 0 ? row->input * BYTES_PER_TOKEN : 0;
}

static void add_share(struct replay *r, const struct usage_row *row, bool single) {
    struct replay_shares *s = &r->shares;
    pico cost;
    int64_t requests = row->requests > 0 ? row->requests : 1;
    s->count += (uint64_t)requests;
    s->bytes += bytes_of(r, row, SPAN_NONE);
    if (!price_row(r, row, single, &cost)) {
        s->unpriced += (uint64_t)requests;
        return;
    }
    // by 1e-9 USD a request
    uint32_t bucket = sketch_bucket((uint64_t)(cost / requests / 1000));
    if (bucket >= REPLAY_COST_BUCKETS) bucket = REPLAY_COST_BUCKETS - 1;
    s->requests[bucket] += (uint64_t)requests;
    s->cost[bucket] += cost;
    s->total += cost;
}

// A prompt without token counts: what the router itself expects of it.
static void estimate_tokens(struct replay *r, struct usage_row *row, struct span prompt, const struct judged *d) {
    if (row->input >= 0 && row->output >= 0) return;
    r->estimated_tokens++;
    if (row->input < 0) row->input = (int64_t)tokens_estimate(prompt);
    if (row->output < 0) row->output = d->output_tokens;
}

// The quality of the answer that was given is that of the side which gave it.
static void take_quality(struct usage_row *row) {
    if (isnan(row->quality)) return;
    if (span_is_z(row->route, "local") && isnan(row->weak)) row->weak = row->quality;
    if (span_is_z(row->route, "frontier") && isnan(row->strong)) row->strong = row->quality;
}

static int take_row(void *context, struct reader *reader, const struct usage_row *given, struct err *e) {
    struct replay *r = context;
    struct usage_row row = *given;
    struct facts f = {.was_local = span_is_z(row.route, "local")};
    bool single = !(reader_format(reader)->flags & FORMAT_TOTALS);
    struct span prompt = SPAN_NONE;
    (void)e;
    if (row.cost_kind == COST_BILLED) return 0;
    if (!single || (!row.prompt.len && !(row.score == row.score && row.sensitive >= 0))) {
        add_share(r, &row, single);
        return 0;
    }
    if (row.prompt.len) {
        prompt = reader_decode(reader, row.prompt);
        if (!judge_prompt(r->judge, prompt, &f.judged)) {
            r->too_long++;
            add_share(r, &row, single);
            return 0;
        }
        estimate_tokens(r, &row, prompt, &f.judged);
    } else {
        judge_known(r->judge, row.score, row.sensitive == 1, row.input, row.output, &f.judged);
    }
    take_quality(&row);
    f.row = (struct sweep_row){.bytes = bytes_of(r, &row, prompt), .weak = row.weak, .strong = row.strong};
    f.row.priced = price_row(r, &row, single, &f.row.cost);
    count(r, &f);
    return 0;
}

int replay_read(struct replay *r, const char *path, struct err *e) {
    return intake_read(&r->intake, path, take_row, r, e);
}
