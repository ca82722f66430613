// Any bytes through the gate in all profiles: findings stand within the text, in order; a stricter profile never lets
// through what a more lenient one keeps; broken text never leaves; and what is kept as it stands is kept encoded too,
// unless the verdict is that it was encoded too often or too long.
#include <assert.h>
#include <stdlib.h>

#include "chat/view.h"
#include "gate/clearance.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_ENCODED = 2048 };

static size_t encode_base64(const uint8_t *in, size_t n, char *out) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
        for (unsigned k = 0; k < 4; k++) out[len++] = i + k > n ? '=' : DIGITS[v >> (18 - 6 * k) & 63];
    }
    return len;
}

static size_t encode_hex(const uint8_t *in, size_t n, char *out) {
    for (size_t i = 0; i < 2 * n; i++) out[i] = "0123456789abcdef"[in[i / 2] >> (i % 2 ? 0 : 4) & 15];
    return 2 * n;
}

static size_t encode_percent(const uint8_t *in, size_t n, char *out) {
    for (size_t i = 0; i < n; i++) out[3 * i] = '%', encode_hex(in + i, 1, out + 3 * i + 1);
    return 3 * n;
}

// Printable ASCII, so that every byte is kept when it is decoded; long enough to be looked at.
static bool is_encodable(const uint8_t *data, size_t size) {
    if (size < 12 || size > MAX_ENCODED) return false;
    for (size_t i = 0; i < size; i++)
        if (data[i] < ' ' || data[i] > '~') return false;
    return true;
}

// Whether the text may not leave even in `lenient`; *all: and its findings are all listed.
static bool is_kept(const struct gate *gate, struct gate_scratch *scratch, struct span text, bool *all) {
    struct arena arena;
    struct verdict v;
    struct gate_input in = {.text = text};
    arena_init(&arena, 1 << 22);
    gate_scan(gate, scratch, &in, PROFILE_LENIENT, &arena, &v);
    arena_release(&arena);
    *all = v.omitted == 0;
    return v.sensitive;
}

// What is kept as it stands is kept when it is encoded.
static void check_encoded(const struct gate *gate, struct gate_scratch *scratch, const uint8_t *data, size_t size) {
    static size_t (*const ENCODINGS[])(const uint8_t *, size_t, char *) = {encode_base64, encode_hex, encode_percent};
    bool all;
    if (!is_encodable(data, size) || !is_kept(gate, scratch, span_make((const char *)data, size), &all) || !all) return;
    char *encoded = malloc(3 * MAX_ENCODED);
    for (size_t i = 0; i < sizeof ENCODINGS / sizeof *ENCODINGS; i++)
        assert(is_kept(gate, scratch, span_make(encoded, ENCODINGS[i](data, size, encoded)), &all));
    free(encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct gate *gate;
    static struct gate_scratch *scratch;
    if (!gate) {
        static const char *markers[] = {"aurora"};
        static const struct config CONFIG = {
            .policy = {.markers = markers, .marker_count = 1, .max_scan_bytes = 1 << 16}};
        struct err e = {""};
        gate = gate_new(&CONFIG, &e);
        assert(gate);
        scratch = gate_scratch_new(gate);
    }
    // Two messages of the user that meet where the first byte says.
    size_t cut = size ? data[0] % size : 0;
    const struct chat_part parts[] = {
        {.start = 0, .len = (uint32_t)cut, .role = ROLE_USER, .kind = PART_TEXT},
        {.start = (uint32_t)(cut + (cut < size)), .len = (uint32_t)(size - cut), .role = ROLE_USER, .kind = PART_TEXT}};
    struct gate_input in = {.text = span_make((const char *)data, size), .parts = parts, .part_count = 2};
    bool stricter = true;
    for (enum profile p = PROFILE_STRICT; p <= PROFILE_LENIENT; p++) {
        struct arena arena;
        struct verdict v;
        arena_init(&arena, 1 << 22);
        gate_scan(gate, scratch, &in, p, &arena, &v);
        assert(v.count <= GATE_MAX_FINDINGS && v.reason && v.receipt[0]);
        for (uint32_t i = 0; i < v.count; i++) {
            const struct finding *f = &v.findings[i];
            assert(f->start <= f->end && f->end <= size && f->score >= 0 && f->score <= 1);
            assert(i == 0 || f->start >= v.findings[i - 1].start);
        }
        assert(stricter || !v.sensitive);
        assert(utf8_valid_prefix(in.text) == size || v.sensitive);
        assert(v.sensitive == (v.classes != 0));
        struct clearance c;
        assert(gate_clear(&v, 1, ZONE_ANY, &c) == !v.sensitive);
        stricter = v.sensitive;
        arena_release(&arena);
    }
    check_encoded(gate, scratch, data, size);
    return 0;
}
