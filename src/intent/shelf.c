#include "intent/shelf.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

enum { PATH_BYTES = 1400, MAX_NUMBER = 999999 };

// Letters, digits, dot and dash of the names, and a hash of the names as they are.
static void name_pair(const struct shelf *s, char *out, size_t size) {
    uint64_t hash = hash_bytes(s->frontier, strlen(s->frontier), hash_bytes(s->local, strlen(s->local), 0x70616972));
    char name[2 * LEARNED_NAME + 8];
    snprintf(name, sizeof name, "%.60s_%.60s", s->local, s->frontier);
    for (char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '-' && (*p != '.' || p == name)) *p = '_';
    snprintf(out, size, "%s-%08x", name, (unsigned)(hash >> 32));
}

int shelf_open(struct shelf *s, const char *dir, const char *local, const char *frontier, struct err *e) {
    char name[2 * LEARNED_NAME + 32];
    *s = (struct shelf){.dir = ""};
    if (strlen(dir) >= sizeof s->dir) return err_set(e, "data.learned: the path is too long");
    span_copy_z(s->dir, sizeof s->dir, dir);
    span_copy_z(s->local, sizeof s->local, local);
    span_copy_z(s->frontier, sizeof s->frontier, frontier);
    name_pair(s, name, sizeof name);
    snprintf(s->current, sizeof s->current, "%s/%s.weights", dir, name);
    snprintf(s->lines, sizeof s->lines, "%s/%s.lines", dir, name);
    snprintf(s->folder, sizeof s->folder, "%s/%s", dir, name);
    return 0;
}

struct weights *shelf_load(const struct shelf *s, bool *missing, struct err *e) {
    struct weights *w = NULL;
    *missing = access(s->current, F_OK) != 0 && errno == ENOENT;
    if (!*missing) w = weights_load_file(s->current, e);
    if (w && !w->learned) {
        weights_free(w);
        w = NULL;
        err_set(e, "intent weights: %s holds nothing that was learned", s->current);
    }
    return w;
}

// ---------------------------------------------------------------- versions

static void version_path(const struct shelf *s, uint32_t number, char out[static PATH_BYTES]) {
    snprintf(out, PATH_BYTES, "%s/%06u.weights", s->folder, number);
}

// The number of a file's name, 0 when it is no version.
static uint32_t number_of(const char *name) {
    char *end;
    unsigned long n = strtoul(name, &end, 10);
    return isdigit((unsigned char)*name) && end - name == 6 && !strcmp(end, ".weights") ? (uint32_t)n : 0;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = ((const struct shelf_version *)a)->number, y = ((const struct shelf_version *)b)->number;
    return (x > y) - (x < y);
}

static bool read_version(const char *path, struct learned_header *h) {
    struct err e;
    struct weights *w = weights_load_file(path, &e);
    bool good = w && w->learned;
    if (good) *h = w->learned->header;
    weights_free(w);
    return good;
}

struct shelf_version *shelf_list(const struct shelf *s, size_t *count, size_t *unreadable) {
    struct shelf_version *list = NULL;
    struct learned_header used = {.checksum = 0};
    *count = *unreadable = 0;
    DIR *d = opendir(s->folder);
    if (!d) return NULL;
    bool any_used = read_version(s->current, &used);
    for (const struct dirent *f; (f = readdir(d));) {
        char path[PATH_BYTES];
        struct shelf_version v = {.number = number_of(f->d_name)};
        if (v.number == 0) continue;
        version_path(s, v.number, path);
        if (!read_version(path, &v.header)) {
            ++*unreadable;
            continue;
        }
        v.in_use = any_used && v.header.checksum == used.checksum;
        list = mem_grow(list, (*count + 1) * sizeof *list);
        list[(*count)++] = v;
    }
    closedir(d);
    if (*count) qsort(list, *count, sizeof *list, by_number);
    return list;
}

static uint32_t newest_number(const struct shelf *s) {
    uint32_t newest = 0;
    DIR *d = opendir(s->folder);
    for (const struct dirent *f; d && (f = readdir(d));) {
        uint32_t n = number_of(f->d_name);
        if (n > newest) newest = n;
    }
    if (d) closedir(d);
    return newest;
}

// ---------------------------------------------------------------- writing

static int make_folder(const char *path, struct err *e) {
    char part[1280];
    span_copy_z(part, sizeof part, path);
    for (char *p = part + 1;; p++) {
        if (*p && *p != '/') continue;
        char end = *p;
        *p = 0;
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return err_set(e, "%s: %s", part, strerror(errno));
        if (!end) return 0;
        *p = end;
    }
}

// A temporary file beside the target; it is in the caller's hands.
static FILE *open_beside(const char *path, char temporary[static PATH_BYTES], struct err *e) {
    snprintf(temporary, PATH_BYTES, "%s.XXXXXX", path);
    int fd = mkstemp(temporary);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (!f) err_set(e, "%s: %s", path, strerror(errno));
    return f;
}

