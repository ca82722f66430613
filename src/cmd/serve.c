#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "gateway/server.h"

// Prompts of the three routes, ready to be pasted: a routine one, a hard one, one that must not leave.
static const struct {
    const char *what, *prompt;
} EXAMPLES[] = {
    {"routine: answered here", "Classify this ticket as billing, shipping or login: I was charged twice for my lamp."},
    {"hard: wants the frontier", "Prove that there are infinitely many primes congruent to 3 modulo 4, then generalise the argument to other residues."},
    {"sensitive: never leaves", "My card 4111 1111 1111 1111 was charged twice. Summarize the message in one line."},
};

static void print_local(const struct server *s) {
    const struct local_server *server = s->local ? local_server(s->local) : NULL;
    if (server) {
        printf("  local      %s, %lld tokens of context%s\n", server->model, (long long)server->context,
               server->socket_path ? " (llama-server, supervised)" : "");
        return;
    }
    struct err words = s->local_error;
    if (s->local) local_last_words(s->local, &words);
    printf("  local      not running: %s\n", words.text[0] ? words.text : "local.enabled is false");
}

static void print_frontiers(const struct snapshot *s) {
    for (uint32_t i = 0; i < s->frontier_count; i++) {
        const struct snapshot_frontier *f = &s->frontiers[i];
        if (f->has_key) printf("  frontier   %s: %s (zone %s)\n", f->config->name, f->config->models[0], zone_name(f->config->zone));
        else printf("  frontier   %s: not used, %s is not set\n", f->config->name, *f->config->key_env ? f->config->key_env : "key_file");
    }
    if (s->usable_count == 0)
        printf("             no frontier has a key: hard requests are %s\n",
               s->config->routing.on_no_frontier == NO_FRONTIER_REFUSE ? "refused" : "answered locally and marked x-sluice-degraded");
}

static void print_banner(struct server *s, void *arg) {
    (void)arg;
    const struct config *c = s->snapshot->config;
    printf("\nsluice " SLUICE_VERSION " listens on http://%s  (base_url: http://%s/v1)\n\n", s->address, s->address);
    printf("  config     %s\n", *c->path ? c->path : "built-in defaults (sluice.example.yaml has every setting)");
    print_local(s);
    print_frontiers(s->snapshot);
    printf("  policy     %s, %s\n", profile_name(c->policy.profile), gate_version(s->snapshot->gate));
    char *ledger = ledger_path(c);
    printf("  ledger     %s\n\nTry, one per route:\n", ledger);
    free(ledger);
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++)
        printf("\n  # %s\n  curl -si http://%s/v1/chat/completions -H 'content-type: application/json' \\\n"
               "    -d '{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}'\n",
               EXAMPLES[i].what, s->address, EXAMPLES[i].prompt);
    printf("\nThe answer's headers say x-sluice-route, -reason and -model. Ctrl-C stops.\n\n");
    fflush(stdout);
}

// The words were checked when the configuration was read.
static void setup_log(const struct config *c) {
    static const char *const LEVELS[] = {"debug", "info", "warn", "error"}, *const FORMATS[] = {"auto", "human", "json"};
    size_t level = LOG_INFO, format = LOG_AUTO;
    for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++)
        if (!strcmp(c->telemetry.log_level, LEVELS[i])) level = i;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (!strcmp(c->telemetry.log_format, FORMATS[i])) format = i;
    log_setup((enum log_level)level, (enum log_format)format);
}

static int run(int argc, char **argv) {
    const char *path = NULL;
    bool check = false, print = false, quiet = false;
    struct option_list sets = {0};
    const struct cmd_option options[] = {
        {"config", 'c', OPTION_STRING, "FILE", "configuration (default: $SLUICE_CONFIG, ./sluice.yaml, /etc/sluice/sluice.yaml)", &path},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &sets},
        {"check", 0, OPTION_FLAG, NULL, "check the configuration and stop", &check},
        {"print-config", 0, OPTION_FLAG, NULL, "print every setting in force as YAML and stop", &print},
        {"quiet", 'q', OPTION_FLAG, NULL, "no banner", &quiet},
        {0},
    };
    int first = cmd_options(&CMD_SERVE, options, argc, argv);
    if (first < argc) return cmd_usage(&CMD_SERVE, "takes no argument, but got '%s'", argv[first]);
    struct err e = {""};
    if (!path) path = config_find();
    struct config *config = cmd_config(path, &sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    if (print) config_print(config, stdout);
    if (check) {
        struct snapshot *snapshot = snapshot_load(config, &e);
        if (!snapshot) return cmd_fail(EXIT_CONFIG, &e);
        printf("%s: fine\n", path ? path : "built-in defaults");
        snapshot_unref(snapshot);
        return EXIT_FINE;
    }
    if (print) {
        config_free(config);
        return EXIT_FINE;
    }
    setup_log(config);
    struct server_options server = {
        .config_path = path, .sets = sets.items, .set_count = sets.count, .ready = quiet ? NULL : print_banner};
    return server_run(config, &server, &e) == 0 ? EXIT_FINE : cmd_fail(EXIT_FAILED, &e);
}

const struct command CMD_SERVE = {
    .name = "serve",
    .arguments = "",
    .summary = "the gateway",
    .help = "Point base_url of any OpenAI client at http://HOST:PORT/v1 and change nothing else.\n"
            "SIGHUP reads the configuration again; SIGTERM and SIGINT finish what is in flight, a second one does not wait.\n\n"
            "  OPENAI_API_KEY=... sluice serve\n"
            "  sluice serve --set listen.address=0.0.0.0:8080 --set local.model=/models/phi-4-mini.gguf\n",
    .run = run,
};
