// Checksums and character classes that the verifiers share. All are pure and take bounded spans.
#ifndef SLUICE_GATE_CHECKS_H
#define SLUICE_GATE_CHECKS_H

#include "base/span.h"

// Character classes as bits.
enum charset {
    CHARS_DIGIT = 1,
    CHARS_UPPER = 2,
    CHARS_LOWER = 4,
    CHARS_HEX = 8, // 0-9 a-f A-F
    CHARS_UNDERSCORE = 16,
    CHARS_DASH = 32,
    CHARS_DOT = 64,
    CHARS_BASE64 = 128, // + / =
    CHARS_ALPHA = CHARS_UPPER | CHARS_LOWER,
    CHARS_ALNUM = CHARS_ALPHA | CHARS_DIGIT,
    CHARS_WORD = CHARS_ALNUM | CHARS_UNDERSCORE,
    CHARS_URL64 = CHARS_WORD | CHARS_DASH,
};

extern const uint8_t CHARSETS[256];

static inline bool char_in(char c, unsigned set) {
    return (CHARSETS[(unsigned char)c] & set) != 0;
}
// Length of the run of `set` at offset `at`, at most max.
size_t run_length(struct span text, size_t at, unsigned set, size_t max);

bool check_luhn(const uint8_t *digits, size_t count);
// ISO 13616: compact, letters in either case.
bool check_iban_mod97(struct span iban);
// Length of an IBAN of the country, or 0 for a country that has none.
size_t iban_length(char first, char second);
// The last 6 characters are the CRC32 of the rest in base 62: GitHub and npm.
bool check_base62_crc(struct span body);
// Decodes base64 in either alphabet up to `max` bytes of output; stops at padding. Returns the length, 0 when
// malformed.
size_t base64_decode(struct span text, char *out, size_t max);
// Number of different bytes.
size_t count_distinct(struct span s);
// How many of the four kinds lower, upper, digit, other it has.
size_t count_kinds(struct span s);
// True for what stands in place of a secret in documentation: "changeme", "<token>", "${VAR}", "xxxx", "your-key".
bool is_placeholder(struct span value);
bool contains_nocase(struct span text, const char *word);

#endif
