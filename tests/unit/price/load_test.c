// A book of the size of LiteLLM's: 1.6 MB, about 2,500 entries of the same shape.
#include <jansson.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "price/price.h"
#include "test.h"

enum { MODELS = 2500, ROUNDS = 5 };

static const char FLAGS[] = "        \"supports_function_calling\": true,\n"
                            "        \"supports_parallel_function_calling\": true,\n"
                            "        \"supports_pdf_input\": true,\n"
                            "        \"supports_prompt_caching\": true,\n"
                            "        \"supports_response_schema\": true,\n"
                            "        \"supports_tool_choice\": true,\n"
                            "        \"supports_vision\": true\n";

static void put_entry(struct buf *b, int i) {
    buf_printf(b, "    \"provider-%d/family-%d.%d-2025-%02d-01\": {\n", i % 60, i / 40, i % 7, i % 12 + 1);
    buf_printf(b, "        \"cache_read_input_token_cost\": %d.5e-08,\n", i % 90);
    buf_printf(b, "        \"input_cost_per_token\": %d.25e-07,\n", i % 90);
    if (i % 8 == 0) buf_printf(b, "        \"input_cost_per_token_above_200k_tokens\": %d.5e-07,\n", i % 90);
    if (i % 5 == 0) buf_printf(b, "        \"input_cost_per_token_batches\": %d.125e-07,\n", i % 90);
    buf_printf(b, "        \"litellm_provider\": \"provider-%d\",\n        \"max_input_tokens\": 128000,\n", i % 60);
    buf_add_z(b,
              "        \"max_output_tokens\": 16384,\n        \"max_tokens\": 16384,\n        \"mode\": \"chat\",\n");
    buf_printf(b, "        \"output_cost_per_token\": %de-06,\n", i % 90);
    buf_add_z(b, i % 3 ? "" : "        \"supported_endpoints\": [\n            \"/v1/chat/completions\"\n        ],\n");
    buf_add_z(b, FLAGS);
    buf_add_z(b, i + 1 < MODELS ? "    },\n" : "    }\n");
}

static uint64_t load_ns(struct span text) {
    struct err e = {""};
    uint64_t start = clock_now_ns();
    struct price_book *b = price_book_load(text, "", PRICE_BOOK_MOST_LOSS, &e);
    uint64_t ns = clock_now_ns() - start;
    assert_string_equal(e.text, "");
    assert_int_equal(price_book_count(b), MODELS);
    assert_int_equal(price_book_at(b, MODELS - 1)->line > MODELS, 1);
    price_book_free(b);
    return ns;
}

// Parsing alone, before anything is read out of it.
static uint64_t jansson_ns(struct span text) {
    json_error_t fault;
    uint64_t start = clock_now_ns();
    json_t *root = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, &fault);
    uint64_t ns = clock_now_ns() - start;
    assert_int_equal(json_object_size(root), MODELS);
    json_decref(root);
    return ns;
}

static void load_of_a_book_of_full_size(void **state) {
    (void)state;
    struct buf json;
    uint64_t ours = UINT64_MAX, theirs = UINT64_MAX;
    buf_init(&json, 1 << 24);
    buf_add_z(&json, "{\n");
    for (int i = 0; i < MODELS; i++) put_entry(&json, i);
    buf_add_z(&json, "}\n");
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t a = load_ns(buf_span(&json)), b = jansson_ns(buf_span(&json));
        if (a < ours) ours = a;
        if (b < theirs) theirs = b;
    }
    // a ratio of the same run, and no condition: the machine may be busy, and sanitizers cost
    print_message("%.2f MB, %d models: loaded in %.2f ms, %.2f of what jansson takes to parse it\n",
                  (double)json.len / 1e6, MODELS, (double)ours / 1e6, (double)ours / (double)theirs);
    const char *path = getenv("SLUICE_WRITE_BOOK"); // for measuring a command with it
    if (path) {
        FILE *f = fopen(path, "w");
        fwrite(json.at, 1, json.len, f);
        fclose(f);
    }
    buf_free(&json);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(load_of_a_book_of_full_size)};
    return RUN(tests);
}
