// What the files of this folder share; nobody else includes it but the unit tests.
//
//   find.c       where llama-server and the model are        process.c    one child on the loop
//   gguf.c       facts out of the model file                 probe.c      one small HTTP question
//   control.c    the control tokens of model and template    facts.c      what /props and /v1/models say
//   last_words.c the child's last lines                      rundir.c     the folder of the sockets
//   supervisor.c the child's life as a state machine         foreign.c    a server that we only ask (local.url)
//   local.c      what workers see
#ifndef SLUICE_LOCAL_INTERNAL_H
#define SLUICE_LOCAL_INTERNAL_H

#include <limits.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "local/local.h"
#include "upstream/upstream.h"

// ---------------------------------------------------------------- find.c

struct program {
    char path[PATH_MAX];    // what to exec
    char library[PATH_MAX]; // private prefix: its lib/, run by its own loader there; otherwise ""
};
int find_program(const struct config *config, struct program *out, struct err *e);
// Appends what execs the program: its path, or the loader with its arguments. Returns the new count.
size_t program_arguments(const struct program *p, const char **argv, size_t count, struct arena *a);
// The name shown for a model file: "sluice-tiny" for the embedded one, else the file name without .gguf.
void model_name(const struct config *config, const char *path, char *out, size_t size);

// ---------------------------------------------------------------- last_words.c

enum { LAST_WORDS_LINES = 200, LAST_WORDS_BYTES = 400 };

struct last_words {
    char lines[LAST_WORDS_LINES][LAST_WORDS_BYTES]; // a ring
    size_t count;                                   // complete lines ever seen
    size_t partial;                                 // bytes of the line that is not complete
};
void last_words_reset(struct last_words *w); // wipes
void last_words_feed(struct last_words *w, struct span bytes);
// The newest lines that say why, joined with "; ". `served`: it has seen requests, so only lines that
// cannot quote one are used. "" when there are none.
void last_words_reason(const struct last_words *w, bool served, char *out, size_t size);

// ---------------------------------------------------------------- process.c

struct process;
struct process_events {
    void (*on_output)(void *ctx, struct span bytes);
    void (*on_gone)(void *ctx, int status); // wait status; the process object is gone after this call
};
// Forks and execs with a clean environment, no file of ours, its own process group, and death when the
// calling thread dies. NULL when it cannot be executed.
struct process *process_start(uv_loop_t *loop, const char *const *argv, const struct process_events *events, void *ctx,
                              struct err *e);
void process_signal(struct process *p, int signal);
pid_t process_pid(const struct process *p);
// CPU time that it has used so far, or -1.
int64_t process_cpu_ms(const struct process *p);
// The same without a loop, for short programs: waits up to timeout_ms and returns the wait status, or -1.
int process_run(const char *const *argv, int64_t timeout_ms, struct buf *output, struct err *e);
// "exited with status 1" | "was killed by signal 9 (Killed)"
void process_status_text(int status, char *out, size_t size);

// ---------------------------------------------------------------- probe.c

enum probe_end { PROBE_ANSWERED, PROBE_REFUSED, PROBE_TIMEOUT, PROBE_BAD };

struct probe_address {
    const char *socket_path; // or NULL for TCP
    char host[256];
    char port[8];
};
struct probe_request {
    const struct probe_address *address;
    const char *method;
    const char *path;
    const char *headers; // whole lines ending in CRLF, or ""
    struct span body;
    int64_t timeout_ms; // for the whole exchange
    bool connect_only;  // answered (status 0) as soon as the connection stands
};
struct probe_answer {
    enum probe_end end;
    int status;
    struct span body; // valid during the call
};
struct probe;
// Copies the request. `done` is called once from the loop, never before probe_start has returned.
struct probe *probe_start(uv_loop_t *loop, const struct probe_request *request,
                          void (*done)(void *ctx, const struct probe_answer *answer), void *ctx);
// No call follows. NULL is allowed.
void probe_cancel(struct probe *p);
const char *probe_end_text(enum probe_end end);

// ---------------------------------------------------------------- gguf.c, control.c, facts.c

enum { GGUF_MAX_MARKERS = 1024, MARKER_MAX_BYTES = 64 };

struct gguf_facts {
    int64_t context;      // trained context, 0 = not said
    struct arena arena;   // owns the markers
    const char **markers; // control (type 3) and user-defined (type 4) tokens of the vocabulary
    bool *user_defined;
    size_t marker_count;
};
bool gguf_has_magic(const char *path);
// -1 when the metadata cannot be read. Release in both cases.
int gguf_read(const char *path, struct gguf_facts *out, struct err *e);
void gguf_release(struct gguf_facts *f);

