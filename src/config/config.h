// The configuration: one plain struct, filled from sluice.yaml by the table in settings.c.
//
// It is immutable once loaded and freed as a whole. Strings are NUL-terminated and never NULL unless
// the comment says so. Secrets are not part of it: it names the environment variable or the file that
// holds one (see config_secret).
#ifndef SLUICE_CONFIG_CONFIG_H
#define SLUICE_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

// Where bytes may go. LOCAL is hardware that the operator controls.
enum zone { ZONE_LOCAL, ZONE_EU, ZONE_US, ZONE_ANY, ZONE_COUNT };
enum protocol { PROTOCOL_OPENAI, PROTOCOL_ANTHROPIC };
enum profile { PROFILE_STRICT, PROFILE_BALANCED, PROFILE_LENIENT };
enum on_no_frontier { NO_FRONTIER_ANSWER_LOCALLY, NO_FRONTIER_REFUSE };
enum cost_period { COST_PER_DAY, COST_PER_MONTH };
enum verify_mode { VERIFY_OFF, VERIFY_GREY, VERIFY_ALL };
enum unreadable { UNREADABLE_IS_SENSITIVE, UNREADABLE_MAY_LEAVE };

const char *zone_name(enum zone z);
const char *profile_name(enum profile p);

enum { CONFIG_MAX_FRONTIERS = 16, CONFIG_MAX_MODELS = 64, CONFIG_MAX_RULES = 200 };

struct config_frontier {
    const char *name;       // shown in headers, ledger and metrics
    enum protocol protocol; // what it speaks
    const char *url;        // base, e.g. https://api.openai.com/v1
    const char *key_env;    // environment variable with the key, or ""
    const char *key_file;   // file with the key, or ""
    enum zone zone;         // where its bytes go
    const char **models;    // names it serves; the first is what `auto` and `frontier` use
    size_t model_count;
    int64_t timeout_ms;             // whole request; 0 = no limit
    int64_t first_byte_timeout_ms;  // to the first content
    int64_t idle_timeout_ms;        // between two events
};

// A pattern of the operator's own.
struct config_rule {
    const char *name;    // becomes the rule's id: custom.NAME
    const char *pattern; // PCRE2
    const char *keyword; // the pattern is tried only where this literal occurs, in either case; "" = everywhere
    int class_;          // index into pii, phi, pci, secret, ip
    int decides;         // index into soft, hard, grave
};

struct config {
    const char *path; // file it came from, or "" for the defaults

    struct {
        const char *address; // host:port or [v6]:port
        int64_t workers;     // threads; 0 = one per core
        int64_t backlog;
    } listen;

    struct {
        bool enabled;
        const char *model;      // "embedded", a path to a GGUF, or a name for `url`
        const char *server;     // path of llama-server; "" = PATH, then the private prefix
        const char *url;        // an OpenAI-compatible server that we do not supervise; "" = supervised
        const char *key_env;    // key for `url`, or ""
        bool url_is_local;      // the operator says that `url` runs on hardware he controls
        int64_t slots;          // requests at once
        int64_t queue;          // requests that may wait beyond the slots
        int64_t context;        // tokens per slot; 0 = the model's own
        int64_t threads;        // 0 = llama-server's own choice
        const char **extra_args; // more arguments for llama-server
        size_t extra_arg_count;
        int64_t load_timeout_ms;
        int64_t timeout_ms;     // whole request; 0 = no limit
        int64_t first_byte_timeout_ms;
        int64_t idle_timeout_ms;
        int64_t drain_timeout_ms;
        const char *run_dir;    // sockets; "" = $XDG_RUNTIME_DIR or /tmp
    } local;

    struct config_frontier *frontiers;
    size_t frontier_count;

    struct {
        enum profile profile;
        enum unreadable unreadable; // images, broken text
        const char **markers;       // the operator's own confidentiality words
        size_t marker_count;
        struct config_rule *rules;  // the operator's own patterns
        size_t rule_count;
        const char *data_dir;       // what `sluice gate` registered; "" = beside the ledger; NULL = none
        int64_t max_scan_bytes;     // beyond it: unreadable
        int64_t max_scan_us;        // beyond it: unreadable
        int64_t max_decoded_bytes;  // of encoded text in a text; beyond it: unreadable
        int64_t max_decode_depth;   // encoded how many times; beyond it: unreadable
        const char **mask_zones;    // where sensitive requests may go masked: eu, us, any; none = nowhere
        size_t mask_zone_count;
        const char **mask_classes;  // what may be masked: pii, phi, pci; none = pii
        size_t mask_class_count;
    } policy;

