#include "cmd/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/spelling.h"

enum { MAX_OPTIONS = 48, FIRST_LONG = 1000 };

// ---------------------------------------------------------------- suggestions

static const char *suggestion(const char *word, const char *best, size_t best_distance) {
    static char text[80];
    text[0] = 0;
    if (best && best_distance <= 2 && best_distance < strlen(word))
        snprintf(text, sizeof text, " (did you mean '%s'?)", best);
    return text;
}

const char *cmd_nearest(const char *word) {
    const char *best = NULL;
    size_t least = 3;
    for (const struct command *const *c = COMMANDS; *c; c++) {
        size_t d = spelling_distance(span_from(word), span_from((*c)->name), false);
        if (d < least) least = d, best = (*c)->name;
    }
    return suggestion(word, best, least);
}

static const char *nearest_option(const struct cmd_option *options, const char *word) {
    const char *best = NULL;
    size_t least = 3;
    while (*word == '-') word++;
    for (; options->name; options++) {
        size_t d = spelling_distance(span_from(word), span_from(options->name), false);
        if (d < least) least = d, best = options->name;
    }
    return suggestion(word, best, least);
}

// ---------------------------------------------------------------- options

static void print_help(const struct command *c, const struct cmd_option *options) {
    printf("sluice %s: %s\n\nUsage: sluice %s [OPTIONS]%s%s\n\nOptions:\n", c->name, c->summary, c->name,
           *c->arguments ? " " : "", c->arguments);
    for (const struct cmd_option *o = options; o->name; o++) {
        char left[64], letter[8] = "   ";
        if (o->letter) snprintf(letter, sizeof letter, "-%c,", o->letter);
        snprintf(left, sizeof left, "%s --%s%s%s", letter, o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        printf("  %-30s %s\n", left, o->help);
    }
    printf("  %-30s %s\n", "-h, --help", "this text");
    if (c->help) printf("\n%s", c->help);
}

static bool store(const struct cmd_option *o, const char *value) {
    char *end = NULL;
    errno = 0;
    switch (o->kind) {
    case OPTION_FLAG: *(bool *)o->target = true; return true;
    case OPTION_STRING: *(const char **)o->target = value; return true;
    case OPTION_INT: *(int64_t *)o->target = strtoll(value, &end, 10); return !errno && *value && !*end;
    case OPTION_REAL: {
        double v = *(double *)o->target = strtod(value, &end);
        return !errno && *value && !*end && isfinite(v);
    }
    case OPTION_LIST: {
        struct option_list *list = o->target;
        if (list->count == sizeof list->items / sizeof *list->items) return false;
        list->items[list->count++] = value;
        return true;
    }
    }
    return false;
}

// Translates the table for getopt_long: the letters, and long options numbered from FIRST_LONG.
static void translate(const struct cmd_option *options, char *letters, struct option *longs) {
    size_t n = 0;
    *letters++ = ':';
    for (; options[n].name; n++) {
        longs[n] = (struct option){options[n].name, options[n].kind == OPTION_FLAG ? no_argument : required_argument,
                                   NULL, FIRST_LONG + (int)n};
        if (!options[n].letter) continue;
        *letters++ = options[n].letter;
        if (options[n].kind != OPTION_FLAG) *letters++ = ':';
    }
    longs[n] = (struct option){"help", no_argument, NULL, 'h'};
    longs[n + 1] = (struct option){0};
    *letters++ = 'h';
    *letters = 0;
}

static const struct cmd_option *find(const struct cmd_option *options, int code) {
    if (code >= FIRST_LONG) return &options[code - FIRST_LONG];
    for (; options->name; options++)
        if (options->letter == code) return options;
    return NULL;
}

int cmd_options(const struct command *command, const struct cmd_option *options, int argc, char **argv) {
    char letters[MAX_OPTIONS * 2 + 4];
    struct option longs[MAX_OPTIONS + 2];
    translate(options, letters, longs);
    opterr = 0;
    optind = 0;
    int code;
    while ((code = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (code == 'h') {
            print_help(command, options);
            exit(EXIT_FINE);
        }
        const char *given = argv[optind - 1];
        if (code == ':') exit(cmd_usage(command, "%s needs a value", given));
        const struct cmd_option *o = code == '?' ? NULL : find(options, code);
        if (!o) exit(cmd_usage(command, "unknown option %s%s", given, nearest_option(options, given)));
        if (!store(o, optarg)) exit(cmd_usage(command, "--%s: '%s' is not a valid %s", o->name, optarg, o->argument));
    }
    return optind;
}

int cmd_usage(const struct command *command, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "sluice %s: ", command->name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\nTry: sluice %s --help\n", command->name);
    va_end(args);
    return EXIT_USAGE;
}

int cmd_fail(enum exit_code code, const struct err *e) {
    // it may quote a file, whose control characters are not for the terminal
    char text[sizeof e->text] = "";
    for (size_t i = 0; e->text[i]; i++) {
        unsigned char c = (unsigned char)e->text[i];
        text[i] = (c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? '?' : (char)c;
    }
    fprintf(stderr, "sluice: %s\n", text);
    return (int)code;
}

// ---------------------------------------------------------------- configuration and files

struct config *cmd_config(const char *path, const struct option_list *sets, struct err *e) {
    if (!path) path = config_find();
    struct config *config = path ? config_load(path, e) : config_defaults();
    for (size_t i = 0; config && sets && i < sets->count; i++) {
        if (config_set(config, sets->items[i], e) == 0) continue;
        config_free(config);
        config = NULL;
    }
    return config;
}

bool cmd_colour(void) {
    const char *no = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no && *no);
}

char *cmd_read_file(const char *path, size_t max, size_t *len, struct err *e) {
    bool standard = !strcmp(path, "-");
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (!f) {
        err_set(e, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct buf b;
    buf_init(&b, max);
    char piece[16384];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0) buf_add(&b, piece, n);
    bool failed = ferror(f) != 0;
    if (!standard) fclose(f);
    mem_wipe(piece, sizeof piece);
    if (failed || b.full) {
        err_set(e, failed ? "%s: cannot be read" : "%s: larger than %zu bytes", path, max);
        buf_free(&b);
        return NULL;
    }
    buf_add(&b, "", 0);
    *len = b.len;
    return b.at ? b.at : mem_new(1);
}
