#include "config/settings.h"

#include <ctype.h>

#include "base/spelling.h"
#include "config/pattern.h"

#define KB 1e3
#define MB 1e6
#define GB 1e9
#define SECOND 1e3
#define MINUTE 6e4
#define HOUR 3.6e6
#define DAY 8.64e7

static const char *const ZONES[] = {"local", "eu", "us", "any", NULL};
static const char *const PROTOCOLS[] = {"openai", "anthropic", NULL};
static const char *const PROFILES[] = {"strict", "balanced", "lenient", NULL};
static const char *const NO_FRONTIER[] = {"answer_locally", "refuse", NULL};
static const char *const PERIODS[] = {"day", "month", NULL};
static const char *const VERIFY[] = {"off", "grey", "all", NULL};
static const char *const UNREADABLE[] = {"sensitive", "may_leave", NULL};
static const char *const CLASSES[] = {"pii", "phi", "pci", "secret", "ip", NULL};
static const char *const WEIGHTS[] = {"soft", "hard", "grave", NULL};
static const char *const LEVELS[] = {"debug", "info", "warn", "error", NULL};
static const char *const FORMATS[] = {"auto", "human", "json", NULL};

const char *zone_name(enum zone z) {
    return ZONES[z];
}

const char *profile_name(enum profile p) {
    return PROFILES[p];
}

// ---------------------------------------------------------------- checks of texts

// host:port or [v6]:port
static const char *check_address(struct span s) {
    static const char WRONG[] = "must be host:port or [v6]:port";
    const char *colon = s.len ? memrchr(s.at, ':', s.len) : NULL;
    if (!colon || colon == s.at) return WRONG;
    size_t host = (size_t)(colon - s.at);
    bool bracketed = s.at[0] == '[' && host > 2 && s.at[host - 1] == ']';
    if (!bracketed && (memchr(s.at, ':', host) || memchr(s.at, '[', host))) return WRONG;
    struct span port = span_sub(s, host + 1, s.len);
    uint32_t number = 0;
    if (port.len == 0 || port.len > 5) return WRONG;
    for (size_t i = 0; i < port.len; i++) {
        if (!isdigit((unsigned char)port.at[i])) return WRONG;
        number = number * 10 + (uint32_t)(port.at[i] - '0');
    }
    return number > 65535 ? WRONG : NULL;
}

static const char *check_url(struct span s) {
    if (s.len == 0 || span_starts(s, SPAN("unix:/"))) return NULL;
    bool secure = span_starts(s, SPAN("https://"));
    if (!secure && !span_starts(s, SPAN("http://"))) return "must begin with https:// or http://";
    struct span rest = span_sub(s, secure ? 8 : 7, s.len);
    struct span host = rest;
    for (size_t i = 0; i < rest.len; i++) {
        if ((unsigned char)rest.at[i] <= ' ') return "must not hold spaces";
        if (rest.at[i] == '?' || rest.at[i] == '#') return "must be a base address without ? and #";
        if (rest.at[i] == '/' && host.len == rest.len) host.len = i;
    }
    if (host.len == 0) return "needs a host";
    if (memchr(host.at, '@', host.len)) return "must not hold a user or password (see key_env and key_file)";
    return NULL;
}

// A key pasted here instead of the name of its variable must not pass.
static const char *check_env(struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (!(isalpha(c) || c == '_' || (i && isdigit(c))))
            return "must be the name of an environment variable, not the key itself";
    }
    return NULL;
}

// It stands in headers, metrics and the ledger.
static const char *check_name(struct span s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (!(islower(c) || isdigit(c) || ((c == '-' || c == '_' || c == '.') && i)))
            return "must be of lower-case letters, digits, '-', '_' and '.'";
    }
    if (span_is_z(s, "local") || span_is_z(s, "frontier") || span_is_z(s, "auto"))
        return "must not be local, frontier or auto: these words have a meaning";
    return NULL;
}

