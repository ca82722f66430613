// sluice gate add-list: values of a file become keyed hashes.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cmd/gate.h"
#include "cmd/progress.h"
#include "cmd/table.h"

enum { KINDS_ROOM = 8192, KINDS_MOST = 4096, FEW_ROWS = 100, REPEATS = 20, FEW_KINDS = 10, SHOWN = 5 };

// One column at work: how many different values it has, up to KINDS_MOST.
struct column {
    size_t index;
    uint64_t rows;
    uint64_t kinds[KINDS_ROOM]; // hashes under a number of this process; 0 = free
    size_t kind_count;
};

struct rule {
    const struct gate_column *given;
    struct column a, b;
};

struct adding {
    const struct gate_options *options;
    struct table table;
    struct own_list *list;
    struct rule *rules;
    size_t rule_count;
    uint64_t seed;
    uint64_t weak, empty, records;
    uint64_t weak_lines[SHOWN];
};

// ---------------------------------------------------------------- columns

static int find_column(const struct adding *x, const char *spec, size_t *index, struct err *e) {
    char *end;
    long number = strtol(spec, &end, 10);
    if (*spec && !*end && !x->options->no_header)
        for (size_t i = 0; i < x->table.count; i++) // a heading may be a number, too
            if (span_is_nocase(span_trim(table_field(&x->table, i)), span_from(spec))) return *index = i, 0;
    if (*spec && !*end) {
        if (number < 1 || (size_t)number > x->table.count)
            return err_set(e, "--column %s: the file has columns 1 to %zu", spec, x->table.count);
        *index = (size_t)number - 1;
        return 0;
    }
    if (x->options->no_header) return err_set(e, "--column %s: with --no-header columns are numbers", spec);
    for (size_t i = 0; i < x->table.count; i++)
        if (span_is_nocase(span_trim(table_field(&x->table, i)), span_from(spec))) return *index = i, 0;
    return err_set(e, "--column %s: the first line has no heading of this name", spec);
}

// Makes the rules from the options and the first record. Returns 1 when that record is a heading.
static int read_rules(struct adding *x, struct err *e) {
    static const struct gate_column FIRST = {.column = "1"};
    const struct gate_options *o = x->options;
    bool many = x->table.count > 1 && x->table.separator;
    if (o->rule_count == 0 && many)
        return err_set(e, "the file has %zu columns: say which with --column NUMBER or --column NAME", x->table.count);
    x->rule_count = o->rule_count ? o->rule_count : 1;
    x->rules = mem_new_array(x->rule_count, sizeof *x->rules);
    for (size_t i = 0; i < x->rule_count; i++) {
        struct rule *r = &x->rules[i];
        r->given = o->rule_count ? &o->rules[i] : &FIRST;
        if (find_column(x, r->given->column, &r->a.index, e) != 0) return -1;
        if (r->given->with && find_column(x, r->given->with, &r->b.index, e) != 0) return -1;
    }
    bool named = false;
    for (size_t i = 0; i < o->rule_count; i++) named |= !isdigit((unsigned char)*o->rules[i].column);
    return (many || named) && !o->no_header;
}

static void count_kind(const struct adding *x, struct column *c, struct span value) {
    value = span_trim(value);
    if (value.len == 0) return;
    uint64_t hash = hash_bytes(value.at, value.len, x->seed) | 1;
    size_t i = hash >> 32 & (KINDS_ROOM - 1);
    c->rows++;
    for (; c->kinds[i]; i = (i + 1) & (KINDS_ROOM - 1))
        if (c->kinds[i] == hash) return;
    if (c->kind_count == KINDS_MOST) return;
    c->kinds[i] = hash;
    c->kind_count++;
}

// A column of states and countries names nobody.
static int check_column(const struct adding *x, const struct column *c, const char *spec, bool alone, struct err *e) {
    if (x->options->allow_weak || c->kind_count == KINDS_MOST) return 0;
    if (c->rows < FEW_ROWS || (alone ? c->kind_count * REPEATS > c->rows : c->kind_count > FEW_KINDS)) return 0;
    return err_set(e,
                   "column %s has only %zu different values in %llu rows, which tell nobody apart: take another column "
                   "(--allow-weak registers it all the same)",
                   spec, c->kind_count, (unsigned long long)c->rows);
}

