// A clearance: the right of one request's bytes to leave for one zone.
//
// Only gate_clear makes a valid one: it is sealed with a key that the process draws at start and that
// never leaves clearance.c. The one function that opens a remote connection checks it. A zeroed or copied
// struct with another request's id is refused.
#ifndef SLUICE_GATE_CLEARANCE_H
#define SLUICE_GATE_CLEARANCE_H

#include "gate/gate.h"

struct clearance {
    uint64_t request;  // number of the request it was made for
    uint8_t zone;      // enum zone it may go to
    uint64_t seal;     // over the two
};

// Makes a clearance when the verdict is not sensitive; otherwise false, and *out is zeroed. A verdict that
// the gate did not make itself is refused too.
bool gate_clear(const struct verdict *v, uint64_t request, enum zone zone, struct clearance *out)
    __attribute__((warn_unused_result));

// True when the clearance is genuine and for this request and zone. The local zone needs none.
bool clearance_permits(const struct clearance *c, uint64_t request, enum zone zone) __attribute__((warn_unused_result));

#endif
