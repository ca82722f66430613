// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -1.9612f, // bias
    1.0165f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.4373f, // country
    0.7519f, // organization
    0.0000f, // organization3
    0.1493f, // group
    0.3035f, // date
    0.0000f, // year
    0.1283f, // birth
    0.0000f, // age
    1.0271f, // title
    0.0000f, // address
    0.9727f, // condition
    0.0000f, // care
    0.2913f, // finance
    -0.0314f, // url
    0.0000f, // self
    0.8591f, // record
    0.4246f, // address-cue
    0.1549f, // birth-cue
    -3.2908f, // choice
    -2.2942f, // quantity
    -2.6617f, // frame
    -1.5095f, // length
    -1.5642f, // long
    0.3979f, // kinds
    0.0000f, // near
    0.3828f, // full-kinds
    1.5043f, // density
    1.6185f, // sure
    1.0624f, // single-kinds
    -1.8750f, // numbers
    -0.4335f, // numbers6
};
// clang-format on

#endif
