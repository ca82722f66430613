// sluice: the command table and nothing else. Each command is one file of src/cmd.
#include <stdio.h>
#include <string.h>

#include "base/dump.h"
#include "cmd/cmd.h"

const struct command *const COMMANDS[] = {
    &CMD_SERVE, &CMD_ASK,    &CMD_EXPLAIN, &CMD_SCAN, &CMD_GATE,   &CMD_LEDGER, &CMD_LEARN,
    &CMD_EVAL,  &CMD_PRICES, &CMD_AUDIT,   &CMD_ROI,  &CMD_REPLAY, &CMD_DOCTOR, NULL,
};

static void print_help(FILE *out) {
    fputs("sluice " SLUICE_VERSION ": the hybrid edge for language models\n\n"
          "A gateway with the OpenAI API that decides, request by request, whether a small model on your own\n"
          "hardware or a frontier API answers. Sensitive requests never leave.\n\n"
          "Usage: sluice COMMAND [OPTIONS]\n\n",
          out);
    for (const struct command *const *c = COMMANDS; *c; c++) fprintf(out, "  %-9s %s\n", (*c)->name, (*c)->summary);
    fputs("\n`sluice COMMAND --help` explains a command. Begin with `sluice doctor` and `sluice serve`.\n"
          "Exit codes: 0 fine, 1 failed, 2 usage, 3 configuration, 10 sensitive (scan).\n",
          out);
}

int main(int argc, char **argv) {
    struct err e = {""};
    // every command that reads a text may hold something that must not reach the disk
    if (dump_forbid(&e) != 0) fprintf(stderr, "sluice: core files are not forbidden: %s\n", e.text);
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
        puts("sluice " SLUICE_VERSION);
        return EXIT_FINE;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
        print_help(stdout);
        return EXIT_FINE;
    }
    for (const struct command *const *c = COMMANDS; *c; c++)
        if (!strcmp(name, (*c)->name)) return (*c)->run(argc - 1, argv + 1);
    if (*name) fprintf(stderr, "sluice: no command '%s'%s\n\n", name, cmd_nearest(name));
    print_help(stderr);
    return EXIT_USAGE;
}
