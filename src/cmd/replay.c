// `sluice replay`: the same requests under another policy.
#include <stdio.h>

#include "cmd/answer.h"
#include "cmd/logs.h"
#include "cmd/progress.h"
#include "report/replay.h"

static void print_text(const json_t *report, const void *context) {
    (void)context;
    replay_print(report, stdout, cmd_colour());
}

static int show(struct replay *r, const struct log_options *o, struct err *e) {
    json_t *report = replay_report(r, e);
    if (!report) return cmd_fail(EXIT_FAILED, e);
    int code = answer_write(&(struct answer){"replay", o->html, o->json, LOGS_JSON_FLAGS, print_text, NULL}, report);
    json_decref(report);
    return code;
}

static int run_replay(struct config *config, const struct log_options *o, struct replay_options *ro) {
    struct err e = {""};
    struct progress progress = {0};
    // of the first frontier that is configured: what a request would have cost that was answered locally
    if (!ro->frontier) {
        bool any = config->frontier_count && config->frontiers[0].model_count;
        ro->frontier = any ? config->frontiers[0].models[0] : "";
    }
    ro->intake.tick = logs_tick;
    ro->intake.stop = logs_stop;
    ro->intake.context = &progress;
    interrupt_catch();
    struct replay *r = replay_new(config, ro, &e);
    if (!r) return cmd_fail(EXIT_CONFIG, &e);
    int status = 0, code;
    progress_start(&progress, "replaying", logs_size(o));
    for (size_t i = 0; i < o->path_count && !status && !r->intake.stopped; i++)
        status = replay_read(r, o->paths[i], &e);
    progress_end(&progress);
    if (status != 0) code = cmd_fail(EXIT_FAILED, &e);
    else if (r->intake.stopped) code = logs_interrupted();
    else code = show(r, o, &e);
    replay_free(r);
    return code;
}

static int run(int argc, char **argv) {
    struct log_options o = {.format = NULL};
    struct replay_options ro = {.keep_quality = 0.98};
    const struct cmd_option options[] = {
        {"config", 'c', OPTION_STRING, "FILE", "the policy to try: its gate, routing and prices", &o.config},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &o.sets},
        {"keep-quality", 'q', OPTION_REAL, "SHARE", "name the cheapest setting that keeps so much (0.98)",
         &ro.keep_quality},
        {"frontier", 0, OPTION_STRING, "MODEL", "prices requests whose own model has no price", &ro.frontier},
        {"format", 'f', OPTION_STRING, "NAME", "take the logs for this format instead of recognising it", &o.format},
        {"map", 'm', OPTION_LIST, "FIELD=COLUMN", "a column's meaning; may be repeated", &o.maps},
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object instead of a text", &o.json},
        {"html", 0, OPTION_STRING, "FILE", "a report as one HTML file", &o.html},
        {"bad-rows", 0, OPTION_STRING, "FILE", "write every row that cannot be used, with its reason", &o.bad_rows},
        {"verbose", 'v', OPTION_FLAG, NULL, "the same to standard error", &o.verbose},
        {"max-record", 0, OPTION_INT, "MB", "most of one entry (8); memory grows with it", &o.max_record},
        {0},
    };
    int first = cmd_options(&CMD_REPLAY, options, argc, argv);
    int code = logs_take_paths(&CMD_REPLAY, &o, argc - first, argv + first);
    if (!code) code = answer_check(&CMD_REPLAY, o.html, o.json);
    if (!code) code = logs_reader_options(&CMD_REPLAY, &o, &ro.intake.reader);
    if (!code && !(ro.keep_quality >= 0 && ro.keep_quality <= 1))
        code = cmd_usage(&CMD_REPLAY, "--keep-quality is a share from 0 to 1");
    if (code) return code;
    struct err e = {""};
    struct config *config = cmd_config(o.config, &o.sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    if (logs_open_bad_rows(&o, &ro.intake.bad_rows, &e) != 0) {
        config_free(config);
        return cmd_fail(EXIT_FAILED, &e);
    }
    code = run_replay(config, &o, &ro);
    int closed = logs_close_bad_rows(&o, ro.intake.bad_rows, &e);
    return closed != 0 && code == EXIT_FINE ? cmd_fail(EXIT_FAILED, &e) : code;
}

const struct command CMD_REPLAY = {
    .name = "replay",
    .arguments = "LOG...",
    .summary = "what past requests would have cost under another policy",
    .help = "Reads the same logs as `sluice audit`. Where they hold prompts, the gate, the score and the plan of the "
            "gateway\n"
            "decide every request; of a ledger its scores are used; otherwise only shares can be estimated.\n"
            "Nothing is sent anywhere.\n\n"
            "  sluice replay spend-logs.jsonl --set routing.target_local_share=0.8\n"
            "  sluice replay ledger.db -c other.yaml --json\n"
            "  sluice replay outcomes.jsonl --keep-quality 0.98 --frontier gpt-5.2\n",
    .run = run,
};
