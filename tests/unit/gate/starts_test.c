// The built-in literals, at the begins of words and anywhere: what the tables find is what a comparison at every byte
// finds.
#include <sys/mman.h>
#include <unistd.h>

#include "base/wide.h"
#include "gate/literal.h"
#include "gate/places.h"
#include "gate/scan.h"
#include "gate/starts.h"
#include "gate_help.h"

enum { TEXT_BYTES = 2500, MATCHES = 4096 };

static const struct anchor *anchors;
static unsigned anchor_count;

static uint64_t rolled = 88172645463325252u;
static unsigned roll(unsigned n) {
    rolled ^= rolled << 13, rolled ^= rolled >> 7, rolled ^= rolled << 17;
    return (unsigned)(rolled >> 33) % n;
}

static bool in_word(char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_letter(char c) {
    return in_word(c) && (c < '0' || c > '9') && (unsigned char)c < 0x80;
}

static bool same(char a, char b, bool caseless) {
    return a == b || (caseless && is_letter(a) && is_letter(b) && (a | 0x20) == (b | 0x20));
}

// A text of literals, whole or cut, in either case, with all sorts of things between them.
static size_t make_text(char *text) {
    static const char *const BETWEEN[] = {" ",  "",  "s ", "-",  "_",    "é",  "7",
                                          "\n", "x", "S.", ", ", "the ", "名", "'s "};
    size_t n = 0;
    while (n < TEXT_BYTES - 80) {
        const char *literal = anchors[roll(anchor_count)].literal;
        size_t len = strlen(literal);
        if (roll(4) == 0) len = 1 + roll((unsigned)len);
        for (size_t i = 0; i < len; i++)
            text[n++] = is_letter(literal[i]) && roll(6) == 0 ? literal[i] ^ 0x20 : literal[i];
        const char *next = BETWEEN[roll(sizeof BETWEEN / sizeof *BETWEEN)];
        memcpy(text + n, next, strlen(next));
        n += strlen(next);
    }
    return n - roll(40);
}

static bool stands(const struct anchor *a, const char *text, size_t n, size_t at) {
    size_t len = strlen(a->literal), end = at + len;
    if (end > n) return false;
    for (size_t i = 0; i < len; i++)
        if (!same(text[at + i], a->literal[i], a->flags & ANCHOR_CASELESS)) return false;
    if (!(a->flags & (ANCHOR_WORD | ANCHOR_STEM))) return true;
    if (at && in_word(text[at - 1]) && in_word(text[at])) return false;
    if (a->flags & ANCHOR_STEM || end == n || !in_word(text[end - 1])) return true;
    if ((text[end] | 0x20) == 's') end++;
    return end == n || !is_letter(text[end]);
}

static size_t read_all(const struct starts *t, const char *text, size_t n, size_t step, struct start_match *out) {
    struct start_reader r;
    size_t count = 0, last = 0;
    starts_begin(&r, t, span_make(text, n), 0, false);
    for (size_t until = step < n ? step : n;; until = until + step < n ? until + step : n) {
        while (count < MATCHES && starts_next(&r, until, &out[count])) {
            assert_true(out[count].end <= until && out[count].end >= last);
            last = out[count++].end;
        }
        if (until == n) break;
    }
    assert_false(r.full);
    return count;
}

static void starts_finds_what_a_search_finds(void **state) {
    (void)state;
    static struct start_match found[MATCHES];
    static char text[TEXT_BYTES];
    struct starts *t = starts_new(anchors, anchor_count);
    unsigned stood = 0;
    for (int round = 0; round < 25; round++) {
        size_t n = make_text(text), count = read_all(t, text, n, round % 3 ? 1 + roll(200) : n, found), expected = 0;
        for (size_t at = 0; at < n; at++) {
            for (unsigned i = 0; i < anchor_count; i++) {
                if (!stands(&anchors[i], text, n, at)) continue;
                bool seen = false;
                for (size_t m = 0; m < count; m++) seen |= found[m].start == at && found[m].anchor == i;
                if (!seen) fail_msg("'%s' is not found at %zu of '%.*s'", anchors[i].literal, at, (int)n, text);
                expected++;
            }
        }
        for (size_t m = 0; m < count; m++) // nothing twice, nothing that is not there
            for (size_t k = 0; k < m; k++)
                assert_false(found[m].start == found[k].start && found[m].anchor == found[k].anchor);
        assert_true(count >= expected);
        stood += (unsigned)expected;
    }
    assert_true(stood > 1500);
    starts_free(t);
}

static void starts_that_crowd_are_not_lost(void **state) {
    (void)state;
    static struct start_match found[MATCHES];
    struct starts *t = starts_new(anchors, anchor_count);
    for (unsigned i = 0; i < anchor_count; i++) { // each as densely as it can stand
        char text[2 * PLACES_BYTES] = "";
        size_t len = strlen(anchors[i].literal), n = 0, times = 0;
        for (; n + len + 1 < sizeof text; n += len + 1, times++) {
            memcpy(text + n, anchors[i].literal, len);
            text[n + len] = ' ';
        }
        assert_true(read_all(t, text, n, n, found) >= times);
    }
    starts_free(t);
}

static void starts_of_a_crowd_beyond_room_fail_closed(void **state) {
    (void)state;
    static struct anchor same_word[STARTS_WAITING + 1];
    struct start_match m;
    static struct start_reader r;
    for (unsigned i = 0; i <= STARTS_WAITING; i++)
        same_word[i] = (struct anchor){.literal = "word", .flags = ANCHOR_WORD};
    struct starts *t = starts_new(same_word, STARTS_WAITING + 1);
    starts_begin(&r, t, SPAN("a word"), 0, false);
    while (starts_next(&r, 6, &m)) assert_int_equal(m.start, 2);
    assert_true(r.full);
    starts_free(t);
}

// A literal at every place of a block, at the begin and at the end of the text, and across where reading began.
static void starts_stand_at_every_place(void **state) {
    (void)state;
    static struct start_match found[MATCHES];
    struct starts *t = starts_new(anchors, anchor_count);
    for (unsigned i = 0; i < anchor_count; i++) {
        char text[256];
        size_t len = strlen(anchors[i].literal);
        for (size_t at = 0; at < 70; at += i % 8 == at % 8 ? 1 : 3) {
            bool seen = false;
            memset(text, ' ', sizeof text);
            memcpy(text + at, anchors[i].literal, len);
            size_t count = read_all(t, text, at + len, at + len, found);
            for (size_t m = 0; m < count; m++) seen |= found[m].start == at && found[m].anchor == i;
            if (!seen) fail_msg("'%s' is not found at %zu", anchors[i].literal, at);
        }
        struct start_reader r;
        struct start_match m;
        starts_begin(&r, t, span_make(text, sizeof text), 70, true);
        while (starts_next(&r, sizeof text, &m)) assert_true(m.start >= 70);
    }
    starts_free(t);
}

// Memory with pages on either side that nobody may read.
static char *guarded(size_t bytes, size_t page) {
    char *map = mmap(NULL, bytes + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map, page, PROT_NONE), 0);
    assert_int_equal(mprotect(map + page + bytes, page, PROT_NONE), 0);
    return map + page;
}