// ---------------------------------------------------------------- reading

static void add_record(struct adding *x) {
    bool weak = x->options->allow_weak;
    x->records++;
    for (size_t i = 0; i < x->rule_count; i++) {
        struct rule *r = &x->rules[i];
        struct span a = table_field(&x->table, r->a.index), b = table_field(&x->table, r->b.index);
        count_kind(x, &r->a, a);
        if (r->given->with) count_kind(x, &r->b, b);
        enum own_value v = r->given->with ? own_list_add_pair(x->list, a, b, weak) : own_list_add(x->list, a, weak);
        x->empty += v == OWN_VALUE_EMPTY;
        if (v != OWN_VALUE_WEAK) continue;
        if (x->weak < SHOWN) x->weak_lines[x->weak] = x->table.line;
        x->weak++;
    }
}

static int read_records(struct adding *x, struct err *e) {
    struct progress progress;
    uint64_t seen = 0;
    bool first = true;
    int status;
    progress_start(&progress, x->table.path, x->table.total);
    while ((status = table_next(&x->table, e)) == 1) {
        if (first) {
            first = false;
            int heading = read_rules(x, e);
            if (heading < 0) {
                status = -1;
                break;
            }
            if (heading) continue;
        }
        add_record(x);
        if (x->records % 1024) continue;
        progress_add(&progress, x->table.bytes - seen);
        seen = x->table.bytes;
        if (!interrupt_seen()) continue;
        status = err_set(e, "stopped; nothing was changed");
        break;
    }
    progress_end(&progress);
    for (size_t i = 0; i < x->rule_count && status == 0; i++) {
        const struct rule *r = &x->rules[i];
        status = check_column(x, &r->a, r->given->column, !r->given->with, e);
        if (!status && r->given->with) status = check_column(x, &r->b, r->given->with, false, e);
    }
    return status;
}

static void say_weak(const struct adding *x) {
    bool pairs = false;
    for (size_t i = 0; i < x->rule_count; i++) pairs |= x->rules[i].given->with != NULL;
    if (!x->weak) return;
    fprintf(stderr, "%llu %s not taken: too short or too plain to %s (line", (unsigned long long)x->weak,
            x->weak == 1 ? "value was" : "values were", pairs ? "tell anybody apart" : "decide alone");
    for (uint64_t i = 0; i < x->weak && i < SHOWN; i++)
        fprintf(stderr, "%s %llu", i ? "," : x->weak > 1 ? "s" : "", (unsigned long long)x->weak_lines[i]);
    fprintf(stderr, "%s)%s\n", x->weak > SHOWN ? ", ..." : "",
            pairs ? "" : "; --with COLUMN makes a pair that decides, --allow-weak takes them as they are");
}

static int save(struct adding *x, const char *name) {
    struct err e = {""};
    struct own_info info;
    enum own_saved saved = own_list_save(x->list, x->options->dir, name, x->options->chosen, x->table.bytes, &e);
    say_weak(x);
    if (saved == OWN_FAILED) return cmd_fail(EXIT_FAILED, &e);
    own_list_info(x->list, &info);
    gate_print_saved(x->options, name, saved, &info);
    return EXIT_FINE;
}

int gate_add_list(const struct gate_options *o, const char *path) {
    char name[OWN_NAME_MAX + 1];
    struct err e = {""};
    if (!gate_name(o, path, name, &e)) return cmd_fail(EXIT_USAGE, &e);
    struct own_key *key = own_key_make(o->dir, &e);
    if (!key) return cmd_fail(EXIT_FAILED, &e);
    struct adding *x = mem_new(sizeof *x); // its table is too large for the stack
    *x = (struct adding){.options = o, .list = own_list_new(key)};
    hash_random(&x->seed, sizeof x->seed);
    int code = EXIT_FAILED;
    if (table_open(&x->table, path, o->rule_count > 0, &e) == 0) {
        code = read_records(x, &e) == 0 ? save(x, name) : cmd_fail(EXIT_FAILED, &e);
        table_close(&x->table);
    } else {
        cmd_fail(EXIT_FAILED, &e);
    }
    own_list_free(x->list);
    own_key_free(key);
    free(x->rules);
    mem_wipe(x, sizeof *x);
    free(x);
    return code;
}
