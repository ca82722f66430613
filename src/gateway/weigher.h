// Which weights score for a configuration: data.weights where it is set; else what was learned for its pair of models;
// else the built-in ones.
#ifndef SLUICE_GATEWAY_WEIGHER_H
#define SLUICE_GATEWAY_WEIGHER_H

#include "config/config.h"
#include "intent/shelf.h"

// The shelf of the configuration for a pair; NULL names: its local model, and the first model of the first frontier
// that has a key (of the first one when none has).
int weigher_shelf(const struct config *config, const char *local, const char *frontier, struct shelf *out,
                  struct err *e) __attribute__((warn_unused_result));

// Learned weights that cannot be read are logged and left aside: the built-in ones score then. NULL when data.weights
// cannot be read.
struct weights *weigher_load(const struct config *config, struct err *e);

// The lines that are in use beside them; none where there are none, or they cannot be read (which is logged).
void weigher_load_lines(const struct config *config, struct lines *out);

// The files that these two look at, whether they exist or not. Free with free().
char *weigher_path(const struct config *config);
char *weigher_lines_path(const struct config *config);

#endif
