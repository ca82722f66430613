// Packed logs: what is put in comes out, in pieces of any size, and what is cut or damaged is said so.
#include "report/source.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "test.h"

enum { LONG = 3 << 20 }; // several blocks

static char *make_text(void) {
    char *text = mem_new(LONG + 1);
    uint32_t x = 1;
    for (size_t i = 0; i < LONG; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = (char)('a' + (x >> 24) % 20);
    }
    return text;
}

static struct span pack_gzip(const char *text, size_t n) {
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)text, .avail_in = (unsigned)n};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t most = deflateBound(&z, n) + 64;
    char *out = mem_new(most);
    z.next_out = (unsigned char *)out;
    z.avail_out = (unsigned)most;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t len = most - z.avail_out;
    deflateEnd(&z);
    return span_make(out, len);
}

static struct span pack_zstd(const char *text, size_t n) {
    size_t most = ZSTD_compressBound(n);
    char *out = mem_new(most);
    size_t len = ZSTD_compress(out, most, text, n, 3);
    assert_false(ZSTD_isError(len));
    return span_make(out, len);
}

static struct span twice(struct span s) {
    char *out = mem_new(s.len * 2);
    memcpy(out, s.at, s.len);
    memcpy(out + s.len, s.at, s.len);
    return span_make(out, s.len * 2);
}

static void release(struct span s) {
    free((void *)(uintptr_t)s.at);
}

// Reads all in pieces of `piece` bytes; the fault, "" when there is none.
static const char *unpack(struct span packed, size_t piece, struct buf *out) {
    static struct err e;
    e = (struct err){""};
    struct source *s = source_open_memory(packed, &e);
    if (!s) return e.text;
    char *room = mem_new(piece);
    buf_reset(out);
    for (int64_t n; (n = source_read(s, room, piece, &e)) > 0;) buf_add(out, room, (size_t)n);
    free(room);
    source_close(s);
    return e.text;
}

static void source_unpacks_what_was_packed(void **state) {
    (void)state;
    char *text = make_text();
    struct buf out;
    buf_init(&out, 3 * LONG);
    struct span packed[] = {pack_gzip(text, LONG), pack_zstd(text, LONG)};
    static const size_t PIECES[] = {1000003, 65536, 777};
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
            assert_string_equal(unpack(packed[k], PIECES[i], &out), "");
            assert_int_equal(out.len, LONG);
            assert_memory_equal(out.at, text, LONG);
        }
        struct span both = twice(packed[k]);
        assert_string_equal(unpack(both, 65536, &out), "");
        assert_int_equal(out.len, 2 * LONG);
        release(both);
        release(packed[k]);
    }
    buf_free(&out);
    free(text);
}

static void source_says_what_is_cut(void **state) {
    (void)state;
    char *text = make_text();
    struct buf out;
    buf_init(&out, 2 * LONG);
    struct span packed[] = {pack_gzip(text, LONG), pack_zstd(text, LONG)};
    static const char *const NAMES[] = {"gzip: truncated", "zstd: truncated"};
    for (size_t k = 0; k < 2; k++) {
        for (size_t n = 1; n < packed[k].len; n += n < 64 ? 1 : packed[k].len / 7) {
            bool known = n >= (k == 0 ? 2 : 4); // else it is not recognised, and read as it is
            const char *fault = unpack(span_sub(packed[k], 0, n), 65536, &out);
            if (known) assert_non_null(strstr(fault, NAMES[k]));
        }
        release(packed[k]);
    }
    buf_free(&out);
    free(text);
}

static void source_survives_any_damage(void **state) {
    (void)state;
    char *text = make_text();
    struct buf out;
    buf_init(&out, 4 * LONG);
    struct span packed[] = {pack_gzip(text, 20000), pack_zstd(text, 20000)};
    for (size_t k = 0; k < 2; k++) {
        char *bytes = mem_new(packed[k].len);
        for (size_t at = 0; at < packed[k].len; at += 1 + packed[k].len / 150) {
            memcpy(bytes, packed[k].at, packed[k].len);
            bytes[at] ^= 0x41;
            // gzip has a check sum of its content, so no damage to it goes by
            const char *fault = unpack(span_make(bytes, packed[k].len), 4096, &out);
            if (k == 0 && at >= 10 && !*fault) fail_msg("byte %zu", at);
        }
        free(bytes);
        release(packed[k]);
    }
    buf_free(&out);
    free(text);
}

static void source_may_be_closed_in_the_middle(void **state) {
    (void)state;
    char *text = make_text(), byte;
    struct err e = {""};
    struct span packed = pack_zstd(text, LONG);
    struct source *s = source_open_memory(packed, &e);
    assert_non_null(s);
    assert_int_equal(source_read(s, &byte, 1, &e), 1);
    assert_int_equal(byte, text[0]);
    source_close(s); // the thread that unpacks waits for room
    release(packed);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_unpacks_what_was_packed),
        cmocka_unit_test(source_says_what_is_cut),
        cmocka_unit_test(source_survives_any_damage),
        cmocka_unit_test(source_may_be_closed_in_the_middle),
    };
    return RUN(tests);
}