// Zones and classes of policy.mask_...: the local zone needs no mask, and no mask makes a secret safe.
static const char *check_mask_zone(struct span s) {
    bool known = span_is_z(s, "eu") || span_is_z(s, "us") || span_is_z(s, "any");
    return known ? NULL : "must be of the zones eu, us and any";
}

static const char *check_mask_class(struct span s) {
    bool known = span_is_z(s, "pii") || span_is_z(s, "phi") || span_is_z(s, "pci");
    return known ? NULL : "must be of the classes pii, phi and pci: nothing else is ever masked and sent";
}

// ---------------------------------------------------------------- the table

#define AT(field) offsetof(struct config, field)
#define FLAG(n, field, def, text)                                                                                      \
    { .name = n, .type = SETTING_BOOL, .offset = AT(field), .fallback = def, .help = text }
#define NUMBER(kind, n, field, def, least, most, text)                                                                 \
    { .name = n, .type = kind, .offset = AT(field), .fallback = def, .min = least, .max = most, .help = text }
#define TEXT(n, field, def, least, checker, text)                                                                      \
    {                                                                                                                  \
        .name = n, .type = SETTING_TEXT, .offset = AT(field), .fallback = def, .min = least, .max = 1024,              \
        .check = checker, .help = text                                                                                 \
    }
#define CHOICE(kind, n, field, def, list, text)                                                                        \
    { .name = n, .type = kind, .offset = AT(field), .fallback = def, .choices = list, .help = text }
#define CHECKED_LIST(n, field, counter, most, checker, text)                                                           \
    {                                                                                                                  \
        .name = n, .type = SETTING_LIST, .offset = AT(field), .count_offset = AT(counter), .fallback = "",             \
        .max = most, .check = checker, .help = text                                                                    \
    }
#define LIST(n, field, counter, most, text) CHECKED_LIST(n, field, counter, most, NULL, text)

