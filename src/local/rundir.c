#include "local/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// A socket in a folder that others can write to could be replaced by theirs.
static int check_private(const char *path, struct err *e) {
    struct stat s;
    if (lstat(path, &s) != 0) return err_set(e, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(s.st_mode)) return err_set(e, "%s is not a folder: set local.run_dir to one", path);
    if (s.st_uid != geteuid() || (s.st_mode & 022))
        return err_set(e, "%s can be written by others: chmod 700 it, or set local.run_dir to a private folder", path);
    return 0;
}

void run_dir_guess(const char *configured, char *out, size_t size) {
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (*configured) snprintf(out, size, "%s", configured);
    else if (runtime && *runtime == '/' && access(runtime, W_OK | X_OK) == 0) snprintf(out, size, "%s/sluice", runtime);
    else snprintf(out, size, "/tmp/sluice-%u-XXXXXX", (unsigned)geteuid());
}

int run_dir_open(struct run_dir *d, const char *configured, struct err *e) {
    char path[PATH_MAX];
    *d = (struct run_dir){.ours = false};
    run_dir_guess(configured, path, sizeof path);
    if (strlen(path) + sizeof "/slm-1234567890-1234567890.sock" > sizeof d->path)
        return err_set(e, "the path of a socket in %s would be too long: set local.run_dir to a shorter one", path);
    size_t n = strlen(path);
    if (!*configured && n > 7 && !strcmp(path + n - 7, "-XXXXXX")) {
        if (!mkdtemp(path)) return err_set(e, "%s: %s", path, strerror(errno));
        d->ours = true;
    } else if (mkdir(path, 0700) == 0) {
        d->ours = true;
    } else if (errno != EEXIST) {
        return err_set(e, "cannot make %s: %s: set local.run_dir to a folder that can be made", path, strerror(errno));
    }
    snprintf(d->path, sizeof d->path, "%.107s", path);
    if (check_private(d->path, e) == 0) return 0;
    run_dir_close(d);
    return -1;
}

void run_dir_close(struct run_dir *d) {
    if (d->ours) rmdir(d->path); // stays when another gateway has its socket there
    d->ours = false;
}

void local_run_dir(const struct config *config, char *out, size_t size) {
    run_dir_guess(config->local.run_dir, out, size);
}
