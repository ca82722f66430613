// A snapshot: everything that a decision reads, loaded once, immutable, swapped whole.
//
// A request takes a reference when it begins and keeps it to its end, so a reload never changes a
// decision half-way. The gate scratch is per thread and belongs to one snapshot.
#ifndef SLUICE_GATEWAY_SNAPSHOT_H
#define SLUICE_GATEWAY_SNAPSHOT_H

#include <stdatomic.h>

#include "base/err.h"
#include "config/config.h"
#include "gate/gate.h"
#include "intent/lines.h"
#include "intent/score.h"
#include "price/price.h"
#include "route/dial.h"
#include "upstream/upstream.h"

struct snapshot_frontier {
    const struct config_frontier *config;
    struct upstream_target target;
    bool has_key;              // without one it is not used
    const struct price *price; // of its first model, or NULL
};

struct snapshot {
    atomic_int references;
    uint64_t generation;
    struct config *config;
    struct gate *gate;
    struct weights *weights;
    uint8_t weights_mark;        // of a hash of their version, to tell rows of other weights apart
    struct lines lines;          // of log-probability, learned for the local model
    struct price_book *prices;
    struct dial *dial;           // where the line between routine and hard is; the one part that lives
    struct snapshot_frontier frontiers[CONFIG_MAX_FRONTIERS];
    uint32_t frontier_count;     // as configured
    uint32_t usable[CONFIG_MAX_FRONTIERS]; // indices of those with a key, in order
    enum zone usable_zones[CONFIG_MAX_FRONTIERS];
    uint32_t usable_count;
};

// Takes the configuration, also on failure. One reference is the caller's.
struct snapshot *snapshot_load(struct config *config, struct err *e);
// The dial of a fresh snapshot goes on where the one that it replaces was.
void snapshot_inherit(struct snapshot *fresh, const struct snapshot *old);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s);

#endif
