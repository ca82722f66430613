#include "base/hash.h"

#include <math.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "test.h"

// The reference vectors of the SipHash paper: key 00 01 ... 0f, message 00 01 ... of the given length.
static void hash_keyed_agrees_with_the_paper(void **state) {
    (void)state;
    static const struct {
        size_t len;
        uint64_t value;
    } VECTORS[] = {{0, 0x726fdb47dd0e0e31u}, {1, 0x74f839c593dc67fdu}, {7, 0xab0200f58b01d137u},
                   {8, 0x93f5f5799a932462u}, {15, 0xa129ca6149be45e5u}};
    uint8_t key[16], message[16];
    for (uint8_t i = 0; i < 16; i++) key[i] = message[i] = i;
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++)
        assert_int_equal(hash_keyed(message, VECTORS[i].len, key), VECTORS[i].value);
}

#define HASH_OF_CLASSIFY 0x19569acc86ffc18bu
#define HASH_OF_HELLO 0x82c3b459f03b95b4u

// Shipped weights depend on these values: a change of the function would make them nonsense.
static void hash_bytes_never_changes(void **state) {
    (void)state;
    assert_int_equal(hash_bytes("", 0, 1), hash_bytes("x", 0, 1));
    assert_int_not_equal(hash_bytes("a", 1, 1), hash_bytes("a", 1, 2));
    assert_int_not_equal(hash_bytes("a\0", 2, 1), hash_bytes("a", 1, 1));
    assert_int_equal(hash_bytes("classify", 8, 7), HASH_OF_CLASSIFY);
    assert_int_equal(hash_bytes("hello world!", 12, 0), HASH_OF_HELLO);
}

static void clock_formats_utc_with_milliseconds(void **state) {
    (void)state;
    char text[25];
    clock_format_utc(1767225599999123, text);
    assert_string_equal(text, "2025-12-31T23:59:59.999Z");
}

// Log lines are JSON when stderr is no terminal, and what would break a line is escaped.
static void log_writes_one_json_object_a_line(void **state) {
    (void)state;
    int pipes[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], STDERR_FILENO);
    log_setup(LOG_INFO, LOG_AUTO);
    log_event(LOG_DEBUG, "not.written");
    log_event(LOG_WARN, "a.b", LOG_S("text", "q\"\n\\"), LOG_I("n", -3), LOG_B("yes", true), LOG_F("f", 0.5), LOG_F("g", NAN));
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(pipes[1]);
    char line[512] = "";
    ssize_t n = read(pipes[0], line, sizeof line - 1);
    close(pipes[0]);
    assert_true(n > 0);
    const char *rest = strstr(line, ",\"level\"");
    assert_non_null(rest);
    assert_string_equal(rest, ",\"level\":\"warn\",\"event\":\"a.b\",\"text\":\"q\\\"\\u000a\\\\\",\"n\":-3,\"yes\":true,\"f\":0.5,\"g\":null}\n");
}

// By a program of the reference algorithm that agrees with the published vectors of SipHash-2-4-128.
static void hash_keyed_128_agrees_with_the_algorithm(void **state) {
    (void)state;
    static const struct {
        size_t len;
        uint64_t value[2];
    } VECTORS[] = {{0, {0xbea58827b2bc7ee7u, 0x013030dd6adb62fdu}},
                   {15, {0x6c52bdb205557ec1u, 0x09017e1eeccd2129u}},
                   {64, {0x36a54a4bf2de5312u, 0xc2666aba59a7c84eu}}};
    uint8_t key[16], message[64];
    for (unsigned i = 0; i < sizeof key; i++) key[i] = (uint8_t)i;
    for (unsigned i = 0; i < sizeof message; i++) message[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
        uint64_t out[2];
        hash_keyed_128(message, VECTORS[i].len, key, out);
        assert_int_equal(out[0], VECTORS[i].value[0]);
        assert_int_equal(out[1], VECTORS[i].value[1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_keyed_agrees_with_the_paper),
        cmocka_unit_test(hash_keyed_128_agrees_with_the_algorithm),
        cmocka_unit_test(hash_bytes_never_changes),
        cmocka_unit_test(clock_formats_utc_with_milliseconds),
        cmocka_unit_test(log_writes_one_json_object_a_line),
    };
    return RUN(tests);
}