const struct setting SETTINGS[] = {
    TEXT("listen.address", listen.address, "127.0.0.1:8080", 1, check_address, "where callers connect"),
    NUMBER(SETTING_INT, "listen.workers", listen.workers, "0", 0, 256, "worker threads; 0 = one per core"),
    NUMBER(SETTING_INT, "listen.backlog", listen.backlog, "1024", 1, 65535, "connections that may wait to be accepted"),

    FLAG("local.enabled", local.enabled, "true", "answer with a local model at all"),
    TEXT("local.model", local.model, "embedded", 1, NULL,
         "embedded, the path of a GGUF file, or the model's name at local.url"),
    TEXT("local.server", local.server, "", 0, NULL, "path of llama-server; empty = PATH, then the private prefix"),
    TEXT("local.url", local.url, "", 0, check_url,
         "an OpenAI-compatible server to use instead of starting llama-server"),
    TEXT("local.key_env", local.key_env, "", 0, check_env, "environment variable with the key for local.url"),
    FLAG("local.url_is_local", local.url_is_local, "false",
         "local.url runs on hardware you control, so sensitive requests may go there"),
    NUMBER(SETTING_INT, "local.slots", local.slots, "4", 1, 256, "requests the local model answers at once"),
    NUMBER(SETTING_INT, "local.queue", local.queue, "32", 0, 100000, "requests that may wait for a slot"),
    NUMBER(SETTING_INT, "local.context", local.context, "0", 0, 16777216,
           "tokens per slot; 0 = what the model was trained for"),
    NUMBER(SETTING_INT, "local.threads", local.threads, "0", 0, 1024, "threads of llama-server; 0 = its own choice"),
    LIST("local.extra_args", local.extra_args, local.extra_arg_count, 64, "more arguments for llama-server"),
    NUMBER(SETTING_MS, "local.load_timeout", local.load_timeout_ms, "2m", SECOND, HOUR,
           "how long the model may take to load"),
    NUMBER(SETTING_MS, "local.timeout", local.timeout_ms, "10m", 0, DAY, "for a whole request; 0 = none"),
    NUMBER(SETTING_MS, "local.first_byte_timeout", local.first_byte_timeout_ms, "30s", 10, HOUR,
           "how long the first content may take"),
    NUMBER(SETTING_MS, "local.idle_timeout", local.idle_timeout_ms, "30s", 10, HOUR, "how long a stream may pause"),
    NUMBER(SETTING_MS, "local.drain_timeout", local.drain_timeout_ms, "10s", 0, HOUR,
           "how long running answers may take to finish at shutdown"),
    TEXT("local.run_dir", local.run_dir, "", 0, NULL, "directory for sockets; empty = $XDG_RUNTIME_DIR or /tmp"),

    CHOICE(SETTING_CHOICE, "policy.profile", policy.profile, "balanced", PROFILES,
           "how much evidence makes a request sensitive: strict needs the least"),
    CHOICE(SETTING_CHOICE, "policy.unreadable", policy.unreadable, "sensitive", UNREADABLE,
           "what images and broken text count as"),
    LIST("policy.markers", policy.markers, policy.marker_count, 1000,
         "your own words that mark a text as confidential"),
    TEXT("policy.data_dir", policy.data_dir, "", 0, NULL,
         "what sluice gate registered; empty = $XDG_STATE_HOME, ~/.local/state or /var/lib, then /sluice/gate"),
    NUMBER(SETTING_BYTES, "policy.max_scan_bytes", policy.max_scan_bytes, "4MB", KB, 64 * MB,
           "a longer text counts as unreadable"),
    NUMBER(SETTING_US, "policy.max_scan_time", policy.max_scan_us, "50ms", 100, 1e7,
           "a scan that takes longer counts as unreadable"),
    NUMBER(SETTING_BYTES, "policy.max_decoded_bytes", policy.max_decoded_bytes, "64KB", KB, 64 * MB,
           "a text with more encoded text in it (base64, hex, escapes) counts as unreadable"),
    NUMBER(SETTING_INT, "policy.max_decode_depth", policy.max_decode_depth, "2", 1, 8,
           "a text that is encoded more often than this counts as unreadable"),
    CHECKED_LIST("policy.mask_zones", policy.mask_zones, policy.mask_zone_count, 3, check_mask_zone,
                 "zones that hard sensitive requests may go to with their values masked: eu, us, any; empty = none"),
    CHECKED_LIST("policy.mask_classes", policy.mask_classes, policy.mask_class_count, 3, check_mask_class,
                 "classes that may be masked: pii, phi, pci; empty = pii"),

    NUMBER(SETTING_REAL, "routing.target_local_share", routing.target_local_share, "0.85", 0, 1,
           "share of the requests free to leave that should stay local; or one of the next two instead"),
    NUMBER(SETTING_REAL, "routing.quality_floor", routing.quality_floor, "0", 0, 1,
           "keep local what can be kept while the expected quality, relative to the frontier's, is this; 0 = not used"),
    NUMBER(SETTING_REAL, "routing.max_cost", routing.max_cost_usd, "0", 0, 1e9,
           "US dollars that frontiers may cost in any max_cost_per; 0 = not used"),
    CHOICE(SETTING_CHOICE, "routing.max_cost_per", routing.max_cost_per, "month", PERIODS,
           "the last 24 hours, or the last 30 days"),
    NUMBER(SETTING_MS, "routing.max_wait", routing.max_wait_ms, "10s", 0, HOUR,
           "a routine request that would wait longer for the local model goes to a frontier; 0 = it waits"),
    NUMBER(SETTING_INT, "routing.sessions", routing.sessions, "16384", 0, 1e7,
           "conversations whose model is remembered (16 bytes each), so that they stay with it; 0 = none"),
    NUMBER(SETTING_MS, "routing.session_cache", routing.session_cache_ms, "5m", 0, DAY,
           "how long after its last answer a model is taken to have a conversation in its prompt cache"),
    CHOICE(SETTING_CHOICE, "routing.on_no_frontier", routing.on_no_frontier, "answer_locally", NO_FRONTIER,
           "what happens to a request for a frontier when none is usable"),
    FLAG("routing.fall_back", routing.fall_back, "true",
         "let the other side answer when the first choice fails (never across the policy)"),
    CHOICE(SETTING_CHOICE, "routing.verify.mode", routing.verify.mode, "grey", VERIFY,
           "which local answers are checked before they are sent: none, those that were nearly for a frontier, all"),
    NUMBER(SETTING_REAL, "routing.verify.band", routing.verify.band, "0.6", 0, 1,
           "grey: how far below the line a score may be, as a part of the line; 1 = all"),
    NUMBER(SETTING_INT, "routing.verify.hold_tokens", routing.verify.hold_tokens, "24", 1, 100000,
           "tokens of a streamed text that are checked before the first is sent; JSON is checked whole"),
    NUMBER(SETTING_MS, "routing.verify.max_hold", routing.verify.max_hold_ms, "10s", 100, HOUR,
           "how long a stream may be held back; then a text is sent, and JSON goes to a frontier"),
    FLAG("routing.verify.logprobs", routing.verify.logprobs, "true",
         "ask the local model for the probability of its tokens; false where local.url refuses that"),
    NUMBER(SETTING_REAL, "routing.verify.min_mean_logprob", routing.verify.min_mean_logprob, "0", -30, 0,
           "least mean log-probability of an answer's tokens; -30 = none; 0 = as learned, or as measured for the "
           "embedded model"),
    NUMBER(SETTING_REAL, "routing.verify.min_logprob", routing.verify.min_logprob, "0", -30, 0,
           "least log-probability of any token; -30 = none; 0 = as learned, or as measured for the embedded model"),
    LIST("routing.verify.critical_fields", routing.verify.critical_fields, routing.verify.critical_field_count, 64,
         "names of JSON fields whose values must occur in the request; empty = all, when the task is extraction"),

    NUMBER(SETTING_BYTES, "limits.header_bytes", limits.header_bytes, "32KB", KB, MB, "request line and headers"),
    NUMBER(SETTING_INT, "limits.headers", limits.headers, "100", 8, 10000, "header fields"),
    NUMBER(SETTING_BYTES, "limits.body_bytes", limits.body_bytes, "20MB", KB, GB, "body of a request"),
    NUMBER(SETTING_MS, "limits.header_timeout", limits.header_timeout_ms, "10s", 10, HOUR,
           "from the first byte to the end of the headers"),
    NUMBER(SETTING_MS, "limits.body_timeout", limits.body_timeout_ms, "1m", 10, HOUR,
           "from the end of the headers to the end of the body"),
    NUMBER(SETTING_MS, "limits.idle_timeout", limits.idle_timeout_ms, "75s", 10, DAY, "a connection without a request"),
    NUMBER(SETTING_MS, "limits.write_timeout", limits.write_timeout_ms, "1m", 10, HOUR,
           "a caller that does not read its answer"),
    NUMBER(SETTING_INT, "limits.json_depth", limits.json_depth, "64", 4, 512, "nesting of a request's JSON"),
    NUMBER(SETTING_INT, "limits.json_values", limits.json_values, "200000", 100, 1e7, "values in a request's JSON"),
    NUMBER(SETTING_INT, "limits.messages", limits.messages, "2000", 1, 100000, "messages of a conversation"),
    NUMBER(SETTING_INT, "limits.connections", limits.connections, "10000", 1, 1e6, "open connections of callers"),
    NUMBER(SETTING_INT, "limits.in_flight", limits.in_flight, "5000", 1, 1e6, "requests at work at once"),
    NUMBER(SETTING_BYTES, "limits.answer_bytes", limits.answer_bytes, "16MB", KB, GB,
           "an answer that is assembled in memory"),
    NUMBER(SETTING_BYTES, "limits.event_bytes", limits.event_bytes, "1MB", KB, 64 * MB, "one event of a stream"),
    NUMBER(SETTING_BYTES, "limits.relay_buffer_bytes", limits.relay_buffer_bytes, "256KB", 4 * KB, 64 * MB,
           "unsent bytes to a slow caller before its upstream is paused"),
    NUMBER(SETTING_BYTES, "limits.held_bytes", limits.held_bytes, "1MB", 4 * KB, 64 * MB,
           "of a stream that is held back while it is checked; then as if routing.verify.max_hold were over"),
    NUMBER(SETTING_INT, "limits.verify_steps", limits.verify_steps, "200000", 1000, 1e8,
           "work to check one answer against its JSON schema; beyond it the schema is not checked"),
    NUMBER(SETTING_BYTES, "limits.verify_input_bytes", limits.verify_input_bytes, "1MB", KB, 64 * MB,
           "of a request's text that is searched for an answer's values; a longer one is not"),
    NUMBER(SETTING_INT, "limits.mask_values", limits.mask_values, "64", 1, 256,
           "values that are masked in one request; with more it stays local"),
    NUMBER(SETTING_BYTES, "limits.mask_bytes", limits.mask_bytes, "16KB", KB, 256 * KB,
           "size of these values, held in locked memory; with more the request stays local"),

    TEXT("ledger.path", ledger.path, "", 0, NULL,
         "SQLite file, or :memory:; empty = $XDG_STATE_HOME, ~/.local/state or /var/lib, then /sluice/ledger.db"),
    NUMBER(SETTING_INT, "ledger.queue_rows", ledger.queue_rows, "65536", 16, 1e6,
           "rows that may wait for the disk before requests are refused"),
    NUMBER(SETTING_INT, "ledger.commit_rows", ledger.commit_rows, "1000", 1, 10000, "rows that make a commit ..."),
    NUMBER(SETTING_MS, "ledger.commit_after", ledger.commit_ms, "100ms", 1, SECOND, "... or the time that does"),

    NUMBER(SETTING_BYTES, "learn.remember", learn.remember, "1MB", 0, GB,
           "memory for the newest requests, of each at most 5 KB, so that an outcome can teach; never sensitive ones"),
    TEXT("learn.dir", learn.dir, "", 0, NULL,
         "where learned weights are kept; empty = $XDG_STATE_HOME, ~/.local/state or /var/lib, then /sluice/learned"),
    NUMBER(SETTING_MS, "learn.watch", learn.watch_ms, "2s", 0, HOUR,
           "how often a server looks whether the weights in use have changed; 0 = only on SIGHUP"),

    TEXT("data.prices", data.prices, "", 0, NULL, "price book on top of the built-in one, in LiteLLM's format"),
    NUMBER(SETTING_INT, "data.prices_max_loss", data.prices_max_loss, "5", 0, 100,
           "percent of models that a price book may lose (unreadable, or gone on a reload) and still be used"),
    TEXT("data.weights", data.weights, "", 0, NULL, "weights of the score instead of the built-in ones"),
    TEXT("data.names", data.names, "", 0, NULL,
         "weights of the name tagger made by models/names; empty = the built-in"),

    CHOICE(SETTING_CHOICE_TEXT, "telemetry.log_level", telemetry.log_level, "info", LEVELS,
           "least level that is logged"),
    CHOICE(SETTING_CHOICE_TEXT, "telemetry.log_format", telemetry.log_format, "auto", FORMATS,
           "auto = human on a terminal, JSON otherwise"),
    {.name = NULL},
};

