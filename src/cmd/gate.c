// sluice gate add-list | add-documents | list | remove
#include "cmd/gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cmd/progress.h"
#include "wire/json.h"

static const char HELP[] =
    "Registers the company's own data with the policy gate. Neither values nor texts are kept, only keyed hashes of "
    "them;\n"
    "the key stays in the same directory (policy.data_dir), for its owner's eyes only.\n"
    "\n"
    "add-list takes CSV, TSV or one value a line. A value is found in any spelling of spaces, punctuation, case and\n"
    "accents. What would be found everywhere (\"yes\", \"12\") is not taken. A column that is not telling alone "
    "(names,\n"
    "short numbers) becomes so together with another one of its row: --column name --with account decides where both\n"
    "stand within 300 characters. --column may be repeated.\n"
    "\n"
    "add-documents takes text and source files, folders with all that is in them. A passage of 63 letters and digits "
    "is\n"
    "recognised wherever it is pasted. Binary, PDF and office files are not read; folders that begin with a dot, and\n"
    "node_modules, are passed over.\n"
    "\n"
    "The same name again replaces what was registered under it. A running gateway takes it up at the next reload\n"
    "(kill -HUP, systemctl reload sluice).\n"
    "\n"
    "Examples:\n"
    "  sluice gate add-list codenames.txt\n"
    "  sluice gate add-list customers.csv --column email --column name --with customer_id --class pii\n"
    "  sluice gate add-documents contracts/ --name contracts\n"
    "  sluice gate list\n"
    "  sluice gate remove contracts\n";

// ---------------------------------------------------------------- names, output

bool gate_name(const struct gate_options *o, const char *path, char out[static OWN_NAME_MAX + 1], struct err *e) {
    if (o->name) {
        if (!own_name_is_valid(o->name)) {
            err_set(e, "--name: up to %d letters, digits, '.', '_' and '-', not beginning with '.'", OWN_NAME_MAX);
            return false;
        }
        snprintf(out, OWN_NAME_MAX + 1, "%s", o->name);
        return true;
    }
    size_t n = strlen(path), from;
    while (n > 1 && path[n - 1] == '/') n--;
    for (from = n; from > 0 && path[from - 1] != '/';) from--;
    struct span base = span_make(path + from, n - from);
    const char *dot = base.len ? memrchr(base.at, '.', base.len) : NULL;
    if (dot && dot > base.at) base.len = (size_t)(dot - base.at);
    if (base.len > OWN_NAME_MAX) base.len = OWN_NAME_MAX;
    for (size_t i = 0; i < base.len; i++) {
        char one[2] = {base.at[i] == '.' ? 'x' : base.at[i], 0};
        out[i] = own_name_is_valid(one) && base.at[i] != '.' ? base.at[i] : '-';
    }
    out[base.len] = 0;
    if (own_name_is_valid(out) && strcspn(out, "-") > 0) return true;
    err_set(e, "gate: give it a --name");
    return false;
}

static void put_info(struct buf *b, const struct own_info *i) {
    char created[25];
    clock_format_utc(i->created_us, created);
    buf_printf(b, "\"kind\":\"%s\",\"class\":\"%s\",", i->kind == OWN_LIST ? "list" : "documents",
               data_class_name(i->class_));
    if (i->kind == OWN_LIST)
        buf_printf(b, "\"values\":%llu,\"pairs\":%llu", (unsigned long long)i->items, (unsigned long long)i->pairs);
    else
        buf_printf(b, "\"documents\":%llu,\"fingerprints\":%llu,\"boilerplate\":%llu", (unsigned long long)i->items,
                   (unsigned long long)i->prints, (unsigned long long)i->dropped);
    buf_printf(b, ",\"source_bytes\":%llu,\"bytes\":%llu,\"created\":\"%s\"", (unsigned long long)i->source_bytes,
               (unsigned long long)i->file_bytes, created);
}

static void write_counts(const struct own_info *i, char *out, size_t size) {
    int n = 0;
    if (i->kind == OWN_DOCUMENTS)
        snprintf(out, size, "%llu document%s, %llu fingerprints", (unsigned long long)i->items,
                 i->items == 1 ? "" : "s", (unsigned long long)i->prints);
    else if (i->items || !i->pairs)
        n = snprintf(out, size, "%llu value%s", (unsigned long long)i->items, i->items == 1 ? "" : "s");
    if (i->kind == OWN_LIST && i->pairs)
        snprintf(out + n, size - (size_t)n, "%s%llu pair%s", n ? ", " : "", (unsigned long long)i->pairs,
                 i->pairs == 1 ? "" : "s");
}

