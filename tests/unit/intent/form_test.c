#include "intent/form_fit.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test.h"

// Two inputs vary. What is wanted is that they lie on different sides, which no sum over single inputs can tell.
enum { ROWS = 400, FIRST = 3, SECOND = 25 };

static bool differ(const float *inputs) {
    return (inputs[FIRST] > 0) != (inputs[SECOND] > 0);
}

static void fill(struct outcomes *o, float *y, float *weight) {
    struct sample *s = mem_new(sizeof *s);
    s->reading.text_count = 1;
    for (uint32_t i = 0; i < ROWS; i++) {
        outcomes_add(o, s);
        o->inputs[i][FIRST] = (float)(i % 20) / 10 - 0.95f;
        o->inputs[i][SECOND] = (float)(i / 20) / 10 - 0.95f;
        y[i] = differ(o->inputs[i]);
        weight[i] = i % 7 != 0;
    }
    free(s);
}

static void form_tells_what_single_inputs_do_not(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct form_model m;
    float y[ROWS], weight[ROWS];
    uint32_t right = 0, unseen = 0;
    fill(&o, y, weight);
    form_fit(&o, y, weight, &m);
    for (uint32_t g = 0; g < FORM_GROUPS; g++)
        for (uint32_t t = 0; t < FORM_TESTS; t++)
            assert_true(m.form.input[g][t] == FIRST || m.form.input[g][t] == SECOND); // the others do not vary
    for (uint32_t i = 0; i < ROWS; i++) {
        if (weight[i] > 0) continue;
        unseen++;
        right += (form_predict(&m, &o, i) > m.constant) == differ(o.inputs[i]);
    }
    assert_true(right > unseen * 8 / 10);
    form_release(&m);
    outcomes_free(&o);
}

static void form_takes_one_test_of_each_group(void **state) {
    (void)state;
    struct form f = {.step = 1};
    float inputs[OUTCOME_INPUTS] = {0};
    uint8_t number[FORM_FERNS];
    for (uint32_t g = 0; g < FORM_GROUPS; g++)
        for (uint32_t t = 0; t < FORM_TESTS; t++) f.bound[g][t] = 1;
    form_find(&f, inputs, number);
    for (uint32_t k = 0; k < FORM_FERNS; k++) assert_int_equal(number[k], 0);
    f.bound[5][7] = 0; // one test says yes: one fern of each set
    form_find(&f, inputs, number);
    for (uint32_t s = 0; s < FORM_SETS; s++) {
        uint32_t yes = 0;
        for (uint32_t t = 0; t < FORM_TESTS; t++) {
            uint8_t n = number[s * FORM_TESTS + t];
            assert_true(n == 0 || n == 1 << 5);
            yes += n != 0;
        }
        assert_int_equal(yes, 1);
    }
    inputs[0] = 1;
    form_find(&f, inputs, number);
    for (uint32_t k = 0; k < FORM_FERNS; k++) assert_int_equal(number[k], FORM_CELLS - 1);
}

static void form_of_rows_that_are_all_alike_says_nothing(void **state) {
    (void)state;
    struct outcomes o = {0};
    struct form_model m;
    float y[ROWS], weight[ROWS];
    fill(&o, y, weight);
    for (uint32_t i = 0; i < ROWS; i++) memset(o.inputs[i], 0, sizeof o.inputs[i]);
    form_fit(&o, y, weight, &m);
    assert_true(fabsf(form_predict(&m, &o, 0) - m.constant) < 1e-3f);
    form_release(&m);
    outcomes_free(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_tells_what_single_inputs_do_not),
        cmocka_unit_test(form_takes_one_test_of_each_group),
        cmocka_unit_test(form_of_rows_that_are_all_alike_says_nothing),
    };
    return RUN(tests);
}
