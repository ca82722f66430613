// The formula: every token is billed exactly once, and what is not known is not 0.
#include <math.h>

#include "base/hash.h"
#include "config/embedded.h"
#include "price/price.h"
#include "test.h"

static void assert_close(double a, double b) {
    assert_true(fabs(a - b) <= 1e-12 + 1e-9 * fabs(b));
}

static struct price_book *book(const char *json) {
    struct err e = {""};
    struct price_book *b = price_book_load(span_from(json), "", PRICE_BOOK_MOST_LOSS, &e);
    assert_string_equal(e.text, "");
    return b;
}

static struct price price_of(const struct price_card *cards, uint32_t count) {
    return (struct price){.name = "m", .cards = cards, .card_count = count};
}

// A number below `most`, the next of a fixed sequence.
static int64_t next(uint64_t *seed, int64_t most) {
    *seed += 0x9e3779b97f4a7c15u;
    return (int64_t)(hash_mix(*seed) % (uint64_t)most);
}

// ---------------------------------------------------------------- once, and once only

// Bills token by token: each has one kind and one price.
static double billed_one_by_one(const struct price_card *p, const struct price_usage *u) {
    double sum = 0;
    int64_t cached = u->cached, written = u->cache_write, hour = u->cache_write_1h, hidden = u->reasoning;
    for (int64_t i = 0; i < u->input; i++) {
        enum price_class c = PRICE_INPUT;
        if (cached > 0) c = PRICE_CACHED, cached--;
        else if (written > 0) c = hour > 0 ? PRICE_WRITE_1H : PRICE_WRITE, written--, hour--;
        sum += isnan(p->usd[c]) && c == PRICE_CACHED ? p->usd[PRICE_INPUT] : p->usd[c];
    }
    for (int64_t i = 0; i < u->output; i++) {
        bool is_hidden = hidden-- > 0;
        sum += is_hidden && !isnan(p->usd[PRICE_REASONING]) ? p->usd[PRICE_REASONING] : p->usd[PRICE_OUTPUT];
    }
    return sum;
}

static void cost_bills_every_token_exactly_once(void **state) {
    (void)state;
    enum { MOST = 4 };
    static const struct price_card CARDS[] = {
        {.usd = {1, 0.1, 1.25, 2, 10, 7}}, {.usd = {1, NAN, 1.25, 2, 10, NAN}}, {.usd = {1, 0.1, NAN, NAN, 10, NAN}},
        {.usd = {1, 0, 1.25, NAN, 10, 0}}, {.usd = {1, 0.1, 1.25, 2, NAN, 7}},
    };
    struct price_usage u = {.service = PRICE_STANDARD};
    for (size_t k = 0; k < sizeof CARDS / sizeof *CARDS; k++) {
        struct price p = price_of(&CARDS[k], 1);
        for (u.input = 0; u.input <= MOST; u.input++)
            for (u.output = 0; u.output <= MOST; u.output++)
                for (u.cached = -1; u.cached <= MOST + 1; u.cached++)
                    for (u.cache_write = -1; u.cache_write <= MOST + 1; u.cache_write++)
                        for (u.cache_write_1h = -1; u.cache_write_1h <= MOST + 1; u.cache_write_1h++)
                            for (u.reasoning = -1; u.reasoning <= MOST + 1; u.reasoning++) {
                                double a = price_cost_usd(&p, &u), b = billed_one_by_one(&CARDS[k], &u);
                                if (isnan(b)) assert_true(isnan(a));
                                else assert_close(a, b);
                            }
    }
}

// Random usages, also nonsense and counts near the ends of what fits: the classes add up to the tokens, each has its
// own rate, and the sum of the classes is the total.
static void cost_classes_add_up_for_random_usages(void **state) {
    (void)state;
    static const int64_t SIZES[] = {3, 1000, 1000000, INT64_MAX / 4};
    static const struct price_card CARD = {.usd = {1e-6, 1e-7, 1.25e-6, 2e-6, 1e-5, 7e-6}};
    struct price p = price_of(&CARD, 1);
    uint64_t seed = 7;
    for (int i = 0; i < 200000; i++) {
        int64_t size = SIZES[i & 3], small = size / 2 + 1;
        struct price_usage u = {.input = next(&seed, size),
                                .output = next(&seed, size),
                                .cached = next(&seed, size) - small,
                                .cache_write = next(&seed, size) - small,
                                .cache_write_1h = next(&seed, size) - small,
                                .reasoning = next(&seed, size) - small};
        struct price_bill bill;
        price_make_bill(&p, &u, &bill);
        int64_t most = (int64_t)4 << 50, in = 0, out = 0;
        double total = 0;
        for (int c = 0; c < PRICE_CLASSES; c++) {
            assert_true(bill.tokens[c] >= 0);
            assert_close(bill.usd[c], (double)bill.tokens[c] * CARD.usd[c]);
            *(c < PRICE_OUTPUT ? &in : &out) += bill.tokens[c];
            total += bill.usd[c];
        }
        assert_true(in == (u.input < most ? u.input : most));
        assert_true(out == (u.output < most ? u.output : most));
        assert_close(bill.total, total);
    }
}

