// `sluice audit`: what past usage says about routing.
#include <math.h>
#include <stdio.h>

#include "cmd/answer.h"
#include "cmd/logs.h"
#include "cmd/progress.h"
#include "report/audit.h"

struct options {
    struct log_options logs;
    bool sensitive, interactive, reasoning;
    double routine, ops, hardware, egress;
    int64_t sample;
};

static int check(const struct options *o, struct audit_options *a) {
    a->sensitive = o->sensitive ? TOLD_YES : UNTOLD;
    a->interactive = o->interactive ? TOLD_YES : UNTOLD;
    a->reasoning = o->reasoning ? TOLD_YES : UNTOLD;
    if (!isnan(o->routine) && !(o->routine >= 0 && o->routine <= 1))
        return cmd_usage(&CMD_AUDIT, "--routine is a share from 0 to 1");
    if (o->sample < 0) return cmd_usage(&CMD_AUDIT, "--sample is a number of prompts");
    const struct {
        enum savings_input input;
        double value;
    } costs[] = {{SAVINGS_OPS, o->ops}, {SAVINGS_HARDWARE, o->hardware}, {SAVINGS_EGRESS, o->egress}};
    for (int i = 0; i < SAVINGS_INPUTS; i++) a->costs[i] = NAN;
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        const struct savings_field *f = &SAVINGS_FIELDS[costs[i].input];
        if (!isnan(costs[i].value) && !(costs[i].value >= f->least && costs[i].value <= f->most))
            return cmd_usage(&CMD_AUDIT, "--%s is from %g to %g", f->name, f->least, f->most);
        a->costs[costs[i].input] = costs[i].value;
    }
    a->routine = o->routine;
    a->sample = (uint64_t)o->sample;
    return 0;
}

static int audit_files(struct audit *a, const struct log_options *o, struct progress *p, struct err *e) {
    progress_start(p, "reading", logs_size(o));
    int status = 0;
    for (size_t i = 0; i < o->path_count && !status && !a->intake.stopped; i++) status = audit_read(a, o->paths[i], e);
    progress_end(p);
    return status;
}

static void print_text(const json_t *report, const void *context) {
    (void)context;
    audit_print(report, stdout, cmd_colour());
}

static int show(struct audit *a, const struct log_options *o, struct err *e) {
    json_t *report = audit_report(a, e);
    if (!report) return cmd_fail(EXIT_FAILED, e);
    int code = answer_write(&(struct answer){"audit", o->html, o->json, LOGS_JSON_FLAGS, print_text, NULL}, report);
    json_decref(report);
    return code;
}

static int run_audit(struct config *config, struct options *o, struct audit_options *ao) {
    struct err e = {""};
    struct progress progress = {0};
    ao->intake.tick = logs_tick;
    ao->intake.stop = logs_stop;
    ao->intake.context = &progress;
    interrupt_catch();
    struct audit *a = audit_new(config, ao, &e);
    if (!a) return cmd_fail(EXIT_CONFIG, &e);
    int code;
    if (audit_files(a, &o->logs, &progress, &e) != 0) code = cmd_fail(EXIT_FAILED, &e);
    else if (a->intake.stopped) code = logs_interrupted();
    else code = show(a, &o->logs, &e);
    audit_free(a);
    return code;
}

