// Any bytes through the gate in all profiles: findings stand within the text, in order; a stricter profile never lets
// through what a more lenient one keeps; broken text never leaves.
#include <assert.h>

#include "gate/clearance.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    struct gate_input in = {.text = span_make((const char *)data, size)};
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
    return 0;
}