#undef AT
#define AT(field) offsetof(struct config_frontier, field)

const struct setting FRONTIER_SETTINGS[] = {
    {.name = "name",
     .type = SETTING_TEXT,
     .offset = AT(name),
     .fallback = "",
     .max = 31,
     .check = check_name,
     .help = "shown in headers, ledger and metrics; required"},
    CHOICE(SETTING_CHOICE, "protocol", protocol, "openai", PROTOCOLS, "what it speaks"),
    TEXT("url", url, "", 0, check_url, "base address, with the version: https://api.openai.com/v1; required"),
    TEXT("key_env", key_env, "", 0, check_env, "environment variable with the key"),
    TEXT("key_file", key_file, "", 0, NULL, "file with the key, used when the variable is not set"),
    LIST("models", models, model_count, CONFIG_MAX_MODELS,
         "names it serves; the first is what auto and frontier use; required"),
    CHOICE(SETTING_CHOICE, "zone", zone, "any", ZONES, "where its bytes go"),
    NUMBER(SETTING_MS, "timeout", timeout_ms, "10m", 0, DAY, "for a whole request; 0 = none"),
    NUMBER(SETTING_MS, "first_byte_timeout", first_byte_timeout_ms, "2m", 10, HOUR,
           "how long the first content may take"),
    NUMBER(SETTING_MS, "idle_timeout", idle_timeout_ms, "1m", 10, HOUR, "how long a stream may pause"),
    {.name = NULL},
};

