// What workers see, and the birth and end of it all. The life of the child is in supervisor.c.
#include "local/local.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "local/internal.h"

enum { MAX_SETTINGS = 256 * 1024 };

const struct local_timing LOCAL_TIMING = {
    .health_ms = 25,
    .live_ms = 2000,
    .live_timeout_ms = 2000,
    .misses = 3,
    .backoff_ms = 500,
    .backoff_max_ms = 30000,
    .healthy_ms = 60000,
    .quick_failures = 5,
    .failed_retry_ms = 300000,
    .kill_ms = 3000,
    .foreign_ms = 5000,
};

// ---------------------------------------------------------------- any thread

const char *local_phase_name(enum local_phase p) {
    static const char *const NAME[] = {"off", "starting", "ready", "backoff", "failed", "stopping"};
    return NAME[p];
}

enum local_phase local_phase(const struct local *l) {
    return l ? (enum local_phase)atomic_load(&l->phase) : LOCAL_OFF;
}

const struct local_server *local_server(const struct local *l) {
    return l ? atomic_load(&l->server) : NULL;
}

bool local_enter(struct local *l) {
    if (!l || !atomic_load(&l->server)) return false;
    uint32_t now = atomic_load(&l->in_flight);
    do
        if (now >= l->places) return false;
    while (!atomic_compare_exchange_weak(&l->in_flight, &now, now + 1));
    return true;
}

bool local_has_room(const struct local *l) {
    return l && atomic_load(&l->server) && atomic_load(&l->in_flight) < l->places;
}

void local_leave(struct local *l) {
    atomic_fetch_sub(&l->in_flight, 1);
}

uint32_t local_in_flight(const struct local *l) {
    return l ? atomic_load(&l->in_flight) : 0;
}

uint64_t local_restarts(const struct local *l) {
    return l ? atomic_load(&l->restarts) : 0;
}

void local_last_words(struct local *l, struct err *out) {
    *out = (struct err){.text = ""};
    if (!l) return;
    uv_mutex_lock(&l->words_lock);
    *out = l->words;
    uv_mutex_unlock(&l->words_lock);
}

void local_suspect(struct local *l) {
    if (l) uv_async_send(&l->suspect);
}

// ---------------------------------------------------------------- for supervisor.c and foreign.c

void local_say(struct local *l, const char *words) {
    uv_mutex_lock(&l->words_lock);
    snprintf(l->words.text, sizeof l->words.text, "%s", words);
    uv_mutex_unlock(&l->words_lock);
}

void local_publish(struct local *l, struct generation *g) {
    struct local_server *server = &g->server;
    if (g != l->generations) { // nobody has seen it yet
        chat_control_begins(server->control_tokens, server->control_token_count, server->control_begins);
        g->older = l->generations;
        l->generations = g;
    }
    local_say(l, "");
    atomic_store(&l->server, server);
    atomic_store(&l->phase, LOCAL_READY);
}

void local_withdraw(struct local *l, enum local_phase phase) {
    atomic_store(&l->server, NULL);
    atomic_store(&l->phase, (int)phase);
}

static void on_timer(uv_timer_t *t) {
    struct local *l = t->data;
    if (l->url && l->stage != STAGE_DRAIN) foreign_on_timer(l);
    else supervisor_on_timer(l);
}

void local_wake(struct local *l, int64_t after_ms) {
    uv_timer_start(&l->timer, on_timer, (uint64_t)(after_ms > 0 ? after_ms : 0), 0);
}

static void on_suspect(uv_async_t *a) {
    struct local *l = a->data;
    if (!l->url) supervisor_on_suspect(l);
    else if (l->stage == STAGE_LIVE && !l->probe) local_wake(l, 0);
}

static void on_closed(uv_handle_t *h) {
    struct local *l = h->data;
    if (--l->closing == 0 && l->stopped) l->stopped(l->stopped_arg);
}

void local_close(struct local *l) {
    l->stage = STAGE_CLOSED;
    probe_cancel(l->probe);
    l->probe = NULL;
    run_dir_close(&l->run_dir);
    l->closing = 2;
    uv_close((uv_handle_t *)&l->timer, on_closed);
    uv_close((uv_handle_t *)&l->suspect, on_closed);
}

// ---------------------------------------------------------------- start and end

static int copy_settings(struct local *l, const struct config *config, struct err *e) {
    l->slots = config->local.slots > 0 ? config->local.slots : 1;
    l->places = (uint32_t)(l->slots + (config->local.queue > 0 ? config->local.queue : 0));
    l->context = config->local.context;
    l->threads = config->local.threads;
    l->load_timeout_ms = config->local.load_timeout_ms;
    l->busy_limit_ms = config->local.first_byte_timeout_ms;
    l->drain_timeout_ms = config->local.drain_timeout_ms;
    const char **extra = arena_alloc_array(&l->arena, config->local.extra_arg_count + 1, sizeof *extra);
    for (size_t i = 0; extra && i < config->local.extra_arg_count; i++) {
        extra[i] = arena_copy(&l->arena, span_from(config->local.extra_args[i]));
        if (!extra[i]) extra = NULL;
    }
    if (!extra) return err_set(e, "local.extra_args are too long");
    l->extra_args = extra;
    l->extra_arg_count = config->local.extra_arg_count;
    return 0;
}

