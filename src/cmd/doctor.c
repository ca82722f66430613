// Looks at everything that a gateway needs and says how to mend what is missing. Starts nothing that stays,
// sends nothing anywhere but to our own listen address.
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "ledger/ledger.h"
#include "local/local.h"
#include "price/price.h"
#include "upstream/upstream.h"
#include "wire/json.h"

enum state { STATE_OK, STATE_WARN, STATE_FAIL };
static const char *const STATE_NAME[] = {"ok", "warn", "fail"};
static const char *const STATE_COLOUR[] = {"\033[32m", "\033[33m", "\033[31m"};

enum { MAX_REPORT = 256 * 1024 };

struct doctor {
    const struct config *config;
    const char *check; // name of the one that runs
    bool json;
    struct buf out; // the JSON array's content
    int counts[3];
};

// One finding. `fix` says how to mend it; "" where nothing is to be done.
static void __attribute__((format(printf, 4, 5)))
found(struct doctor *d, enum state state, const char *fix, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    d->counts[state]++;
    if (d->json) {
        buf_add_z(&d->out, d->out.len ? ",{" : "{");
        const struct {
            const char *key, *value;
        } fields[] = {{"check", d->check}, {"state", STATE_NAME[state]}, {"text", text}, {"fix", fix}};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
            json_put_key(&d->out, fields[i].key);
            json_put_z(&d->out, fields[i].value);
        }
        buf_add_char(&d->out, '}');
        return;
    }
    bool colour = cmd_colour();
    printf("%s%-4s%s  %-12s %s\n", colour ? STATE_COLOUR[state] : "", STATE_NAME[state], colour ? "\033[0m" : "",
           d->check, text);
    if (*fix) printf("%-20sto mend: %s\n", "", fix);
}

// ---------------------------------------------------------------- the local model

static bool is_supervised(const struct config *c) {
    return c->local.enabled && !*c->local.url;
}

static void check_server(struct doctor *d) {
    char path[PATH_MAX], version[256];
    struct err e;
    if (!d->config->local.enabled) found(d, STATE_OK, "", "local.enabled is false: no local model is run");
    else if (*d->config->local.url) found(d, STATE_OK, "", "not needed: local.url names a server that runs already");
    else if (local_find_server(d->config, path, sizeof path, &e) != 0) found(d, STATE_FAIL, "", "%s", e.text);
    else if (local_server_version(d->config, version, sizeof version, &e) != 0)
        found(d, STATE_FAIL, "run `make setup` again, or set local.server to another one", "%s", e.text);
    else found(d, STATE_OK, "", "%s, %s", path, version);
}

static void check_model(struct doctor *d) {
    char path[PATH_MAX];
    struct err e;
    struct stat s;
    if (!is_supervised(d->config)) return;
    if (local_find_model(d->config, path, sizeof path, &e) != 0) found(d, STATE_FAIL, "", "%s", e.text);
    else if (stat(path, &s) == 0) found(d, STATE_OK, "", "%s, %.1f MB", path, (double)s.st_size / 1e6);
}

static void check_run_dir(struct doctor *d) {
    enum { SOCKET_PATH = 108 };
    char path[PATH_MAX];
    if (!is_supervised(d->config)) return;
    local_run_dir(d->config, path, sizeof path);
    size_t length = strlen(path) + strlen("/slm-1234567890-1234567890.sock");
    if (length >= SOCKET_PATH)
        found(d, STATE_FAIL, "set local.run_dir to a shorter path",
              "%s: a socket in it would have %zu bytes, %d are allowed", path, length, SOCKET_PATH - 1);
    else found(d, STATE_OK, "", "%s", path);
}

// No name is looked up: a name with a public ending, or an address that is not private, is a sign, not a proof.
static bool looks_remote(const char *host) {
    static const char *const PRIVATE[] = {".local",     ".internal", ".lan",     ".home.arpa",
                                          ".localhost", ".svc",      ".intranet"};
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1) {
        uint32_t a = ntohl(v4.s_addr);
        return !(a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 22 == 0x191);
    }
    if (inet_pton(AF_INET6, host, &v6) == 1)
        return !(IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6) || (v6.s6_addr[0] & 0xfe) == 0xfc);
    if (!strchr(host, '.')) return false; // localhost, a service name in a cluster
    size_t n = strlen(host);
    for (size_t i = 0; i < sizeof PRIVATE / sizeof *PRIVATE; i++) {
        size_t m = strlen(PRIVATE[i]);
        if (n > m && !strcasecmp(host + n - m, PRIVATE[i])) return false;
    }
    return true;
}