static int run(int argc, char **argv) {
    struct options o = {.routine = NAN, .ops = NAN, .hardware = NAN, .egress = NAN, .sample = JUDGE_SAMPLE};
    struct log_options *l = &o.logs;
    const struct cmd_option options[] = {
        {"format", 'f', OPTION_STRING, "NAME", "take the logs for this format instead of recognising it", &l->format},
        {"map", 'm', OPTION_LIST, "FIELD=COLUMN", "a column's meaning; may be repeated", &l->maps},
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object instead of a text", &l->json},
        {"html", 0, OPTION_STRING, "FILE", "a report as one HTML file", &l->html},
        {"bad-rows", 0, OPTION_STRING, "FILE", "write every row that cannot be used, with its reason", &l->bad_rows},
        {"verbose", 'v', OPTION_FLAG, NULL, "the same to standard error", &l->verbose},
        {"max-record", 0, OPTION_INT, "MB", "most of one entry (8); memory grows with it", &l->max_record},
        {"routine", 0, OPTION_REAL, "SHARE", "routine requests, 0 to 1, where the logs hold no prompts", &o.routine},
        {"sensitive", 0, OPTION_FLAG, NULL, "regulated data, PII or IP, whatever the gate finds", &o.sensitive},
        {"interactive", 0, OPTION_FLAG, NULL, "p95 latency costs revenue", &o.interactive},
        {"reasoning", 0, OPTION_FLAG, NULL, "complex reasoning across many domains", &o.reasoning},
        {"sample", 0, OPTION_INT, "N", "prompts to judge at most (20000); 0: none", &o.sample},
        {"ops", 0, OPTION_REAL, "USD", "operating the local side, a month (1500)", &o.ops},
        {"hardware", 0, OPTION_REAL, "USD", "price of the hardware (0: it is there)", &o.hardware},
        {"egress", 0, OPTION_REAL, "USD", "price of 1 GB that leaves your network", &o.egress},
        {"config", 'c', OPTION_STRING, "FILE", "configuration: prices, policy, routing", &l->config},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &l->sets},
        {0},
    };
    struct audit_options ao = {0};
    int first = cmd_options(&CMD_AUDIT, options, argc, argv);
    int code = logs_take_paths(&CMD_AUDIT, l, argc - first, argv + first);
    if (!code) code = answer_check(&CMD_AUDIT, l->html, l->json);
    if (!code) code = check(&o, &ao);
    if (!code) code = logs_reader_options(&CMD_AUDIT, l, &ao.intake.reader);
    if (code) return code;
    struct err e = {""};
    struct config *config = cmd_config(l->config, &l->sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    if (logs_open_bad_rows(l, &ao.intake.bad_rows, &e) != 0) {
        config_free(config);
        return cmd_fail(EXIT_FAILED, &e);
    }
    code = run_audit(config, &o, &ao);
    int closed = logs_close_bad_rows(l, ao.intake.bad_rows, &e);
    return closed != 0 && code == EXIT_FINE ? cmd_fail(EXIT_FAILED, &e) : code;
}

const struct command CMD_AUDIT = {
    .name = "audit",
    .arguments = "LOG...",
    .summary = "what past usage says: cost, leaks, saving, verdict",
    .help =
        "Reads exports of OpenAI, Anthropic, OpenRouter, LiteLLM, Helicone and Langfuse, Sluice's own ledger, and any\n"
        "CSV or JSON with --map; plain, .gz or .zst; several at once; - is standard input. The format is recognised.\n"
        "Nothing leaves this machine, and nothing of a prompt is kept.\n\n"
        "Fields of --map: time, end_time, model, requests, input_tokens, output_tokens, cached_tokens,\n"
        "cache_write_tokens, reasoning_tokens, cost_usd, currency, latency_ms, ttft_ms, status, retries, throttles,\n"
        "bytes_out, prompt, response, score, sensitive, weak, strong, quality, ... (docs/audit.md)\n"
        "Formats: openai-usage, openai-costs, openai-costs-api, anthropic-usage, anthropic-costs,\n"
        "anthropic-usage-api, anthropic-costs-api, openrouter-activity, openrouter-daily, litellm-spendlogs,\n"
        "litellm-daily, helicone, langfuse, langfuse-v2, langfuse-blob, sluice-ledger, chat-log, plain, prompts\n\n"
        "  sluice audit spend-logs.csv.gz\n"
        "  sluice audit openai-usage.csv anthropic.json --json\n"
        "  sluice audit calls.csv --map time=when --map input_tokens=n_in --map output_tokens=n_out\n"
        "  psql -c '\\copy \"LiteLLM_SpendLogs\" to stdout csv header' | sluice audit - --html report.html\n",
    .run = run,
};
