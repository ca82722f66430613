// `sluice scan`: the policy gate on a text, alone or line by line. Values are shown only when asked for.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/scan.h"

enum { ARENA_FACTOR = 12, LINE_DEPTH = 64, LINE_VALUES = 100000 };

static int open_scanner(struct scanner *x, const struct config *config, struct err *e) {
    x->gate = gate_new(config, e);
    if (!x->gate) return -1;
    x->scratch = gate_scratch_new(x->gate);
    // What is larger than the limit is read all the same, so that the gate can say so.
    x->max_bytes = (size_t)(config->limits.body_bytes > config->policy.max_scan_bytes ? config->limits.body_bytes
                                                                                      : config->policy.max_scan_bytes) +
                   1;
    arena_init(&x->arena, x->max_bytes * ARENA_FACTOR + (1 << 20));
    buf_init(&x->text, SIZE_MAX / 2);
    buf_init(&x->out, SIZE_MAX / 2);
    return 0;
}

static void close_scanner(struct scanner *x) {
    json_free(&x->line);
    buf_free(&x->text);
    buf_free(&x->out);
    arena_release(&x->arena);
    gate_scratch_free(x->scratch);
    gate_free(x->gate);
}

uint64_t scan_text(struct scanner *x, struct span text, struct verdict *v) {
    struct gate_input in = {.text = text};
    uint64_t start = clock_now_ns();
    gate_scan(x->gate, x->scratch, &in, x->profile, &x->arena, v);
    return (clock_now_ns() - start + 500) / 1000;
}

// ---------------------------------------------------------------- one text

static int scan_one(struct scanner *x, const char *path) {
    struct err e = {""};
    size_t len = 0;
    char *bytes = cmd_read_file(path, x->max_bytes, &len, &e);
    if (!bytes) return cmd_fail(EXIT_FAILED, &e);
    struct verdict v;
    struct span text = span_make(bytes, len);
    uint64_t us = scan_text(x, text, &v);
    if (x->json) {
        buf_add_char(&x->out, '{');
        scan_put_members(x, text, &v, us);
        buf_add_z(&x->out, "}\n");
    } else {
        scan_put_verdict(x, &v);
        if (v.count) buf_add_char(&x->out, '\n');
        scan_put_table(x, text, &v);
        buf_printf(&x->out, "\n%zu bytes in %llu us, policy %s\n", len, (unsigned long long)us, v.receipt);
    }
    int code = scan_flush(x) ? v.sensitive ? EXIT_SENSITIVE : EXIT_FINE : EXIT_FAILED;
    mem_wipe(bytes, len);
    free(bytes);
    return code;
}

// ---------------------------------------------------------------- line by line

// Writes the answer to one line; false when it is an error.
static bool scan_line(struct scanner *x, struct span line, size_t number) {
    static const struct json_limits LIMITS = {LINE_DEPTH, LINE_VALUES};
    size_t at = 0;
    enum json_status status = json_parse(&x->line, line, &LIMITS, &at);
    uint32_t id = status == JSON_OK ? json_get(&x->line, 0, "id") : 0,
             text = status == JSON_OK ? json_get(&x->line, 0, "text") : 0;
    buf_add_z(&x->out, "{\"id\":");
    buf_add_span(&x->out, id ? json_raw(&x->line, id) : SPAN("null"));
    if (!json_is(&x->line, text, JSON_STRING)) {
        if (status != JSON_OK)
            buf_printf(&x->out, ",\"error\":\"line %zu: %s at byte %zu\"}\n", number, json_status_text(status), at);
        else buf_printf(&x->out, ",\"error\":\"line %zu: no string \\\"text\\\"\"}\n", number);
        return false;
    }
    buf_reset(&x->text);
    json_unescape_to(&x->text, &x->line, text);
    struct verdict v;
    uint64_t us = scan_text(x, buf_span(&x->text), &v);
    buf_printf(&x->out, ",\"sensitive\":%s,\"findings\":", v.sensitive ? "true" : "false");
    scan_put_findings(x, buf_span(&x->text), &v);
    buf_printf(&x->out, ",\"us\":%llu}\n", (unsigned long long)us);
    arena_reset(&x->arena);
    return true;
}

