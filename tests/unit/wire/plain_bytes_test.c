#include "wire/plain_bytes.h"

#include <string.h>

#include "test.h"

enum { LENGTH = 200 };

// Every byte at every place, behind starts of every alignment: all ways end at the same byte.
static void plain_bytes_end_at_the_first_byte_that_is_not_plain(void **state) {
    (void)state;
    unsigned char text[LENGTH];
    for (unsigned c = 0; c < 256; c++) {
        bool plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
        for (size_t at = 0; at < LENGTH; at++) {
            memset(text, 'x', LENGTH);
            text[at] = (unsigned char)c;
            const unsigned char *begin = text + at % 33 % (at + 1), *stop = plain ? text + LENGTH : text + at;
            assert_ptr_equal(plain_bytes_skip(begin, text + LENGTH), stop);
            assert_ptr_equal(plain_bytes_skip_wide(begin, text + LENGTH), stop);
            assert_ptr_equal(plain_bytes_skip_portable(begin, text + LENGTH), stop);
        }
    }
}

static void plain_bytes_do_not_look_behind_the_end(void **state) {
    (void)state;
    unsigned char text[LENGTH];
    memset(text, '"', LENGTH);
    for (size_t n = 0; n < LENGTH; n++) {
        memset(text, 'x', n);
        assert_ptr_equal(plain_bytes_skip(text, text + n), text + n);
        assert_ptr_equal(plain_bytes_skip_wide(text, text + n), text + n);
        assert_ptr_equal(plain_bytes_skip_portable(text, text + n), text + n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_bytes_end_at_the_first_byte_that_is_not_plain),
        cmocka_unit_test(plain_bytes_do_not_look_behind_the_end),
    };
    return RUN(tests);
}
