#include "cmd/logs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cmd/progress.h"

enum { LOGS_MOST_RECORD_MB = 1024 };

// ---------------------------------------------------------------- arguments

int logs_take_paths(const struct command *command, struct log_options *o, int count, char **paths) {
    if (count == 0) return cmd_usage(command, "name the logs to read; - is standard input");
    for (int i = 0; i < count; i++) {
        struct stat a, b;
        for (int k = 0; k < i; k++) {
            bool same = !strcmp(paths[i], paths[k]);
            bool files = !same && stat(paths[i], &a) == 0 && stat(paths[k], &b) == 0;
            if (same || (files && a.st_dev == b.st_dev && a.st_ino == b.st_ino))
                return cmd_usage(command, "%s is there twice; it would count twice", paths[i]);
        }
    }
    o->paths = paths;
    o->path_count = (size_t)count;
    return 0;
}

int logs_reader_options(const struct command *command, struct log_options *o, struct reader_options *out) {
    struct err e = {""};
    *out = (struct reader_options){.now_us = clock_wall_us(), .maps = o->map_list, .map_count = o->maps.count};
    for (size_t i = 0; i < o->maps.count; i++)
        if (column_map_read(o->maps.items[i], &o->map_list[i], &e) != 0) return cmd_usage(command, "--map %s", e.text);
    if (o->max_record < 0 || o->max_record > LOGS_MOST_RECORD_MB)
        return cmd_usage(command, "--max-record is from 1 to %d MB", LOGS_MOST_RECORD_MB);
    out->record_bytes = (size_t)o->max_record << 20;
    if (!o->format) return 0;
    out->format = format_by_name(o->format);
    return out->format ? 0 : cmd_usage(command, "--format: there is no '%s'; --help lists the formats", o->format);
}

uint64_t logs_size(const struct log_options *o) {
    uint64_t sum = 0;
    for (size_t i = 0; i < o->path_count; i++) {
        struct stat info;
        if (stat(o->paths[i], &info) != 0 || !S_ISREG(info.st_mode)) return 0;
        sum += (uint64_t)info.st_size;
    }
    return sum;
}

// ---------------------------------------------------------------- bad rows

int logs_open_bad_rows(const struct log_options *o, FILE **out, struct err *e) {
    *out = o->verbose ? stderr : NULL;
    if (!o->bad_rows) return 0;
    *out = fopen(o->bad_rows, "w");
    return *out ? 0 : err_set(e, "%s: %s", o->bad_rows, strerror(errno));
}

int logs_close_bad_rows(const struct log_options *o, FILE *f, struct err *e) {
    if (!f || f == stderr || fclose(f) == 0) return 0;
    return err_set(e, "%s: %s", o->bad_rows, strerror(errno));
}

// ---------------------------------------------------------------- progress

void logs_tick(void *progress, uint64_t bytes) {
    progress_add(progress, bytes);
}

bool logs_stop(void *progress) {
    (void)progress;
    return interrupt_seen();
}

int logs_interrupted(void) {
    struct err e = {"interrupted; nothing was written"};
    return cmd_fail(EXIT_FAILED, &e);
}
