// Data that is part of the binary.
#ifndef SLUICE_CONFIG_EMBEDDED_H
#define SLUICE_CONFIG_EMBEDDED_H

#include "base/span.h"

struct span embedded_weights(void); // data/intent.weights
struct span embedded_prices(void);  // data/prices.json
struct span embedded_names(void);   // data/names.weights

#endif
