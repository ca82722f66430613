// The key of what is registered: 32 random bytes in a file that only its owner reads, from which all others are
// derived.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "gate/own_internal.h"

enum { MASTER_BYTES = 32, PAGE_BYTES = 4096 };
_Static_assert(sizeof(struct own_key) <= PAGE_BYTES, "a key has one page");

static uint64_t derive(const uint8_t master[static MASTER_BYTES], uint64_t what) {
    const uint64_t text[2] = {0x656369756c73u, what};
    return hash_keyed(text, sizeof text, master) ^ hash_keyed(text, sizeof text, master + 16);
}

static struct own_key *key_from(const uint8_t master[static MASTER_BYTES]) {
    struct own_key *key = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (key == MAP_FAILED) return NULL;
    (void)mlock(key, PAGE_BYTES); // a limit of the system does not keep the gate from its work
    (void)madvise(key, PAGE_BYTES, MADV_DONTDUMP);
    uint64_t parts[12];
    for (uint64_t i = 0; i < 12; i++) parts[i] = derive(master, i);
    memcpy(key->tag, parts, 16);
    memcpy(key->check, parts + 2, 16);
    key->word = parts[4] | 1;
    key->front = parts[5];
    memcpy(key->gram, parts + 6, sizeof key->gram);
    key->print = parts[10] | 1;
    key->id = parts[11];
    mem_wipe(parts, sizeof parts);
    return key;
}

void own_key_free(struct own_key *key) {
    if (!key) return;
    mem_wipe(key, sizeof *key);
    munmap(key, PAGE_BYTES);
}

struct own_key *own_key_open(const char *dir, struct err *e) {
    char path[PATH_MAX];
    uint8_t master[MASTER_BYTES + 1];
    struct stat info;
    snprintf(path, sizeof path, "%s/key", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        err_set(e,
                "%s: %s: what was registered with it cannot be read; bring the key back, or register again in an "
                "empty directory",
                path, strerror(errno));
        return NULL;
    }
    ssize_t n = fstat(fd, &info) == 0 ? read(fd, master, sizeof master) : -1;
    close(fd);
    struct own_key *key = NULL;
    if (n != MASTER_BYTES) err_set(e, "%s: is damaged", path);
    else if (info.st_mode & 077) err_set(e, "%s: others may read it; chmod 600 it", path);
    else if (!(key = key_from(master))) err_set(e, "%s: no memory for it", path);
    mem_wipe(master, sizeof master);
    return key;
}

// Makes the directory and those above it. What is wrong shows when the key is written.
static void make_directories(const char *dir) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/", dir);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        int status = mkdir(path, 0700), wrong = errno,
            fd = status ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        char *above = fd < 0 ? NULL : strrchr(path, '/');
        if (above && above > path) {
            *above = 0;
            (void)own_hand_over(fd, path);
            *above = '/';
        }
        if (fd >= 0) close(fd);
        *slash = '/';
        if (status && wrong != EEXIST) return;
    }
}

// Through a temporary file and a link: of two that make a key at once, the first one's is used by both.
static int make_key(const char *dir, const char *path, struct err *e) {
    char temporary[PATH_MAX + 32];
    uint8_t master[MASTER_BYTES];
    snprintf(temporary, sizeof temporary, "%s/.key-XXXXXX", dir);
    int fd = mkstemp(temporary); // 0600
    if (fd < 0) return err_set(e, "%s: %s", dir, strerror(errno));
    hash_random(master, sizeof master);
    bool written = write(fd, master, sizeof master) == sizeof master && fsync(fd) == 0;
    int status = written && own_hand_over(fd, dir) ? 0 : -1;
    mem_wipe(master, sizeof master);
    close(fd);
    if (!status && link(temporary, path) != 0 && errno != EEXIST) status = -1;
    if (status) err_set(e, "%s: %s", path, strerror(errno));
    unlink(temporary);
    return status;
}

struct own_key *own_key_make(const char *dir, struct err *e) {
    char path[PATH_MAX];
    struct stat info;
    char **names;
    size_t count;
    make_directories(dir);
    if (stat(dir, &info) != 0) {
        err_set(e, "%s: %s", dir, strerror(errno));
        return NULL;
    }
    if (info.st_mode & 022) {
        err_set(e, "%s: others may write into it; chmod 700 it", dir);
        return NULL;
    }
    snprintf(path, sizeof path, "%s/key", dir);
    if (access(path, F_OK) == 0) return own_key_open(dir, e);
    if (own_files(dir, true, &names, &count, e) != 0) return NULL;
    for (size_t i = 0; i < count; i++) free(names[i]);
    free(names);
    // A new key beside old files would leave them unreadable: say so instead.
    if (count == 0 && make_key(dir, path, e) != 0) return NULL;
    return own_key_open(dir, e);
}
