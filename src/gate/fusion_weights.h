// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -1.9189f, // bias
    1.0413f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.4355f, // country
    0.6725f, // organization
    0.0058f, // organization3
    0.1509f, // group
    0.3072f, // date
    0.0000f, // year
    0.1259f, // birth
    0.0000f, // age
    1.0296f, // title
    0.0000f, // address
    0.9686f, // condition
    0.0000f, // care
    0.2944f, // finance
    -0.0321f, // url
    0.0000f, // self
    0.8638f, // record
    0.4112f, // address-cue
    0.1672f, // birth-cue
    -3.3142f, // choice
    -2.2978f, // quantity
    -2.6804f, // frame
    -1.5252f, // length
    -1.5985f, // long
    0.3839f, // kinds
    0.0000f, // near
    0.3547f, // full-kinds
    1.5062f, // density
    1.6142f, // sure
    1.0654f, // single-kinds
    -1.8939f, // numbers
    -0.4244f, // numbers6
};
// clang-format on

#endif
