#include "gateway/masked.h"

#include <stdio.h>

#include "test.h"

static void assert_note(const char *receipt, uint32_t values, const char *expected) {
    static struct ledger_row row;
    memset(&row, 0, sizeof row);
    snprintf(row.receipt, sizeof row.receipt, "%s", receipt);
    masked_note(&row, values);
    assert_string_equal(row.receipt, expected);
    assert_int_equal(row.masked, values);
    masked_note(&row, values); // another attempt
    assert_string_equal(row.receipt, expected);
}

static void masked_note_stands_at_the_end_of_the_receipt(void **state) {
    (void)state;
    assert_note("2026.1-1f0c33a9 balanced pii email.address", 2, "2026.1-1f0c33a9 balanced pii email.address masked:2");
    assert_note("", 1, " masked:1");
}

static void masked_note_takes_the_place_of_whole_rules(void **state) {
    (void)state;
    char receipt[GATE_RECEIPT_BYTES], expected[GATE_RECEIPT_BYTES];
    snprintf(receipt, sizeof receipt, "v balanced pii %s,%s,%s,%s", "rule.aaaaaaaaaaaaaaaa", "rule.bbbbbbbbbbbbbbbb",
             "rule.cccccccccccccccc", "rule.dddd");
    snprintf(expected, sizeof expected, "v balanced pii %s,%s,%s masked:256", "rule.aaaaaaaaaaaaaaaa",
             "rule.bbbbbbbbbbbbbbbb", "rule.cccccccccccccccc");
    assert_int_equal(strlen(receipt), 90);
    assert_note(receipt, 256, expected);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masked_note_stands_at_the_end_of_the_receipt),
        cmocka_unit_test(masked_note_takes_the_place_of_whole_rules),
    };
    return RUN(tests);
}
