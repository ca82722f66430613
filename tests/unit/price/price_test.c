#include "price/price.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/embedded.h"
#include "test.h"

static struct price_book *load(const char *json, double most_loss, struct err *e) {
    *e = (struct err){""};
    return price_book_load(span_from(json), "", most_loss, e);
}

static struct price_book *book(const char *json) {
    struct err e;
    struct price_book *b = load(json, PRICE_BOOK_MOST_LOSS, &e);
    assert_string_equal(e.text, "");
    return b;
}

static void assert_close(double a, double b) {
    assert_true(fabs(a - b) <= 1e-12 + 1e-9 * fabs(b));
}

static double rate(const struct price *p, enum price_class c) {
    return price_rate(p, c, PRICE_STANDARD, 1000);
}

// A file with this text; the caller removes it.
static const char *file_with(const char *text) {
    static char path[] = "/tmp/sluice-prices-XXXXXX";
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    FILE *f = fdopen(mkstemp(path), "w");
    fputs(text, f);
    fclose(f);
    return path;
}

#define PRICED "\"input_cost_per_token\":1e-6,\"output_cost_per_token\":2e-6"

// ---------------------------------------------------------------- the book

static void price_shipped_book_has_the_default_models(void **state) {
    (void)state;
    struct err e = {""};
    struct price_book *b = price_book_load(embedded_prices(), "", 0, &e);
    assert_string_equal(e.text, "");
    const struct price *p = price_find(b, SPAN("gpt-5.2"));
    assert_close(rate(p, PRICE_INPUT) * 1e6, 1.75);
    assert_close(rate(p, PRICE_OUTPUT) * 1e6, 14);
    p = price_find(b, SPAN("claude-opus-4-6"));
    assert_close(rate(p, PRICE_WRITE) * 1e6, 6.25);
    assert_close(rate(p, PRICE_WRITE_1H) * 1e6, 10);
    assert_close(rate(p, PRICE_REASONING), rate(p, PRICE_OUTPUT));
    p = price_find(b, SPAN("deepseek-chat"));
    assert_close(rate(p, PRICE_CACHED) * 1e6, 0.028);
    assert_int_equal(p->max_input_tokens, 128000);
    assert_string_equal(p->provider, "deepseek");
    assert_string_equal(p->mode, "chat");
    assert_string_equal(p->source, "built-in");
    assert_non_null(price_find(b, SPAN("claude-opus-4.6")));
    assert_non_null(price_find(b, SPAN("deepseek-v3.2")));
    price_book_free(b);
}

static void price_find_drops_provider_and_date_and_says_so(void **state) {
    (void)state;
    struct price_book *b = book("{\"m\":{" PRICED "},\"p/m\":{\"input_cost_per_token\":3e-6},"
                                "\"m-2024-05-13\":{\"input_cost_per_token\":5e-6},\"a/n\":{" PRICED "}}");
    static const struct {
        const char *asked, *name;
        unsigned found;
    } KNOWN[] = {
        {"m", "m", PRICE_EXACT},
        {"p/m", "p/m", PRICE_EXACT},
        {"m-2024-05-13", "m-2024-05-13", PRICE_EXACT}, // a date with a price of its own
        {"q/m-2024-05-13", "m-2024-05-13", PRICE_WITHOUT_PROVIDER},
        {"q/m", "m", PRICE_WITHOUT_PROVIDER},
        {"r/p/m", "p/m", PRICE_WITHOUT_PROVIDER},
        {"r/a/n", "a/n", PRICE_WITHOUT_PROVIDER},
        {"m-20251211", "m", PRICE_WITHOUT_DATE},
        {"m-2025-12-11", "m", PRICE_WITHOUT_DATE},
        {"m@20251211", "m", PRICE_WITHOUT_DATE},
        {"m-latest", "m", PRICE_WITHOUT_DATE},
        {"p/m-2025-12-11", "p/m", PRICE_WITHOUT_DATE},
        {"q/m-2025-12-11", "m", PRICE_WITHOUT_DATE | PRICE_WITHOUT_PROVIDER},
    };
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        unsigned found = 99;
        const struct price *p = price_find_how(b, span_from(KNOWN[i].asked), &found);
        assert_non_null(p);
        assert_string_equal(p->name, KNOWN[i].name);
        assert_int_equal(found, KNOWN[i].found);
        assert_true(*price_found_text(found));
    }
    static const char *const UNKNOWN[] = {"",  "M", "m2",           "m/", "m-2025121", "m-2025-12-1x", "-20251211",
                                          "/", "n", "m-20251211-x", "//", "-latest",   "m-atest"};
    for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++) assert_null(price_find(b, span_from(UNKNOWN[i])));
    price_book_free(b);
}

