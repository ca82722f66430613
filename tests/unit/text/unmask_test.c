#include "text/unmask.h"

#include <stdio.h>

#include "test.h"
#include "text/clues.h"
#include "text/spell.h"

struct row {
    const char *text, *view; // view NULL: none is made
};

static bool over; // whether the last call was

static struct unmasked unmask_of(const char *text, size_t bytes, struct arena *arena) {
    struct unmasked u;
    struct effort effort = {.bytes = bytes};
    assert_int_equal(unmask(span_from(text), NULL, &effort, arena, &u), 0);
    over = effort.over;
    return u;
}

static void check(const struct row *rows, size_t count, bool joined) {
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        struct unmasked u = unmask_of(rows[i].text, 10000, &arena);
        bool has = joined ? u.has_joined : u.has_decoded;
        struct span view = joined ? u.joined.text : u.decoded.text;
        if (has != (rows[i].view != NULL)) fail_msg("'%s' %s", rows[i].text, has ? "has a view" : "has no view");
        if (has && !span_is_z(view, rows[i].view))
            fail_msg("'%s' becomes '%.*s', not '%s'", rows[i].text, SPAN_ARG(view), rows[i].view);
        arena_reset(&arena);
    }
    arena_release(&arena);
}
#define CHECK(rows, joined) check(rows, sizeof(rows) / sizeof *(rows), joined)

static void unmask_decodes_escapes(void **state) {
    (void)state;
    static const struct row ROWS[] = {
        {"a%40b%2Ec", "a@b.c"},
        {"%d0%b9%D0%B9", "\xd0\xb9\xd0\xb9"},
        {"%u0040", "@"},
        {"a&#64;b&#x2e;c&commat;&nbsp;d", "a@b.c@ d"},
        {"&#64 open", "@ open"},
        {"\\u0034\\u{31}\\U00000031\\x31", "4111"},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"\\xc3\\xa9", "\xc3\xa9"},
        {"x\\n4111\\tk", "x\n4111\tk"},
        {"4%001%0011", "4111"},
        {"=34=31=31", "411"},
        {"jo=40ex", "jo@ex"},
        {"soft=\nbreak", "softbreak"},
        {"100% of x = 40; a&b \\w+ %zz &unknown; &#; \\u12 x=10", NULL},
        {"%ff%fe \\xff", NULL},
        {"\\ud800 &#xd800; &#x110000;", NULL},
    };
    CHECK(ROWS, false);
}

static void unmask_decodes_runs_that_hold_text(void **state) {
    (void)state;
    static const struct row ROWS[] = {
        {"key aGVsbG8gdGhlcmUgeW91 end", "key hello there you\n end"},
        {"aGVsbG8gdGhlcmUgeW91IQ==", "hello there you!\n"},
        {"x=68656c6c6f207468657265", "x=hello there\n"},
        {"0x68656C6C6F207468657265", "0xhello there\n"},
        {"68 65 6c 6c 6f 20 74 68 65 72 65.", "hello there\n."},
        // wrapped over lines, each of whole groups
        {"aGVsbG8gdGhlcmUg\r\neW91IGFuZCB5b3Uu", "hello there you and you.\n"},
        // after something of the same alphabet
        {"/tmp/aGVsbG8gdGhlcmUgeW91IQ", "hello there you!\n"},
        // after bytes that are no text
        {"iVBORw0KGgpoZWxsbyB0aGVyZSB5b3Uh", "hello there you!\n"},
        // hexadecimal digits by chance
        {"TXkgY2FyZCBld3Z3d3d3d3d3d3d3d29EcG9jIGFuZCBtb3JlIHRoYW4gdGhhdA==",
         "My card ewvwwwwwwwwwwwoDpoc and more than that\n"},
        // UTF-16
        {"aABlAGwAbABvACAAdABoAGUAcgBlAA==", "hello there\n"},
        {"d41d8cd98f00b204e9800998ecf8427e", NULL},
        {"550e8400-e29b-41d4-a716-446655440000", NULL},
        {"getUserNameByIdentifier", NULL},
        {"4111111111111111", NULL},
        {"aGVsbG8gdGhl", NULL}, // too short
        {"internationalisation of src/text/normalise/lookalike", NULL},
    };
    CHECK(ROWS, false);
}

static void unmask_leads_back_to_the_whole_run(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct unmasked u = unmask_of("key aGVsbG8gdGhlcmUgeW91 end", 1000, &arena);
    size_t start = 10, end = 15;
    unsigned top;
    assert_int_equal(mapped_kinds(&u.decoded, start, end, &top), PIECE_CHANGED | PIECE_RUN);
    mapped_trace(&u.decoded, &start, &end);
    assert_int_equal(start, 4);
    assert_int_equal(end, 24);
    arena_release(&arena);
}