// What Anthropic tells beside each other, OpenAI tells inside: the same request has the same bill.
static void cost_is_the_same_whichever_protocol_tells_it(void **state) {
    (void)state;
    uint64_t seed = 11;
    for (int i = 0; i < 50000; i++) {
        int64_t plain = next(&seed, 5000), read = next(&seed, 5000), output = next(&seed, 5000);
        int64_t w5 = next(&seed, 3) ? 0 : next(&seed, 5000), w1 = next(&seed, 3) ? 0 : next(&seed, 5000);
        struct price_usage beside = price_usage_anthropic(plain, output, read, w5, w1);
        struct price_usage inside = price_usage_openai(plain + read + w5 + w1, output, read, 0);
        inside.cache_write = w5 + w1;
        inside.cache_write_1h = w1;
        struct price_bill a, b;
        static const struct price_card CARD = {.usd = {5e-6, 5e-7, 6.25e-6, 1e-5, 2.5e-5, NAN}};
        struct price p = price_of(&CARD, 1);
        price_make_bill(&p, &beside, &a);
        price_make_bill(&p, &inside, &b);
        const int64_t told[PRICE_CLASSES] = {plain, read, w5, w1, output, 0};
        assert_memory_equal(a.tokens, told, sizeof told);
        assert_memory_equal(b.tokens, told, sizeof told);
        assert_close(a.total, b.total);
    }
}

static void cost_of_a_known_request_is_exact(void **state) {
    (void)state;
    static const struct price_card OPUS = {.usd = {5e-6, 5e-7, 6.25e-6, 1e-5, 2.5e-5, NAN}};
    struct price p = price_of(&OPUS, 1);
    // 400 read anew, 400 from the cache, 150 and 50 written for 5 minutes and an hour; 300 out, 100 of them reasoning
    struct price_usage u = price_usage_anthropic(400, 300, 400, 150, 50);
    u.reasoning = 100;
    assert_close(price_cost_usd(&p, &u), (400 * 5 + 400 * 0.5 + 150 * 6.25 + 50 * 10 + 300 * 25) / 1e6);
}

// ---------------------------------------------------------------- unknown

static void cost_of_untold_counts_is_unknown(void **state) {
    (void)state;
    static const struct price_card CARD = {.usd = {1e-6, NAN, NAN, NAN, 1e-6, NAN}};
    struct price p = price_of(&CARD, 1);
    struct price_usage in = price_usage_openai(-1, 5, 0, 0), out = price_usage_openai(5, -1, 0, 0);
    struct price_usage beside = price_usage_anthropic(-1, 5, 7, 0, 0), told = price_usage_openai(5, 5, -1, -1);
    assert_true(isnan(price_cost_usd(&p, &in)));
    assert_true(isnan(price_cost_usd(&p, &out)));
    assert_true(isnan(price_cost_usd(&p, &beside)));
    assert_close(price_cost_usd(&p, &told), 1e-5);
    assert_true(isnan(price_cost_usd(NULL, &told)));
}

static void cost_one_unknown_class_makes_the_whole_unknown_only_where_it_has_tokens(void **state) {
    (void)state;
    struct price_book *b = book("{\"m\":{\"input_cost_per_token\":1e-6,\"output_cost_per_token\":2e-6},"
                                "\"w\":{\"input_cost_per_token\":1e-6,\"cache_creation_input_token_cost\":1.25e-6},"
                                "\"free\":{\"input_cost_per_token\":0,\"output_cost_per_token\":0},"
                                "\"embed\":{\"input_cost_per_token\":1e-7,\"mode\":\"embedding\"}}");
    const struct price *m = price_find(b, SPAN("m")), *w = price_find(b, SPAN("w"));
    struct price_usage u = price_usage_openai(10, 10, 5, 5);
    assert_close(price_cost_usd(m, &u), 10 * 1e-6 + 10 * 2e-6); // cached as input, reasoning as output: the most
    u = price_usage_anthropic(10, 0, 0, 1, 0);
    assert_true(isnan(price_cost_usd(m, &u))); // a write costs more than input, and how much is not known
    assert_close(price_cost_usd(w, &u), 10 * 1e-6 + 1.25e-6);
    u = price_usage_anthropic(10, 0, 0, 0, 1);
    assert_true(isnan(price_cost_usd(w, &u))); // an hour costs more than five minutes
    u = price_usage_openai(10, 0, 0, 0);
    assert_close(price_cost_usd(w, &u), 1e-5); // no output, so its price does not matter
    assert_close(price_cost_usd(price_find(b, SPAN("embed")), &u), 1e-6);
    u = price_usage_openai(10, 1, 0, 0);
    assert_true(isnan(price_cost_usd(w, &u)));
    assert_true(price_cost_usd(price_find(b, SPAN("free")), &u) == 0); // free is a price
    price_book_free(b);
}

