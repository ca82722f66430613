// Weights of the model that weighs soft evidence.
static const float FUSION_WEIGHTS[FUSION_FEATURES] = {-1};
