// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -2.0055f, // bias
    1.0143f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.4383f, // country
    0.7560f, // organization
    0.0000f, // organization3
    0.1475f, // group
    0.3061f, // date
    0.0000f, // year
    0.1294f, // birth
    0.0000f, // age
    1.0025f, // title
    0.0000f, // address
    0.9738f, // condition
    0.0000f, // care
    0.2892f, // finance
    -0.0313f, // url
    0.0000f, // self
    0.8637f, // record
    0.4289f, // address-cue
    0.1533f, // birth-cue
    -3.2884f, // choice
    -2.2898f, // quantity
    -2.6633f, // frame
    -1.5109f, // length
    -1.5583f, // long
    0.4082f, // kinds
    0.0000f, // near
    0.3790f, // full-kinds
    1.4951f, // density
    1.7012f, // sure
    1.0670f, // single-kinds
    -1.8739f, // numbers
    -0.4330f, // numbers6
};
// clang-format on

#endif
