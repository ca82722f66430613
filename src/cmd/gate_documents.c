// sluice gate add-documents: texts and sources become fingerprints. Folders are read with all that is in them.
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd/gate.h"
#include "cmd/progress.h"

enum { MOST_BYTES = 64 << 20, LOOK_BYTES = 8192, SHOWN = 3 };

enum outcome { TAKEN, SHORT, BINARY, FORMAT, LARGE, BROKEN, OUTCOMES };

static const char *const OUTCOME_WORDS[] = {
    [SHORT] = "too short to be recognised",
    [BINARY] = "no text",
    [FORMAT] = "PDF and office files, which are not read: turn them into text first (pdftotext, pandoc)",
    [LARGE] = "larger than 64 MB",
    [BROKEN] = "could not be read",
};

struct found {
    char *path;
    uint64_t bytes;
};

struct adding {
    const struct gate_options *options;
    struct own_documents *documents;
    struct found *files;
    size_t count, room;
    uint64_t bytes;
    uint64_t outcomes[OUTCOMES];
    const char *examples[OUTCOMES][SHOWN];
};

// ---------------------------------------------------------------- finding

// What other people wrote, and what tools keep.
static bool is_skipped_folder(const char *name) {
    return (*name == '.' && name[1] && strcmp(name, "..") != 0) || !strcmp(name, "node_modules");
}

static void add_file(struct adding *x, const FTSENT *entry) {
    if (x->count == x->room) {
        x->room = x->room ? x->room * 2 : 256;
        x->files = mem_grow(x->files, x->room * sizeof *x->files);
    }
    uint64_t bytes = (uint64_t)entry->fts_statp->st_size;
    x->files[x->count++] = (struct found){.path = mem_copy_z(entry->fts_path), .bytes = bytes};
    x->bytes += bytes;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int find_files(struct adding *x, char **paths, struct err *e) {
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
    int status = walk ? 0 : err_set(e, "%s", strerror(errno));
    for (FTSENT *entry; !status && (entry = fts_read(walk));) {
        switch (entry->fts_info) {
        case FTS_D:
            if (entry->fts_level > 0 && is_skipped_folder(entry->fts_name)) fts_set(walk, entry, FTS_SKIP);
            break;
        case FTS_F: add_file(x, entry); break;
        case FTS_NS:
        case FTS_DNR:
        case FTS_ERR: status = err_set(e, "%s: %s", entry->fts_path, strerror(entry->fts_errno)); break;
        default: break; // symbolic links are not followed
        }
        if (interrupt_seen()) status = err_set(e, "stopped; nothing was changed");
    }
    if (walk) fts_close(walk);
    return status;
}

// ---------------------------------------------------------------- reading

static bool has_ending(const char *path, const char *const *endings) {
    const char *dot = strrchr(path, '.');
    for (; dot && *endings; endings++)
        if (strcasecmp(dot + 1, *endings) == 0) return true;
    return false;
}

// Text has no NUL and hardly any control characters.
static enum outcome look_at(const char *path, struct span text) {
    static const char *const FORMATS[] = {"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx",
                                          "odt", "ods", "odp",  "rtf", "epub", NULL};
    size_t n = text.len < LOOK_BYTES ? text.len : LOOK_BYTES, controls = 0;
    if (has_ending(path, FORMATS) || span_starts(text, SPAN("%PDF-"))) return FORMAT;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == 0) return BINARY;
        controls += c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b;
    }
    return controls * 50 > n ? BINARY : TAKEN;
}

static enum outcome read_document(struct adding *x, const struct found *f) {
    struct err e;
    size_t len = 0;
    if (f->bytes > MOST_BYTES) return LARGE;
    char *text = cmd_read_file(f->path, MOST_BYTES, &len, &e);
    if (!text) return BROKEN;
    enum outcome outcome = look_at(f->path, span_make(text, len));
    if (outcome == TAKEN) {
        size_t prints = own_documents_add(x->documents, f->path, span_make(text, len));
        if (prints == 0) outcome = SHORT;
        if (prints == SIZE_MAX) outcome = BROKEN;
    }
    mem_wipe(text, len);
    free(text);
    return outcome;
}

static int read_documents(struct adding *x, struct err *e) {
    struct progress progress;
    progress_start(&progress, "reading documents", x->bytes);
    for (size_t i = 0; i < x->count && !interrupt_seen(); i++) {
        enum outcome outcome = read_document(x, &x->files[i]);
        if (x->outcomes[outcome] < SHOWN) x->examples[outcome][x->outcomes[outcome]] = x->files[i].path;
        x->outcomes[outcome]++;
        progress_add(&progress, x->files[i].bytes);
    }
    progress_end(&progress);
    return interrupt_seen() ? err_set(e, "stopped; nothing was changed") : 0;
}

static void say_skipped(const struct adding *x) {
    for (int o = TAKEN + 1; o < OUTCOMES; o++) {
        if (!x->outcomes[o]) continue;
        fprintf(stderr, "not registered: %llu %s:", (unsigned long long)x->outcomes[o], OUTCOME_WORDS[o]);
        for (uint64_t i = 0; i < x->outcomes[o] && i < SHOWN; i++) fprintf(stderr, " %s", x->examples[o][i]);
        fputs(x->outcomes[o] > SHOWN ? " ...\n" : "\n", stderr);
    }
}

// ---------------------------------------------------------------- the action

static int save(struct adding *x, const char *name) {
    const struct gate_options *o = x->options;
    struct err e = {""};
    struct own_info info;
    enum own_saved saved = own_documents_save(x->documents, o->dir, name, o->chosen, (uint64_t)o->common, &e);
    say_skipped(x);
    if (saved == OWN_FAILED) return cmd_fail(EXIT_FAILED, &e);
    own_documents_info(x->documents, &info);
    uint64_t emptied = own_documents_emptied(x->documents);
    if (emptied)
        fprintf(
            stderr,
            "%llu %s hardly more than what over %lld documents have, and will not be recognised: many versions of one "
            "text? Raise --common\n",
            (unsigned long long)emptied, emptied == 1 ? "document is" : "documents are", (long long)o->common);
    gate_print_saved(o, name, saved, &info);
    return EXIT_FINE;
}

int gate_add_documents(const struct gate_options *o, char **paths, int count) {
    char name[OWN_NAME_MAX + 1];
    struct err e = {""};
    if (count > 1 && !o->name) {
        err_set(&e, "gate add-documents: several paths need a --name");
        return cmd_fail(EXIT_USAGE, &e);
    }
    if (!gate_name(o, paths[0], name, &e)) return cmd_fail(EXIT_USAGE, &e);
    struct own_key *key = own_key_make(o->dir, &e);
    if (!key) return cmd_fail(EXIT_FAILED, &e);
    struct adding x = {.options = o, .documents = own_documents_new(key)};
    int code = EXIT_FAILED;
    if (find_files(&x, paths, &e) == 0 && read_documents(&x, &e) == 0) code = save(&x, name);
    else cmd_fail(EXIT_FAILED, &e);
    for (size_t i = 0; i < x.count; i++) free(x.files[i].path);
    free(x.files);
    own_documents_free(x.documents);
    own_key_free(key);
    return code;
}
