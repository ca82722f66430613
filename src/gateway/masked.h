// A sensitive request that may leave masked: the steps between the gate (gate/masking.h), which decides, and the mask
// (chat/mask.h), which replaces.
#ifndef SLUICE_GATEWAY_MASKED_H
#define SLUICE_GATEWAY_MASKED_H

#include "chat/view.h"
#include "gate/masking.h"
#include "gateway/snapshot.h"
#include "ledger/ledger.h"

// What the gate looks at in a request.
struct gate_input masked_gate_input(const struct chat_view *view);

// Makes the mask of a request whose verdict is sensitive, and looks whether the gate would let the result go. NULL
// with *why, a constant for people, when the request has to stay.
struct mask *masked_prepare(const struct snapshot *snapshot, struct gate_scratch *scratch, const struct chat_view *view,
                            const struct verdict *verdict, const char **why) __attribute__((warn_unused_result));

// The masked request, read again.
struct masked_request {
    struct json_doc doc; // owned
    struct chat_view view;
};

// Reads the masked request and asks the gate for a clearance of exactly what was read. False when there is none.
// *out is to be released in both cases.
bool masked_clear(const struct snapshot *snapshot, struct gate_scratch *scratch, const struct mask *mask,
                  const struct verdict *original, uint64_t request, enum zone zone, struct arena *arena,
                  struct masked_request *out, struct clearance *clearance) __attribute__((warn_unused_result));
void masked_release(struct masked_request *m);

// Notes in the row that `values` values were masked: its receipt ends in "masked:N" from now on.
void masked_note(struct ledger_row *row, uint32_t values);

#endif
