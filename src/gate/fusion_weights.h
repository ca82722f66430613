// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -2.2674f, // bias
    0.9241f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.4946f, // country
    0.3553f, // organization
    0.0000f, // organization3
    0.1969f, // group
    0.2850f, // date
    0.0000f, // year
    0.1054f, // birth
    0.0000f, // age
    0.9986f, // title
    0.0000f, // address
    0.8391f, // condition
    0.0000f, // care
    0.3225f, // finance
    -0.0282f, // url
    0.0000f, // self
    0.8503f, // record
    0.4740f, // address-cue
    0.2156f, // birth-cue
    -3.4408f, // choice
    -2.3454f, // quantity
    -2.5630f, // frame
    -1.5871f, // length
    -1.4488f, // long
    0.5846f, // kinds
    0.0000f, // near
    0.3890f, // full-kinds
    1.5330f, // density
    1.9641f, // sure
    1.2071f, // single-kinds
    -1.8743f, // numbers
    -0.3833f, // numbers6
};
// clang-format on

#endif