// What breaks a prompt open: markers of the vocabulary, literals of the chat template, bos and eos;
// longest first, at most LOCAL_MAX_CONTROL_TOKENS. Heap: free the items and the array.
const char **control_tokens(const struct gguf_facts *vocabulary, struct span chat_template, struct span bos,
                            struct span eos, size_t *count);
// The widely used ones, for a server whose template is not known.
const char **control_tokens_common(size_t *count);
void control_tokens_free(const char **tokens, size_t count);

struct server_facts {
    int64_t context;
    bool sees_images;
    struct buf chat_template, bos, eos;
};
void server_facts_init(struct server_facts *f);
void server_facts_release(struct server_facts *f);
int server_facts_from_props(struct server_facts *f, struct span body, struct err *e);
// The first model of a /v1/models answer, into `id`. -1 when it lists none.
int server_facts_model(struct span body, char *id, size_t size, struct err *e);
// -1 unless the answer of a chat completion has a choice with a message.
int server_facts_check_chat(struct span body, struct err *e);

// ---------------------------------------------------------------- rundir.c

struct run_dir {
    char path[108];
    bool ours; // made by us: removed at the end
};
int run_dir_open(struct run_dir *d, const char *configured, struct err *e);
void run_dir_close(struct run_dir *d);
// Where it would be, without making it (the last part of a random one is XXXXXX).
void run_dir_guess(const char *configured, char *out, size_t size);

// ---------------------------------------------------------------- supervisor.c, foreign.c, local.c

struct local_timing {
    int64_t health_ms;       // between two questions while it loads
    int64_t live_ms;         // between two questions afterwards
    int64_t live_timeout_ms; // for one answer
    int64_t misses;          // answers missed before it is killed
    int64_t backoff_ms;      // before the first restart, doubling ...
    int64_t backoff_max_ms;  // ... up to this
    int64_t healthy_ms;      // ready for so long: failures are forgotten
    int64_t quick_failures;  // so many in a row: LOCAL_FAILED
    int64_t failed_retry_ms; // and then again after this
    int64_t kill_ms;         // from SIGTERM to SIGKILL
    int64_t foreign_ms;      // between two questions to local.url
};
extern const struct local_timing LOCAL_TIMING;

enum local_stage {
    STAGE_WAIT,   // no child; the timer starts one
    STAGE_HEALTH, // spawned, loading
    STAGE_ASK,    // loaded; properties and the first token are asked for
    STAGE_LIVE,
    STAGE_KILL,  // SIGKILL sent, its exit is awaited
    STAGE_DRAIN, // stopping: requests in flight may end
    STAGE_TERM,  // SIGTERM sent
    STAGE_CLOSED
};

struct generation {
    struct local_server server; // strings are owned
    struct generation *older;
};

struct local {
    // Any thread.
    _Atomic int phase;
    _Atomic(const struct local_server *) server;
    _Atomic uint32_t in_flight;
    _Atomic uint64_t restarts;
    uv_mutex_t words_lock; // guards words
    struct err words;
    uv_async_t suspect;
    uint32_t places; // slots + queue

    // The loop's thread only.
    uv_loop_t *loop;
    struct local_timing timing;
    struct arena arena; // the settings below, copied: the configuration may be swapped
    const char *url, *model;
    const char *model_path;
    const char *const *extra_args;
    size_t extra_arg_count;
    int64_t slots, context, threads, load_timeout_ms, busy_limit_ms, drain_timeout_ms;
    struct program program;
    struct gguf_facts vocabulary;
    struct run_dir run_dir;
    char socket_path[108];
    struct probe_address address;
    struct upstream_target foreign; // local.url

    uv_timer_t timer;
    enum local_stage stage;
    struct process *process;
    struct probe *probe;
    struct last_words output;
    struct server_facts facts;
    struct generation *generations; // newest first
    uint64_t generation;
    bool served;           // this generation has been ready
    char kill_reason[160]; // why we killed it, or ""
    uint64_t deadline_ns;  // of loading, of draining
    uint64_t ready_ns, answered_ns;
    int64_t misses, failures, cpu_ms;
    void (*stopped)(void *);
    void *stopped_arg;
    int closing; // handles that are not closed yet
};

struct local *local_start_timed(uv_loop_t *loop, const struct config *config, const struct local_timing *timing,
                                struct err *e);
// For supervisor.c and foreign.c:
void local_publish(struct local *l, struct generation *g); // and phase READY
void local_withdraw(struct local *l, enum local_phase phase);
void local_say(struct local *l, const char *words);
void local_wake(struct local *l, int64_t after_ms); // the one timer
void local_close(struct local *l);                  // handles, then `stopped`

void supervisor_on_timer(struct local *l);
void supervisor_on_suspect(struct local *l);
void supervisor_stop(struct local *l);
void foreign_on_timer(struct local *l);
// Reads local.url and the key into l->foreign and l->address.
int foreign_prepare(struct local *l, const char *url, const char *key, struct err *e);

#endif
