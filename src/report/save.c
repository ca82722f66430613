#include "report/save.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Writes, and sees to it that it got there.
static int fill(FILE *out, const char *name, save_writer write, const void *what, struct err *e) {
    if (write(out, what, e)) return -1;
    errno = 0;
    if (fflush(out) || ferror(out)) return err_set(e, "%s: cannot be written: %s", name, strerror(errno ? errno : EIO));
    return 0;
}

static int write_through(const char *path, save_writer write, const void *what, struct err *e) {
    FILE *out = fopen(path, "wb");
    if (!out) return err_set(e, "%s: cannot be opened for writing: %s", path, strerror(errno));
    int status = fill(out, path, write, what, e);
    if (fclose(out) && !status) status = err_set(e, "%s: cannot be written: %s", path, strerror(errno));
    return status;
}

// The temporary file: in the target's folder, because a name can only be changed within one file system.
static int temporary_name(char *name, size_t size, const char *path) {
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    int n = snprintf(name, size, "%.*s.%s.%ld.new", folder, path, path + folder, (long)getpid());
    return n > 0 && (size_t)n < size ? 0 : -1;
}

static int replace(const char *path, save_writer write, const void *what, struct err *e) {
    char name[PATH_MAX];
    if (temporary_name(name, sizeof name, path)) return err_set(e, "%s: the path is too long", path);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!out) return err_set(e, "%s: cannot be written: %s", path, strerror(errno));
    int status = fill(out, path, write, what, e);
    if (!status && fsync(fd)) status = err_set(e, "%s: cannot be written: %s", path, strerror(errno));
    if (fclose(out) && !status) status = err_set(e, "%s: cannot be written: %s", path, strerror(errno));
    if (!status && rename(name, path)) status = err_set(e, "%s: cannot be replaced: %s", path, strerror(errno));
    if (status) unlink(name);
    return status;
}

int save_file(const char *path, save_writer write, const void *what, struct err *e) {
    if (!strcmp(path, "-")) return fill(stdout, "standard output", write, what, e);
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return err_set(e, "%s: is a folder; name a file in it", path);
    if (exists && !S_ISREG(info.st_mode)) return write_through(path, write, what, e);

    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    char *target = exists ? realpath(path, NULL) : NULL; // through links
    int status = replace(target ? target : path, write, what, e);
    free(target);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}
