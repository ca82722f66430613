#include "report/unpack.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/mem.h"
#include "report/source.h"

enum { INPUT_BYTES = 128 * 1024, GZIP_WINDOW = 15 + 16 }; // 16: with gzip's header and check sum

struct unpack {
    enum packing packing;
    unpack_input *input;
    void *context;
    char bytes[INPUT_BYTES]; // stored bytes
    size_t len, at;
    bool input_ended;
    bool inside; // a member or frame has begun and not ended
    bool full;   // the last step filled its output: there may be more without input
    z_stream gzip;
    ZSTD_DStream *zstd;
};

static const struct {
    const char *magic;
    size_t len;
    enum packing packing;
} MAGIC[] = {
    {"\x1f\x8b", 2, PACKING_GZIP},
    {"\x28\xb5\x2f\xfd", 4, PACKING_ZSTD},
    {"PK\x03\x04", 4, PACKING_UNKNOWN},
    {"\xfd"
     "7zXZ",
     5, PACKING_UNKNOWN},
    {"BZh", 3, PACKING_UNKNOWN},
    {"\x04\x22\x4d\x18", 4, PACKING_UNKNOWN},
    {"7z\xbc\xaf", 4, PACKING_UNKNOWN},
};

enum packing unpack_recognise(struct span head) {
    for (size_t i = 0; i < sizeof MAGIC / sizeof *MAGIC; i++)
        if (span_starts(head, span_make(MAGIC[i].magic, MAGIC[i].len))) return MAGIC[i].packing;
    // zstd's skippable frames: pzstd puts one in front
    if (head.len >= 4 && ((unsigned char)head.at[0] & 0xf0) == 0x50 && memcmp(head.at + 1, "\x2a\x4d\x18", 3) == 0)
        return PACKING_ZSTD;
    return PACKING_NONE;
}

struct unpack *unpack_new(enum packing packing, unpack_input *input, void *context, struct err *e) {
    struct unpack *u = mem_new(sizeof *u);
    u->packing = packing;
    u->input = input;
    u->context = context;
    bool made = false;
    if (packing == PACKING_GZIP) {
        made = inflateInit2(&u->gzip, GZIP_WINDOW) == Z_OK;
    } else {
        u->zstd = ZSTD_createDStream();
        made = u->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, SOURCE_ZSTD_WINDOW_LOG));
    }
    if (made) return u;
    err_set(e, "there is no memory to unpack %s", unpack_name(u));
    unpack_free(u);
    return NULL;
}

void unpack_free(struct unpack *u) {
    if (!u) return;
    if (u->packing == PACKING_GZIP) inflateEnd(&u->gzip);
    ZSTD_freeDStream(u->zstd);
    mem_wipe(u->bytes, sizeof u->bytes);
    free(u);
}

const char *unpack_name(const struct unpack *u) {
    return u->packing == PACKING_GZIP ? "gzip" : "zstd";
}

// More stored bytes, when all are used. False at their end or a fault.
static bool refill(struct unpack *u, struct err *e) {
    if (u->at < u->len) return true;
    if (u->input_ended) return false;
    int64_t n = u->input(u->context, u->bytes, sizeof u->bytes, e);
    u->at = 0;
    u->len = n > 0 ? (size_t)n : 0;
    u->input_ended = n <= 0;
    return n > 0;
}

// One step: some input becomes some output. Returns the bytes written, -1 at a fault.
static int64_t step_gzip(struct unpack *u, char *out, size_t n, struct err *e) {
    z_stream *z = &u->gzip;
    if (!u->inside && inflateReset(z) != Z_OK) return err_set(e, "gzip: no memory");
    u->inside = true;
    z->next_in = (unsigned char *)u->bytes + u->at;
    z->avail_in = (unsigned)(u->len - u->at);
    z->next_out = (unsigned char *)out;
    z->avail_out = (unsigned)n;
    int status = inflate(z, Z_NO_FLUSH);
    u->at = u->len - z->avail_in;
    if (status == Z_STREAM_END) u->inside = false;
    else if (status != Z_OK && status != Z_BUF_ERROR) return err_set(e, "gzip: damaged (%s)", z->msg ? z->msg : "data");
    return (int64_t)(n - z->avail_out);
}

static int64_t step_zstd(struct unpack *u, char *out, size_t n, struct err *e) {
    ZSTD_inBuffer in = {u->bytes, u->len, u->at};
    ZSTD_outBuffer to = {out, n, 0};
    size_t status = ZSTD_decompressStream(u->zstd, &to, &in);
    u->at = in.pos;
    if (ZSTD_isError(status)) {
        bool window = ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge;
        return err_set(e,
                       window ? "zstd: wants a window of more than %d MB; pack it again without --long and --ultra"
                              : "zstd: damaged (%.*s)",
                       window ? 1 << (SOURCE_ZSTD_WINDOW_LOG - 20) : 80, ZSTD_getErrorName(status));
    }
    u->inside = status != 0;
    return (int64_t)to.pos;
}

// Zeros behind the last member are padding, as gzip itself has it.
static bool only_padding(struct unpack *u) {
    if (u->packing != PACKING_GZIP) return false;
    while (u->at < u->len && !u->bytes[u->at]) u->at++;
    return u->at == u->len;
}

int64_t unpack_read(struct unpack *u, char *out, size_t n, struct err *e) {
    for (;;) {
        if (!u->full && !refill(u, e)) {
            if (e->text[0]) return -1;
            if (!u->inside) return 0;
            return err_set(e, "%s: truncated: the file ends in the middle; what was read before it is not the whole",
                           unpack_name(u));
        }
        if (!u->inside && only_padding(u)) continue;
        int64_t got = u->packing == PACKING_GZIP ? step_gzip(u, out, n, e) : step_zstd(u, out, n, e);
        u->full = u->inside && got == (int64_t)n;
        if (got) return got;
    }
}
