// `sluice scan` over files and directories.
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/scan.h"

enum { BINARY_PREFIX = 8192 }; // a NUL in so many bytes makes a file binary, as it does for git

struct tally {
    size_t files, sensitive, binary, failed;
    uint64_t bytes, us;
};

static bool is_binary(struct span text) {
    return text.len && memchr(text.at, 0, text.len < BINARY_PREFIX ? text.len : BINARY_PREFIX);
}

static void put_file(struct scanner *x, const char *path, struct span text, const struct verdict *v, uint64_t us,
                     const struct tally *so_far) {
    if (x->json) {
        buf_add_z(&x->out, so_far->files > 1 ? ",\n{\"path\":" : "\n{\"path\":");
        json_put_z(&x->out, path);
        buf_add_char(&x->out, ',');
        scan_put_members(x, text, v, us);
        buf_add_char(&x->out, '}');
    } else if (v->sensitive) {
        buf_printf(&x->out, "%s  ", path);
        scan_put_verdict(x, v);
        scan_put_table(x, text, v);
        buf_add_char(&x->out, '\n');
    }
}

// A file that cannot be read is told, counted, and fails the command: it was not found clean.
static bool scan_file(struct scanner *x, const char *path, struct tally *t) {
    struct err e = {""};
    size_t len = 0;
    char *bytes = cmd_read_file(path, x->max_bytes, &len, &e);
    if (!bytes) {
        fprintf(stderr, "sluice: %s\n", e.text);
        t->failed++;
        return true;
    }
    struct span text = span_make(bytes, len);
    if (is_binary(text)) {
        t->binary++;
    } else {
        struct verdict v;
        uint64_t us = scan_text(x, text, &v);
        t->files++, t->bytes += len, t->us += us, t->sensitive += v.sensitive;
        put_file(x, path, text, &v, us, t);
        arena_reset(&x->arena);
    }
    mem_wipe(bytes, len);
    free(bytes);
    return scan_flush(x);
}

static bool scan_entry(struct scanner *x, FTS *walk, FTSENT *entry, struct tally *t) {
    switch (entry->fts_info) {
    case FTS_F: return scan_file(x, entry->fts_path, t);
    case FTS_D:
        if (!strcmp(entry->fts_name, ".git") && entry->fts_level > 0) fts_set(walk, entry, FTS_SKIP);
        return true;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        fprintf(stderr, "sluice: %s: %s\n", entry->fts_path, strerror(entry->fts_errno));
        t->failed++;
        return true;
    default: return true;
    }
}

static void put_sum(struct scanner *x, const struct tally *t) {
    if (x->json) {
        buf_printf(&x->out, "\n],\"files\":%zu,\"sensitive_files\":%zu,\"binary_files\":%zu,\"unreadable_files\":%zu,",
                   t->files, t->sensitive, t->binary, t->failed);
        buf_printf(&x->out, "\"bytes\":%llu,\"us\":%llu}\n", (unsigned long long)t->bytes, (unsigned long long)t->us);
        return;
    }
    buf_printf(&x->out, "%zu of %zu files sensitive", t->sensitive, t->files);
    if (t->binary) buf_printf(&x->out, ", %zu binary files not looked at", t->binary);
    if (t->failed) buf_printf(&x->out, ", %zu not readable", t->failed);
    buf_printf(&x->out, "; %.1f MB in %.1f ms, policy %s %s\n", (double)t->bytes / 1e6, (double)t->us / 1e3,
               gate_version(x->gate), profile_name(x->profile));
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

int scan_trees(struct scanner *x, char **paths, size_t count) {
    struct tally t = {0};
    char **list = mem_new_array(count + 1, sizeof *list); // ended by NULL
    memcpy(list, paths, count * sizeof *list);
    FTS *walk = fts_open(list, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
    bool written = walk != NULL;
    if (x->json) buf_add_z(&x->out, "{\"results\":[");
    for (FTSENT *entry; written && (entry = fts_read(walk));) written = scan_entry(x, walk, entry, &t);
    if (walk) fts_close(walk);
    free(list);
    put_sum(x, &t);
    if (!scan_flush(x) || !written) {
        struct err e = {""};
        err_set(&e, "%s: %s", walk ? "standard output" : paths[0], strerror(errno));
        return cmd_fail(EXIT_FAILED, &e);
    }
    return t.sensitive ? EXIT_SENSITIVE : t.failed ? EXIT_FAILED : EXIT_FINE;
}
