// Names of persons, places, organisations and groups, and the weights that know them.
#include "config/embedded.h"
#include "gate/names.h"
#include "gate_help.h"

static const char *text_of(const struct verdict *v, const char *text, uint32_t i) {
    static char out[256];
    snprintf(out, sizeof out, "%.*s", (int)(v->findings[i].end - v->findings[i].start), text + v->findings[i].start);
    return out;
}

// Whether `name` was found under the rule, exactly.
static bool found(const char *text, const char *rule, const char *name) {
    const struct verdict *v = scan_as(shared(), text, PROFILE_STRICT);
    for (uint32_t i = 0; i < v->count; i++)
        if (!strcmp(v->findings[i].rule, rule) && !strcmp(text_of(v, text, i), name)) return true;
    return false;
}

struct name {
    const char *text, *rule, *name;
};

static void check_names(const struct name *rows, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!found(rows[i].text, rows[i].rule, rows[i].name))
            fail_msg("'%s': no %s '%s'", rows[i].text, rows[i].rule, rows[i].name);
}
#define CHECK_NAMES(rows) check_names(rows, sizeof(rows) / sizeof *(rows))

static void tagger_full_name_is_found(void **state) {
    (void)state;
    static const struct name ROWS[] = {
        {"Please book the flight for Margaret Ellison before noon.", "name.full", "Margaret Ellison"},
        {"The parcel was signed for by Thandiwe Mokoena.", "name.full", "Thandiwe Mokoena"},
        {"My physician is Dr. Hiroshi Tanabe.", "name.full", "Hiroshi Tanabe"},
        {"Růžena Dvořáková zahlte gestern.", "name.full", "Růžena Dvořáková"},
        {"I was told to ask for Carlos M. Ibáñez.", "name.full", "Carlos M. Ibáñez"},
    };
    CHECK_NAMES(ROWS);
}

static void tagger_single_name_is_told_from_a_full_one(void **state) {
    (void)state;
    static const struct name ROWS[] = {
        {"Hi Bernadette, thanks for the quick answer!", "name.single", "Bernadette"},
        {"I spoke with Mrs. Kowalczyk about it.", "name.single", "Kowalczyk"},
    };
    CHECK_NAMES(ROWS);
}

static void tagger_name_in_lower_case_is_found_behind_a_cue(void **state) {
    (void)state;
    static const struct name ROWS[] = {
        {"hello my name is gwendolyn and my card is blocked", "name.single", "gwendolyn"},
        {"most people call me zbyszek", "name.single", "zbyszek"},
    };
    CHECK_NAMES(ROWS);
}

static void tagger_place_is_city_or_country(void **state) {
    (void)state;
    static const struct name ROWS[] = {
        {"We moved to Rotterdam in the spring.", "place.city", "Rotterdam"},
        {"She has lived in Portugal since then.", "place.country", "Portugal"},
    };
    CHECK_NAMES(ROWS);
}

static void tagger_organisation_and_nationality_are_found(void **state) {
    (void)state;
    static const struct name ROWS[] = {
        {"He works for Brennick Logistics GmbH as a clerk.", "org.name", "Brennick Logistics GmbH"},
        {"A Norwegian tourist lost her bag.", "group.name", "Norwegian"},
    };
    CHECK_NAMES(ROWS);
}

static void tagger_ordinary_text_holds_no_person(void **state) {
    (void)state;
    static const char *const TEXTS[] = {
        "What is the limit of my card?",
        "How do I merge two branches in Git without losing commits?",
        "The meeting moved from Monday to Thursday. See you in October!",
        "WHY DOES THIS KEEP HAPPENING TO ME",
        "Step One: open the Settings. Step Two: press Save.",
        "Write a haiku about autumn leaves.",
        "will you mark the page for me, may i ask?",
        "",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (find(scan_as(shared(), TEXTS[i], PROFILE_STRICT), "PERSON")) fail_msg("'%s' holds a person", TEXTS[i]);
}

static void tagger_program_text_is_left_out(void **state) {
    (void)state;
    static const char CODE[] =
        "class Martin(Base):\n    def __init__(self, Laura=None):\n        self.x = Laura or Base()\n";
    assert_null(find(scan_as(shared(), CODE, PROFILE_STRICT), "PERSON"));
    // A comment is prose.
    assert_true(found("x = 1;\n# written by Laura Petersen in a hurry\n", "name.full", "Laura Petersen"));
}

static void tagger_offsets_hold_in_a_long_text(void **state) {
    (void)state;
    enum { TIMES = 400 };
    static const char LINE[] = "Nothing happens in this sentence, and it goes on for a while. ";
    static const char LAST[] = "Ask Margaret Ellison.";
    size_t n = sizeof LINE - 1, all = TIMES * n;
    char *text = calloc(1, all + sizeof LAST);
    for (size_t i = 0; i < TIMES; i++) memcpy(text + i * n, LINE, n);
    memcpy(text + all, LAST, sizeof LAST);
    const struct finding *f = find(scan_as(shared(), text, PROFILE_STRICT), "PERSON");
    assert_non_null(f);
    assert_int_equal(f->start, all + 4);
    assert_int_equal(f->end, all + sizeof LAST - 2);
    free(text);
}

static void tagger_findings_are_soft_and_have_a_probability(void **state) {
    (void)state;
    const struct finding *f = find(scan_as(shared(), "Ask Margaret Ellison.", PROFILE_STRICT), "PERSON");
    assert_non_null(f);
    assert_false(f->hard);
    assert_true(f->score >= 0.25f && f->score <= 1);
    assert_int_equal(f->class_, CLASS_PII);
}

// What stands behind the last word is nothing, also when that is white space.
static void tagger_segment_ends_in_padding(void **state) {
    (void)state;
    static const char *const TEXTS[] = {"",          " ",         "the", "the ", "Call Ann\n", "Call Ann\n\n",
                                        "Call Ann.", "Call Ann. "};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct name_segment seg;
        memset(&seg, 0x5a, sizeof seg);
        name_segment_init(&seg);
        struct span text = span_from(TEXTS[i]);
        for (size_t at = 0; at < text.len;) {
            at = name_segment_read(&seg, text, at, NULL);
            for (size_t k = 0; k < SEGMENT_PAD; k++) assert_int_equal(seg.tokens[seg.count + k].shape, SHAPE_NONE);
        }
    }
}