static void check_local_url(struct doctor *d) {
    struct upstream_target t;
    struct err e;
    if (!d->config->local.enabled || !*d->config->local.url) return;
    if (upstream_target_parse(d->config->local.url, &t, &e) != 0) {
        found(d, STATE_FAIL, "write http://HOST:PORT/v1", "local.url: %s", e.text);
        return;
    }
    bool remote = !t.socket_path && looks_remote(t.host);
    if (remote && d->config->local.url_is_local)
        found(d, STATE_WARN, "set local.url_is_local to false unless this hardware is yours",
              "%s looks remote, but counts as local: sensitive requests go there", t.host);
    else if (!d->config->local.url_is_local)
        found(d, STATE_WARN, "set local.url_is_local to true if you control the hardware behind it",
              "%s does not count as local: sensitive requests have nowhere to go", t.host);
    else found(d, STATE_OK, "", "%s counts as local (a proxy there could still forward to a cloud)", t.host);
    upstream_target_release(&t);
}

// ---------------------------------------------------------------- frontiers

static void check_frontier(struct doctor *d, const struct config_frontier *f, bool *has_key) {
    struct upstream_target t;
    struct err e;
    char fix[512];
    char *key = config_secret(f->key_env, f->key_file);
    *has_key = key != NULL;
    if (key) mem_wipe(key, strlen(key));
    free(key);
    if (upstream_target_parse(f->url, &t, &e) != 0) {
        found(d, STATE_FAIL, "correct its url", "%s: %s", f->name, e.text);
        return;
    }
    if (!*has_key) {
        if (*f->key_env) snprintf(fix, sizeof fix, "export %.200s=..., or set its key_file", f->key_env);
        else snprintf(fix, sizeof fix, "set its key_env or key_file");
        found(d, STATE_WARN, fix, "%s: no key, so it is not used", f->name);
    } else if (f->zone == ZONE_LOCAL && !t.socket_path && looks_remote(t.host)) {
        found(d, STATE_WARN, "set its zone to where its bytes really go", "%s: zone local, but %s looks remote",
              f->name, t.host);
    } else if (!strcmp(t.scheme, "http") && looks_remote(t.host)) {
        found(d, STATE_WARN, "use https", "%s: its key and the prompts travel unencrypted to %s", f->name, t.host);
    } else {
        found(d, STATE_OK, "", "%s: key present, zone %s%s", f->name, zone_name(f->zone),
              f->zone == ZONE_ANY ? " (no place is promised)" : "");
    }
    upstream_target_release(&t);
}

static void check_frontiers(struct doctor *d) {
    size_t usable = 0;
    for (size_t i = 0; i < d->config->frontier_count; i++) {
        bool has_key = false;
        check_frontier(d, &d->config->frontiers[i], &has_key);
        usable += has_key;
    }
    bool refuse = d->config->routing.on_no_frontier == NO_FRONTIER_REFUSE;
    if (usable == 0)
        found(d, STATE_WARN, "give a frontier a key", "no frontier can be used: hard requests are %s",
              refuse ? "refused" : "answered by the local model and marked degraded");
}

// ---------------------------------------------------------------- prices

static void check_price(struct doctor *d, const struct price_book *book, const struct config_frontier *f,
                        const char *model) {
    const struct price *p = price_find(book, span_from(model));
    if (p && p->card_count) return;
    found(d, STATE_WARN, "put it into the file of data.prices",
          "%s: no price for %s, so what its requests cost is unknown", f->name, model);
}

static void check_prices(struct doctor *d) {
    struct err e = {""};
    struct price_book *book = price_book_of(d->config, &e);
    if (!book) {
        found(d, STATE_FAIL, "correct the file of data.prices: sluice prices check FILE", "%s", e.text);
        return;
    }
    size_t faults = price_book_fault_count(book);
    const struct price_fault *first = price_book_fault(book, 0);
    if (first)
        found(d, STATE_WARN, "sluice prices check FILE", "%zu models cannot be read, the first in line %u: %s: %s",
              faults, first->line, first->model, first->why);
    else
        found(d, STATE_OK, "", "%zu models%s%s", price_book_count(book), *d->config->data.prices ? ", with " : "",
              d->config->data.prices);
    for (size_t i = 0; i < d->config->frontier_count; i++) {
        const struct config_frontier *f = &d->config->frontiers[i];
        for (size_t k = 0; k < f->model_count; k++) check_price(d, book, f, f->models[k]);
    }
    price_book_free(book);
}

// ---------------------------------------------------------------- the machine

static bool answers_healthz(const struct addrinfo *a) {
    char answer[64] = "";
    const char question[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    struct timeval patience = {.tv_sec = 1};
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    bool good = connect(fd, a->ai_addr, a->ai_addrlen) == 0 &&
                send(fd, question, sizeof question - 1, MSG_NOSIGNAL) > 0 &&
                recv(fd, answer, sizeof answer - 1, 0) > 12 && !memcmp(answer, "HTTP/1.1 200", 12);
    close(fd);
    return good;
}

static bool is_loopback(const struct addrinfo *a) {
    if (a->ai_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a->ai_addr)->sin6_addr);
}