static void price_entries_without_a_price_per_token_are_counted_not_priced(void **state) {
    (void)state;
    struct price_book *b =
        book("{\"sample_spec\":{\"input_cost_per_token\":\"a text\"},\"m\":{" PRICED "},"
             "\"image\":{\"mode\":\"image_generation\",\"output_cost_per_image\":0.04},"
             "\"no\":{\"input_cost_per_token\":null},\"odd\":{\"input_cost_per_token_cache_hit\":1}}");
    assert_int_equal(price_book_count(b), 1);
    assert_int_equal(price_book_unpriced(b), 3);
    assert_int_equal(price_book_fault_count(b), 0);
    assert_null(price_find(b, SPAN("image")));
    price_book_free(b);
}

static void price_refuses_bad_entries_with_model_line_and_reason(void **state) {
    (void)state;
    static const struct {
        const char *entry, *why;
    } BAD[] = {
        {"5", "object"},
        {"[]", "object"},
        {"{\"input_cost_per_token\":\"1e-6\"}", "string"},
        {"{\"input_cost_per_token\":-1e-6}", "negative"},
        {"{\"output_cost_per_token\":14}", "per million"},
        {"{\"output_cost_per_token\":0.011}", "per million"},
        {"{\"output_cost_per_token\":1e308}", "at most"},
        {"{\"output_cost_per_token\":1e999}", "no number"},
        {"{\"output_cost_per_token\":true}", "no number"},
        {"{\"output_cost_per_token\":[1]}", "no number"},
        {"{\"cache_creation_input_token_cost_above_1hr_above_200k_tokens\":-1}", "negative"},
        {"{" PRICED ",\"input_cost_per_token\":1e-6}", "twice"},
        {"{" PRICED ",\"max_input_tokens\":\"many\"}", "max_input_tokens"},
        {"{" PRICED ",\"max_output_tokens\":-1}", "max_output_tokens"},
        {"{" PRICED ",\"tiered_pricing\":[{\"input_cost_per_token\":1e-6}]}", "range"},
        {"{" PRICED ",\"tiered_pricing\":[{\"range\":[0,9],\"input_cost_per_token\":\"1\"}]}", "string"},
        {"{" PRICED "},\"odd-one\":{" PRICED "}", "twice"},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct buf json;
        struct err e;
        buf_init(&json, 4096);
        buf_printf(&json, "{\"good\":{" PRICED "},\n\"odd-one\":%s}", BAD[i].entry);
        assert_null(load(json.at, PRICE_BOOK_MOST_LOSS, &e));
        assert_non_null(strstr(e.text, "odd-one"));
        assert_non_null(strstr(e.text, "built-in:2:"));
        assert_non_null(strstr(e.text, BAD[i].why));
        // and where the loss is allowed, the model is unknown, never free
        struct price_book *b = load(json.at, 100, &e);
        assert_non_null(b);
        assert_int_equal(price_book_fault_count(b), 1);
        assert_int_equal(price_book_fault(b, 0)->line, 2);
        assert_string_equal(price_book_fault(b, 0)->model, "odd-one");
        assert_true(
            isnan(price_cost_usd(price_find(b, SPAN("odd-one")), &(struct price_usage){.input = 1, .output = 1})));
        assert_non_null(price_find(b, SPAN("good")));
        price_book_free(b);
        buf_free(&json);
    }
}