static void tagger_any_bytes_are_survived(void **state) {
    (void)state;
    char text[4096];
    uint32_t random = 1;
    for (int turn = 0; turn < 200; turn++) {
        for (size_t i = 0; i < sizeof text - 1; i++) {
            random = random * 1664525 + 1013904223;
            static const char SOME[] = "AaZ z.'-\n\xc3\xa9\xe2\x80\x99\xf0\xff M";
            text[i] = SOME[(random >> 16) % (sizeof SOME - 1)];
        }
        text[sizeof text - 1] = 0;
        (void)scan_as(shared(), text, PROFILE_STRICT);
    }
}

// ---------------------------------------------------------------- the file

static char *file_copy(size_t *len) {
    struct span file = embedded_names();
    char *copy = aligned_alloc(64, (file.len + 127) / 64 * 64);
    memcpy(copy, file.at, file.len);
    *len = file.len;
    return copy;
}

static void names_embedded_weights_are_right_and_small(void **state) {
    (void)state;
    struct names n;
    struct err e = {""};
    assert_int_equal(names_open(&n, embedded_names(), &e), 0);
    assert_true(embedded_names().len <= 512 << 10);
}

static void names_short_or_damaged_weights_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t cut, flip; // bytes taken off the end; byte that is changed, 0 for none
        const char *says;
    } ROWS[] = {
        {1, 0, "is cut"},   {1000, 0, "is cut"},  {0, 200000, "damaged"}, {0, 128, "damaged"},
        {0, 33, "damaged"}, {0, 1, "no file of"}, {0, 8, "format"},       {0, 13, "is cut"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        size_t len;
        char *copy = file_copy(&len);
        struct names n;
        struct err e = {""};
        if (ROWS[i].flip) copy[ROWS[i].flip] = (char)(copy[ROWS[i].flip] ^ 0x20);
        assert_int_equal(names_open(&n, span_make(copy, len - ROWS[i].cut), &e), -1);
        if (!strstr(e.text, ROWS[i].says)) fail_msg("row %zu: %s", i, e.text);
        free(copy);
    }
    struct names n;
    struct err e = {""};
    assert_int_equal(names_open(&n, SPAN("short"), &e), -1);
    assert_non_null(strstr(e.text, "not even a header"));
}

static void names_header_that_contradicts_itself_is_refused(void **state) {
    (void)state;
    static const struct {
        size_t at;
        uint32_t value;
    } ROWS[] = {
        {offsetof(struct names_header, features), 0},          {offsetof(struct names_header, words), 7},
        {offsetof(struct names_header, features), UINT32_MAX}, {offsetof(struct names_header, labels), 9},
        {offsetof(struct names_header, slope), 0x7fc00000},    {offsetof(struct names_header, bias), 0x7fffffff},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        size_t len;
        char *copy = file_copy(&len);
        struct names n;
        struct err e = {""};
        struct names_header h;
        memcpy(copy + ROWS[i].at, &ROWS[i].value, sizeof ROWS[i].value);
        memcpy(&h, copy, sizeof h);
        h.checksum = names_checksum(h, copy + sizeof h, len - sizeof h); // a forger would
        memcpy(copy, &h, sizeof h);
        assert_int_equal(names_open(&n, span_make(copy, len), &e), -1);
        assert_non_null(strstr(e.text, "contradicts"));
        free(copy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tagger_full_name_is_found),
        cmocka_unit_test(tagger_single_name_is_told_from_a_full_one),
        cmocka_unit_test(tagger_name_in_lower_case_is_found_behind_a_cue),
        cmocka_unit_test(tagger_place_is_city_or_country),
        cmocka_unit_test(tagger_organisation_and_nationality_are_found),
        cmocka_unit_test(tagger_ordinary_text_holds_no_person),
        cmocka_unit_test(tagger_program_text_is_left_out),
        cmocka_unit_test(tagger_offsets_hold_in_a_long_text),
        cmocka_unit_test(tagger_findings_are_soft_and_have_a_probability),
        cmocka_unit_test(tagger_segment_ends_in_padding),
        cmocka_unit_test(tagger_any_bytes_are_survived),
        cmocka_unit_test(names_embedded_weights_are_right_and_small),
        cmocka_unit_test(names_short_or_damaged_weights_are_refused),
        cmocka_unit_test(names_header_that_contradicts_itself_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