// ---------------------------------------------------------------- steps and services

static void cost_steps_are_by_the_whole_prompt_and_class_by_class(void **state) {
    (void)state;
    struct price_book *b = book("{\"m\":{\"input_cost_per_token\":1e-6,\"output_cost_per_token\":10e-6,"
                                "\"cache_read_input_token_cost\":1e-7,\"input_cost_per_token_above_128k_tokens\":2e-6,"
                                "\"input_cost_per_token_above_200k_tokens\":3e-6,"
                                "\"output_cost_per_token_above_200k_tokens\":15e-6,"
                                "\"cache_creation_input_token_cost_above_1hr\":2e-6,"
                                "\"cache_creation_input_token_cost_above_1hr_above_200k_tokens\":6e-6}}");
    const struct price *p = price_find(b, SPAN("m"));
    static const struct {
        int64_t context;
        double input, output, cached, write_1h;
    } STEPS[] = {
        {1, 1e-6, 10e-6, 1e-7, 2e-6},      {128000, 1e-6, 10e-6, 1e-7, 2e-6}, {128001, 2e-6, 10e-6, 1e-7, 2e-6},
        {200000, 2e-6, 10e-6, 1e-7, 2e-6}, {200001, 3e-6, 15e-6, 1e-7, 6e-6}, {5000000, 3e-6, 15e-6, 1e-7, 6e-6},
    };
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        int64_t n = STEPS[i].context;
        assert_close(price_rate(p, PRICE_INPUT, PRICE_STANDARD, n), STEPS[i].input);
        assert_close(price_rate(p, PRICE_OUTPUT, PRICE_STANDARD, n), STEPS[i].output);
        assert_close(price_rate(p, PRICE_REASONING, PRICE_STANDARD, n), STEPS[i].output);
        assert_close(price_rate(p, PRICE_CACHED, PRICE_STANDARD, n), STEPS[i].cached);
        assert_close(price_rate(p, PRICE_WRITE_1H, PRICE_STANDARD, n), STEPS[i].write_1h);
        // the prompt is what was read, cached and written: all of it is billed at its step
        struct price_usage u = price_usage_anthropic(n - n / 2, 1, n / 2, 0, 0);
        assert_close(price_cost_usd(p, &u),
                     (double)(n - n / 2) * STEPS[i].input + (double)(n / 2) * STEPS[i].cached + STEPS[i].output);
    }
    price_book_free(b);
}

static void cost_told_rates_are_those_of_the_cards(void **state) {
    (void)state;
    static const int64_t CONTEXTS[] = {-1, 0, 1, 31999, 32000, 32001, 128000, 128001, 200000, 200001, 300000, 5000000};
    struct err e = {""};
    struct price_book *b = price_book_load(embedded_prices(), "", PRICE_BOOK_MOST_LOSS, &e);
    assert_non_null(b);
    for (size_t i = 0; i < price_book_count(b); i++) {
        const struct price *p = price_book_at(b, i);
        struct price untold = *p;
        untold.told_most = 0;
        assert_true(p->told_most > 0);
        for (size_t k = 0; k < sizeof CONTEXTS / sizeof *CONTEXTS; k++)
            for (int c = 0; c < PRICE_CLASSES; c++)
                for (int s = 0; s < PRICE_SERVICES; s++) {
                    double told = price_rate(p, (enum price_class)c, (enum price_service)s, CONTEXTS[k]);
                    double looked = price_rate(&untold, (enum price_class)c, (enum price_service)s, CONTEXTS[k]);
                    assert_true(told == looked || (isnan(told) && isnan(looked)));
                }
    }
    price_book_free(b);
}

