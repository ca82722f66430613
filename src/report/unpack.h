// Unpacking gzip and zstd as a stream, also several members or frames one after the other.
#ifndef SLUICE_REPORT_UNPACK_H
#define SLUICE_REPORT_UNPACK_H

#include "base/err.h"
#include "base/span.h"

enum { SOURCE_HEAD_BYTES = 64 }; // what is looked at to recognise a file

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD, PACKING_UNKNOWN }; // unknown: zip, xz, bzip2, lz4
enum packing unpack_recognise(struct span head);

// Reads up to n bytes; 0 at the end, -1 with the reason in *e.
typedef int64_t unpack_input(void *context, char *out, size_t n, struct err *e);

struct unpack;
struct unpack *unpack_new(enum packing packing, unpack_input *input, void *context, struct err *e);
void unpack_free(struct unpack *u);
// As unpack_input. A stream that ends in the middle, or is damaged, is a fault.
int64_t unpack_read(struct unpack *u, char *out, size_t n, struct err *e) __attribute__((warn_unused_result));
const char *unpack_name(const struct unpack *u); // "gzip", "zstd"

#endif
