#include "verify/ground.h"

#include "test.h"
#include "verify/fields.h"
#include "verify/words.h"

static struct arena arena;

static int set_up(void **state) {
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool has(const char *text, const char *value) {
    const struct ground *g = ground_new(span_from(text), &arena);
    assert_non_null(g);
    return ground_has_text(g, span_from(value));
}

static bool has_number(const char *text, double v) {
    return ground_has_number(ground_new(span_from(text), &arena), v);
}

// text | value that is there | value that is not
static const struct {
    const char *text, *good, *bad;
} TEXTS[] = {
    {"My name is John  SMITH.", "john smith", "john smithers"},
    {"Order #ORD-48213 came", "ORD-48213", "ORD-48214"},
    {"Order #ORD-48213 came", "48213", "4821"},
    {"M\xc3\xbcller, Stra\xc3\x9f"
     "e 5",
     "Mu\xcc\x88ller", "Miller"},
    {"full \xef\xbc\x91\xef\xbc\x92\xef\xbc\x93 width", "123", "124"},
    {"\xe6\x88\x91\xe4\xbd\x8f\xe5\x9c\xa8\xe5\x8c\x97\xe4\xba\xac\xe5\xb8\x82", "\xe5\x8c\x97\xe4\xba\xac",
     "\xe4\xb8\x8a\xe6\xb5\xb7"},
    {"call +49 (0)30 123 456", "+490301234 56", "+49030123457"},
    {"write to jane.doe@mail.example", "jane.doe@mail.example", "jane.doe@mail.test"},
    {"It cost $1,234.50 today", "$1,234.50", "$1,234.60"},
    {"It cost $1,234.50 today", "1234.50 USD", "1234.50 GBP"},
    {"Preis: 1.234,50 \xe2\x82\xac", "EUR 1234.5", "EUR 1234.6"},
    {"on March 5th, 2024 we", "2024-03-05", "2024-05-03"},
    {"on 5 March we", "2024-03-05", "2024-03-06"},
    {"am 5.3.2024 kam", "2024-03-05", "2023-03-05"},
    {"am 5. M\xc3\xa4rz 2024", "2024-03-05", "2024-04-05"},
    {"due 03/05/24", "2024-03-05", "2024-03-06"},
    {"le 5 ao\xc3\xbbt 2024", "5.8.2024", "5.7.2024"},
    {"el 5 de marzo de 2024", "March 5, 2024", "March 6, 2024"},
    {"2024-03-05T10:00:00Z in the log", "2024-03-05", "2024-03-04"},
    {"seen 2024-03-05", "2024-03-05T00:00:00Z", "2024-03-06T00:00:00Z"},
    {"20240305 log", "5 March 2024", "6 March 2024"},
    {"about 25 % less", "25%", "26%"},
    {"", "", "x"},
};

static void ground_text_is_found_however_it_is_written(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        bool good = has(TEXTS[i].text, TEXTS[i].good), bad = has(TEXTS[i].text, TEXTS[i].bad);
        if (!good || bad) print_error("%s: %s %d, %s %d\n", TEXTS[i].text, TEXTS[i].good, good, TEXTS[i].bad, bad);
        assert_true(good);
        assert_false(bad);
    }
}

static const struct {
    const char *text;
    double good, bad;
} NUMBERS[] = {
    {"1,234.50 paid", 1234.5, 12345},
    {"1.234,50 paid", 1234.5, 12345},
    {"1 234,5 paid", 1234.5, 12345},
    {"1'234.50 paid", 1234.5, 123450},
    {"12,500 pieces", 12500, 125},
    {"12,500 pieces", 12.5, 125},
    {"5k users", 5000, 50},
    {"2.5 million", 2500000, 25},
    {"25 %", 0.25, 0.26},
    {"three boxes", 3, 4},
    {"-7 degrees", 7, 8},
    {"-7 degrees", -7, -8},
    {"10, 20, 30", 20, 25},
    {"1,2,3", 2, 4},
    {"version 10.42", 42, 43},
    {"call 0301234567", 301234567, 30},
    {"1234567890123456789012345678901234567890", 5, 5},
    {"5 metres", 5, 6},
    {"00042", 42, 4},
};