static void price_what_is_no_json_is_refused_with_line_and_model(void **state) {
    (void)state;
    static const char *const BAD[] = {"{\"a\":{" PRICED "},\n\"bad\":{\"input_cost_per_token\":NaN}}",
                                      "{\"a\":{" PRICED "},\n\"bad\":{\"input_cost_per_token\":1e-6,}}",
                                      "{\"a\":{" PRICED "},\n\"bad\":{\"output_cost_per_token\":Infinity}}",
                                      "{\"a\":{" PRICED "},\n\"bad\":{\"x\":[1,{\"y\":\"}\"},-]}}",
                                      "{\"a\":{" PRICED "},\n\"bad\":{\"input_cost_per_token\":1e-6"};
    struct err e;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_null(load(BAD[i], 100, &e));
        assert_non_null(strstr(e.text, "built-in:2:"));
        assert_non_null(strstr(e.text, "bad"));
    }
    assert_null(load("{\"\":{" PRICED "}}", PRICE_BOOK_MOST_LOSS, &e));
    assert_non_null(strstr(e.text, "no name"));
    assert_null(load("{\"a\\u001b[2Jb\":{" PRICED "}}", PRICE_BOOK_MOST_LOSS, &e));
    assert_non_null(strstr(e.text, "no name"));
    static const char *const NONE[] = {"[]", "5", "{", " ", "\"\\u00", "\xff\xfe{}"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
        assert_null(load(NONE[i], 100, &e));
        assert_non_null(strstr(e.text, "built-in:1:"));
    }
    e = (struct err){""};
    assert_null(price_book_load(SPAN("{}"), "/nonexistent/prices.json", 100, &e));
    assert_non_null(strstr(e.text, "/nonexistent/prices.json"));
    assert_null(price_book_load(SPAN("{}"), "/", 100, &e));
}