static void cost_reads_tiered_pricing(void **state) {
    (void)state;
    struct price_book *b =
        book("{\"both\":{\"tiered_pricing\":[{\"range\":[0,4000],\"input_cost_per_token\":1e-6},"
             "{\"range\":[4000,8000],\"input_cost_per_token\":2e-6}],\"input_cost_per_token\":9e-6,\"output_cost_per_"
             "token\":7e-6},"
             "\"q\":{\"tiered_pricing\":["
             "{\"range\":[0,32000.0],\"input_cost_per_token\":1e-6,\"output_cost_per_token\":4e-6},"
             "{\"range\":[32000.0,128000.0],\"input_cost_per_token\":2e-6,\"output_cost_per_token\":8e-6}]}}");
    const struct price *p = price_find(b, SPAN("both")); // the steps are more exact than what stands beside them
    assert_close(price_rate(p, PRICE_INPUT, PRICE_STANDARD, 100), 1e-6);
    assert_close(price_rate(p, PRICE_INPUT, PRICE_STANDARD, 5000), 2e-6);
    assert_close(price_rate(p, PRICE_OUTPUT, PRICE_STANDARD, 5000), 7e-6);
    p = price_find(b, SPAN("q"));
    assert_close(price_rate(p, PRICE_INPUT, PRICE_STANDARD, 32000), 1e-6);
    assert_close(price_rate(p, PRICE_OUTPUT, PRICE_STANDARD, 32001), 8e-6);
    price_book_free(b);
}

static void cost_of_a_service_is_by_its_own_prices_or_unknown(void **state) {
    (void)state;
    struct price_book *b = book(
        "{\"m\":{\"input_cost_per_token\":2e-6,\"output_cost_per_token\":8e-6,\"cache_read_input_token_cost\":2e-7,"
        "\"input_cost_per_token_above_272k_tokens\":4e-6,"
        "\"input_cost_per_token_batches\":1e-6,\"output_cost_per_token_batches\":4e-6,"
        "\"input_cost_per_token_priority\":4e-6,\"output_cost_per_token_priority\":16e-6,"
        "\"cache_read_input_token_cost_priority\":4e-7,\"input_cost_per_token_above_272k_tokens_priority\":8e-6}}");
    const struct price *p = price_find(b, SPAN("m"));
    struct price_usage u = price_usage_openai(1000, 100, 500, 0);
    assert_close(price_cost_usd(p, &u), 500 * 2e-6 + 500 * 2e-7 + 100 * 8e-6);
    u.service = PRICE_BATCH; // no cached price for batches: as their input, not as the standard's cached
    assert_close(price_cost_usd(p, &u), 1000 * 1e-6 + 100 * 4e-6);
    u.service = PRICE_PRIORITY;
    assert_close(price_cost_usd(p, &u), 500 * 4e-6 + 500 * 4e-7 + 100 * 16e-6);
    u.service = PRICE_FLEX;
    assert_true(isnan(price_cost_usd(p, &u)));
    u.service = PRICE_OTHER;
    assert_true(isnan(price_cost_usd(p, &u)));
    assert_close(price_rate(p, PRICE_INPUT, PRICE_PRIORITY, 300000), 8e-6);
    assert_true(isnan(price_rate(p, PRICE_INPUT, PRICE_BATCH, 300000))); // long prompts cost more, batches too
    price_book_free(b);
}

static void cost_knows_the_services_as_providers_write_them(void **state) {
    (void)state;
    static const struct {
        const char *name;
        enum price_service service;
    } NAMES[] = {{"", PRICE_STANDARD},         {"default", PRICE_STANDARD},   {"standard", PRICE_STANDARD},
                 {"auto", PRICE_STANDARD},     {"on_demand", PRICE_STANDARD}, {"batch", PRICE_BATCH},
                 {"Priority", PRICE_PRIORITY}, {"flex", PRICE_FLEX},          {"scale", PRICE_OTHER}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_int_equal(price_service_from(span_from(NAMES[i].name)), NAMES[i].service);
    for (int s = PRICE_BATCH; s < PRICE_OTHER; s++)
        assert_int_equal(price_service_from(span_from(price_service_name((enum price_service)s))), s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cost_bills_every_token_exactly_once),
        cmocka_unit_test(cost_classes_add_up_for_random_usages),
        cmocka_unit_test(cost_is_the_same_whichever_protocol_tells_it),
        cmocka_unit_test(cost_of_a_known_request_is_exact),
        cmocka_unit_test(cost_of_untold_counts_is_unknown),
        cmocka_unit_test(cost_one_unknown_class_makes_the_whole_unknown_only_where_it_has_tokens),
        cmocka_unit_test(cost_steps_are_by_the_whole_prompt_and_class_by_class),
        cmocka_unit_test(cost_told_rates_are_those_of_the_cards),
        cmocka_unit_test(cost_reads_tiered_pricing),
        cmocka_unit_test(cost_of_a_service_is_by_its_own_prices_or_unknown),
        cmocka_unit_test(cost_knows_the_services_as_providers_write_them),
    };
    return RUN(tests);
}
