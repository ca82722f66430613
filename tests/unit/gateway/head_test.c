#include "gateway/request.h"

#include "test.h"

static struct request_head_data head;
static struct request request;

static int fresh(void **state) {
    (void)state;
    head = (struct request_head_data){.path_len = 0};
    request = (struct request){.head = &head};
    return 0;
}

// One header field, cut into pieces of `step` bytes as a parser may see it.
static void feed(const char *name, const char *value, size_t step) {
    size_t n = strlen(name), v = strlen(value);
    for (size_t i = 0; i < n; i += step) request_add_header_name(&request, span_sub(span_from(name), i, step), i == 0);
    for (size_t i = 0; i == 0 || i < v; i += step)
        request_add_header_value(&request, span_make(value + i, v - i < step ? v - i : step));
}

static void head_reads_the_headers_that_it_knows(void **state) {
    (void)state;
    feed("x-sluice-route", "local", 100);
    feed("x-sluice-task", "classify", 100);
    feed("x-sluice-user", "team-7", 100);
    feed("expect", "100-continue", 100);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "local");
    assert_span_equal(request_header(&request, HEADER_TASK), "classify");
    assert_span_equal(request_header(&request, HEADER_USER), "team-7");
    assert_span_equal(request_header(&request, HEADER_EXPECT), "100-continue");
}

static void head_is_the_same_in_pieces_of_any_size(void **state) {
    for (size_t step = 1; step < 20; step++) {
        fresh(state);
        feed("x-sluice-route", "frontier", step);
        feed("x-sluice-user", "team-7", step);
        assert_span_equal(request_header(&request, HEADER_ROUTE), "frontier");
        assert_span_equal(request_header(&request, HEADER_USER), "team-7");
    }
}

static void head_names_are_compared_without_case(void **state) {
    (void)state;
    feed("X-Sluice-ROUTE", "local", 3);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "local");
}

static void head_forgets_headers_that_mean_nothing(void **state) {
    (void)state;
    feed("authorization", "Bearer of-the-caller", 5);
    feed("x-sluice-rout", "a", 5);
    feed("x-sluice-router", "b", 5);
    for (int h = HEADER_ROUTE; h < HEADER_COUNT; h++)
        assert_int_equal(request_header(&request, (enum header_name)h).len, 0);
    for (size_t i = 0; i < sizeof head.value[0]; i++) assert_int_equal(head.value[HEADER_NONE][i], 0);
}

static void head_name_longer_than_any_of_ours_is_none_of_ours(void **state) {
    (void)state;
    feed("x-sluice-route-and-more-than-fits-into-the-name", "local", 7);
    assert_int_equal(request_header(&request, HEADER_ROUTE).len, 0);
    feed("x-sluice-route", "frontier", 7);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "frontier");
}

static void head_value_does_not_leak_into_the_next_header(void **state) {
    (void)state;
    feed("x-sluice-route", "local", 2);
    feed("accept", "text/html", 2);
    feed("x-sluice-task", "", 2);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "local");
    assert_int_equal(request_header(&request, HEADER_TASK).len, 0);
}

static void head_last_of_several_counts(void **state) {
    (void)state;
    feed("x-sluice-route", "frontier", 4);
    feed("x-sluice-route", "local", 4);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "local");
}

static void head_long_value_is_cut_to_its_place(void **state) {
    (void)state;
    char value[500];
    memset(value, 'u', sizeof value - 1);
    value[sizeof value - 1] = 0;
    feed("x-sluice-user", value, 33);
    feed("x-sluice-route", "local", 33);
    assert_int_equal(request_header(&request, HEADER_USER).len, sizeof head.value[0]);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "local");
}

static void head_value_is_trimmed(void **state) {
    (void)state;
    feed("x-sluice-route", " \tlocal ", 3);
    assert_span_equal(request_header(&request, HEADER_ROUTE), "local");
}

static void head_path_is_put_together(void **state) {
    (void)state;
    request_add_path(&request, SPAN("/v1/"));
    request_add_path(&request, SPAN("models"));
    assert_span_equal(span_make(head.path, head.path_len), "/v1/models");
    assert_false(head.path_cut);
}

static void head_path_that_does_not_fit_is_marked(void **state) {
    (void)state;
    char path[REQUEST_PATH_BYTES + 1];
    memset(path, 'p', sizeof path);
    request_add_path(&request, span_make(path, REQUEST_PATH_BYTES));
    assert_false(head.path_cut);
    request_add_path(&request, span_make(path, 1));
    assert_true(head.path_cut);
    assert_int_equal(head.path_len, REQUEST_PATH_BYTES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(head_reads_the_headers_that_it_knows, fresh),
        cmocka_unit_test_setup(head_is_the_same_in_pieces_of_any_size, fresh),
        cmocka_unit_test_setup(head_names_are_compared_without_case, fresh),
        cmocka_unit_test_setup(head_forgets_headers_that_mean_nothing, fresh),
        cmocka_unit_test_setup(head_name_longer_than_any_of_ours_is_none_of_ours, fresh),
        cmocka_unit_test_setup(head_value_does_not_leak_into_the_next_header, fresh),
        cmocka_unit_test_setup(head_last_of_several_counts, fresh),
        cmocka_unit_test_setup(head_long_value_is_cut_to_its_place, fresh),
        cmocka_unit_test_setup(head_value_is_trimmed, fresh),
        cmocka_unit_test_setup(head_path_is_put_together, fresh),
        cmocka_unit_test_setup(head_path_that_does_not_fit_is_marked, fresh),
    };
    return RUN(tests);
}
