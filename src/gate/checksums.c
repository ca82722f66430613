#include "gate/checksums.h"

#include "gate/checks.h"

static unsigned digit(char c) {
    return (unsigned)(c - '0');
}

static unsigned value_of(char c) {
    return c <= '9' ? digit(c) : (unsigned)(c - 'A' + 10);
}

static bool all_digits(struct span v) {
    return v.len && run_length(v, 0, CHARS_DIGIT, v.len) == v.len;
}

bool is_uniform(struct span v) {
    return all_digits(v) && v.len > 4 && count_distinct(v) == 1;
}

bool has_sequence(struct span v) {
    size_t up = 0, down = 0, same = 0;
    for (size_t i = 1; i < v.len; i++) {
        int step = v.at[i] - v.at[i - 1];
        bool digits = char_in(v.at[i], CHARS_DIGIT) && char_in(v.at[i - 1], CHARS_DIGIT);
        up = digits && step == 1 ? up + 1 : 0;
        down = digits && step == -1 ? down + 1 : 0;
        same = digits && step == 0 ? same + 1 : 0;
        if (up == 5 || down == 5 || same == 5) return true;
    }
    return false;
}

bool is_sequence(struct span v) {
    size_t same = 0, up = 0, down = 0, pairs = 0;
    for (size_t i = 1; i < v.len; i++) {
        if (!char_in(v.at[i], CHARS_DIGIT) || !char_in(v.at[i - 1], CHARS_DIGIT)) continue;
        int step = (v.at[i] - v.at[i - 1] + 10) % 10;
        same += step == 0, up += step == 1, down += step == 9, pairs++;
    }
    return pairs >= 5 && (same + 1 >= pairs || up == pairs || down == pairs);
}

// ---------------------------------------------------------------- weights

