#include "local/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SLUICE_PREFIX
#define SLUICE_PREFIX "/usr/local"
#endif

// Where a file may be: an environment variable, the folder of our executable, or a fixed place.
struct place {
    enum { FROM_ENVIRONMENT, FROM_EXECUTABLE, FROM_ROOT } from;
    const char *base; // the variable, or ""
    const char *rest;
};

static const struct place PREFIXES[] = {
    {FROM_ENVIRONMENT, "SLUICE_LLAMA_PREFIX", ""},
    {FROM_EXECUTABLE, "", "/llama"},    // build/sluice
    {FROM_EXECUTABLE, "", "/../llama"}, // build/address/sluice
    {FROM_EXECUTABLE, "", "/../build/llama"},
    {FROM_ROOT, "", SLUICE_PREFIX "/lib/sluice/llama"},
};
static const struct place MODELS[] = {
    {FROM_ENVIRONMENT, "SLUICE_DATA", "/tiny.gguf"},          {FROM_EXECUTABLE, "", "/../data/tiny.gguf"},
    {FROM_EXECUTABLE, "", "/../../data/tiny.gguf"},           {FROM_EXECUTABLE, "", "/../share/sluice/tiny.gguf"},
    {FROM_ROOT, "", SLUICE_PREFIX "/share/sluice/tiny.gguf"},
};

static bool executable_dir(char *out, size_t size) {
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    if (n <= 0) return false;
    out[n] = 0;
    char *slash = strrchr(out, '/');
    if (slash) *slash = 0;
    return slash != NULL;
}

static bool place_path(const struct place *p, char *out, size_t size) {
    char dir[PATH_MAX] = "";
    const char *from = dir;
    if (p->from == FROM_ENVIRONMENT) from = getenv(p->base);
    if (p->from == FROM_EXECUTABLE && !executable_dir(dir, sizeof dir)) return false;
    if (!from || (p->from == FROM_ENVIRONMENT && !*from)) return false;
    return (size_t)snprintf(out, size, "%s%s", from, p->rest) < size;
}

static bool is_program(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) && access(path, X_OK) == 0;
}

static bool on_path(const char *name, char *out, size_t size) {
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t n = strcspn(path, ":");
        // relative entries are passed over: what runs must not depend on the working directory
        if (*path == '/' && (size_t)snprintf(out, size, "%.*s/%s", (int)n, path, name) < size && is_program(out))
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

static bool in_prefix(const char *prefix, struct program *out) {
    char real[PATH_MAX], loader[PATH_MAX + 16];
    if (!realpath(prefix, real)) return false;
    if ((size_t)snprintf(out->library, sizeof out->library, "%s/lib", real) >= sizeof out->library) return false;
    if ((size_t)snprintf(out->path, sizeof out->path, "%s/llama-server.bin", out->library) >= sizeof out->path)
        return false;
    snprintf(loader, sizeof loader, "%s/ld.so", out->library);
    return is_program(loader) && access(out->path, R_OK) == 0;
}

int find_program(const struct config *config, struct program *out, struct err *e) {
    const char *wanted = config->local.server;
    *out = (struct program){.path = ""};
    if (*wanted && !strchr(wanted, '/')) {
        if (on_path(wanted, out->path, sizeof out->path)) return 0;
        return err_set(e, "local.server: no program '%s' on PATH: give the whole path", wanted);
    }
    if (*wanted) {
        if ((size_t)snprintf(out->path, sizeof out->path, "%s", wanted) < sizeof out->path && is_program(out->path))
            return 0;
        return err_set(e, "local.server: %s is not a program that can be run", wanted);
    }
    if (on_path("llama-server", out->path, sizeof out->path)) return 0;
    char prefix[PATH_MAX];
    for (size_t i = 0; i < sizeof PREFIXES / sizeof *PREFIXES; i++)
        if (place_path(&PREFIXES[i], prefix, sizeof prefix) && in_prefix(prefix, out)) return 0;
    return err_set(e, "no llama-server found: run `make setup`, set local.server to its path, set local.url to a "
                      "server that runs already, or set local.enabled to false");
}

size_t program_arguments(const struct program *p, const char **argv, size_t count, struct arena *a) {
    if (!*p->library) {
        argv[count++] = p->path;
        return count;
    }
    // Its own loader is executed, not a shell wrapper: the pid that we watch is the server.
    argv[count++] = arena_printf(a, "%s/ld.so", p->library);
    argv[count++] = "--library-path";
    argv[count++] = p->library;
    argv[count++] = "--argv0";
    argv[count++] = "llama-server";
    argv[count++] = p->path;
    return count;
}

int local_find_server(const struct config *config, char *path, size_t size, struct err *e) {
    struct program p;
    if (find_program(config, &p, e) != 0) return -1;
    if ((size_t)snprintf(path, size, "%s", p.path) >= size) return err_set(e, "the path of llama-server is too long");
    return 0;
}

static int check_magic(const char *path, struct err *e) {
    if (gguf_has_magic(path)) return 0;
    return err_set(e, "%s is not a GGUF model file: it does not begin with GGUF", path);
}

int local_find_model(const struct config *config, char *path, size_t size, struct err *e) {
    const char *wanted = config->local.model;
    if (strcmp(wanted, "embedded") != 0) {
        if ((size_t)snprintf(path, size, "%s", wanted) >= size) return err_set(e, "local.model: the path is too long");
        if (access(path, R_OK) == 0) return check_magic(path, e);
        return err_set(e, "local.model: %s: %s: give the path of a GGUF file, or 'embedded'", path, strerror(errno));
    }
    for (size_t i = 0; i < sizeof MODELS / sizeof *MODELS; i++) {
        char found[PATH_MAX], real[PATH_MAX];
        if (!place_path(&MODELS[i], found, sizeof found)) continue;
        if (access(found, R_OK) != 0 || !realpath(found, real)) continue;
        if ((size_t)snprintf(path, size, "%s", real) < size) return check_magic(path, e);
    }
    return err_set(e, "the embedded model tiny.gguf was not found: put it into the folder data/ of the build or name "
                      "its folder in $SLUICE_DATA, or set local.model to the path of a GGUF file");
}

void model_name(const struct config *config, const char *path, char *out, size_t size) {
    if (!strcmp(config->local.model, "embedded")) {
        snprintf(out, size, "sluice-tiny");
        return;
    }
    const char *slash = strrchr(path, '/');
    snprintf(out, size, "%s", slash ? slash + 1 : path);
    size_t n = strlen(out);
    if (n > 5 && !strcasecmp(out + n - 5, ".gguf")) out[n - 5] = 0;
}

void local_model_name(const struct config *config, char *out, size_t size) {
    if (*config->local.url) snprintf(out, size, "%s", config->local.model);
    else model_name(config, config->local.model, out, size);
}
