// Tags: what a log may say of a value, so that two rows about the same one can be told to be so.
#ifndef SLUICE_GATE_TAG_H
#define SLUICE_GATE_TAG_H

#include "base/span.h"

enum { GATE_TAG_BYTES = 17 };

// Sixteen hex digits: SipHash of the value under a key that this process drew and never shows. Without the key nobody
// can try values; after a restart the same value has another tag.
void gate_tag(struct span value, char out[static GATE_TAG_BYTES]);

#endif
