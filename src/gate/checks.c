#include "gate/checks.h"

#define HEX_LOW (CHARS_LOWER | CHARS_HEX)
#define HEX_UP (CHARS_UPPER | CHARS_HEX)
#define HEX_DIGIT (CHARS_DIGIT | CHARS_HEX)

const uint8_t CHARSETS[256] = {
    ['0' ... '9'] = HEX_DIGIT,   ['a' ... 'f'] = HEX_LOW,  ['g' ... 'z'] = CHARS_LOWER, ['A' ... 'F'] = HEX_UP,
    ['G' ... 'Z'] = CHARS_UPPER, ['_'] = CHARS_UNDERSCORE, ['-'] = CHARS_DASH,          ['.'] = CHARS_DOT,
    ['+'] = CHARS_BASE64,        ['/'] = CHARS_BASE64,     ['='] = CHARS_BASE64,
};

size_t run_length(struct span text, size_t at, unsigned set, size_t max) {
    size_t n = 0;
    while (n < max && at + n < text.len && char_in(text.at[at + n], set)) n++;
    return n;
}

bool check_luhn(const uint8_t *digits, size_t count) {
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned d = digits[count - 1 - i];
        if (i % 2) d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return count > 1 && sum % 10 == 0;
}

static unsigned letter_value(char c) {
    return c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

bool check_iban_mod97(struct span iban) {
    unsigned rest = 0;
    if (iban.len < 5) return false;
    for (size_t i = 0; i < iban.len; i++) {
        unsigned v = letter_value(iban.at[(i + 4) % iban.len]);
        rest = (v > 9 ? rest * 100 + v : rest * 10 + v) % 97;
    }
    return rest == 1;
}

// ISO 13616 registry: country and length, packed.
static const char IBAN_LENGTHS[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22"
    "GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20"
    "MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26"
    "UA29VA22VG24XK20YE30";

size_t iban_length(char first, char second) {
    first &= ~0x20, second &= ~0x20;
    for (const char *p = IBAN_LENGTHS; *p; p += 4)
        if (p[0] == first && p[1] == second) return (size_t)(p[2] - '0') * 10 + (size_t)(p[3] - '0');
    return 0;
}

static uint32_t crc32_of(struct span s) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (uint8_t)s.at[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

bool check_base62_crc(struct span body) {
    static const char ALPHABET[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (body.len < 7) return false;
    uint32_t crc = crc32_of(span_make(body.at, body.len - 6));
    for (size_t i = 0; i < 6; i++, crc /= 62)
        if (body.at[body.len - 1 - i] != ALPHABET[crc % 62]) return false;
    return true;
}

static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

size_t base64_decode(struct span text, char *out, size_t max) {
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < max; i++) {
        if (text.at[i] == '=') break;
        int v = base64_value(text.at[i]);
        if (v < 0) return 0;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) have -= 8, out[n++] = (char)(bits >> have & 0xff);
    }
    return n;
}

size_t count_distinct(struct span s) {
    uint64_t seen[4] = {0};
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        uint64_t bit = 1ull << (c & 63);
        n += !(seen[c >> 6] & bit);
        seen[c >> 6] |= bit;
    }
    return n;
}

size_t count_kinds(struct span s) {
    bool lower = false, upper = false, digit = false, other = false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned set = CHARSETS[(unsigned char)s.at[i]];
        if (set & CHARS_LOWER) lower = true;
        else if (set & CHARS_UPPER) upper = true;
        else if (set & CHARS_DIGIT) digit = true;
        else other = true;
    }
    return (size_t)lower + upper + digit + other;
}

bool contains_nocase(struct span text, const char *word) {
    size_t n = strlen(word);
    char first = word[0] | 0x20; // a cheap look before the comparison; also right for what is no letter
    for (size_t i = 0; i + n <= text.len; i++)
        if ((text.at[i] | 0x20) == first && strncasecmp(text.at + i, word, n) == 0) return true;
    return false;
}

bool is_placeholder(struct span value) {
    static const char *const ANYWHERE[] = {
        "example",  "changeme",  "change_me", "change-me",  "placeholder", "redacted", "your_",     "your-",
        "yourpass", "yourtoken", "yourkey",   "yoursecret", "xxxx",        "****",     "....",      "sample",
        "dummy",    "insert",    "replace",   "<",          "${",          "{{",       "$(",        "%s",
        "environ",  "getenv",    "env.",      "abcdefgh",   "my_secret",   "mysecret", "my-secret", "not_a_real"};
    static const char *const WHOLE[] = {"password",  "passwd",  "secret",   "token", "none",     "null",
                                        "true",      "false",   "string",   "str",   "required", "optional",
                                        "undefined", "test",    "foobar",   "pass",  "user",     "admin",
                                        "root",      "default", "password1"};
    for (size_t i = 0; i < sizeof ANYWHERE / sizeof *ANYWHERE; i++)
        if (contains_nocase(value, ANYWHERE[i])) return true;
    for (size_t i = 0; i < sizeof WHOLE / sizeof *WHOLE; i++)
        if (span_is_nocase(value, span_from(WHOLE[i]))) return true;
    return count_distinct(value) < 3;
}
