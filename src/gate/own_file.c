// The directory of what is registered: the key, and one file a registration.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "gate/own_internal.h"

static const char MAGIC[8] = "SLUICEGO";
static const char *const ENDINGS[] = {[OWN_LIST] = ".list", [OWN_DOCUMENTS] = ".documents"};

bool own_name_is_valid(const char *name) {
    size_t n = strlen(name);
    if (n == 0 || n > OWN_NAME_MAX || *name == '.') return false;
    for (; *name; name++)
        if (FOLD_ASCII[(unsigned char)*name] <= 1 && !strchr("._-", *name)) return false;
    return true;
}

// Takes the ending off; false for a file that is no registration.
static bool read_leaf(const char *leaf, char name[static OWN_NAME_MAX + 1], enum own_kind *kind) {
    for (int k = OWN_LIST; k <= OWN_DOCUMENTS; k++) {
        size_t n = strlen(leaf), ending = strlen(ENDINGS[k]);
        if (n <= ending || n - ending > OWN_NAME_MAX || strcmp(leaf + n - ending, ENDINGS[k]) != 0) continue;
        memcpy(name, leaf, n - ending);
        name[n - ending] = 0;
        *kind = (enum own_kind)k;
        return own_name_is_valid(name);
    }
    return false;
}

// ---------------------------------------------------------------- looking

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int own_files(const char *dir, bool must_exist, char ***names, size_t *count, struct err *e) {
    DIR *d = opendir(dir);
    *names = NULL;
    *count = 0;
    if (!d) {
        if (errno == ENOENT && !must_exist) return 0;
        return err_set(e, "%s: %s; `sluice gate` makes it, or correct policy.data_dir", dir, strerror(errno));
    }
    errno = 0;
    for (struct dirent *entry; (entry = readdir(d));) {
        char name[OWN_NAME_MAX + 1];
        enum own_kind kind;
        if (!read_leaf(entry->d_name, name, &kind)) continue;
        *names = mem_grow(*names, (*count + 1) * sizeof **names);
        (*names)[(*count)++] = mem_copy_z(entry->d_name);
        errno = 0;
    }
    int wrong = errno;
    closedir(d);
    if (wrong) return err_set(e, "%s: %s", dir, strerror(wrong));
    if (*count) qsort(*names, *count, sizeof **names, by_name);
    return 0;
}

static uint64_t content_hash(const struct own_head *h, const struct span sections[OWN_SECTIONS]) {
    const uint64_t said[] = {h->kind, h->class_, h->key_id, h->items, h->pairs, h->dropped};
    uint64_t hash = hash_bytes(said, sizeof said, OWN_VERSION);
    for (int i = 0; i < OWN_SECTIONS; i++) hash = hash_bytes(sections[i].at, sections[i].len, hash);
    return hash;
}

static uint64_t head_hash(const struct own_head *h) {
    return hash_bytes(h, offsetof(struct own_head, head), OWN_VERSION);
}

// Why the mapped file cannot be used, or NULL; sets the sections.
static const char *check_file(struct own_file *f) {
    static const char DAMAGED[] = "is damaged; register it again";
    if (f->map_bytes < sizeof f->head) return DAMAGED;
    memcpy(&f->head, f->map, sizeof f->head);
    if (memcmp(f->head.magic, MAGIC, sizeof MAGIC) != 0) return "is no file of `sluice gate`";
    if (f->head.version != OWN_VERSION) return "was written by another version of sluice; register it again";
    if (f->head.head != head_hash(&f->head) || f->head.kind > OWN_DOCUMENTS) return DAMAGED;
    size_t at = sizeof f->head;
    for (int i = 0; i < OWN_SECTIONS; i++) {
        if (f->head.sections[i] > f->map_bytes - at) return DAMAGED;
        f->sections[i] = span_make((const char *)f->map + at, f->head.sections[i]);
        at += f->head.sections[i];
    }
    if (at != f->map_bytes || f->head.content != content_hash(&f->head, f->sections)) return DAMAGED;
    return NULL;
}

// A copy, and not the file itself: whoever cuts or overwrites a file in place must not change a gate that is open.
static int read_file(int fd, size_t size, struct own_file *out) {
    uint8_t *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return -1;
    out->map = map;
    out->map_bytes = size;
    (void)madvise(map, size, MADV_DONTDUMP);
    for (size_t n = 0; n < size;) { // what is missing at the end stays zero, and does not pass the check
        ssize_t got = read(fd, map + n, size - n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        n += (size_t)got;
    }
    return mprotect(map, size, PROT_READ);
}

int own_file_open(const char *dir, const char *leaf, struct own_file *out, struct err *e) {
    char path[PATH_MAX];
    struct stat info;
    enum own_kind kind;
    *out = (struct own_file){.map_bytes = 0};
    if (!read_leaf(leaf, out->name, &kind)) return err_set(e, "%s: no name of a registration", leaf);
    snprintf(path, sizeof path, "%s/%s", dir, leaf);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return err_set(e, "%s: %s", path, strerror(errno));
    const char *why = NULL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) why = "is no file";
    else if (info.st_size > 0 && read_file(fd, (size_t)info.st_size, out) != 0) why = strerror(errno);
    close(fd);
    if (!why) why = check_file(out);
    if (!why && out->head.kind != (uint32_t)kind) why = "holds something else than its ending says";
    if (!why) return 0;
    own_file_close(out);
    return err_set(e, "%s: %s (`sluice gate remove %s` drops it)", path, why, out->name);
}