static int prepare_child(struct local *l, const struct config *config, struct err *e) {
    enum { CONTEXT_CEILING = 8192, CONTEXT_UNSAID = 4096 };
    char path[PATH_MAX], name[256];
    if (find_program(config, &l->program, e) != 0 || local_find_model(config, path, sizeof path, e) != 0) return -1;
    model_name(config, path, name, sizeof name);
    l->model_path = arena_copy(&l->arena, span_from(path));
    l->model = arena_copy(&l->arena, span_from(name));
    struct err unread;
    if (gguf_read(path, &l->vocabulary, &unread) != 0)
        log_event(LOG_WARN, "local.vocabulary_unread", LOG_S("why", unread.text));
    // Not more than the model was trained for; and memory for it is taken at once, so not all of a large one.
    if (l->context <= 0) l->context = l->vocabulary.context > 0 ? l->vocabulary.context : CONTEXT_UNSAID;
    if (config->local.context <= 0 && l->context > CONTEXT_CEILING) l->context = CONTEXT_CEILING;
    return run_dir_open(&l->run_dir, config->local.run_dir, e);
}

static int prepare_foreign(struct local *l, const struct config *config, struct err *e) {
    char *key = *config->local.key_env ? config_secret(config->local.key_env, "") : NULL;
    if (*config->local.key_env && !key)
        return err_set(e, "local.key_env: the environment variable %s is not set", config->local.key_env);
    int result = foreign_prepare(l, config->local.url, key, e);
    if (key) mem_wipe(key, strlen(key));
    free(key);
    if (result != 0) return -1;
    bool named = strcmp(config->local.model, "embedded") != 0;
    if (!named && !strcmp(l->foreign.scheme, "https"))
        return err_set(e, "local.model: name the model that %s serves", config->local.url);
    l->url = arena_copy(&l->arena, span_from(config->local.url));
    l->model = named ? arena_copy(&l->arena, span_from(config->local.model)) : "";
    return l->url && l->model ? 0 : err_set(e, "local.url or local.model is too long");
}

static void free_generations(struct generation *g) {
    while (g) {
        struct generation *older = g->older;
        control_tokens_free(g->server.control_tokens, g->server.control_token_count);
        free((void *)(uintptr_t)g->server.socket_path);
        free((void *)(uintptr_t)g->server.model);
        free(g);
        g = older;
    }
}

void local_free(struct local *l) {
    if (!l) return;
    free_generations(l->generations);
    server_facts_release(&l->facts);
    gguf_release(&l->vocabulary);
    run_dir_close(&l->run_dir);
    last_words_reset(&l->output);
    upstream_target_release(&l->foreign);
    arena_release(&l->arena);
    uv_mutex_destroy(&l->words_lock);
    free(l);
}

struct local *local_start_timed(uv_loop_t *loop, const struct config *config, const struct local_timing *timing,
                                struct err *e) {
    if (!config->local.enabled) {
        err_set(e, "the local model is switched off (local.enabled)");
        return NULL;
    }
    struct local *l = mem_new(sizeof *l);
    l->loop = loop;
    l->timing = *timing;
    arena_init(&l->arena, MAX_SETTINGS);
    arena_init(&l->vocabulary.arena, 0);
    server_facts_init(&l->facts);
    uv_mutex_init(&l->words_lock);
    atomic_store(&l->phase, LOCAL_STARTING);
    int ready = copy_settings(l, config, e);
    if (ready == 0) ready = *config->local.url ? prepare_foreign(l, config, e) : prepare_child(l, config, e);
    if (ready == 0 && uv_async_init(loop, &l->suspect, on_suspect) != 0)
        ready = err_set(e, "no file is left for the local model: raise the limit of open files");
    if (ready != 0) {
        local_free(l);
        return NULL;
    }
    uv_timer_init(loop, &l->timer);
    l->timer.data = l->suspect.data = l;
    l->stage = l->url ? STAGE_LIVE : STAGE_WAIT;
    local_wake(l, 0);
    return l;
}

struct local *local_start(uv_loop_t *loop, const struct config *config, struct err *e) {
    return local_start_timed(loop, config, &LOCAL_TIMING, e);
}

void local_stop(struct local *l, void (*done)(void *), void *arg) {
    l->stopped = done;
    l->stopped_arg = arg;
    probe_cancel(l->probe);
    l->probe = NULL;
    supervisor_stop(l);
}

int local_server_version(const struct config *config, char *out, size_t size, struct err *e) {
    enum { PATIENCE_MS = 10000 };
    struct program p;
    struct arena a;
    struct buf text;
    const char *argv[12] = {NULL};
    if (find_program(config, &p, e) != 0) return -1;
    arena_init(&a, 16384);
    buf_init(&text, 65536);
    size_t n = program_arguments(&p, argv, 0, &a);
    argv[n] = "--version";
    int status = process_run(argv, PATIENCE_MS, &text, e);
    struct span first = span_trim(buf_span(&text));
    size_t end = span_find(first, SPAN("\n"));
    snprintf(out, size, "%.*s", SPAN_ARG(span_sub(first, 0, end == SIZE_MAX ? first.len : end)));
    if (status > 0) {
        char how[80];
        process_status_text(status, how, sizeof how);
        err_set(e, "%s --version %s: %s", p.path, how, out);
    }
    buf_free(&text);
    arena_release(&a);
    return status == 0 ? 0 : -1;
}