#undef AT
#define AT(field) offsetof(struct config_rule, field)

const struct setting RULE_SETTINGS[] = {
    {.name = "name",
     .type = SETTING_TEXT,
     .offset = AT(name),
     .fallback = "",
     .max = 31,
     .check = check_name,
     .help = "shown as custom.NAME; required"},
    TEXT("pattern", pattern, "", 0, pattern_check, "what to look for, in the syntax of PCRE2; required"),
    TEXT("keyword", keyword, "", 0, NULL,
         "try the pattern only where this word occurs, in either case; empty = always"),
    CHOICE(SETTING_CHOICE, "class", class_, "ip", CLASSES, "what a match is"),
    CHOICE(SETTING_CHOICE, "decides", decides, "hard", WEIGHTS,
           "soft = in strict or with another finding, hard = also in balanced, grave = in all profiles"),
    {.name = NULL},
};

// ---------------------------------------------------------------- looking up

const struct setting *setting_find(const struct setting *table, struct span name) {
    for (const struct setting *s = table; s->name; s++)
        if (span_is_z(name, s->name)) return s;
    return NULL;
}

static const char *const AIMS[] = {"routing.quality_floor", "routing.max_cost", "routing.target_local_share"};
enum { AIM_COUNT = sizeof AIMS / sizeof *AIMS };

