// The child's life: WAIT -> HEALTH -> ASK -> LIVE -> (exit or KILL) -> WAIT ...; DRAIN -> TERM at the end.
//
// One timer, at most one question under way, one child. What the timer means depends on the stage.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "local/internal.h"

enum { MAX_ARGUMENTS = 128, DRAIN_LOOK_MS = 20 };

static uint64_t after_ms(int64_t ms) {
    return clock_now_ns() + (uint64_t)ms * 1000000u;
}

static int64_t ms_since(uint64_t then_ns) {
    return (int64_t)((clock_now_ns() - then_ns) / 1000000u);
}

static void ask(struct local *l, const char *method, const char *path, const char *body, int64_t timeout_ms,
                void (*done)(void *, const struct probe_answer *)) {
    struct probe_request r = {.address = &l->address,
                              .method = method,
                              .path = path,
                              .headers = "",
                              .body = span_from(body),
                              .timeout_ms = timeout_ms};
    l->probe = probe_start(l->loop, &r, done, l);
}

// ---------------------------------------------------------------- failing

static void forget_probe(struct local *l) {
    probe_cancel(l->probe);
    l->probe = NULL;
}

static void kill_child(struct local *l, const char *why) {
    char words[sizeof l->kill_reason + 16];
    forget_probe(l);
    snprintf(l->kill_reason, sizeof l->kill_reason, "%.*s", (int)sizeof l->kill_reason - 1, why);
    snprintf(words, sizeof words, "llama-server %s", l->kill_reason);
    local_say(l, words);
    l->stage = STAGE_KILL;
    local_withdraw(l, LOCAL_BACKOFF);
    process_signal(l->process, SIGKILL);
}

// 0.5 s, 1 s, 2 s ... with a quarter of jitter either way, so that several gateways do not beat in time.
static int64_t backoff(const struct local *l) {
    int64_t ms = l->timing.backoff_ms;
    for (int64_t i = 1; i < l->failures && ms < l->timing.backoff_max_ms; i++) ms *= 2;
    if (ms > l->timing.backoff_max_ms) ms = l->timing.backoff_max_ms;
    uint32_t dice;
    hash_random(&dice, sizeof dice);
    return ms - ms / 4 + (int64_t)(dice % (uint64_t)(ms / 2 + 1));
}

static void failed(struct local *l, const char *why) {
    bool gave_up = ++l->failures >= l->timing.quick_failures;
    int64_t delay = gave_up ? l->timing.failed_retry_ms : backoff(l);
    l->stage = STAGE_WAIT;
    local_say(l, why);
    local_withdraw(l, gave_up ? LOCAL_FAILED : LOCAL_BACKOFF);
    log_event(gave_up ? LOG_ERROR : LOG_WARN, gave_up ? "local.failed" : "local.down", LOG_S("why", why),
              LOG_I("failures", l->failures), LOG_I("retry_ms", delay));
    local_wake(l, delay);
}

static void on_gone(void *ctx, int status) {
    struct local *l = ctx;
    char how[80], lines[320], why[512];
    bool stopping = l->stage == STAGE_DRAIN || l->stage == STAGE_TERM;
    forget_probe(l);
    l->process = NULL;
    unlink(l->socket_path);
    if (stopping) {
        log_event(LOG_INFO, "local.stopped", LOG_I("generation", l->generation));
        local_close(l);
        return;
    }
    process_status_text(status, how, sizeof how);
    last_words_reason(&l->output, l->served, lines, sizeof lines);
    snprintf(why, sizeof why, "llama-server %.159s%s%s", *l->kill_reason ? l->kill_reason : how, *lines ? ": " : "",
             lines);
    failed(l, why);
}

static void on_output(void *ctx, struct span bytes) {
    struct local *l = ctx;
    last_words_feed(&l->output, bytes);
}

// ---------------------------------------------------------------- starting

