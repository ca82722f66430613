// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -2.3615f, // bias
    0.9107f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.4922f, // country
    0.3312f, // organization
    0.0000f, // organization3
    0.1783f, // group
    0.2672f, // date
    0.0000f, // year
    0.0968f, // birth
    0.0000f, // age
    1.0120f, // title
    0.0000f, // address
    0.8351f, // condition
    0.0000f, // care
    0.3205f, // finance
    0.0000f, // url
    0.0000f, // self
    0.8406f, // record
    0.4592f, // address-cue
    0.2633f, // birth-cue
    -3.4552f, // choice
    -2.3628f, // quantity
    -2.5817f, // frame
    -1.5680f, // length
    -1.3655f, // long
    0.6126f, // kinds
    0.0000f, // near
    0.4223f, // full-kinds
    1.5457f, // density
    1.9284f, // sure
    1.2305f, // single-kinds
    -1.9128f, // numbers
    -0.3928f, // numbers6
};
// clang-format on

#endif
