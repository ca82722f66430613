// The dial: where the line between routine and hard is, held live to what the operator aims at.
//
// A request has a key from 0 to 1: the score, or for a floor of quality 1 - p_local. It is hard when its key is above
// the threshold. The keys of requests that are free to decide (clean, not pinned, both sides able) are counted in a
// histogram that forgets: each block of requests adds a sixteenth more than the one before, so that one counts half
// after some 700 later ones. From it comes the threshold:
//
//   share    the key at or below which the share `target` of the requests lies
//   quality  the highest at which the expected quality, relative to the frontier's, is at least `floor`. The frontier's
//            answer counts 1, a local one P(as good) = p_local: mean over all requests of (local ? p_local : 1)
//   budget   as share, with the share that goes to a frontier made smaller as the budget burns: 1 - (1 - target) * ease
//
// It begins as the weights' own quantiles say, at the weight of PRIOR requests. Every BLOCK requests it is looked at
// again. It does not dither: it moves only when that changes sides for more than MOVE of the requests (a threshold that
// is under the floor moves for less). When the share below the line in the last few blocks differs from the histogram's
// by more than chance explains, the traffic has changed, and only those blocks stay.
//
// Workers share it without locks. Counting is one relaxed addition; each BLOCK-th request also looks at the histogram.
#ifndef SLUICE_ROUTE_DIAL_H
#define SLUICE_ROUTE_DIAL_H

#include "config/config.h"
#include "intent/score.h"

enum dial_mode { DIAL_SHARE, DIAL_QUALITY, DIAL_BUDGET };
const char *dial_mode_name(enum dial_mode m); // the setting: "target_local_share", "quality_floor", "max_cost"

enum { DIAL_BINS = 256, DIAL_BLOCK = 64, DIAL_PRIOR = 128 };
#define DIAL_MOVE 0.02

struct dial;

// From the configuration's aim and the weights' quantiles.
struct dial *dial_new(const struct config *config, const struct weights *weights);
void dial_free(struct dial *d);
// Takes over what an older one has counted, where keys mean the same: of the same weights, and of the same kind. False
// when nothing was taken.
bool dial_inherit(struct dial *d, const struct dial *old);

enum dial_mode dial_mode(const struct dial *d);
// Any thread.
float dial_threshold(const struct dial *d);
// What a score means to this dial.
float dial_key(enum dial_mode mode, const struct score *s);
// Counts a request that was free to decide. `ease`: 1, or less while a budget burns. Any thread.
void dial_observe(struct dial *d, const struct score *s, float ease);

// For explanations: what is known of the traffic. Any thread.
struct dial_facts {
    enum dial_mode mode;
    double aim; // as configured: the share, the floor, or the share that a budget begins with
    float threshold;
    double requests; // that the histogram stands on, faded; at first DIAL_PRIOR of the reference traffic
    double share;    // of them at or below the threshold
    bool live;       // it has looked at traffic since it began
};
void dial_facts(const struct dial *d, struct dial_facts *out);
// The aim (share or floor) at which the line would lie at this key; NAN for a budget.
double dial_aim_at(const struct dial *d, float key);

#endif
