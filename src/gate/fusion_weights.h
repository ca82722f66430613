// Weights of the model that weighs soft evidence; made by models/fusion/fit.sh.
#ifndef SLUICE_GATE_FUSION_WEIGHTS_H
#define SLUICE_GATE_FUSION_WEIGHTS_H

#include "gate/fusion.h"

// clang-format off
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {
    -2.2478f, // bias
    0.9225f, // full
    0.0000f, // full2
    0.0000f, // single
    0.0000f, // single2
    0.0000f, // single4
    0.0000f, // place
    0.0000f, // place3
    0.5025f, // country
    0.3506f, // organization
    0.0000f, // organization3
    0.1845f, // group
    0.2804f, // date
    0.0000f, // year
    0.1037f, // birth
    0.0000f, // age
    1.0196f, // title
    0.0000f, // address
    0.8391f, // condition
    0.0000f, // care
    0.3230f, // finance
    0.0000f, // url
    0.0000f, // self
    0.8419f, // record
    0.4633f, // address-cue
    0.2149f, // birth-cue
    -3.4560f, // choice
    -2.3497f, // quantity
    -2.5755f, // frame
    -1.5685f, // length
    -1.3751f, // long
    0.6052f, // kinds
    0.0000f, // near
    0.4218f, // full-kinds
    1.5001f, // density
    1.9641f, // sure
    1.2052f, // single-kinds
    -1.9047f, // numbers
    -0.3968f, // numbers6
};
// clang-format on

#endif
