// price_book_load: whatever the file holds, every rate is unknown or within bounds, every model is found by its name,
// and a bill never has a token too many.
#include <assert.h>
#include <math.h>

#include "price/price.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_model(const struct price_book *b, const struct price *p) {
    static const int64_t PROMPTS[] = {0, 1000, 200001, INT64_MAX / 2};
    const struct price *found = price_find(b, span_from(p->name));
    assert(found == p && *p->name);
    assert(p->max_input_tokens >= 0 && p->max_output_tokens >= 0 && p->line > 0);
    for (int s = 0; s < PRICE_SERVICES; s++)
        for (int c = 0; c < PRICE_CLASSES; c++)
            for (size_t i = 0; i < sizeof PROMPTS / sizeof *PROMPTS; i++) {
                double usd = price_rate(p, (enum price_class)c, (enum price_service)s, PROMPTS[i]);
                assert(isnan(usd) || (usd >= 0 && usd <= PRICE_MOST_USD_PER_TOKEN));
            }
    struct price_usage u = price_usage_anthropic(100, 50, 40, 30, 20);
    struct price_bill bill;
    int64_t tokens = 0;
    price_make_bill(p, &u, &bill);
    for (int c = 0; c < PRICE_CLASSES; c++) tokens += bill.tokens[c];
    assert(tokens == 240 && (isnan(bill.total) || bill.total >= 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct err e = {""};
    struct span text = {(const char *)data, size};
    const struct price *near[3];
    struct price_book *b = price_book_load(text, "", 100, &e);
    assert(!b == (e.text[0] != 0) || size == 0);
    if (!b) return 0;
    for (size_t i = 0; i < price_book_count(b); i++) check_model(b, price_book_at(b, i));
    for (size_t i = 0; i < PRICE_BOOK_MAX_FAULTS && price_book_fault(b, i); i++) assert(*price_book_fault(b, i)->why);
    struct span name = span_sub(text, 0, 40);
    (void)price_find(b, name);
    assert(price_nearest(b, name, near, 3) <= 3);
    price_book_free(b);
    struct price_book *strict = price_book_load(text, "", 0, &e);
    if (strict) assert(price_book_fault_count(strict) == 0);
    price_book_free(strict);
    return 0;
}
