#include "config/embedded.h"

// .incbin takes the file as it is; the labels bound it. Paths are relative to the root of the tree,
// where make runs.
#define EMBED(label, path)                                                                                             \
    __asm__(".section .rodata\n.balign 64\n.global " #label "_start\n" #label "_start:\n.incbin \"" path               \
            "\"\n.global " #label "_end\n" #label "_end:\n.byte 0\n.previous\n");                                      \
    extern const char label##_start[], label##_end[]

EMBED(sluice_weights, "data/intent.weights");
EMBED(sluice_prices, "data/prices.json");
EMBED(sluice_names, "data/names.weights");

struct span embedded_weights(void) {
    return span_make(sluice_weights_start, (size_t)(sluice_weights_end - sluice_weights_start));
}

struct span embedded_prices(void) {
    return span_make(sluice_prices_start, (size_t)(sluice_prices_end - sluice_prices_start));
}

struct span embedded_names(void) {
    return span_make(sluice_names_start, (size_t)(sluice_names_end - sluice_names_start));
}
