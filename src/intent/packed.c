#include "intent/packed.h"

#include <errno.h>
#include <math.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are read as they are: little-endian");

bool packed_skip(struct packed *p, size_t bytes, const uint8_t **at) {
    if (p->left < bytes) return false;
    *at = (const uint8_t *)p->at;
    p->at += bytes;
    p->left -= bytes;
    return true;
}

bool packed_take(struct packed *p, void *to, size_t bytes) {
    const uint8_t *from;
    if (!packed_skip(p, bytes, &from)) return false;
    memcpy(to, from, bytes);
    return true;
}

bool packed_take_floats(struct packed *p, float *to, size_t n) {
    if (!packed_take(p, to, n * sizeof *to)) return false;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(to[i])) return false;
    return true;
}

bool packed_take_quantiles(struct packed *p, float *to, size_t n) {
    if (!packed_take_floats(p, to, n)) return false;
    for (size_t i = 0; i < n; i++)
        if (to[i] < 0 || to[i] > 1 || (i && to[i] < to[i - 1])) return false;
    return true;
}

int packed_write(const void *header, size_t bytes, const struct buf *body, const char *what, FILE *out, struct err *e) {
    if (body->full) return err_set(e, "%s cannot be written: larger than %zu bytes", what, body->max);
    if (fwrite(header, bytes, 1, out) == 1 && fwrite(body->at, body->len, 1, out) == 1 && fflush(out) == 0) return 0;
    return err_set(e, "%s cannot be written: %s", what, strerror(errno));
}
