#include "intent/words.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/wide.h"
#include "intent/hash.h"
#include "intent/stems.h"
#include "test.h"

enum { EDGE = 256, MOST = 2 * EDGE };

// What a processor with more and one with less does: each test runs once for both.
static const bool WAYS[] = {false, true};

static bool take_way(bool wide) {
    static bool looked, there;
    if (!looked) there = wide_is_there;
    looked = true;
    wide_is_there = wide && there;
    return wide_is_there == wide;
}

static bool is_letter(char c) {
    unsigned char u = (unsigned char)c;
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= '0' && u <= '9') || u == '_' || u >= 0x80;
}

// One byte after the other.
static uint32_t cut_slowly(const char *text, size_t len, struct piece *to) {
    uint32_t n = 0;
    for (size_t i = 0; i < len;) {
        size_t end = i;
        while (end < len && is_letter(text[end])) end++;
        if (end == i && text[i] > ' ' && text[i] <= '~') end++;
        if (end > i) {
            size_t most = end - i < WORDS_LONGEST ? end - i : WORDS_LONGEST;
            to[n++] = (struct piece){(uint16_t)i, (uint16_t)most};
        }
        i = end > i ? end : i + 1;
    }
    return n;
}

// Words of all lengths, some over several blocks, signs, numbers, bytes of other scripts and NUL.
static size_t make_text(char *text, uint64_t *seed, const char *from, size_t kinds) {
    uint64_t s = *seed;
    size_t len = s % (MOST + 1);
    for (size_t i = 0; i < len; i++) {
        s ^= s << 13, s ^= s >> 7, s ^= s << 17;
        text[i] = from[(s >> 20) % kinds];
    }
    *seed = s + 1;
    return len;
}

#define SET(literal)                                                                                                   \
    { (literal), sizeof(literal) - 1 }
static const struct {
    const char *bytes;
    size_t count;
} SETS[] = {
    SET("abcdeABCDE_0123456789\xc3\xa4    "),
    SET("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk "),
    SET("!?.,(){}[]a \n\0\x7f\x1f"),
    SET("0123456789 "),
    SET("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"),
};

static void check_cut(const char *text, size_t len) {
    struct words w;
    struct piece pieces[MOST + STEMS_SPARE], want[MOST];
    uint64_t hashes[MOST + STEMS_SPARE];
    uint16_t numbers[MOST];
    words_read(&w, span_make(text, len), EDGE);
    uint32_t n = words_cut(&w, pieces), all = cut_slowly(text, len, want), of_digits = 0;
    assert_int_equal(n, all);
    assert_memory_equal(pieces, want, n * sizeof *want);
    stems_hash(&w, pieces, n, hashes);
    uint32_t found = words_numbers(&w, pieces, numbers);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t len7 = pieces[i].len < STEM_BYTES ? pieces[i].len : STEM_BYTES, digits = 0;
        assert_true(hashes[i] == intent_hash_word(w.lower + pieces[i].at, len7));
        assert_true(hashes[i] == intent_hash_short(w.lower + pieces[i].at, len7));
        while (digits < pieces[i].len && w.lower[pieces[i].at + digits] >= '0' && w.lower[pieces[i].at + digits] <= '9')
            digits++;
        if (digits == pieces[i].len) assert_int_equal(numbers[of_digits++], i);
    }
    assert_int_equal(found, of_digits);
}

static void words_are_cut_as_byte_by_byte(void **state) {
    (void)state;
    for (size_t way = 0; way < 2; way++) {
        if (!take_way(WAYS[way])) continue;
        uint64_t seed = 88172645463325252u;
        char text[MOST];
        for (size_t set = 0; set < sizeof SETS / sizeof *SETS; set++)
            for (int i = 0; i < 400; i++) check_cut(text, make_text(text, &seed, SETS[set].bytes, SETS[set].count));
    }
    take_way(true);
}

static void words_of_a_long_text_are_those_of_its_ends(void **state) {
    (void)state;
    static const char HEAD[] = "first ", TAIL[] = " the last 12";
    char text[4 * MOST];
    memset(text, ' ', sizeof text);
    memcpy(text, HEAD, sizeof HEAD - 1);
    memset(text + MOST, 'x', MOST);
    memcpy(text + sizeof text - (sizeof TAIL - 1), TAIL, sizeof TAIL - 1);
    for (size_t way = 0; way < 2; way++) {
        if (!take_way(WAYS[way])) continue;
        struct words w;
        struct piece pieces[MOST];
        uint16_t numbers[MOST];
        words_read(&w, span_make(text, sizeof text), EDGE);
        assert_int_equal(words_cut(&w, pieces), 4);
        assert_span_equal(words_raw(&w, pieces[0].at, pieces[0].len), "first");
        assert_span_equal(words_raw(&w, pieces[3].at, pieces[3].len), "12");
        assert_int_equal(words_numbers(&w, pieces, numbers), 1);
        assert_int_equal(numbers[0], 3);
        assert_int_equal(w.digits, 2);
        assert_int_equal(w.letters, 5 + 3 + 4 + 2);
    }
    take_way(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_cut_as_byte_by_byte),
        cmocka_unit_test(words_of_a_long_text_are_those_of_its_ends),
    };
    return RUN(tests);
}
