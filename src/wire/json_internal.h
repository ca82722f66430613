// What the files of JSON share.
#ifndef SLUICE_WIRE_JSON_INTERNAL_H
#define SLUICE_WIRE_JSON_INTERNAL_H

#include "wire/json.h"

// Length of the UTF-8 sequence at p (2 to 4), or 0: RFC 3629, no overlong forms, no surrogates.
static inline int sequence_length(const unsigned char *p, const unsigned char *end) {
    ptrdiff_t left = end - p;
    if (p[0] < 0xc2) return 0;
    if (p[0] < 0xe0) return left > 1 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
    if (p[0] < 0xf0) {
        if (left < 3 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80) return 0;
        if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return 0;
        return 3;
    }
    if (p[0] > 0xf4 || left < 4 || (p[1] & 0xc0) != 0x80 || (p[2] & 0xc0) != 0x80 || (p[3] & 0xc0) != 0x80) return 0;
    if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return 0;
    return 4;
}

#endif