bool setting_is_aim(const struct setting *s) {
    for (size_t i = 0; i < AIM_COUNT; i++)
        if (strcmp(s->name, AIMS[i]) == 0) return true;
    return false;
}

const struct setting *config_aim(const struct config *c) {
    return setting_find(SETTINGS, span_from(AIMS[c->routing.quality_floor > 0  ? 0
                                                 : c->routing.max_cost_usd > 0 ? 1
                                                                               : 2]));
}

struct span setting_section(const struct setting *s) {
    return span_make(s->name, strcspn(s->name, "."));
}

bool setting_is_section(struct span name) {
    for (const struct setting *s = SETTINGS; s->name; s++)
        if (span_is(setting_section(s), name)) return true;
    return span_is_z(name, "frontier");
}

const struct setting *setting_group(struct span name) {
    for (const struct setting *s = SETTINGS; s->name; s++) {
        const char *dot = strrchr(s->name, '.');
        bool in_group = strchr(s->name, '.') != dot;
        if (in_group && span_is(span_make(s->name, (size_t)(dot - s->name)), name)) return s;
    }
    return NULL;
}

// Far enough to forgive two slips or a unit at the end, near enough not to guess.
static bool is_nearer(size_t found, size_t best, struct span name) {
    size_t most = name.len / 4 > 2 ? name.len / 4 : 2;
    return found <= most && found < best && found < name.len;
}

const char *setting_nearest(const struct setting *table, struct span name) {
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (const struct setting *s = table; s->name; s++) {
        size_t d = spelling_distance(span_from(s->name), name, false);
        if (is_nearer(d, best, name)) best = d, nearest = s->name;
    }
    return nearest;
}

const char *setting_nearest_section(struct span name) {
    static const char *const SECTIONS[] = {"listen", "local",  "frontier", "policy", "routing",
                                           "limits", "ledger", "learn",    "data",   "telemetry"};
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < sizeof SECTIONS / sizeof *SECTIONS; i++) {
        size_t d = spelling_distance(span_from(SECTIONS[i]), name, false);
        if (is_nearer(d, best, name)) best = d, nearest = SECTIONS[i];
    }
    return nearest;
}