static int put_in_place(FILE *f, const char *temporary, const char *path, int status, struct err *e) {
    if (status == 0 && (fflush(f) != 0 || fsync(fileno(f)) != 0)) status = err_set(e, "%s: %s", path, strerror(errno));
    if (fclose(f) != 0 && status == 0) status = err_set(e, "%s: %s", path, strerror(errno));
    if (status == 0 && rename(temporary, path) != 0) status = err_set(e, "%s: %s", path, strerror(errno));
    if (status != 0) unlink(temporary);
    return status;
}

int shelf_write(const char *path, const struct weights *base, const struct learned *l, struct err *e) {
    char temporary[PATH_BYTES];
    if (strlen(path) + 8 > sizeof temporary) return err_set(e, "%s: the path is too long", path);
    FILE *f = open_beside(path, temporary, e);
    if (!f) return -1;
    int status = weights_write(base, f, e);
    if (status == 0) status = learned_write(l, f, e);
    return put_in_place(f, temporary, path, status, e);
}

// Two that learn at once must not take the same number: one waits for the other. The lock goes with its holder.
static int lock_folder(const struct shelf *s, struct err *e) {
    int fd = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0) return fd;
    err_set(e, "%s: %s", s->folder, strerror(errno));
    if (fd >= 0) close(fd);
    return -1;
}

int shelf_add(const struct shelf *s, const struct weights *base, const struct learned *l, struct err *e) {
    char path[PATH_BYTES];
    if (make_folder(s->folder, e) != 0) return -1;
    int lock = lock_folder(s, e);
    if (lock < 0) return -1;
    uint32_t number = newest_number(s) + 1;
    int status = 0;
    if (number > MAX_NUMBER) status = err_set(e, "%s: no number is left; remove old versions", s->folder);
    version_path(s, number, path);
    if (status == 0) status = shelf_write(path, base, l, e);
    close(lock);
    return status == 0 ? (int)number : -1;
}

static int copy_file(const char *from, const char *to, struct err *e) {
    char temporary[PATH_BYTES], bytes[65536];
    FILE *in = fopen(from, "rb");
    if (!in) return err_set(e, "%s: %s", from, strerror(errno));
    FILE *out = open_beside(to, temporary, e);
    int status = out ? 0 : -1;
    for (size_t n; status == 0 && (n = fread(bytes, 1, sizeof bytes, in)) > 0;)
        if (fwrite(bytes, 1, n, out) != n) status = err_set(e, "%s: %s", to, strerror(errno));
    if (status == 0 && ferror(in)) status = err_set(e, "%s: %s", from, strerror(errno));
    fclose(in);
    return out ? put_in_place(out, temporary, to, status, e) : -1;
}

static void lines_path(const struct shelf *s, uint32_t number, char out[static PATH_BYTES]) {
    snprintf(out, PATH_BYTES, "%s/%06u.lines", s->folder, number);
}

int shelf_load_lines(const struct shelf *s, struct lines *out, struct err *e) {
    char bytes[LINES_MAX_BYTES];
    *out = (struct lines){.count = 0};
    FILE *f = fopen(s->lines, "rb");
    if (!f) return errno == ENOENT ? 0 : err_set(e, "%s: %s", s->lines, strerror(errno));
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    struct err why = {""};
    return lines_read(span_make(bytes, n), out, &why) == 0 ? 0 : err_set(e, "%s: %s", s->lines, why.text);
}

int shelf_add_lines(const struct shelf *s, uint32_t number, const struct lines *lines, struct err *e) {
    char path[PATH_BYTES], temporary[PATH_BYTES];
    struct buf text;
    if (make_folder(s->folder, e) != 0) return -1;
    lines_path(s, number, path);
    if (strlen(path) + 8 > sizeof temporary) return err_set(e, "%s: the path is too long", path);
    FILE *f = open_beside(path, temporary, e);
    if (!f) return -1;
    buf_init(&text, LINES_MAX_BYTES);
    lines_write(lines, &text);
    int status =
        text.full || fwrite(text.at, 1, text.len, f) != text.len ? err_set(e, "%s: %s", path, strerror(errno)) : 0;
    buf_free(&text);
    return put_in_place(f, temporary, path, status, e);
}

int shelf_use_lines(const struct shelf *s, uint32_t number, struct err *e) {
    char path[PATH_BYTES];
    lines_path(s, number, path);
    if (access(path, F_OK) == 0) return copy_file(path, s->lines, e);
    return unlink(s->lines) == 0 || errno == ENOENT ? 0 : err_set(e, "%s: %s", s->lines, strerror(errno));
}

int shelf_use(const struct shelf *s, uint32_t number, struct err *e) {
    char path[PATH_BYTES];
    if (number == 0) {
        if (shelf_use_lines(s, 0, e) != 0) return -1;
        if (unlink(s->current) == 0 || errno == ENOENT) return 0;
        return err_set(e, "%s: %s", s->current, strerror(errno));
    }
    version_path(s, number, path);
    struct weights *w = weights_load_file(path, e); // what does not load is not put in use
    if (!w) return -1;
    weights_free(w);
    if (shelf_use_lines(s, number, e) != 0) return -1;
    return copy_file(path, s->current, e);
}
