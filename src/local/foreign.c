// local.url: a server that somebody else runs. It is asked now and then whether it is there, nothing more.
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "local/internal.h"

int foreign_prepare(struct local *l, const char *url, const char *key, struct err *e) {
    struct err why;
    if (upstream_target_parse(url, &l->foreign, &why) != 0) return err_set(e, "local.url: %.400s", why.text);
    if (upstream_target_set_key(&l->foreign, PROTOCOL_OPENAI, key, &why) != 0)
        return err_set(e, "local.key_env: %.400s", why.text);
    l->address.socket_path = l->foreign.socket_path;
    snprintf(l->address.host, sizeof l->address.host, "%s", l->foreign.host);
    snprintf(l->address.port, sizeof l->address.port, "%u", l->foreign.port);
    return 0;
}

static bool only_connects(const struct local *l) {
    return !strcmp(l->foreign.scheme, "https"); // TLS is not spoken here
}

static void publish(struct local *l, const char *model) {
    struct generation *g = l->generations;
    if (!g || strcmp(g->server.model, model) != 0) {
        g = mem_new(sizeof *g);
        g->server = (struct local_server){.generation = ++l->generation,
                                          .host = l->address.host,
                                          .url = l->url,
                                          .model = mem_copy_z(model),
                                          .context = l->context > 0 ? l->context : 0};
        g->server.control_tokens = control_tokens_common(&g->server.control_token_count);
    }
    local_publish(l, g);
    log_event(LOG_INFO, "local.ready", LOG_S("model", model), LOG_I("generation", l->generation));
}

static void withdraw(struct local *l, const char *why) {
    if (atomic_load(&l->phase) != LOCAL_BACKOFF) log_event(LOG_WARN, "local.down", LOG_S("why", why));
    local_say(l, why);
    local_withdraw(l, LOCAL_BACKOFF);
}

static void on_models(void *ctx, const struct probe_answer *answer) {
    struct local *l = ctx;
    struct err e = {.text = ""};
    char model[256] = "", why[512];
    bool only_connected = only_connects(l);
    bool was_ready = atomic_load(&l->phase) == LOCAL_READY;
    l->probe = NULL;
    local_wake(l, l->timing.foreign_ms);
    if (answer->end == PROBE_TIMEOUT && was_ready && ++l->misses < l->timing.misses) return; // it may be busy
    l->misses = 0;
    if (answer->end != PROBE_ANSWERED) {
        snprintf(why, sizeof why, "local.url: %s from %.300s", probe_end_text(answer->end), l->url);
    } else if (!only_connected && (answer->status == 401 || answer->status == 403)) {
        snprintf(why, sizeof why, "local.url: %.300s wants a key (status %d): set local.key_env", l->url,
                 answer->status);
    } else if (!only_connected && answer->status != 200) {
        snprintf(why, sizeof why, "local.url: %.300s answers GET /models with status %d", l->url, answer->status);
    } else if (!*l->model && server_facts_model(answer->body, model, sizeof model, &e) != 0) {
        snprintf(why, sizeof why, "local.url: %.150s: %.200s: set local.model to the name that it serves", l->url,
                 e.text);
    } else {
        const char *name = *l->model ? l->model : model;
        if (!was_ready || strcmp(l->generations->server.model, name) != 0) publish(l, name);
        return;
    }
    withdraw(l, why);
}

void foreign_on_timer(struct local *l) {
    if (l->stage != STAGE_LIVE || l->probe) return;
    char path[512];
    snprintf(path, sizeof path, "%.480s/models", l->foreign.path_prefix);
    struct probe_request r = {.address = &l->address,
                              .method = "GET",
                              .path = path,
                              .headers = l->foreign.auth_header,
                              .timeout_ms = l->timing.live_timeout_ms,
                              .connect_only = only_connects(l)};
    l->probe = probe_start(l->loop, &r, on_models, l);
}