static const char **arguments(const struct local *l, struct arena *a) {
    if (l->extra_arg_count > MAX_ARGUMENTS - 32) return NULL;
    const char **argv = arena_alloc_array(a, MAX_ARGUMENTS, sizeof *argv);
    if (!argv) return NULL;
    size_t n = program_arguments(&l->program, argv, 0, a);
    const char *const usual[] = {
        "-m",
        l->model_path,
        "--host",
        l->socket_path,
        "-a",
        l->model,
        "-c",
        arena_printf(a, "%lld", (long long)(l->slots * l->context)),
        "-np",
        arena_printf(a, "%lld", (long long)l->slots),
        // Shared memory of all slots would run full under load, and every request in it would die.
        "--no-kv-unified",
        "--metrics",
        "--no-ui",
        "--offline",
    };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) argv[n++] = usual[i];
    if (l->threads > 0) {
        argv[n++] = "-t";
        argv[n++] = arena_printf(a, "%lld", (long long)l->threads);
    }
    for (size_t i = 0; i < l->extra_arg_count; i++) argv[n++] = l->extra_args[i];
    return argv;
}

static void begin(struct local *l) {
    static const struct process_events EVENTS = {.on_output = on_output, .on_gone = on_gone};
    struct err e = {.text = ""};
    struct arena a;
    if (l->generation) atomic_fetch_add(&l->restarts, 1);
    l->generation++;
    l->served = false;
    l->kill_reason[0] = 0;
    l->misses = 0;
    last_words_reset(&l->output);
    snprintf(l->socket_path, sizeof l->socket_path, "%.70s/slm-%d-%llu.sock", l->run_dir.path, (int)getpid(),
             (unsigned long long)l->generation);
    l->address = (struct probe_address){.socket_path = l->socket_path, .host = "localhost"};
    unlink(l->socket_path); // llama-server does not remove it, and does not start beside it
    atomic_store(&l->phase, LOCAL_STARTING);
    arena_init(&a, 65536);
    const char **argv = arguments(l, &a);
    if (!argv) err_set(&e, "local.extra_args are too many");
    l->process = argv ? process_start(l->loop, argv, &EVENTS, l, &e) : NULL;
    arena_release(&a);
    if (!l->process) {
        failed(l, e.text);
        return;
    }
    log_event(LOG_DEBUG, "local.spawned", LOG_I("pid", process_pid(l->process)), LOG_I("generation", l->generation));
    l->stage = STAGE_HEALTH;
    l->deadline_ns = after_ms(l->load_timeout_ms);
    local_wake(l, l->timing.health_ms);
}

// ---------------------------------------------------------------- getting ready

static int64_t load_time_left(const struct local *l) {
    uint64_t now = clock_now_ns();
    return now < l->deadline_ns ? (int64_t)((l->deadline_ns - now) / 1000000u) + 1 : 0;
}

static void kill_late(struct local *l) {
    char why[160];
    snprintf(why, sizeof why, "was not ready within %lld ms (local.load_timeout)", (long long)l->load_timeout_ms);
    kill_child(l, why);
}

static void ready(struct local *l) {
    struct generation *g = mem_new(sizeof *g);
    g->server = (struct local_server){.generation = l->generation,
                                      .host = "localhost",
                                      .socket_path = mem_copy_z(l->socket_path),
                                      .model = mem_copy_z(l->model),
                                      .context = l->facts.context,
                                      .sees_images = l->facts.sees_images,
                                      .always_stream = true};
    g->server.control_tokens =
        control_tokens(&l->vocabulary, buf_span(&l->facts.chat_template), buf_span(&l->facts.bos),
                       buf_span(&l->facts.eos), &g->server.control_token_count);
    l->served = true;
    l->stage = STAGE_LIVE;
    l->ready_ns = l->answered_ns = clock_now_ns();
    l->cpu_ms = process_cpu_ms(l->process);
    local_publish(l, g);
    log_event(LOG_INFO, "local.ready", LOG_S("model", l->model), LOG_I("generation", l->generation),
              LOG_I("slots", l->slots), LOG_I("context", l->facts.context),
              LOG_I("control_tokens", g->server.control_token_count));
    local_wake(l, l->timing.live_ms);
}

// False (and the child killed) unless the answer is a 200.
static bool expect_200(struct local *l, const struct probe_answer *answer, const char *what) {
    char why[160];
    l->probe = NULL;
    if (answer->end == PROBE_ANSWERED && answer->status == 200) return true;
    if (answer->end == PROBE_TIMEOUT) {
        kill_late(l);
        return false;
    }
    if (answer->end == PROBE_ANSWERED) snprintf(why, sizeof why, "loaded, but %s got status %d", what, answer->status);
    else snprintf(why, sizeof why, "loaded, but %s: %s", what, probe_end_text(answer->end));
    kill_child(l, why);
    return false;
}

