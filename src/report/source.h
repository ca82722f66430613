// The bytes of a log: a file or standard input, plain, gzip or zstd, told apart by their first bytes.
//
// What is compressed is decompressed by a thread of its own, a few blocks ahead. Nothing is written to disk.
#ifndef SLUICE_REPORT_SOURCE_H
#define SLUICE_REPORT_SOURCE_H

#include "base/err.h"
#include "base/span.h"

enum {
    SOURCE_BLOCK_BYTES = 256 * 1024,
    SOURCE_BLOCKS = 4,           // decompressed ahead
    SOURCE_ZSTD_WINDOW_LOG = 24, // a frame that wants more memory than 16 MB is refused (zstd -20 and up ask for it)
};

struct source;

// "-" is standard input. NULL with the reason in *e.
struct source *source_open(const char *path, struct err *e);
// The same over bytes in memory, which must live as long as the source; for tests.
struct source *source_open_memory(struct span bytes, struct err *e);
void source_close(struct source *s);

// Up to n bytes; 0 at the end, -1 with the reason in *e (also: a truncated or damaged archive).
int64_t source_read(struct source *s, char *out, size_t n, struct err *e) __attribute__((warn_unused_result));
// How far the file itself has been read, in its own (compressed) bytes.
uint64_t source_position(const struct source *s);
const char *source_compression(const struct source *s); // "", "gzip", "zstd"
// True for a regular file whose first bytes are those of an SQLite database.
bool source_is_sqlite(const struct source *s);

#endif
