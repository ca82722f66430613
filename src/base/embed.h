// Files that are part of the binary.
//
// .incbin takes the file as it is; the labels bound it. Paths are relative to the root of the tree, where make runs;
// make has to be told that the object depends on the file.
#ifndef SLUICE_BASE_EMBED_H
#define SLUICE_BASE_EMBED_H

#include "base/span.h"

// At file level: the bytes of a file under a label of its own.
#define EMBED(label, path)                                                                                             \
    __asm__(".section .rodata\n.balign 64\n.global " #label "_start\n" #label "_start:\n.incbin \"" path               \
            "\"\n.global " #label "_end\n" #label "_end:\n.byte 0\n.previous\n");                                      \
    extern const char label##_start[], label##_end[]

// Those bytes as a span; a NUL that is not counted follows them.
#define EMBEDDED(label) span_make(label##_start, (size_t)(label##_end - label##_start))

#endif
