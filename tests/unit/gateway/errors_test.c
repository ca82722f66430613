#include "gateway/errors.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "wire/json.h"

static const struct json_limits LIMITS = {.max_depth = 8, .max_nodes = 100};

// The body of an error, parsed; `body` and `doc` are the caller's to free.
static uint32_t body_of(enum gateway_error e, const char *param, const char *detail, struct buf *body,
                        struct json_doc *doc) {
    size_t at;
    buf_init(body, 1 << 16);
    gateway_error_body(body, e, param, detail);
    assert_false(body->full);
    assert_int_equal(json_parse(doc, buf_span(body), &LIMITS, &at), JSON_OK);
    return json_get(doc, 0, "error");
}

static void errors_every_entry_is_complete(void **state) {
    (void)state;
    static const char *const TYPES[] = {"invalid_request_error", "server_error", "rate_limit_error"};
    for (int i = 0; i < GATEWAY_ERROR_COUNT; i++) {
        const struct gateway_error_info *info = gateway_error_info((enum gateway_error)i);
        size_t type = 0;
        assert_non_null(info->code);
        assert_true(strspn(info->code, "abcdefghijklmnopqrstuvwxyz_") == strlen(info->code) && *info->code);
        assert_in_range(info->status, 400, 599);
        assert_string_not_equal(http_status_phrase(info->status), "Unknown");
        while (type < 3 && strcmp(info->type, TYPES[type]) != 0) type++;
        assert_int_not_equal(type, 3);
        assert_in_range(info->retry_after_s, 0, 60);
    }
}

static void errors_codes_are_unique_and_found_again(void **state) {
    (void)state;
    for (int i = 0; i < GATEWAY_ERROR_COUNT; i++)
        assert_int_equal(gateway_error_by_code(gateway_error_info((enum gateway_error)i)->code), i);
}

static void errors_unknown_code_is_an_internal_one(void **state) {
    (void)state;
    assert_int_equal(gateway_error_by_code("no_such_code"), GATEWAY_INTERNAL);
    assert_int_equal(gateway_error_by_code(""), GATEWAY_INTERNAL);
}

static void errors_clients_fault_is_4xx_and_ours_5xx(void **state) {
    (void)state;
    for (int i = 0; i < GATEWAY_ERROR_COUNT; i++) {
        const struct gateway_error_info *info = gateway_error_info((enum gateway_error)i);
        if (!strcmp(info->type, "server_error")) assert_in_range(info->status, 500, 599);
        else assert_in_range(info->status, 400, 499);
    }
}

static void errors_body_is_openais_error_object(void **state) {
    (void)state;
    struct buf body;
    struct json_doc doc = {0};
    uint32_t error = body_of(GATEWAY_MODEL_NOT_FOUND, "model", "", &body, &doc);
    assert_span_equal(json_text(&doc, json_get(&doc, error, "code")), "model_not_found");
    assert_span_equal(json_text(&doc, json_get(&doc, error, "type")), "invalid_request_error");
    assert_span_equal(json_text(&doc, json_get(&doc, error, "param")), "model");
    assert_true(json_text(&doc, json_get(&doc, error, "message")).len > 20);
    assert_int_equal(json_count(&doc, error), 4);
    json_free(&doc);
    buf_free(&body);
}

static void errors_body_without_a_field_has_null_as_param(void **state) {
    (void)state;
    struct buf body;
    struct json_doc doc = {0};
    uint32_t error = body_of(GATEWAY_OVERLOADED, NULL, "", &body, &doc);
    assert_true(json_is(&doc, json_get(&doc, error, "param"), JSON_NULL));
    json_free(&doc);
    buf_free(&body);
}

static void errors_detail_follows_the_message(void **state) {
    (void)state;
    struct buf body;
    struct json_doc doc = {0};
    uint32_t error = body_of(GATEWAY_INVALID_FIELD, "n", "n must be a number", &body, &doc);
    assert_span_equal(json_text(&doc, json_get(&doc, error, "message")), "n must be a number");
    buf_free(&body);
    error = body_of(GATEWAY_UPSTREAM_FAILED, NULL, "it broke.", &body, &doc);
    assert_span_equal(json_text(&doc, json_get(&doc, error, "message")),
                      "The model's server did not give a usable answer: it broke.");
    json_free(&doc);
    buf_free(&body);
}

static void errors_detail_is_escaped_and_cut(void **state) {
    (void)state;
    struct buf body;
    struct json_doc doc = {0};
    char detail[5000];
    memset(detail, 'x', sizeof detail - 1);
    detail[sizeof detail - 1] = 0;
    memcpy(detail, "\"}\n\\", 4);
    uint32_t error = body_of(GATEWAY_UPSTREAM_REJECTED, NULL, detail, &body, &doc);
    assert_true(json_is(&doc, json_get(&doc, error, "message"), JSON_STRING));
    assert_in_range(body.len, 900, 2000);
    json_free(&doc);
    buf_free(&body);
}

static void errors_no_message_asks_for_a_retry_that_cannot_help(void **state) {
    (void)state;
    for (int i = 0; i < GATEWAY_ERROR_COUNT; i++) {
        const struct gateway_error_info *info = gateway_error_info((enum gateway_error)i);
        if (info->retry_after_s) assert_true(info->status == 429 || info->status == 503);
    }
}

static char *read_whole(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("%s cannot be read; unit tests run in the root of the project", path);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    return text;
}

static void errors_every_code_and_status_is_documented(void **state) {
    (void)state;
    char *text = read_whole("docs/http.md");
    for (int i = 0; i < GATEWAY_ERROR_COUNT; i++) {
        const struct gateway_error_info *info = gateway_error_info((enum gateway_error)i);
        char row[96];
        snprintf(row, sizeof row, "| `%s` | %d |", info->code, info->status);
        if (!strstr(text, row)) fail_msg("docs/http.md has no row that begins with: %s", row);
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_every_entry_is_complete),
        cmocka_unit_test(errors_codes_are_unique_and_found_again),
        cmocka_unit_test(errors_unknown_code_is_an_internal_one),
        cmocka_unit_test(errors_clients_fault_is_4xx_and_ours_5xx),
        cmocka_unit_test(errors_body_is_openais_error_object),
        cmocka_unit_test(errors_body_without_a_field_has_null_as_param),
        cmocka_unit_test(errors_detail_follows_the_message),
        cmocka_unit_test(errors_detail_is_escaped_and_cut),
        cmocka_unit_test(errors_no_message_asks_for_a_retry_that_cannot_help),
        cmocka_unit_test(errors_every_code_and_status_is_documented),
    };
    return RUN(tests);
}
