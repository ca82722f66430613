#include "gateway/snapshot.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/weigher.h"

enum { CONNECT_TIMEOUT_MS = 10000 };

static int load_frontier(struct snapshot *s, uint32_t i, struct err *e) {
    struct snapshot_frontier *f = &s->frontiers[i];
    f->config = &s->config->frontiers[i];
    struct err why = {""};
    if (upstream_target_parse(f->config->url, &f->target, &why) != 0)
        return err_set(e, "frontier %s: url: %s", f->config->name, why.text);
    f->target.name = f->config->name;
    f->target.zone = f->config->zone;
    f->target.connect_timeout_ms = CONNECT_TIMEOUT_MS;
    f->target.idle_timeout_ms = f->config->idle_timeout_ms;
    // The time to the first content is watched in attempt.c: a head alone says little, and an answer that
    // is not streamed has its head at its end.
    f->price = price_find(s->prices, span_from(f->config->models[0]));
    char *key = config_secret(f->config->key_env, f->config->key_file);
    if (!key) return 0;
    int status = upstream_target_set_key(&f->target, f->config->protocol, key, &why);
    mem_wipe(key, strlen(key));
    free(key);
    if (status != 0) {
        upstream_target_release(&f->target);
        return err_set(e, "frontier %s: key: %s", f->config->name, why.text);
    }
    f->has_key = true;
    s->usable[s->usable_count] = i;
    s->usable_zones[s->usable_count++] = f->config->zone;
    return 0;
}

// A book with a few bad entries is used; their models have no price, and that is said once.
static void log_faults(const struct price_book *prices) {
    const struct price_fault *first = price_book_fault(prices, 0);
    if (first)
        log_event(LOG_WARN, "prices.skipped", LOG_I("models", (int64_t)price_book_fault_count(prices)),
                  LOG_S("first", first->model), LOG_I("line", first->line), LOG_S("why", first->why));
}

// A budget can only be kept where the price of every model is known.
static int check_prices(const struct snapshot *s, struct err *e) {
    if (!(s->config->routing.max_cost_usd > 0)) return 0;
    for (uint32_t i = 0; i < s->usable_count; i++) {
        const struct config_frontier *f = s->frontiers[s->usable[i]].config;
        for (size_t m = 0; m < f->model_count; m++)
            if (!price_find(s->prices, span_from(f->models[m])))
                return err_set(e, "routing.max_cost: the price of %s (frontier %s) is not known; add it to data.prices",
                               f->models[m], f->name);
    }
    return 0;
}

struct snapshot *snapshot_load(struct config *config, struct err *e) {
    static atomic_uint_fast64_t generations;
    struct snapshot *s = mem_new(sizeof *s);
    atomic_init(&s->references, 1);
    s->generation = atomic_fetch_add(&generations, 1) + 1;
    s->config = config;
    s->gate = gate_new(config, e);
    if (!s->gate) goto fail;
    s->weights = weigher_load(config, e);
    if (!s->weights) goto fail;
    weigher_load_lines(config, &s->lines);
    s->prices = price_book_of(config, e);
    if (!s->prices) goto fail;
    log_faults(s->prices);
    s->weights_mark = (uint8_t)hash_bytes(weights_version(s->weights), strlen(weights_version(s->weights)), 0);
    s->dial = dial_new(config, s->weights);
    for (; s->frontier_count < config->frontier_count; s->frontier_count++)
        if (load_frontier(s, s->frontier_count, e) != 0) goto fail;
    if (check_prices(s, e) != 0) goto fail;
    return s;
fail:
    snapshot_unref(s);
    return NULL;
}

void snapshot_inherit(struct snapshot *fresh, const struct snapshot *old) {
    bool same = dial_inherit(fresh->dial, old->dial);
    (void)same; // other weights, or another kind of aim: it begins anew
}

struct snapshot *snapshot_ref(struct snapshot *s) {
    atomic_fetch_add(&s->references, 1);
    return s;
}

void snapshot_unref(struct snapshot *s) {
    if (!s || atomic_fetch_sub(&s->references, 1) != 1) return;
    for (uint32_t i = 0; i < s->frontier_count; i++) upstream_target_release(&s->frontiers[i].target);
    price_book_free(s->prices);
    dial_free(s->dial);
    weights_free(s->weights);
    gate_free(s->gate);
    config_free(s->config);
    free(s);
}
