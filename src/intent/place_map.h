// The map that place_fit.h makes, without the sum over it.
#ifndef SLUICE_INTENT_PLACE_MAP_H
#define SLUICE_INTENT_PLACE_MAP_H

#include "intent/outcomes.h"
#include "intent/place.h"

// From these rows; `p` is empty before. Returns how many buckets have coordinates; *row is the caller's to free.
uint32_t place_map(const struct outcomes *o, const uint32_t *rows, uint32_t count, struct place *p,
                   int8_t (**row)[PLACE_DIMS]);

#endif
