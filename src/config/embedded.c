#include "config/embedded.h"

#include "base/embed.h"

EMBED(sluice_weights, "data/intent.weights");
EMBED(sluice_prices, "data/prices.json");
EMBED(sluice_names, "data/names.weights");

struct span embedded_weights(void) {
    return EMBEDDED(sluice_weights);
}

struct span embedded_prices(void) {
    return EMBEDDED(sluice_prices);
}

struct span embedded_names(void) {
    return EMBEDDED(sluice_names);
}
