#include "gate/names.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are read as they are: little-endian");
_Static_assert(sizeof(struct name_bucket) == 64, "a line of the cache");
_Static_assert(sizeof(struct names_header) == 128, "the header is a file format");

static const uint64_t NAMES_SEED = 0x736c75696365u;

uint64_t names_checksum(struct names_header h, const void *body, size_t len) {
    h.checksum = 0;
    return hash_bytes(body, len, hash_bytes(&h, sizeof h, NAMES_SEED));
}

static bool header_is_right(const struct names_header *h) {
    if (h->labels != NAME_LABELS || h->features == 0 || h->words == 0) return false;
    if (h->features > NAMES_MAX_BYTES || h->words > NAMES_MAX_BYTES) return false;
    uint64_t body = h->features * sizeof(struct name_bucket) + (uint64_t)h->words * FILTER_BUCKET * sizeof(uint16_t);
    if (sizeof *h + body != h->size || !memchr(h->version, 0, sizeof h->version)) return false;
    if (h->bias < -10000 || h->bias > 10000) return false;
    for (const char *p = h->version; *p; p++)
        if (*p <= ' ' || *p > '~') return false;
    for (int i = 0; i < NAME_TYPES; i++)
        if (!isfinite(h->slope[i]) || !isfinite(h->offset[i]) || h->slope[i] <= 0) return false;
    return true;
}

int names_open(struct names *n, struct span file, struct err *e) {
    struct names_header *h = &n->header;
    if (file.len < sizeof *h) return err_set(e, "name weights: %zu bytes are not even a header", file.len);
    if (file.len > NAMES_MAX_BYTES) return err_set(e, "name weights: larger than %d bytes", NAMES_MAX_BYTES);
    if ((uintptr_t)file.at % 64) return err_set(e, "name weights: not aligned to 64 bytes");
    memcpy(h, file.at, sizeof *h);
    if (memcmp(h->magic, NAMES_MAGIC, sizeof h->magic) != 0)
        return err_set(e, "name weights: this is no file of models/names/train.sh");
    if (h->format != NAMES_FORMAT)
        return err_set(e, "name weights: format %u, this program reads %d: train again", h->format, NAMES_FORMAT);
    if (h->size != file.len)
        return err_set(e, "name weights: %zu bytes where %u were written: the file is cut or was appended to", file.len,
                       h->size);
    const char *body = file.at + sizeof *h;
    if (names_checksum(*h, body, file.len - sizeof *h) != h->checksum)
        return err_set(e, "name weights: wrong checksum: the file is damaged");
    if (!header_is_right(h)) return err_set(e, "name weights: a header that contradicts itself");
    n->buckets = (const struct name_bucket *)(const void *)body;
    n->filter.slots = (const uint16_t *)(const void *)(n->buckets + h->features);
    n->filter.buckets = h->words;
    return 0;
}

int names_load(struct names *n, const char *path, char **owned, struct err *e) {
    enum { ALIGN = 64 };
    FILE *f = fopen(path, "rb");
    *owned = NULL;
    if (!f) return err_set(e, "name weights: %s: %s", path, strerror(errno));
    char *bytes = mem_new(NAMES_MAX_BYTES + 1 + ALIGN);
    char *at = bytes + (ALIGN - (uintptr_t)bytes % ALIGN) % ALIGN;
    size_t len = fread(at, 1, NAMES_MAX_BYTES + 1, f);
    bool failed = ferror(f) != 0;
    fclose(f);
    int status = failed ? err_set(e, "name weights: %s: cannot be read", path) : names_open(n, span_make(at, len), e);
    if (status == 0) *owned = bytes;
    else free(bytes);
    return status;
}