static void on_first_token(void *ctx, const struct probe_answer *answer) {
    struct local *l = ctx;
    struct err e;
    if (!expect_200(l, answer, "a first request")) return;
    if (server_facts_check_chat(answer->body, &e) != 0) kill_child(l, e.text);
    else ready(l);
}

static void on_props(void *ctx, const struct probe_answer *answer) {
    struct local *l = ctx;
    struct err e;
    if (!expect_200(l, answer, "/props")) return;
    if (server_facts_from_props(&l->facts, answer->body, &e) != 0) {
        kill_child(l, e.text);
        return;
    }
    // Loading alone proves little: a broken template or broken weights show at the first token.
    ask(l, "POST", "/v1/chat/completions",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":1,\"temperature\":0}",
        load_time_left(l), on_first_token);
}

static void on_health(void *ctx, const struct probe_answer *answer) {
    struct local *l = ctx;
    l->probe = NULL;
    if (answer->end == PROBE_ANSWERED && answer->status == 200) {
        l->stage = STAGE_ASK;
        ask(l, "GET", "/props", "", load_time_left(l), on_props);
    } else {
        local_wake(l, l->timing.health_ms); // no socket yet, or 503 while it loads
    }
}

static void ask_health(struct local *l) {
    int64_t left = load_time_left(l);
    if (left <= 0) kill_late(l);
    else ask(l, "GET", "/health", "", left < l->timing.live_timeout_ms ? left : l->timing.live_timeout_ms, on_health);
}

// ---------------------------------------------------------------- staying alive

// A server in the middle of a large batch of prompt answers nothing, for seconds on a slow machine. While
// it computes or callers wait, that is no evidence, until they would have given up themselves.
static bool may_be_busy(struct local *l) {
    int64_t cpu = process_cpu_ms(l->process), used = cpu - l->cpu_ms;
    l->cpu_ms = cpu;
    bool computes = used * 4 > l->timing.live_timeout_ms;
    return (computes || atomic_load(&l->in_flight) > 0) && ms_since(l->answered_ns) < l->busy_limit_ms;
}

static void on_live(void *ctx, const struct probe_answer *answer) {
    struct local *l = ctx;
    l->probe = NULL;
    bool alive = answer->end == PROBE_ANSWERED && answer->status == 200;
    bool busy = may_be_busy(l);
    if (alive) {
        l->answered_ns = clock_now_ns();
        l->misses = 0;
        if (ms_since(l->ready_ns) >= l->timing.healthy_ms) l->failures = 0;
    } else if (!(busy && answer->end == PROBE_TIMEOUT) && ++l->misses >= l->timing.misses) {
        kill_child(l, "stopped answering");
        return;
    }
    local_wake(l, l->timing.live_ms);
}

static void ask_live(struct local *l) {
    if (l->probe) return;
    // not /health: its thread answers even when inference hangs
    ask(l, "GET", "/slots", "", l->timing.live_timeout_ms, on_live);
}

void supervisor_on_suspect(struct local *l) {
    if (l->stage == STAGE_LIVE) ask_live(l);
}

// ---------------------------------------------------------------- stopping

static void look_at_drain(struct local *l) {
    if (atomic_load(&l->in_flight) > 0 && clock_now_ns() < l->deadline_ns) {
        local_wake(l, DRAIN_LOOK_MS);
        return;
    }
    if (!l->process) {
        local_close(l);
        return;
    }
    // With requests in flight it would only stop generating and keep their connections: hence the drain.
    l->stage = STAGE_TERM;
    process_signal(l->process, SIGTERM);
    local_wake(l, l->timing.kill_ms);
}

void supervisor_stop(struct local *l) {
    local_withdraw(l, LOCAL_STOPPING);
    l->stage = STAGE_DRAIN;
    l->deadline_ns = after_ms(l->drain_timeout_ms);
    local_wake(l, 0);
}

void supervisor_on_timer(struct local *l) {
    switch (l->stage) {
    case STAGE_WAIT: begin(l); break;
    case STAGE_HEALTH: ask_health(l); break;
    case STAGE_LIVE: ask_live(l); break;
    case STAGE_DRAIN: look_at_drain(l); break;
    case STAGE_TERM: process_signal(l->process, SIGKILL); break;
    case STAGE_ASK:
    case STAGE_KILL:
    case STAGE_CLOSED: break;
    }
}
