// Escapes of single characters, as programs, web pages, addresses and mails write them.
#ifndef SLUICE_TEXT_ESCAPE_H
#define SLUICE_TEXT_ESCAPE_H

#include "base/span.h"

enum { ESCAPE_MAX = 4 };

// Reads the escape that begins at `at` with one of % & \ = :
//
//   %40 %u0040   &#64; &#x40; &commat;   \u0040 \u{40} \U00000040 \x40 \n   =40 (quoted-printable)
//
// Bytes of UTF-8 that are escaped one by one count as one escape. Returns its length, 0 when there is none. *n bytes of
// UTF-8 are in `out`, none for a control character or the soft line break of quoted-printable.
size_t escape_read(struct span text, size_t at, char out[static ESCAPE_MAX], size_t *n);

#endif