// What is found in a text does not depend on where it lies, and nothing beyond its ends is read, on any processor.
static void starts_read_only_the_text(void **state) {
    (void)state;
    static const size_t BORDERS[] = {0, PLACES_BYTES, 2 * PLACES_BYTES};
    static struct start_match expected[MATCHES], found[MATCHES];
    static char text[TEXT_BYTES];
    const bool wide = wide_is_there;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (TEXT_BYTES + page - 1) / page * page;
    char *memory = guarded(room, page);
    struct starts *t = starts_new(anchors, anchor_count);
    for (size_t i = 0; i < 3 * 260; i++) {
        size_t n = BORDERS[i / 260] + i % 260, made = make_text(text);
        n = i < 260 ? n : n - 130;
        assert_true(made > n);
        const char *cut = text + roll((unsigned)(made - n)); // begins and ends within literals
        size_t count = read_all(t, cut, n, n, expected);
        for (unsigned way = 0; way < 4; way++) {
            char *at = way & 1 ? memory : memory + room - n;
            wide_is_there = wide && way & 2;
            memcpy(at, cut, n);
            assert_int_equal(read_all(t, at, n, 1 + roll(200), found), count);
            for (size_t m = 0; m < count; m++) {
                assert_int_equal(found[m].start, expected[m].start);
                assert_int_equal(found[m].end, expected[m].end);
                assert_int_equal(found[m].anchor, expected[m].anchor);
            }
        }
    }
    wide_is_there = wide;
    starts_free(t);
    assert_int_equal(munmap(memory - page, room + 2 * page), 0);
}

// What some processors do in one step is what all do in many.
static void starts_are_the_same_on_every_processor(void **state) {
    (void)state;
    static struct word_filter filter;
    static struct grams grams;
    static struct places wide, any;
    static struct literal_place places[4096 * GRAM_PLACES];
    char text[PLACES_READ];
    unsigned words = 0, others = 0;
    assert_true(anchor_count < 4096);
    assert_true(grams_add(&grams, anchors, anchor_count, starts_takes, WORD_CELLS, places) > 0);
    for (size_t i = 0; i < sizeof filter.bits / sizeof *filter.bits; i++) filter.bits[i] = 0x11111111u << roll(4);
    for (int round = 0; round < 1500; round++) {
        static const char SIGNS[] = " .,:/-_@09AZaz\n[`{\x7f\x80\xff";
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = roll(3) ? (char)('a' + roll(26)) : round % 2 ? SIGNS[roll(sizeof SIGNS)] : (char)roll(256);
        if (round % 50 == 0) // a word, or a gram, at nearly every place
            for (size_t i = 0; i < sizeof text; i++) text[i] = "one "[i % 4];
        size_t n = 1 + roll(sizeof text), read = n < PLACES_BYTES ? n : PLACES_BYTES;
        bool after_wide = round % 3 == 0, after_any = after_wide;
        places_find(&filter, &grams, span_make(text, n), &after_wide, &wide);
        places_find_anywhere(&filter, &grams, span_make(text, n), &after_any, &any);
        assert_int_equal(after_wide, after_any);
        assert_int_equal(wide.word_count, any.word_count);
        assert_int_equal(wide.gram_count, any.gram_count);
        assert_memory_equal(wide.words, any.words, any.word_count * sizeof *any.words);
        assert_memory_equal(wide.grams, any.grams, any.gram_count * sizeof *any.grams);
        assert_memory_equal(wide.reduced, any.reduced, read + PLACES_AHEAD);
        assert_memory_equal(wide.pairs, any.pairs, read + PLACES_AHEAD);
        words += any.word_count, others += any.gram_count;
    }
    assert_true(words > 1000 && others > 1000);
}

static int setup(void **state) {
    (void)state;
    const struct gate *g = shared()->gate;
    anchors = g->anchors;
    anchor_count = g->built_in_count;
    return anchor_count > 1000 ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_finds_what_a_search_finds),
        cmocka_unit_test(starts_stand_at_every_place),
        cmocka_unit_test(starts_read_only_the_text),
        cmocka_unit_test(starts_that_crowd_are_not_lost),
        cmocka_unit_test(starts_of_a_crowd_beyond_room_fail_closed),
        cmocka_unit_test(starts_are_the_same_on_every_processor),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