static void try_address(struct doctor *d, const struct addrinfo *a) {
    const char *address = d->config->listen.address;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int why = fd >= 0 && bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 1) == 0 ? 0 : errno;
    if (fd >= 0) close(fd);
    if (why == EADDRINUSE && answers_healthz(a))
        found(d, STATE_WARN, "nothing, if that is sluice; else set listen.address",
              "%s: something healthy runs there already", address);
    else if (why) found(d, STATE_FAIL, "stop what uses it, or set listen.address", "%s: %s", address, strerror(why));
    else if (!is_loopback(a))
        found(d, STATE_WARN, "listen on 127.0.0.1, or put it behind something that asks who calls",
              "%s is free, but not only this machine can reach it", address);
    else found(d, STATE_OK, "", "%s is free", address);
}

static void check_listen(struct doctor *d) {
    char host[256];
    const char *address = d->config->listen.address, *colon = strrchr(address, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
    if (!colon) {
        found(d, STATE_FAIL, "write HOST:PORT", "%s has no port", address);
        return;
    }
    struct span h = span_make(address, (size_t)(colon - address));
    if (h.len > 1 && h.at[0] == '[' && h.at[h.len - 1] == ']') h = span_sub(h, 1, h.len - 2);
    snprintf(host, sizeof host, "%.*s", SPAN_ARG(h));
    int status = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &list);
    if (status != 0) found(d, STATE_FAIL, "set listen.address to HOST:PORT", "%s: %s", address, gai_strerror(status));
    else try_address(d, list);
    if (status == 0) freeaddrinfo(list);
}

static void check_files(struct doctor *d) {
    // two for each connection (caller and upstream), and some for the ledger, the loops and the child
    uint64_t wanted = (uint64_t)d->config->limits.connections * 2 + 64;
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur == RLIM_INFINITY || r.rlim_cur >= wanted) {
        found(d, STATE_OK, "", "enough open files for limits.connections %lld",
              (long long)d->config->limits.connections);
        return;
    }
    char fix[128];
    snprintf(fix, sizeof fix, "ulimit -n %llu (systemd: LimitNOFILE=), or lower limits.connections",
             (unsigned long long)wanted);
    found(d, STATE_WARN, fix, "%llu open files are allowed, limits.connections %lld can need %llu",
          (unsigned long long)r.rlim_cur, (long long)d->config->limits.connections, (unsigned long long)wanted);
}

static bool has_mask_frontier(const struct config *c) {
    for (size_t i = 0; i < c->frontier_count; i++)
        for (size_t z = 0; z < c->policy.mask_zone_count; z++)
            if (strcmp(zone_name(c->frontiers[i].zone), c->policy.mask_zones[z]) == 0) return true;
    return false;
}

// The values of masked requests are locked in memory, and the system says how much may be.
static void check_masking(struct doctor *d) {
    const struct config *c = d->config;
    struct rlimit r;
    if (c->policy.mask_zone_count == 0) return;
    uint64_t most = (uint64_t)c->limits.mask_bytes + (uint64_t)c->limits.mask_values * 64;
    bool unlimited = getrlimit(RLIMIT_MEMLOCK, &r) != 0 || r.rlim_cur == RLIM_INFINITY;
    if (!has_mask_frontier(c))
        found(d, STATE_WARN, "name the zone of a frontier in policy.mask_zones, or none",
              "no frontier is in a zone of policy.mask_zones: nothing leaves masked");
    else if (unlimited) found(d, STATE_OK, "", "hard sensitive requests may leave masked");
    else if (r.rlim_cur < most)
        found(d, STATE_WARN, "ulimit -l (systemd: LimitMEMLOCK=), or lower limits.mask_bytes",
              "%llu KB of memory may be locked, one masked request can need %llu: such requests stay local",
              (unsigned long long)r.rlim_cur / 1024, (unsigned long long)most / 1024);
    else
        found(d, STATE_OK, "", "hard sensitive requests may leave masked; memory that may be locked: %llu MB",
              (unsigned long long)r.rlim_cur / (1024 * 1024));
}