void own_file_close(struct own_file *f) {
    if (f->map) munmap((void *)(uintptr_t)f->map, f->map_bytes);
    f->map = NULL;
}

void own_head_info(const struct own_head *head, struct own_info *out) {
    out->kind = (enum own_kind)head->kind;
    out->class_ = (enum data_class)head->class_;
    out->items = head->items;
    out->pairs = head->pairs;
    out->dropped = head->dropped;
    out->source_bytes = head->source_bytes;
    out->prints = head->kind == OWN_DOCUMENTS ? head->sections[0] / sizeof(uint64_t) : 0;
    out->created_us = head->created_us;
}

int own_list_all(const char *dir, struct own_info **out, size_t *count, struct err *e) {
    char **names;
    size_t n, good = 0;
    *out = NULL;
    *count = 0;
    int status = own_files(dir, false, &names, &n, e);
    struct own_info *all = mem_new_array(n, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        struct own_file f;
        if (!status && own_file_open(dir, names[i], &f, e) != 0) status = -1;
        if (!status) {
            struct own_info *info = &all[good++];
            own_head_info(&f.head, info);
            info->file_bytes = f.map_bytes;
            memcpy(info->name, f.name, sizeof info->name);
            own_file_close(&f);
        }
        free(names[i]);
    }
    free(names);
    if (status) {
        free(all);
        return -1;
    }
    *out = all;
    *count = good;
    return 0;
}

int own_remove(const char *dir, const char *name, struct err *e) {
    int removed = 0;
    for (int k = OWN_LIST; k <= OWN_DOCUMENTS; k++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s%s", dir, name, ENDINGS[k]);
        if (unlink(path) == 0) removed++;
        else if (errno != ENOENT) return err_set(e, "%s: %s", path, strerror(errno));
    }
    return removed ? 0 : 1;
}

// ---------------------------------------------------------------- writing

static int write_all(int fd, const void *bytes, size_t n) {
    for (const char *p = bytes; n;) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return -1;
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

bool own_hand_over(int fd, const char *dir) {
    struct stat info;
    if (geteuid() != 0) return true;
    return stat(dir, &info) == 0 && fchown(fd, info.st_uid, info.st_gid) == 0;
}

// What an earlier, killed writer of this name left behind goes with the new file.
static int write_file(const char *dir, const char *path, const struct own_head *head,
                      const struct span sections[OWN_SECTIONS], struct err *e) {
    char temporary[PATH_MAX + 8];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return err_set(e, "%s: %s", temporary, strerror(errno));
    int status = own_hand_over(fd, dir) ? write_all(fd, head, sizeof *head) : -1;
    for (int i = 0; i < OWN_SECTIONS && !status; i++) status = write_all(fd, sections[i].at, sections[i].len);
    if (!status) status = fsync(fd);
    if (close(fd) != 0) status = -1;
    if (!status) status = rename(temporary, path);
    if (!status) return 0;
    err_set(e, "%s: %s", path, strerror(errno));
    unlink(temporary);
    return -1;
}

enum own_saved own_file_write(const char *dir, const char *name, const struct own_key *key, struct own_head *head,
                              const struct span sections[OWN_SECTIONS], struct err *e) {
    char path[PATH_MAX], leaf[OWN_NAME_MAX + 16];
    struct own_file old;
    struct err ignored;
    bool there = false, same = false;
    memcpy(head->magic, MAGIC, sizeof MAGIC);
    head->version = OWN_VERSION;
    head->key_id = key->id;
    head->created_us = clock_wall_us();
    for (int i = 0; i < OWN_SECTIONS; i++) head->sections[i] = sections[i].len;
    head->content = content_hash(head, sections);
    head->head = head_hash(head);
    for (int k = OWN_LIST; k <= OWN_DOCUMENTS; k++) {
        snprintf(leaf, sizeof leaf, "%s%s", name, ENDINGS[k]);
        snprintf(path, sizeof path, "%s/%s", dir, leaf);
        there |= access(path, F_OK) == 0;
        if (own_file_open(dir, leaf, &old, &ignored) != 0) continue;
        same |= old.head.content == head->content;
        own_file_close(&old);
    }
    if (same) return OWN_UNCHANGED;
    snprintf(path, sizeof path, "%s/%s%s", dir, name, ENDINGS[head->kind]);
    if (write_file(dir, path, head, sections, e) != 0) return OWN_FAILED;
    // A name means one registration: documents replace a list, and the other way round.
    snprintf(path, sizeof path, "%s/%s%s", dir, name, ENDINGS[head->kind == OWN_LIST ? OWN_DOCUMENTS : OWN_LIST]);
    unlink(path);
    return there ? OWN_REPLACED : OWN_ADDED;
}
