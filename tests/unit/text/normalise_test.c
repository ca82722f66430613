#include "text/normalise.h"

#include "test.h"
#include "text/utf8.h"

static struct mapped view_of(const char *text, struct arena *arena) {
    struct mapped n = {0};
    assert_int_equal(normalise(span_from(text), NULL, arena, &n), NORMAL_CHANGED);
    return n;
}

static void utf8_valid_prefix_ends_at_the_first_broken_byte(void **state) {
    (void)state;
    assert_int_equal(utf8_valid_prefix(SPAN("abcdefgh\xc3\xa9\xf0\x9f\x98\x80z")), 15);
    assert_int_equal(utf8_valid_prefix(SPAN("abc\xff"
                                            "def")),
                     3);
    assert_int_equal(utf8_valid_prefix(SPAN("\xc0\xaf")), 0);
    assert_int_equal(utf8_valid_prefix(SPAN("a\xed\xa0\x80")), 1);
    assert_int_equal(utf8_valid_prefix(SPAN("a\xf4\x90\x80\x80")), 1);
    assert_int_equal(utf8_valid_prefix(SPAN("a\xe2\x82")), 1);
    assert_int_equal(utf8_valid_prefix(SPAN_NONE), 0);
}

static void normalise_leaves_ordinary_text_alone(void **state) {
    (void)state;
    static const char *const SAME[] = {"",
                                       "plain",
                                       "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xd0\xbc\xd0\xb8\xd1\x80",
                                       "\xe2\x80\x9cquoted\xe2\x80\x9d it\xe2\x80\x99s",
                                       "\xe6\xbc\xa2\xe5\xad\x97",
                                       "caf\xc3\xa9",
                                       "cafe\xcc\x81",                      // decomposed
                                       "4 m\xc2\xb2 or 10\xc2\xb3",         // raised
                                       "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"}; // a flag
    struct arena arena;
    struct mapped n;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
        assert_int_equal(normalise(span_from(SAME[i]), NULL, &arena, &n), NORMAL_SAME);
    arena_release(&arena);
}

static void normalise_undoes_each_kind_of_disguise(void **state) {
    (void)state;
    static const struct {
        const char *text, *view;
    } ROWS[] = {
        {"\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x93\xef\xbc\xa0", "Ab3@"}, // full width
        {"4\xe2\x80\x8b"
         "1\xef\xbb\xbf"
         "1\xc2\xad"
         "1",
         "4111"}, // no width
        {"a\xc2\xa0"
         "b\xe3\x80\x80"
         "c",
         "a b c"}, // spaces
        {"1\xe2\x80\x91"
         "2\xe2\x88\x92"
         "3",
         "1-2-3"}, // dashes
        {"\xd1\x80"
         "a\xd1\x83p\xd0\xb0l",
         "paypal"}, // Cyrillic
        {"\xce\x92"
         "B",
         "BB"},                                     // Greek
        {"\xf0\x9d\x9f\x8f\xf0\x9d\x9f\x98", "10"}, // mathematical digits
        {"\xd9\xa1\xd9\xa2", "12"},                 // Arabic digits
        {"\xe2\x80\x8b", ""},
        {"4\xcc\xb6"
         "1\xcc\xb6",
         "41"},                                              // combining marks on figures
        {"4\xef\xb8\x8f\xe2\x83\xa3", "4"},                  // a key
        {"\xe2\x91\xa0\xe2\x91\xa1\xe2\x93\xaa", "120"},     // enclosed
        {"\xe2\x81\xb4\xc2\xb9\xc2\xb2\xc2\xb3", "4123"},    // raised, several
        {"\xe1\x9f\xa4\xe0\xa7\xa7\xf0\x9e\xa5\x92", "412"}, // Khmer, Bengali, Adlam
        {"\xf3\xa0\x81\x81\xf3\xa0\x80\xb1", "A1"},          // tags
        {"a\xe2\x80\xae"
         "b",
         "ab"}, // direction
        {"p\xd5\xbd"
         "b",
         "pub"}, // Armenian
    };
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_span_equal(view_of(ROWS[i].text, &arena).text, ROWS[i].view);
    arena_release(&arena);
}

static void normalise_leads_back_to_the_original(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    // a e-acute fullwidth-1 zero-width b 2
    struct mapped n = view_of("a\xc3\xa9\xef\xbc\x91\xe2\x80\x8b"
                              "b2",
                              &arena);
    assert_span_equal(n.text, "a\xc3\xa9"
                              "1b2");
    static const size_t START[] = {0, 1, 2, 3, 9, 10}, END[] = {1, 2, 3, 6, 10, 11};
    for (size_t i = 0; i < n.text.len; i++) {
        size_t start = i, end = i + 1;
        mapped_trace(&n, &start, &end);
        assert_int_equal(start, START[i]);
        assert_int_equal(end, END[i]);
    }
    arena_release(&arena);
}

static void normalise_says_when_there_is_no_room(void **state) {
    (void)state;
    struct arena arena;
    struct mapped n;
    arena_init(&arena, 0);
    assert_int_equal(normalise(SPAN("\xef\xbc\x91"), NULL, &arena, &n), NORMAL_NO_ROOM);
    arena_release(&arena);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_valid_prefix_ends_at_the_first_broken_byte),
        cmocka_unit_test(normalise_leaves_ordinary_text_alone),
        cmocka_unit_test(normalise_undoes_each_kind_of_disguise),
        cmocka_unit_test(normalise_leads_back_to_the_original),
        cmocka_unit_test(normalise_says_when_there_is_no_room),
    };
    return RUN(tests);
}
