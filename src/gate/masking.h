// The one way for a sensitive request to leave: masked, to a zone that the policy names for it.
//
// A mask (chat/mask.h) replaces every finding of a class that may be masked, the soft ones too. What leaves is then a
// text of its own, and the gate looks at it as at any other: only when nothing of these classes, no secret and nothing
// unreadable is left in it, and nothing else in it decides, is there a clearance.
#ifndef SLUICE_GATE_MASKING_H
#define SLUICE_GATE_MASKING_H

#include "chat/mask.h"
#include "gate/clearance.h"

// Zones that policy.mask_zones names, as 1u << zone; 0 when nothing is ever masked.
uint32_t gate_mask_zones(const struct gate *g);

// Collects what is to be masked into spans[GATE_MAX_FINDINGS] and returns how many there are; 0 with *why, a constant
// for people, when the policy does not let this verdict's request leave masked, or the verdict was not made by a gate.
uint32_t gate_mask_spans(const struct gate *g, const struct verdict *v, struct mask_span *spans, const char **why);

// Whether a masked text holds nothing any more that would keep it.
bool gate_is_masked(const struct gate *g, struct gate_scratch *s, const struct gate_input *masked, struct arena *arena);

// Makes a clearance for the masked text of a request whose own verdict is `original` (its findings are not needed).
// Scans the text. False, and *out zeroed, when the policy does not name the zone, or the classes of the verdict, or
// when the text is not clean.
bool gate_clear_masked(const struct gate *g, struct gate_scratch *s, const struct verdict *original,
                       const struct gate_input *masked, uint64_t request, enum zone zone, struct arena *arena,
                       struct clearance *out) __attribute__((warn_unused_result));

#endif
