#include "proc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The first line of a file that begins with `prefix`; the number after it, or -1.
static int64_t number_after(const char *path, const char *prefix) {
    FILE *f = fopen(path, "r");
    if (!f) return -1;
    char line[256];
    int64_t value = -1;
    while (value < 0 && fgets(line, sizeof line, f))
        if (!strncmp(line, prefix, strlen(prefix))) value = strtoll(line + strlen(prefix), NULL, 10);
    fclose(f);
    return value;
}

int64_t proc_cpu_ns(pid_t pid) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (!tasks) return -1;
    int64_t total = 0;
    for (struct dirent *d = readdir(tasks); d; d = readdir(tasks)) {
        if (d->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", (int)pid, d->d_name);
        int64_t ns = number_after(path, "");
        if (ns >= 0) total += ns;
    }
    closedir(tasks);
    return total;
}

int64_t proc_rss_kb(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    return number_after(path, "VmRSS:");
}
