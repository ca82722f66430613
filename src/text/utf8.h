// UTF-8: validity and single code points.
#ifndef SLUICE_TEXT_UTF8_H
#define SLUICE_TEXT_UTF8_H

#include "base/span.h"

// Length of the longest prefix that is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
size_t utf8_valid_prefix(struct span text);
// Length of the longest prefix without a byte above 0x7f.
size_t utf8_ascii_prefix(struct span text);

// Writes a code point (below 0x110000); returns its bytes.
size_t utf8_encode(uint32_t c, char out[static 4]);

// Bytes of the code point whose first byte is `lead`; 1 for a byte that begins none.
static inline size_t utf8_length(unsigned char lead) {
    return lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

// The code point at `at`, which must stand in well-formed text.
static inline uint32_t utf8_decode(const char *at) {
    const unsigned char *p = (const unsigned char *)at;
    switch (utf8_length(p[0])) {
    case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    default: return p[0];
    }
}

#endif