void gate_print_saved(const struct gate_options *o, const char *name, enum own_saved saved,
                      const struct own_info *info) {
    static const char *const WORDS[] = {
        [OWN_ADDED] = "added", [OWN_REPLACED] = "replaced", [OWN_UNCHANGED] = "unchanged"};
    struct own_info *all = NULL, shown = *info;
    size_t count = 0;
    struct err e;
    // As it now stands in the directory, with bytes and date.
    if (own_list_all(o->dir, &all, &count, &e) == 0)
        for (size_t i = 0; i < count; i++)
            if (!strcmp(all[i].name, name)) shown = all[i];
    free(all);
    if (o->json) {
        struct buf b;
        buf_init(&b, 4096);
        buf_printf(&b, "{\"name\":\"%s\",\"status\":\"%s\",", name, WORDS[saved]);
        put_info(&b, &shown);
        printf("%s}\n", b.at);
        buf_free(&b);
        return;
    }
    char counts[96], bytes[24];
    write_counts(&shown, counts, sizeof counts);
    progress_size(shown.file_bytes, bytes);
    printf("%s %s: %s, class %s, %s", WORDS[saved], name, counts, data_class_name(shown.class_), bytes);
    if (shown.dropped) printf("; %llu fingerprints of boiler-plate left out", (unsigned long long)shown.dropped);
    putchar('\n');
}

// ---------------------------------------------------------------- list, remove

static int list(const struct gate_options *o) {
    struct own_info *all;
    size_t count;
    struct err e;
    struct buf b;
    if (own_list_all(o->dir, &all, &count, &e) != 0) return cmd_fail(EXIT_FAILED, &e);
    buf_init(&b, SIZE_MAX / 2);
    if (o->json) {
        buf_add_z(&b, "{\"directory\":");
        json_put_z(&b, o->dir);
        buf_add_z(&b, ",\"registered\":[");
    } else if (count) {
        buf_printf(&b, "%-24s %-10s %-7s %-40s %10s  %s\n", "name", "kind", "class", "holds", "size", "registered");
    } else {
        buf_printf(&b, "Nothing is registered in %s.\n", o->dir);
    }
    for (size_t i = 0; i < count; i++) {
        char counts[96], bytes[24], created[25];
        if (o->json) {
            buf_printf(&b, "%s{\"name\":\"%s\",", i ? "," : "", all[i].name);
            put_info(&b, &all[i]);
            buf_add_char(&b, '}');
            continue;
        }
        write_counts(&all[i], counts, sizeof counts);
        progress_size(all[i].file_bytes, bytes);
        clock_format_utc(all[i].created_us, created);
        buf_printf(&b, "%-24s %-10s %-7s %-40s %10s  %.10s\n", all[i].name,
                   all[i].kind == OWN_LIST ? "list" : "documents", data_class_name(all[i].class_), counts, bytes,
                   created);
    }
    if (o->json) buf_add_z(&b, "]}\n");
    fwrite(b.at, 1, b.len, stdout);
    buf_free(&b);
    free(all);
    return EXIT_FINE;
}

static int remove_name(const struct gate_options *o, const char *name) {
    struct err e;
    int status = own_name_is_valid(name) ? own_remove(o->dir, name, &e) : 1;
    if (status == 1) err_set(&e, "nothing is registered under this name (see `sluice gate list`)");
    if (status) return cmd_fail(EXIT_FAILED, &e);
    if (o->json) printf("{\"name\":\"%s\",\"status\":\"removed\"}\n", name);
    else printf("removed %s\n", name);
    return EXIT_FINE;
}

// ---------------------------------------------------------------- the command

// Where in the arguments an option's value stands; getopt moves the pointers, not the texts.
static size_t place_of(const char *value, char *const *arguments, int count) {
    for (int i = 0; i < count; i++)
        if (value >= arguments[i] && value <= arguments[i] + strlen(arguments[i])) return (size_t)i;
    return 0;
}

// Gives each --with to the --column before it.
static int pair_columns(struct gate_options *o, char *const *arguments, int count) {
    for (size_t i = 0; i < o->columns.count; i++) o->rules[o->rule_count++].column = o->columns.items[i];
    for (size_t i = 0; i < o->withs.count; i++) {
        size_t at = place_of(o->withs.items[i], arguments, count), owner = SIZE_MAX;
        for (size_t k = 0; k < o->columns.count; k++)
            if (place_of(o->columns.items[k], arguments, count) < at) owner = k;
        if (owner == SIZE_MAX) return cmd_usage(&CMD_GATE, "--with belongs behind a --column");
        if (o->rules[owner].with) return cmd_usage(&CMD_GATE, "one --with for a --column; repeat the --column");
        o->rules[owner].with = o->withs.items[i];
    }
    return 0;
}

