// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -1.8448f, // bias
    1.0458f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.4404f, // country
    0.6319f, // organization
    0.0954f, // organization3
    0.1598f, // group
    0.2861f, // date
    0.0000f, // year
    0.1240f, // birth
    0.0000f, // age
    1.0487f, // title
    0.0000f, // address
    0.9708f, // condition
    0.0000f, // care
    0.2985f, // finance
    -0.0257f, // url
    0.0000f, // self
    0.8554f, // record
    0.4255f, // address-cue
    0.1751f, // birth-cue
    -3.3120f, // choice
    -2.2571f, // quantity
    -2.6803f, // frame
    -1.5708f, // length
    -1.6377f, // long
    0.4306f, // kinds
    0.0000f, // near
    0.3270f, // full-kinds
    1.4625f, // density
    1.6243f, // sure
    1.0630f, // single-kinds
    -1.9033f, // numbers
    -0.4338f, // numbers6
};
// clang-format on

#endif