static int weight(char c) {
    if (c == '-') return -1;
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static unsigned read_modulus(const char **arg) {
    unsigned m = 0;
    while (**arg >= '0' && **arg <= '9') m = m * 10 + digit(*(*arg)++);
    return m;
}

static unsigned weighted_sum(struct span v, const char *weights, unsigned modulus) {
    int sum = 0;
    for (size_t i = 0; i < v.len && weights[i]; i++) sum += weight(weights[i]) * (int)value_of(v.at[i]);
    int m = (int)modulus;
    return (unsigned)((sum % m + m) % m);
}

bool checksum_weighted(struct span v, const char *arg) {
    unsigned modulus = read_modulus(&arg);
    return weighted_sum(v, arg + 1, modulus) == 0;
}

bool checksum_remainder(struct span v, const char *arg) {
    bool plain = *arg == '=', last = *arg == '+';
    arg += plain || last;
    unsigned modulus = read_modulus(&arg);
    const char *letters = "0123456789";
    size_t letter_count = 10;
    if (*arg == ',') {
        letters = ++arg;
        while (*arg != ' ') arg++;
        letter_count = (size_t)(arg - letters);
    }
    unsigned rest = weighted_sum(span_sub(v, 0, v.len - 1), arg + 1, modulus);
    if (last) rest = (modulus - rest) % 10;
    else if (!plain) rest = (modulus - rest) % modulus;
    // Without a character of its own, the remainder 10 is written as 0 where it is written at all.
    if (letter_count == 10 && rest >= 10) rest %= 10;
    return rest < letter_count && letters[rest] == v.at[v.len - 1];
}

bool checksum_luhn(struct span v, const char *arg) {
    uint8_t digits[32];
    size_t n = 0;
    if (!all_digits(v) || v.len > 24) return false;
    for (; arg && *arg && n < 8; arg++) digits[n++] = (uint8_t)digit(*arg);
    for (size_t i = 0; i < v.len; i++) digits[n++] = (uint8_t)digit(v.at[i]);
    return check_luhn(digits, n);
}

bool checksum_luhn10(struct span v, const char *arg) {
    return v.len >= 10 && checksum_luhn(span_sub(v, v.len - 10, 10), arg);
}

bool checksum_verhoeff(struct span v, const char *arg) {
    (void)arg;
    static const uint8_t TIMES[10][10] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
                                          {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
                                          {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
                                          {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
                                          {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
    static const uint8_t STEP[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    if (!all_digits(v)) return false;
    unsigned sum = 0;
    for (size_t i = 0; i < v.len; i++) {
        unsigned d = digit(v.at[v.len - 1 - i]);
        for (size_t k = 0; k < i % 8; k++) d = STEP[d];
        sum = TIMES[sum][d];
    }
    return sum == 0;
}

bool checksum_mod11_10(struct span v, const char *arg) {
    (void)arg;
    size_t letters = run_length(v, 0, CHARS_ALPHA, v.len);
    v = span_sub(v, letters, v.len - letters);
    if (!all_digits(v)) return false;
    unsigned product = 10;
    for (size_t i = 0; i + 1 < v.len; i++) {
        unsigned sum = (digit(v.at[i]) + product) % 10;
        product = (sum ? sum : 10) * 2 % 11;
    }
    return (11 - product) % 10 == digit(v.at[v.len - 1]);
}

bool checksum_idnr(struct span v, const char *arg) {
    unsigned counts[10] = {0}, repeated = 0;
    if (!checksum_mod11_10(v, arg)) return false;
    for (size_t i = 0; i + 1 < v.len; i++) counts[digit(v.at[i])]++;
    for (size_t i = 0; i < 10; i++) {
        if (counts[i] > 3) return false;
        repeated += counts[i] > 1;
    }
    return repeated <= 1;
}

bool checksum_icao(struct span v, const char *arg) {
    (void)arg;
    return char_in(v.at[v.len - 1], CHARS_DIGIT) &&
           weighted_sum(span_sub(v, 0, v.len - 1), "731731731731", 10) == digit(v.at[v.len - 1]);
}

bool checksum_ean(struct span v, const char *arg) {
    (void)arg;
    return all_digits(v) && weighted_sum(v, "1313131313131", 10) == 0;
}

bool checksum_mod97(struct span v, const char *arg) {
    uint64_t rest = arg ? digit(*arg) : 0; // a digit in front: Belgians born since 2000
    if (!all_digits(v) || v.len < 3) return false;
    for (size_t i = 0; i + 2 < v.len; i++) rest = rest * 10 + digit(v.at[i]);
    return 97 - rest % 97 == digit(v.at[v.len - 2]) * 10 + digit(v.at[v.len - 1]);
}

bool checksum_two_mod11(struct span v, const char *arg) {
    unsigned n = (unsigned)v.len;
    if (!all_digits(v) || is_sequence(v)) return false;
    for (unsigned k = 0; k < 2; k++) { // the first digit uses the weights without the leading one
        unsigned rest = weighted_sum(span_sub(v, 0, n - 2 + k), arg + 1 - k, 11);
        if ((rest < 2 ? 0 : 11 - rest) != digit(v.at[n - 2 + k])) return false;
    }
    return true;
}

// ---------------------------------------------------------------- countries with a formula of their own

bool checksum_mod23(struct span v, const char *arg) {
    (void)arg;
    unsigned rest = 0;
    for (size_t i = 0; i + 1 < v.len; i++) {
        unsigned d = v.at[i] >= 'X' && v.at[i] <= 'Z' ? (unsigned)(v.at[i] - 'X') : digit(v.at[i]);
        rest = (rest * 10 + d) % 23;
    }
    return "TRWAGMYFPDXBNJZSQVHLCKE"[rest] == v.at[v.len - 1];
}

bool checksum_cif(struct span v, const char *arg) {
    (void)arg;
    unsigned sum = 0;
    for (size_t i = 1; i < 8; i++) {
        unsigned d = digit(v.at[i]) * (i % 2 ? 2 : 1);
        sum += d / 10 + d % 10;
    }
    unsigned check = (10 - sum % 10) % 10;
    return v.at[8] == (char)('0' + check) || v.at[8] == "JABCDEFGHI"[check];
}

bool checksum_tckn(struct span v, const char *arg) {
    (void)arg;
    unsigned odd = 0, even = 0;
    for (size_t i = 0; i < 9; i++) *(i % 2 ? &even : &odd) += digit(v.at[i]);
    unsigned tenth = (odd * 7 + 90 - even) % 10;
    return tenth == digit(v.at[9]) && (odd + even + tenth) % 10 == digit(v.at[10]);
}

bool checksum_abn(struct span v, const char *arg) {
    (void)arg;
    static const uint8_t WEIGHTS[] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
    unsigned sum = 0;
    for (size_t i = 0; i < 11; i++) sum += WEIGHTS[i] * digit(v.at[i]);
    return v.at[0] != '0' && (sum - 10) % 89 == 0; // one is taken from the first digit
}

bool checksum_brn(struct span v, const char *arg) {
    (void)arg;
    unsigned sum = weighted_sum(span_sub(v, 0, 9), "137137135", 1000) + digit(v.at[8]) * 5 / 10;
    return (10 - sum % 10) % 10 == digit(v.at[9]);
}

bool checksum_frn(struct span v, const char *arg) {
    (void)arg;
    return (13 - weighted_sum(span_sub(v, 0, 12), "234567892345", 11)) % 10 == digit(v.at[12]);
}

static unsigned cross(unsigned n) {
    return n / 10 + n % 10;
}

// A letter as two digits, 01 to 26.
static size_t expand(struct span v, uint8_t *out) {
    size_t n = 0;
    for (size_t i = 0; i < v.len; i++) {
        if (char_in(v.at[i], CHARS_DIGIT)) {
            out[n++] = (uint8_t)digit(v.at[i]);
            continue;
        }
        unsigned letter = (unsigned)(v.at[i] - 'A' + 1);
        out[n++] = (uint8_t)(letter / 10), out[n++] = (uint8_t)(letter % 10);
    }
    return n;
}

static bool crossed(struct span v, const char *weights) {
    uint8_t d[32];
    size_t n = expand(v, d);
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < n; i++) sum += cross(d[i] * digit(weights[i]));
    return sum % 10 == d[n - 1];
}

bool checksum_kvnr(struct span v, const char *arg) {
    (void)arg;
    return crossed(v, "1212121212");
}

bool checksum_rvnr(struct span v, const char *arg) {
    (void)arg;
    return crossed(v, "212571212121");
}

bool checksum_dea(struct span v, const char *arg) {
    (void)arg;
    const char *d = v.at + v.len - 7;
    unsigned sum = digit(d[0]) + digit(d[2]) + digit(d[4]) + 2 * (digit(d[1]) + digit(d[3]) + digit(d[5]));
    return sum % 10 == digit(d[6]);
}

bool checksum_hetu(struct span v, const char *arg) {
    (void)arg;
    unsigned rest = 0; // ddmmyy, a sign that may be a letter or was dropped, three digits
    size_t n = v.len;
    for (size_t i = 0; i < 6; i++) rest = (rest * 10 + digit(v.at[i])) % 31;
    for (size_t i = n - 4; i < n - 1; i++) rest = (rest * 10 + digit(v.at[i])) % 31;
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[rest] == v.at[n - 1];
}

bool checksum_fiscal(struct span v, const char *arg) {
    (void)arg;
    static const uint8_t ODD[36] = {1,  0,  5, 7, 9,  13, 15, 17, 19, 21, 1,  0,  5,  7,  9,  13, 15, 17,
                                    19, 21, 2, 4, 18, 20, 11, 3,  6,  8,  12, 14, 16, 10, 22, 25, 24, 23};
    unsigned sum = 0;
    for (size_t i = 0; i < 15; i++) {
        unsigned d = value_of(v.at[i]);
        sum += i % 2 == 0 ? ODD[d] : d > 9 ? d - 10 : d;
    }
    return v.at[15] == (char)('A' + sum % 26);
}

bool checksum_curp(struct span v, const char *arg) {
    (void)arg;
    unsigned sum = 0; // the alphabet has an N with a tilde between N and O
    for (size_t i = 0; i < 17; i++) sum += (value_of(v.at[i]) + (v.at[i] > 'N')) * (unsigned)(18 - i);
    return (10 - sum % 10) % 10 == digit(v.at[17]);
}

bool checksum_my_number(struct span v, const char *arg) {
    (void)arg;
    unsigned rest = weighted_sum(span_sub(v, 0, 11), "65432765432", 11);
    return (rest <= 1 ? 0 : 11 - rest) == digit(v.at[11]);
}

bool checksum_rut(struct span v, const char *arg) {
    (void)arg;
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < v.len; i++) sum += digit(v.at[v.len - 2 - i]) * (unsigned)(2 + i % 6);
    return "0K987654321"[sum % 11] == v.at[v.len - 1];
}

bool checksum_nric(struct span v, const char *arg) {
    (void)arg;
    unsigned rest = weighted_sum(span_sub(v, 1, 7), "2765432", 11);
    switch (v.at[0]) {
    case 'S': return "JZIHGFEDCBA"[rest] == v.at[8];
    case 'T': return "JZIHGFEDCBA"[(rest + 4) % 11] == v.at[8];
    case 'F': return "XWUTRQPNMLK"[rest] == v.at[8];
    case 'G': return "XWUTRQPNMLK"[(rest + 4) % 11] == v.at[8];
    case 'M': return "KLJNPQRTUWX"[(13 - rest) % 11] == v.at[8] || "XWUTRQPNJLK"[(rest + 3) % 11] == v.at[8];
    }
    return false;
}

bool checksum_fodsel(struct span v, const char *arg) {
    (void)arg;
    return weighted_sum(v, "37618945210", 11) == 0 && weighted_sum(v, "54327654321", 11) == 0;
}

bool checksum_ssn(struct span v, const char *arg) {
    (void)arg;
    unsigned area = 0, group = digit(v.at[3]) * 10 + digit(v.at[4]), serial = 0;
    for (size_t i = 0; i < 3; i++) area = area * 10 + digit(v.at[i]);
    for (size_t i = 5; i < 9; i++) serial = serial * 10 + digit(v.at[i]);
    bool sample = area == 78 && group == 5 && serial == 1120; // printed on a card that came with wallets
    return area && area != 666 && area < 900 && group && serial && !sample && !is_sequence(v);
}

bool checksum_driver(struct span v, const char *arg) {
    (void)arg;
    bool padded = false;
    for (size_t i = 0; i < 5; i++) {
        if (padded && v.at[i] != '9') return false;
        padded |= v.at[i] == '9';
    }
    unsigned month = digit(v.at[6]) * 10 + digit(v.at[7]), day = digit(v.at[8]) * 10 + digit(v.at[9]);
    if (month > 50) month -= 50; // women
    return v.at[0] != '9' && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

// ---------------------------------------------------------------- parts that were given out

bool checksum_prefix(struct span v, const char *arg) {
    bool found = false, wanted = *arg != '!';
    for (arg += !wanted; *arg && !found;) {
        size_t n = strcspn(arg, " ");
        found = v.len >= n && !memcmp(v.at, arg, n);
        arg += n + (arg[n] == ' ');
    }
    return found == wanted;
}

bool checksum_trunk(struct span v, const char *arg) {
    return v.at[0] == '0' && checksum_prefix(span_sub(v, 1, v.len - 1), arg);
}

bool checksum_range(struct span v, const char *arg) {
    const char *p = arg;
    unsigned low = read_modulus(&p), high, two = digit(v.at[0]) * 10 + digit(v.at[1]);
    p++;
    high = read_modulus(&p);
    return two >= low && two <= high;
}

bool checksum_dense(struct span v, const char *arg) {
    size_t digits = 0;
    for (size_t i = 0; i < v.len; i++) digits += char_in(v.at[i], CHARS_DIGIT);
    return digits >= digit(*arg) && digits * 2 >= v.len;
}