static void ground_numbers_are_compared_by_value(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
        bool good = has_number(NUMBERS[i].text, NUMBERS[i].good), bad = has_number(NUMBERS[i].text, NUMBERS[i].bad);
        if (NUMBERS[i].good == NUMBERS[i].bad) { // more digits than a number has: nothing is read
            assert_false(good);
            continue;
        }
        if (!good || bad)
            print_error("%s: %g %d, %g %d\n", NUMBERS[i].text, NUMBERS[i].good, good, NUMBERS[i].bad, bad);
        assert_true(good);
        assert_false(bad);
    }
}

static void ground_of_too_many_numbers_accuses_nobody(void **state) {
    (void)state;
    struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < GROUND_NUMBERS + 10; i++) buf_printf(&text, "%d;", i);
    assert_true(ground_has_number(ground_new(buf_span(&text), &arena), 1e7));
    buf_free(&text);
}

static void ground_of_no_memory_is_none(void **state) {
    (void)state;
    struct arena small;
    arena_init(&small, 100);
    assert_null(ground_new(SPAN("a text of some length that does not fit"), &small));
    arena_release(&small);
}

static void words_survive_any_bytes(void **state) {
    (void)state;
    char bytes[512];
    for (int round = 0; round < 256; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 7 + (size_t)round * 31 + (i >> 3));
        struct span words = words_of(span_make(bytes, sizeof bytes), &arena);
        assert_int_equal(words.at[0], ' ');
        assert_int_equal(words.at[words.len - 1], ' ');
    }
}

static bool grounded(const char *text, const char *json, const char *const *names, size_t count) {
    static const struct json_limits LIMITS = {.max_depth = 32, .max_nodes = 1000};
    struct json_doc doc = {0};
    size_t at;
    assert_int_equal(json_parse(&doc, span_from(json), &LIMITS, &at), JSON_OK);
    const struct ground *g = ground_new(span_from(text), &arena);
    bool result = fields_are_grounded(&doc, NULL, names, count, g, &arena);
    json_free(&doc);
    return result;
}

static void fields_leaves_must_stand_in_the_text(void **state) {
    (void)state;
    const char *text = "Jane Roe ordered 3 lamps for 59.90 euro, order 7731, on 4 May 2026.";
    assert_true(grounded(text, "[{\"name\":\"Jane Roe\",\"items\":[{\"count\":3,\"price\":59.9}],\"order\":\"7731\"}]",
                         NULL, 0));
    assert_false(grounded(text, "[{\"name\":\"Jane Doe\"}]", NULL, 0));
    assert_false(grounded(text, "[{\"items\":[{\"count\":6}]}]", NULL, 0));
    assert_true(grounded(text, "[{\"date\":\"2026-05-04\",\"phone\":null,\"paid\":false,\"mail\":\"n/a\",\"x\":\"\"}]",
                         NULL, 0));
    assert_true(
        grounded(text, "[\"A customer by the name of Roe has bought lamps and now she wants to know more\"]", NULL, 0));
}

static void fields_with_names_only_those_count(void **state) {
    (void)state;
    static const char *const NAMES[] = {"order", "who"};
    assert_true(grounded("order 7731", "[{\"order\":7731,\"mood\":\"angry\"}]", NAMES, 2));
    assert_false(grounded("order 7731", "[{\"order\":7732,\"mood\":\"angry\"}]", NAMES, 2));
    assert_false(grounded("by Jane", "[{\"who\":{\"first\":[\"June\"]},\"mood\":\"angry\"}]", NAMES, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ground_text_is_found_however_it_is_written),
        cmocka_unit_test(ground_numbers_are_compared_by_value),
        cmocka_unit_test(ground_of_too_many_numbers_accuses_nobody),
        cmocka_unit_test(ground_of_no_memory_is_none),
        cmocka_unit_test(words_survive_any_bytes),
        cmocka_unit_test(fields_leaves_must_stand_in_the_text),
        cmocka_unit_test(fields_with_names_only_those_count),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