static void price_override_wins_entry_by_entry(void **state) {
    (void)state;
    const char *path = file_with("\xef\xbb\xbf{\"sample_spec\":{\"input_cost_per_token\":\"a text\"},\r\n"
                                 "\"a\":{\"input_cost_per_token\":5e-6,\"output_cost_per_token\":6e-6}}");
    struct err e = {""};
    struct price_book *b = price_book_load(SPAN("{\"a\":{" PRICED ",\"cache_read_input_token_cost\":1e-7},"
                                                "\"b\":{\"input_cost_per_token\":2e-6}}"),
                                           path, PRICE_BOOK_MOST_LOSS, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(price_book_count(b), 2);
    assert_close(rate(price_find(b, SPAN("a")), PRICE_INPUT), 5e-6);
    assert_close(rate(price_find(b, SPAN("a")), PRICE_CACHED), 5e-6); // not the one of the entry below
    assert_string_equal(price_find(b, SPAN("a"))->source, path);
    assert_int_equal(price_find(b, SPAN("a"))->line, 2);
    assert_close(rate(price_find(b, SPAN("b")), PRICE_INPUT), 2e-6);
    price_book_free(b);
    unlink(path);
}

static void price_bad_override_makes_the_model_unknown(void **state) {
    (void)state;
    const char *path = file_with("{\"a\":{\"input_cost_per_token\":-1}}");
    struct err e = {""};
    struct price_book *b = price_book_load(SPAN("{\"a\":{" PRICED "}}"), path, 100, &e);
    assert_true(isnan(price_cost_usd(price_find(b, SPAN("a")), &(struct price_usage){.input = 1})));
    price_book_free(b);
    unlink(path);
}

static struct price_book *big_book(size_t models, size_t bad, double most_loss, struct err *e) {
    struct buf json;
    buf_init(&json, 64 << 20);
    for (size_t i = 0; i < models; i++)
        buf_printf(&json, "%s\"provider/model-%zu\":{\"input_cost_per_token\":%s%zue-9}", i ? ",\n" : "{", i,
                   i < bad ? "-1" : "", i);
    buf_add_char(&json, '}');
    struct price_book *b = load(json.at, most_loss, e);
    buf_free(&json);
    return b;
}

static void price_book_keeps_thousands_of_models_apart(void **state) {
    (void)state;
    struct err e;
    struct price_book *b = big_book(3000, 0, PRICE_BOOK_MOST_LOSS, &e);
    assert_int_equal(price_book_count(b), 3000);
    for (size_t i = 0; i < 3000; i++) {
        char name[40];
        snprintf(name, sizeof name, "provider/model-%zu", i);
        assert_close(rate(price_find(b, span_from(name)), PRICE_INPUT), (double)i * 1e-9);
        assert_int_equal(price_find(b, span_from(name))->line, i + 1);
    }
    price_book_free(b);
}

static void price_book_that_lost_more_than_the_limit_is_refused(void **state) {
    (void)state;
    struct err e;
    struct price_book *all = big_book(1000, 0, 5, &e), *few = big_book(1000, 50, 5, &e);
    assert_non_null(few);
    assert_int_equal(price_book_fault_count(few), 50);
    assert_null(big_book(1000, 51, 5, &e));
    assert_non_null(strstr(e.text, "51 of 1000"));
    assert_int_equal(price_book_check_loss(all, few, 5, &e), 0);
    struct price_book *fewer = big_book(1000, 51, 100, &e);
    assert_int_equal(price_book_check_loss(all, fewer, 5, &e), -1);
    assert_non_null(strstr(e.text, "51 of 1000"));
    assert_non_null(strstr(e.text, "provider/model-0"));
    assert_int_equal(price_book_check_loss(all, fewer, 5.1, &e), 0);
    assert_int_equal(price_book_check_loss(fewer, all, 0, &e), 0); // more models are no loss
    price_book_free(all);
    price_book_free(few);
    price_book_free(fewer);
}

static void price_faults_past_the_limit_are_counted(void **state) {
    (void)state;
    struct err e;
    struct price_book *b = big_book(PRICE_BOOK_MAX_FAULTS + 10, PRICE_BOOK_MAX_FAULTS + 5, 100, &e);
    assert_int_equal(price_book_fault_count(b), PRICE_BOOK_MAX_FAULTS + 5);
    assert_non_null(price_book_fault(b, PRICE_BOOK_MAX_FAULTS - 1));
    assert_null(price_book_fault(b, PRICE_BOOK_MAX_FAULTS));
    price_book_free(b);
}

static void price_nearest_names_come_first(void **state) {
    (void)state;
    struct price_book *b =
        book("{\"gpt-5.2\":{" PRICED "},\"gpt-5.2-pro\":{" PRICED "},\"openai/gpt-5.1\":{" PRICED "},"
             "\"claude-opus-4-6\":{" PRICED "}}");
    struct err e = {""};
    const struct price *near[3];
    static const struct {
        const char *asked, *name;
    } NEAR[] = {{"gpt5.2", "gpt-5.2"},        {"GPT-5.2", "gpt-5.2"},
                {"azure/gpt-5.3", "gpt-5.2"}, {"claude-opus-4.6", "claude-opus-4-6"},
                {"opus", "claude-opus-4-6"},  {"gpt-5.1", "openai/gpt-5.1"}};
    for (size_t i = 0; i < sizeof NEAR / sizeof *NEAR; i++) {
        assert_true(price_nearest(b, span_from(NEAR[i].asked), near, 3) > 0);
        assert_string_equal(near[0]->name, NEAR[i].name);
    }
    assert_int_equal(price_nearest(b, SPAN("mistral-large"), near, 3), 0);
    assert_int_equal(price_nearest(b, SPAN(""), near, 3), 0);
    assert_int_equal(price_nearest(b, SPAN("gpt-5"), near, 1), 1);
    assert_int_equal(price_set_unknown(b, "gtp-5.2", &e), -1);
    assert_non_null(strstr(e.text, "no price for 'gtp-5.2'; near it: gpt-5.2"));
    assert_int_equal(price_set_unknown(b, "mistral-large", &e), -1);
    assert_non_null(strstr(e.text, "no price for 'mistral-large'; put it into the file of data.prices"));
    price_book_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(price_shipped_book_has_the_default_models),
        cmocka_unit_test(price_find_drops_provider_and_date_and_says_so),
        cmocka_unit_test(price_entries_without_a_price_per_token_are_counted_not_priced),
        cmocka_unit_test(price_refuses_bad_entries_with_model_line_and_reason),
        cmocka_unit_test(price_what_is_no_json_is_refused_with_line_and_model),
        cmocka_unit_test(price_override_wins_entry_by_entry),
        cmocka_unit_test(price_bad_override_makes_the_model_unknown),
        cmocka_unit_test(price_book_keeps_thousands_of_models_apart),
        cmocka_unit_test(price_book_that_lost_more_than_the_limit_is_refused),
        cmocka_unit_test(price_faults_past_the_limit_are_counted),
        cmocka_unit_test(price_nearest_names_come_first),
    };
    return RUN(tests);
}