static int scan_lines(struct scanner *x, const char *path) {
    struct err e = {""};
    bool standard = !strcmp(path, "-");
    FILE *in = standard ? stdin : fopen(path, "rb");
    if (!in) {
        err_set(&e, "%s: %s", path, strerror(errno));
        return cmd_fail(EXIT_FAILED, &e);
    }
    char *bytes = NULL;
    size_t cap = 0, number = 0;
    bool bad = false;
    for (ssize_t n; (n = getline(&bytes, &cap, in)) >= 0;) {
        number++;
        struct span line = span_make(bytes, (size_t)n);
        line = span_trim(number == 1 ? span_unmarked(line) : line);
        if (line.len && !scan_line(x, line, number)) bad = true;
        if (!scan_flush(x)) {
            err_set(&e, "standard output: %s", strerror(errno));
            break;
        }
    }
    if (ferror(in)) err_set(&e, "%s: %s", standard ? "standard input" : path, strerror(errno));
    if (bytes) mem_wipe(bytes, cap);
    free(bytes);
    if (!standard) fclose(in);
    if (e.text[0]) return cmd_fail(EXIT_FAILED, &e);
    return bad ? EXIT_FAILED : EXIT_FINE;
}

// ---------------------------------------------------------------- command

static bool read_profile(const char *name, enum profile *out) {
    for (enum profile p = PROFILE_STRICT; p <= PROFILE_LENIENT; p++)
        if (!strcmp(name, profile_name(p))) {
            *out = p;
            return true;
        }
    return false;
}

static bool is_directory(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int run(int argc, char **argv) {
    const char *path = NULL, *profile = NULL;
    bool batch = false;
    struct scanner x = {0};
    struct option_list sets = {0};
    const struct cmd_option options[] = {
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object instead of words", &x.json},
        {"jsonl", 0, OPTION_FLAG, NULL, "one {\"id\",\"text\"} per line in, one verdict per line out", &batch},
        {"profile", 'p', OPTION_STRING, "PROFILE", "strict, balanced or lenient, instead of the configured one",
         &profile},
        {"show-values", 0, OPTION_FLAG, NULL, "print what was found, not only where", &x.show_values},
        {"config", 'c', OPTION_STRING, "FILE", "configuration", &path},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &sets},
        {0},
    };
    int first = cmd_options(&CMD_SCAN, options, argc, argv);
    size_t files = (size_t)(argc - first);
    if (batch && files > 1) return cmd_usage(&CMD_SCAN, "--jsonl reads one file");
    if (batch && x.json) return cmd_usage(&CMD_SCAN, "either --json or --jsonl");
    enum profile chosen = PROFILE_BALANCED;
    if (profile && !read_profile(profile, &chosen))
        return cmd_usage(&CMD_SCAN, "--profile is strict, balanced or lenient, not '%s'", profile);
    const char *file = first < argc ? argv[first] : "-";
    struct err e = {""};
    struct config *config = cmd_config(path, &sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    int code = EXIT_CONFIG;
    if (open_scanner(&x, config, &e) != 0) {
        cmd_fail(EXIT_CONFIG, &e);
    } else {
        x.profile = profile ? chosen : gate_profile(x.gate);
        if (batch) code = scan_lines(&x, file);
        else if (files > 1 || is_directory(file)) code = scan_trees(&x, argv + first, files);
        else code = scan_one(&x, file);
    }
    close_scanner(&x);
    config_free(config);
    return code;
}

const struct command CMD_SCAN = {
    .name = "scan",
    .arguments = "[FILE|DIRECTORY|-]...",
    .summary = "what the policy gate finds in texts and files",
    .help =
        "Exit code 0: clean; 10: sensitive. Offsets are bytes. Values are not printed unless --show-values asks.\n"
        "--jsonl reads {\"id\",\"text\"} lines and answers in the same order; a bad line gets an \"error\".\n\n"
        "Several files, or a directory, give one answer for each file that is sensitive and a sum. Links and .git are\n"
        "not followed, binary files are counted only; a file that cannot be read makes the exit code 1 at least.\n\n"
        "  sluice scan contract.txt\n"
        "  sluice scan src/ docs/\n"
        "  git diff --cached --name-only -z --diff-filter=ACM | xargs -0r sluice scan    as a pre-commit hook\n"
        "  pbpaste | sluice scan --json\n"
        "  sluice scan --jsonl --profile strict < texts.jsonl\n",
    .run = run,
};