static void check_ledger(struct doctor *d) {
    enum { LITTLE_MB = 200, NOTHING_MB = 10 };
    char *path = ledger_path(d->config), dir[PATH_MAX];
    struct statvfs fs;
    if (!strcmp(path, ":memory:")) {
        found(d, STATE_WARN, "set ledger.path to a file", "kept in memory: it is gone when sluice stops");
        free(path);
        return;
    }
    // the file, or the nearest folder that exists: the rest is made
    snprintf(dir, sizeof dir, "%s", path);
    while (access(dir, F_OK) != 0 && strlen(dir) > 1) {
        char *slash = strrchr(dir, '/');
        if (!slash) snprintf(dir, sizeof dir, ".");
        else if (slash == dir) dir[1] = 0;
        else *slash = 0;
    }
    bool known = statvfs(dir, &fs) == 0;
    double megabytes = known ? (double)fs.f_bavail * (double)fs.f_frsize / 1e6 : 0;
    if (access(dir, W_OK) != 0)
        found(d, STATE_FAIL, "set ledger.path to a file that can be written", "%s: %s: %s", path, dir, strerror(errno));
    else if (known && megabytes < LITTLE_MB)
        found(d, megabytes < NOTHING_MB ? STATE_FAIL : STATE_WARN, "make room, or set ledger.path to another disk",
              "%s: only %.0f MB are left", path, megabytes);
    else found(d, STATE_OK, "", "%s, %.0f MB are left", path, megabytes);
    free(path);
}

static void check_clock(struct doctor *d) {
    static const int64_t EARLIEST_US = 1767225600000000; // 2026-01-01: no copy of this program is older
    char now[25];
    clock_format_utc(clock_wall_us(), now);
    if (clock_wall_us() < EARLIEST_US)
        found(d, STATE_FAIL, "set the clock: certificates fail and the ledger's times are wrong", "%s is in the past",
              now);
    else found(d, STATE_OK, "", "%s", now);
}

static void check_core(struct doctor *d) {
    struct rlimit r;
    if (getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_cur > 0)
        found(d, STATE_WARN, "ulimit -c 0 (systemd: LimitCORE=0)",
              "a crash would write memory, and prompts in it, to disk");
    else found(d, STATE_OK, "", "switched off");
}

static const struct {
    const char *name;
    void (*run)(struct doctor *d);
} CHECKS[] = {
    {"llama-server", check_server}, {"model", check_model},        {"run folder", check_run_dir},
    {"local url", check_local_url}, {"frontier", check_frontiers}, {"listen", check_listen},
    {"open files", check_files},    {"ledger", check_ledger},      {"clock", check_clock},
    {"core dumps", check_core},     {"masking", check_masking},    {"prices", check_prices},
};

static int finish(struct doctor *d, int code) {
    if (d->json)
        printf("{\"version\":\"%s\",\"ok\":%s,\"warnings\":%d,\"failures\":%d,\"findings\":[%s]}\n", SLUICE_VERSION,
               d->counts[STATE_FAIL] ? "false" : "true", d->counts[STATE_WARN], d->counts[STATE_FAIL],
               d->out.at ? d->out.at : "");
    else
        printf("\n%d ok, %d to look at, %d to mend\n", d->counts[STATE_OK], d->counts[STATE_WARN],
               d->counts[STATE_FAIL]);
    buf_free(&d->out);
    return code;
}

static int run(int argc, char **argv) {
    const char *path = NULL;
    struct doctor d = {.check = "config"};
    struct option_list sets = {.count = 0};
    struct err e = {.text = ""};
    const struct cmd_option options[] = {
        {"config", 'c', OPTION_STRING, "FILE", "configuration file", &path},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of it; may be repeated", &sets},
        {"json", 'j', OPTION_FLAG, NULL, "print one JSON object", &d.json},
        {0},
    };
    int first = cmd_options(&CMD_DOCTOR, options, argc, argv);
    if (first < argc) return cmd_usage(&CMD_DOCTOR, "takes no argument, but got '%s'", argv[first]);
    buf_init(&d.out, MAX_REPORT);
    struct config *config = cmd_config(path, &sets, &e);
    if (!config) {
        found(&d, STATE_FAIL, "", "%s", e.text);
        return finish(&d, EXIT_CONFIG);
    }
    d.config = config;
    found(&d, STATE_OK, "", "%s", *config->path ? config->path : "no file: the built-in defaults");
    for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++) {
        d.check = CHECKS[i].name;
        CHECKS[i].run(&d);
    }
    config_free(config);
    return finish(&d, d.counts[STATE_FAIL] ? EXIT_FAILED : EXIT_FINE);
}

const struct command CMD_DOCTOR = {
    .name = "doctor",
    .arguments = "",
    .summary = "check configuration, llama-server, keys, port and limits; says how to mend",
    .help = "Exit codes: 0 nothing to mend, 1 something to mend, 3 the configuration cannot be read.\n"
            "Nothing is sent anywhere, and keys are only looked for, never shown.\n\n"
            "Examples:\n"
            "  sluice doctor\n"
            "  sluice doctor -c sluice.yaml --json | jq '.findings[] | select(.state != \"ok\")'\n",
    .run = run,
};