static bool read_class(const char *name, enum data_class *out) {
    for (int c = CLASS_PII; c <= CLASS_IP; c <<= 1)
        if (!strcmp(name, data_class_name((enum data_class)c))) return *out = (enum data_class)c, true;
    return false;
}

static int act(struct gate_options *o, const char *action, char **rest, int count) {
    static const struct {
        const char *name;
        int least, most;
        const char *wants;
    } ACTIONS[] = {{"add-list", 1, 1, "one file (or - for standard input)"},
                   {"add-documents", 1, 10000, "files or folders"},
                   {"list", 0, 0, "no argument"},
                   {"remove", 1, 1, "one name"}};
    size_t a = 0, n = sizeof ACTIONS / sizeof *ACTIONS;
    while (a < n && strcmp(action, ACTIONS[a].name) != 0) a++;
    if (a == n) return cmd_usage(&CMD_GATE, "'%s': there is add-list, add-documents, list and remove", action);
    if (count < ACTIONS[a].least || count > ACTIONS[a].most)
        return cmd_usage(&CMD_GATE, "%s takes %s", action, ACTIONS[a].wants);
    if (a > 0 && o->rule_count) return cmd_usage(&CMD_GATE, "--column is for add-list");
    struct err e = {""};
    struct config *config = cmd_config(o->config, &o->sets, &e);
    if (!config) return cmd_fail(EXIT_CONFIG, &e);
    char *dir = own_dir(config);
    config_free(config);
    o->dir = dir;
    if (a < 2) interrupt_catch();
    int code = a == 0   ? gate_add_list(o, rest[0])
               : a == 1 ? gate_add_documents(o, rest, count)
               : a == 2 ? list(o)
                        : remove_name(o, rest[0]);
    free(dir);
    return code;
}

static int run(int argc, char **argv) {
    struct gate_options o = {.class_ = "ip", .common = 16};
    const struct cmd_option options[] = {
        {"name", 'n', OPTION_STRING, "NAME", "what to call it (made of the file's name)", &o.name},
        {"column", 0, OPTION_LIST, "COLUMN", "add-list: a column, by number or heading; may be repeated", &o.columns},
        {"with", 0, OPTION_LIST, "COLUMN", "add-list: ... which decides only near this one of its row", &o.withs},
        {"class", 0, OPTION_STRING, "CLASS", "pii, phi, pci, secret or ip (ip)", &o.class_},
        {"no-header", 0, OPTION_FLAG, NULL, "add-list: the first line of a table is data", &o.no_header},
        {"allow-weak", 0, OPTION_FLAG, NULL, "add-list: also what is too short or too common", &o.allow_weak},
        {"common", 0, OPTION_INT, "N", "add-documents: what more documents share is boiler-plate (16)", &o.common},
        {"json", 'j', OPTION_FLAG, NULL, "one JSON object instead of words", &o.json},
        {"config", 'c', OPTION_STRING, "FILE", "configuration", &o.config},
        {"set", 's', OPTION_LIST, "KEY=VALUE", "one setting on top of the file; may be repeated", &o.sets},
        {0},
    };
    char *arguments[256];
    if (argc > 256 && strcmp(argv[1], "add-list") == 0) return cmd_usage(&CMD_GATE, "too many arguments");
    int count = argc < 256 ? argc : 256;
    memcpy(arguments, argv, (size_t)count * sizeof *argv);
    int first = cmd_options(&CMD_GATE, options, argc, argv);
    if (first == argc) return cmd_usage(&CMD_GATE, "say what to do: add-list, add-documents, list or remove");
    if (!read_class(o.class_, &o.chosen))
        return cmd_usage(&CMD_GATE, "--class is pii, phi, pci, secret or ip, not '%s'", o.class_);
    if (o.common < 1) return cmd_usage(&CMD_GATE, "--common must be above 0");
    int status = pair_columns(&o, arguments, count);
    return status ? status : act(&o, argv[first], argv + first + 1, argc - first - 1);
}

const struct command CMD_GATE = {
    .name = "gate",
    .arguments = "add-list FILE | add-documents PATH... | list | remove NAME",
    .summary = "register the company's own lists and documents",
    .help = HELP,
    .run = run,
};
