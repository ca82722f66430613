// A directory of its own for each test, and the path of a ledger in it.
#ifndef SLUICE_TEST_LEDGER_DIRECTORY_H
#define SLUICE_TEST_LEDGER_DIRECTORY_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

static char directory[] = "/tmp/sluice-ledger-XXXXXX";
static char path[64];

static inline int make_directory(void **state) {
    (void)state;
    strcpy(directory + sizeof directory - 7, "XXXXXX");
    if (!mkdtemp(directory)) return -1;
    snprintf(path, sizeof path, "%s/ledger.db", directory);
    return 0;
}

// Also what a reader that closes last, or a process that was killed, leaves behind.
static inline int remove_directory(void **state) {
    (void)state;
    static const char *const FILES[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        char file[80];
        snprintf(file, sizeof file, "%s%s", path, FILES[i]);
        unlink(file);
    }
    return rmdir(directory);
}

#endif