static void unmask_stops_at_its_limit_of_bytes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
        bool over;
    } ROWS[] = {{"aGVsbG8gdGhlcmUgeW91IQ==", 17, false},
                {"aGVsbG8gdGhlcmUgeW91IQ==", 15, true},
                {"%41%42%43", 3, false},
                {"%41%42%43", 2, true}};
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        unmask_of(ROWS[i].text, ROWS[i].bytes, &arena);
        assert_int_equal(over, ROWS[i].over);
    }
    arena_release(&arena);
}

// One run of base64, escapes, single characters, words: none goes on for long when the time is over.
static void unmask_stops_at_its_limit_of_time(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    static const char *const PATTERNS[] = {"a", "% ", "a ", "a@", "1,2;"};
    static char text[SIZE];
    struct arena arena;
    arena_init(&arena, 1 << 28);
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++) {
        struct effort effort = {.bytes = SIZE, .deadline_ns = 1};
        struct unmasked u;
        for (size_t k = 0; k < SIZE; k++) text[k] = PATTERNS[i][k % strlen(PATTERNS[i])];
        assert_int_equal(unmask(span_make(text, SIZE), NULL, &effort, &arena, &u), 0);
        if (i != 2) assert_true(effort.late); // one list is one step
        arena_reset(&arena);
    }
    struct effort effort = {.deadline_ns = 1};
    struct mapped_builder b;
    memset(text, 'x', SIZE);
    for (size_t k = 0; k < SIZE; k += 5) text[k] = ' ';
    mapped_begin(&b, span_make(text, SIZE), NULL, true, &arena);
    spell(&b, 0, SIZE, &effort);
    assert_true(effort.late);
    arena_release(&arena);
}

static void unmask_says_that_a_long_run_is_no_text(void **state) {
    (void)state;
    struct arena arena;
    char text[1001] = {0};
    arena_init(&arena, 1 << 20);
    for (uint32_t i = 0, x = 7; i < 1000; i++, x = x * 1664525 + 1013904223)
        text[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[x >> 26];
    assert_true(unmask_of(text, 1000, &arena).blob);
    text[200] = 0;
    assert_false(unmask_of(text, 1000, &arena).blob);
    arena_release(&arena);
}

static void unmask_joins_what_was_pulled_apart(void **state) {
    (void)state;
    static const struct row ROWS[] = {
        {"is 4 1 1 1 1 1 1 1.", "is 41111111."},
        {"4-1-1-1-1-1-1-1", "41111111"},
        {"j o @ e x . c o m on", "jo@ex.com on"},
        {"7 2 3   8 1 3", "723 813"},
        {"8 3 2 - 1 3 - 6 3 1 4", "832-13-6314"},
        {"M a l i \xc5\xa1 x", "Mali\xc5\xa1x"},
        {"1 2 3 4 5 6 7 8 9 10 11", NULL}, // a list
        {"10 9 8 7 6 5 4 3 2 1", NULL},
        {"I am a b", NULL},
        {"4111_1111_1111_1111", "4111-1111-1111-1111"},
        {"4111  1111  1111  1111", "4111-1111-1111-1111"},
        {"123*45*6789", "123-45-6789"},
        {"1,200,300 and 12:30:45 or 1_000_000", NULL},
        {"2001,2002,2003,2004,2005,2006", NULL},
        {"675984\n103431?", "675984103431?"},
        {"4111 1111\r\n1111 1111", "4111 1111 1111 1111"},
        {"4111\n1111\n1111\n1111", "4111 1111 1111 1111"},
        {"12\n15\n18\n21\n33\n45\n67", NULL}, // a column
        {"in 2019\n2020 was", NULL},
        {"GB59IFUE402\n26315499137", "GB59IFUE40226315499137"},
        {"832-13-\n6314", "832-13-6314"},
        {"jo.doe@\nexample.com", "jo.doe@example.com"},
        {"jo.d\noe@example.com", "jo.doe@example.com"},
        {"jo@exam\nple.com", "jo@example.com"},
        {"jo.doe @ example . com", "jo.doe@example.com"},
        {"write to\njo@example.com\nThanks", NULL},
        {"@ 5 dollars, @home @ work", NULL},
    };
    CHECK(ROWS, true);
}

static void unmask_marks_slight_grounds(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool weak;
    } ROWS[] = {
        {"4 1 1 1 1 1 1 1", true},     {"j o @ e x . c o m", false},    {"4111_1111_1111_1111", false},
        {"4111,1111,1111,1111", true}, {"411111111\n1111111", true},    {"4111 1111\n1111 1111", false},
        {"lunch @ example.com", true}, {"jo.doe @ example.com", false},
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct unmasked u = unmask_of(ROWS[i].text, 1000, &arena);
        unsigned top = 0;
        assert_true(u.has_joined);
        mapped_kinds(&u.joined, 0, u.joined.text.len, &top);
        if (!(top & PIECE_WEAK) == ROWS[i].weak) fail_msg("'%s' is %sweak", ROWS[i].text, ROWS[i].weak ? "not " : "");
    }
    arena_release(&arena);
}

