// The byte pass: what it takes for an anchor, in blocks and at the end of a text.
#include "gate/scan.h"
#include "gate_help.h"

static uint64_t rolled = 88172645463325252u;
static unsigned roll(unsigned n) {
    rolled ^= rolled << 13, rolled ^= rolled >> 7, rolled ^= rolled << 17;
    return (unsigned)(rolled >> 33) % n;
}

static void anchors_are_the_same_on_every_processor(void **state) {
    (void)state;
    char text[300];
    unsigned blocks = 0;
    for (int round = 0; round < 20000; round++) {
        static const char SIGNS[] = ".:@09/;A.....";
        size_t n = roll(sizeof text);
        unsigned rare = 1 + roll(100);
        for (size_t i = 0; i < n; i++)
            text[i] = roll(rare) ? (char)('a' + roll(26)) : round % 2 ? SIGNS[roll(sizeof SIGNS - 1)] : (char)roll(256);
        for (size_t at = 0, next; at < n; at = next + 64) {
            uint64_t wide, any;
            next = bytes_skip(span_make(text, n), at, n, &wide);
            assert_int_equal(bytes_skip_anywhere(span_make(text, n), at, n, &any), next);
            assert_true(wide == any);
            blocks += any != 0;
            if (!any) break;
        }
    }
    assert_true(blocks > 5000);
}

// An address, and an identifier with two dots, wherever blocks begin and end.
static void anchors_are_found_at_every_offset(void **state) {
    (void)state;
    static const struct {
        const char *text, *type;
    } ROWS[] = {
        {"kim@mail.example", "EMAIL_ADDRESS"},
        {"2001:db8:77::1f", "IP_ADDRESS"},
        {"8.8.4.4", "IP_ADDRESS"},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        for (size_t at = 0; at < 150; at++)
            for (size_t behind = 0; behind < 150; behind += 7) {
                char text[400];
                int n = snprintf(text, sizeof text, "%*s %s %*s", (int)at, "", ROWS[i].text, (int)behind, "");
                assert_true(n > 0);
                const struct finding *f = find(scan_as(shared(), text, PROFILE_STRICT), ROWS[i].type);
                if (!f) fail_msg("%s is not found at %zu", ROWS[i].text, at + 1);
                assert_int_equal(f->start, at + 1);
                assert_int_equal(f->end, at + 1 + strlen(ROWS[i].text));
            }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anchors_are_the_same_on_every_processor),
        cmocka_unit_test(anchors_are_found_at_every_offset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
