#include "base/imprint.h"

#include "base/hash.h"
#include "test.h"

enum { BYTES = 3 * IMPRINT_BLOCK_BYTES + 40 };

// As the header says, a term at a time.
static struct imprint slow(const struct imprint_key *key, const uint8_t *bytes, size_t n) {
    struct imprint out;
    for (int which = 0; which < 2; which++) {
        unsigned __int128 value = 1, point = key->points[which];
        for (size_t block = 0; block < n; block += IMPRINT_BLOCK_BYTES) {
            unsigned __int128 sum = 0;
            uint64_t words[IMPRINT_BLOCK_BYTES / 8] = {0};
            size_t len = n - block < IMPRINT_BLOCK_BYTES ? n - block : IMPRINT_BLOCK_BYTES;
            memcpy(words, bytes + block, len);
            if (len > 16 && len % 16) memcpy(&words[len / 16 * 2], bytes + block + len - 16, 16);
            for (size_t i = 0; i < (len + 15) / 16 * 2; i += 2)
                sum += (unsigned __int128)(words[i] + key->words[i + 2 * (size_t)which]) *
                       (words[i + 1] + key->words[i + 1 + 2 * (size_t)which]);
            value = (value * point % IMPRINT_PRIME + (uint64_t)(sum >> 64)) % IMPRINT_PRIME;
            value = (value * point % IMPRINT_PRIME + (uint64_t)sum) % IMPRINT_PRIME;
        }
        out.word[which] = (uint64_t)((value * point % IMPRINT_PRIME + n) % IMPRINT_PRIME);
    }
    return out;
}

static void fill(void *to, size_t n) {
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        ((uint8_t *)to)[i] = (uint8_t)(state >> 56);
    }
}

static void imprint_is_the_polynomial_of_sums(void **state) {
    (void)state;
    static uint8_t bytes[BYTES];
    struct imprint_key keys[3];
    fill(keys, sizeof keys[0]);
    memset(&keys[1], 0xff, sizeof keys[1]); // every carry that there can be
    memset(&keys[2], 0, sizeof keys[2]);
    for (int i = 0; i < 2; i++) keys[1].points[i] = IMPRINT_PRIME - 1;
    for (int filled = 0; filled < 3; filled++) {
        memset(bytes, filled == 1 ? 0xff : 0, sizeof bytes);
        if (filled == 2) fill(bytes, sizeof bytes);
        for (size_t k = 0; k < 3; k++)
            for (size_t n = 0; n <= BYTES; n += n < 70 ? 1 : 37)
                assert_true(
                    imprint_is(imprint_under(&keys[k], span_make((const char *)bytes, n)), slow(&keys[k], bytes, n)));
    }
}

static void imprint_tells_texts_apart_by_any_bit(void **state) {
    (void)state;
    static const size_t LENGTHS[] = {1, 7, 8, 15, 16, 17, 33, 256, 1023, 1024, 1025, 2100};
    static char text[BYTES], other[BYTES + 1];
    fill(text, sizeof text);
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        size_t n = LENGTHS[i];
        struct imprint whole = imprint_of(span_make(text, n));
        memcpy(other + 1, text, n); // wherever it stands
        assert_true(imprint_is(imprint_of(span_make(other + 1, n)), whole));
        for (size_t bit = 0; bit < n * 8; bit += n < 300 ? 1 : 61) {
            other[1 + bit / 8] ^= (char)(1 << bit % 8);
            assert_false(imprint_is(imprint_of(span_make(other + 1, n)), whole));
            other[1 + bit / 8] ^= (char)(1 << bit % 8);
        }
    }
}

static void imprint_tells_zeros_apart_by_their_length(void **state) {
    (void)state;
    static const char ZEROS[BYTES];
    static struct imprint seen[BYTES];
    for (uint32_t n = 0; n < BYTES; n++) {
        seen[n] = imprint_of(span_make(ZEROS, n));
        assert_int_equal(imprint_find(seen, n + 1, 0, seen[n]), n);
    }
}

static void imprint_is_found_from_any_place_on(void **state) {
    (void)state;
    const struct imprint all[4] = {{{1, 2}}, {{1, 3}}, {{2, 2}}, {{1, 2}}};
    assert_int_equal(imprint_find(all, 4, 0, all[0]), 0);
    assert_int_equal(imprint_find(all, 4, 1, all[0]), 3);
    assert_int_equal(imprint_find(all, 4, 2, all[1]), 1);
    assert_int_equal(imprint_find(all, 4, 3, (struct imprint){{2, 3}}), 4);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(imprint_is_the_polynomial_of_sums),
        cmocka_unit_test(imprint_tells_texts_apart_by_any_bit),
        cmocka_unit_test(imprint_tells_zeros_apart_by_their_length),
        cmocka_unit_test(imprint_is_found_from_any_place_on),
    };
    return RUN(tests);
}
