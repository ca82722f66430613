#include "intent/form.h"

// Each set begins elsewhere in each group, by odd steps: no two of its ferns share a test, and two of different sets
// share two at most.
static inline uint32_t start_of(uint32_t set, uint32_t group) {
    return set * (2 * group + 1) % FORM_TESTS;
}

void form_find(const struct form *f, const float inputs[static OUTCOME_INPUTS], uint8_t number[static FORM_FERNS]) {
    uint8_t bit[FORM_GROUPS][2 * FORM_TESTS]; // twice, so that a set reads on past the end
    for (uint32_t g = 0; g < FORM_GROUPS; g++) {
        for (uint32_t t = 0; t < FORM_TESTS; t++)
            bit[g][t] = (uint8_t)((inputs[f->input[g][t]] >= f->bound[g][t]) << g);
        memcpy(bit[g] + FORM_TESTS, bit[g], FORM_TESTS);
    }
    memset(number, 0, FORM_FERNS);
    for (uint32_t s = 0; s < FORM_SETS; s++)
        for (uint32_t g = 0; g < FORM_GROUPS; g++) {
            const uint8_t *from = bit[g] + start_of(s, g);
            uint8_t *to = number + s * FORM_TESTS;
            for (uint32_t t = 0; t < FORM_TESTS; t++) to[t] |= from[t];
        }
}

float form_weigh(const struct form *f, const float inputs[static OUTCOME_INPUTS]) {
    uint8_t number[FORM_FERNS];
    int32_t a = 0, b = 0; // two chains: the additions need not wait for each other
    form_find(f, inputs, number);
    for (uint32_t k = 0; k < FORM_FERNS; k += 2) a += f->cell[k][number[k]], b += f->cell[k + 1][number[k + 1]];
    return f->step * (float)(a + b);
}