    struct {
        double target_local_share;   // 0..1, the share of clean requests that should stay local; one of three aims
        double quality_floor;        // 0..1, expected quality relative to the frontier; 0 = not the aim
        double max_cost_usd;         // of frontiers, per max_cost_per; 0 = not the aim
        enum cost_period max_cost_per;
        int64_t max_wait_ms;         // of a routine request for the local model; 0 = any
        int64_t sessions;            // conversations that are remembered; 0 = none
        int64_t session_cache_ms;    // how long a model's prompt cache is taken to last
        enum on_no_frontier on_no_frontier;
        bool fall_back;              // may the other side answer when the first choice fails
        struct {
            enum verify_mode mode;
            double band;             // grey: scores from threshold * (1 - band) on
            int64_t hold_tokens;     // of a streamed text, before the first is sent
            int64_t max_hold_ms;     // of a stream
            bool logprobs;           // ask for them
            double min_mean_logprob, min_logprob; // natural logarithm; 0 = learned, measured, or none
            const char **critical_fields; // JSON fields that must be grounded; none = all of an extraction
            size_t critical_field_count;
        } verify;                    // a local answer, before the caller sees it
    } routing;

    struct {
        int64_t header_bytes;     // request line and headers
        int64_t headers;          // number of header fields
        int64_t body_bytes;
        int64_t header_timeout_ms; // from the first byte to the end of the headers
        int64_t body_timeout_ms;   // from the end of the headers to the end of the body
        int64_t idle_timeout_ms;   // keep-alive without a request
        int64_t write_timeout_ms;  // a caller that does not read
        int64_t json_depth;
        int64_t json_values;
        int64_t messages;
        int64_t connections;       // per process
        int64_t in_flight;         // requests per process
        int64_t answer_bytes;      // an answer that is assembled in memory
        int64_t event_bytes;       // one event of a stream
        int64_t relay_buffer_bytes; // unsent bytes to a slow caller before the upstream is paused
        int64_t held_bytes;         // of a stream that waits for its check
        int64_t verify_steps;       // work for one answer and its schema
        int64_t verify_input_bytes; // of the text that answers are grounded in
        int64_t mask_values;        // values that are masked in one request
        int64_t mask_bytes;         // of these values together
    } limits;

    struct {
        const char *path;       // SQLite file; "" = see ledger_path; ":memory:" keeps nothing
        int64_t queue_rows;     // rows that wait for the writer
        int64_t commit_rows;    // group commit: so many rows ...
        int64_t commit_ms;      // ... or so long
    } ledger;

    struct {
        int64_t remember; // newest requests whose outcome can still be learned from; in memory
        const char *dir;  // of learned weights; "" = beside the ledger's default
        int64_t watch_ms; // how often the file of the weights is looked at; 0 = not
    } learn;

    struct {
        const char *prices;  // override file for the price book, or ""
        int64_t prices_max_loss; // percent of models that a price book may lose and still be used
        const char *weights; // intent weights, or "" for the built-in
        const char *names;   // weights of the name tagger, or "" for the built-in
    } data;

    struct {
        const char *log_level;  // debug | info | warn | error
        const char *log_format; // auto | human | json
    } telemetry;

    struct config_text *texts; // owns the strings
};

// The defaults. Never fails.
struct config *config_defaults(void);
// Defaults overlaid with a file. NULL on failure: the message has file, line, key and a suggestion.
struct config *config_load(const char *path, struct err *e);
// Where `sluice` looks without -c: $SLUICE_CONFIG (also when the file is missing: loading it then fails),
// ./sluice.yaml, /etc/sluice/sluice.yaml; NULL if none is there.
const char *config_find(void);
void config_free(struct config *c);

// One "section.key=value" on top of a loaded file (--set). A list is "a,b" or "[a, b]"; a frontier is
// named: "frontier.openai.url=...". -1 on failure.
int config_set(struct config *c, const char *assignment, struct err *e);

// "sluice/LEAF" in $XDG_STATE_HOME, $HOME/.local/state or /var/lib, whichever is set first. Free with free().
char *config_state_path(const char *leaf);

// Writes every key with its value as YAML, with a comment per key, to a stdio stream: --print-config.
struct _IO_FILE;
void config_print(const struct config *c, struct _IO_FILE *out);

// Reads the key of a frontier (or local.key_env): the environment, then the file (one line, at most
// 64 KB; what is wrong with it is logged). A heap string to be wiped with mem_wipe and freed, or NULL
// when there is none.
char *config_secret(const char *env, const char *file);

#endif