static void unmask_says_when_there_is_no_room(void **state) {
    (void)state;
    struct arena arena;
    struct unmasked u;
    struct effort effort = {.bytes = 100};
    arena_init(&arena, 0);
    assert_int_equal(unmask(SPAN("nothing to see"), NULL, &effort, &arena, &u), 0);
    assert_int_equal(unmask(SPAN("a%40b"), NULL, &effort, &arena, &u), -1);
    assert_int_equal(unmask(SPAN("4 1 1 1 1 1 1 1"), NULL, &effort, &arena, &u), -1);
    arena_release(&arena);
}

// Every clue is found wherever it stands, also across the blocks that are read at once.
static void clues_are_found_at_every_offset(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned kind;
        size_t at; // of the clue in the text
    } ROWS[] = {
        {"%", CLUE_ESCAPE, 0},
        {"&", CLUE_ESCAPE, 0},
        {"\\", CLUE_ESCAPE, 0},
        {"=", CLUE_ESCAPE, 0},
        {"@", CLUE_AT, 0},
        {"\nx", CLUE_LINE, 0},
        {"abcdefghijkl", CLUE_RUN, 0},
        {" 4 1 1 ", CLUE_SINGLES, 0},
        {" ab cd ef ", CLUE_PAIRS, 0},
        {"1,2", CLUE_GROUPS, 0},
        {"1, 2", CLUE_GROUPS, 0},
    };
    char text[256];
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        for (size_t pad = 1; pad < 180; pad++) {
            memset(text, ' ', sizeof text);
            memcpy(text + pad, ROWS[i].text, strlen(ROWS[i].text));
            struct clues c;
            unsigned kinds = 0;
            clues_begin(&c, span_make(text, sizeof text));
            assert_int_equal(clues_next(&c, 0, 0, &kinds), pad + ROWS[i].at);
            assert_true(kinds & ROWS[i].kind);
            // and at the very end
            clues_begin(&c, span_make(text, pad + strlen(ROWS[i].text)));
            assert_int_equal(clues_next(&c, 0, 0, &kinds), pad + ROWS[i].at);
        }
}

static void spell_reads_digits_in_six_languages(void **state) {
    (void)state;
    static const struct row ROWS[] = {
        {"is four one one one one one one one.", "is 41111111."},
        {"FOUR-ONE-ONE-ONE ONE-ONE-ONE-ONE", "41111111"},
        {"+ four one ( zero ) nine six four seven one", "+41(0)96471"},
        {"double five five one triple two three", "5551222"
                                                  "3"},
        {"twenty one forty five sixty nineteen", "21456019"},
        {"one three six - four five - six seven eight nine", "136-45-6789"},
        {"one nine two dot one six eight dot one dot one", "192.168.1.1"},
        {"null acht f\xc3\xbcnf eins zwei drei vier", "0851234"},
        {"un deux trois quatre cinq six sept", "1234567"},
        {"uno dos tres cuatro cinco seis siete", "1234567"},
        {"uno due tre quattro cinque sei sette", "1234567"},
        {"um dois tr\xc3\xaas quatro cinco seis sete", "1234567"},
        {"een twee drie vier vijf zes zeven", "1234567"},
        {"four 1 one 1 one 1 one", "4111111"},
        {"one or two of the seven or eight people, and three more", NULL},
        {"four one one", NULL},
        {"12345678 one two three", NULL},
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct span text = span_from(ROWS[i].text);
        struct mapped_builder b;
        struct mapped m;
        mapped_begin(&b, text, NULL, true, &arena);
        struct effort effort = {.bytes = 0};
        spell(&b, 0, text.len, &effort);
        bool made = mapped_end(&b, &m);
        if (made != (ROWS[i].view != NULL)) fail_msg("'%s' %s", ROWS[i].text, made ? "has a view" : "has no view");
        if (made && !span_is_z(m.text, ROWS[i].view))
            fail_msg("'%s' becomes '%.*s', not '%s'", ROWS[i].text, SPAN_ARG(m.text), ROWS[i].view);
    }
    arena_release(&arena);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(unmask_decodes_escapes),
        cmocka_unit_test(unmask_decodes_runs_that_hold_text),
        cmocka_unit_test(unmask_leads_back_to_the_whole_run),
        cmocka_unit_test(unmask_stops_at_its_limit_of_bytes),
        cmocka_unit_test(unmask_stops_at_its_limit_of_time),
        cmocka_unit_test(unmask_says_that_a_long_run_is_no_text),
        cmocka_unit_test(unmask_joins_what_was_pulled_apart),
        cmocka_unit_test(unmask_marks_slight_grounds),
        cmocka_unit_test(unmask_says_when_there_is_no_room),
        cmocka_unit_test(clues_are_found_at_every_offset),
        cmocka_unit_test(spell_reads_digits_in_six_languages),
    };
    return RUN(tests);
}
