// The keyword `format`, where it is cheap to say. The others pass.
#include "verify/schema_internal.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A shape of digits: '0' stands for any, everything else for itself.
static bool has_shape(struct span s, const char *shape) {
    if (s.len < strlen(shape)) return false;
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == '0' ? !is_digit(s.at[i]) : s.at[i] != shape[i]) return false;
    return true;
}

static int two(const char *at) {
    return (at[0] - '0') * 10 + at[1] - '0';
}

// RFC 3339, section 5.6.
static bool is_date(struct span s) {
    static const int DAYS[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (s.len != 10 || !has_shape(s, "0000-00-00")) return false;
    int year = two(s.at) * 100 + two(s.at + 2), month = two(s.at + 5), day = two(s.at + 8);
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]) return false;
    return month != 2 || day < 29 || leap;
}

static bool is_time(struct span s) {
    if (!has_shape(s, "00:00:00") || two(s.at) > 23 || two(s.at + 3) > 59 || two(s.at + 6) > 60) return false;
    s = span_sub(s, 8, SIZE_MAX);
    if (s.len > 1 && s.at[0] == '.') {
        size_t n = 1;
        while (n < s.len && is_digit(s.at[n])) n++;
        if (n == 1) return false;
        s = span_sub(s, n, SIZE_MAX);
    }
    if (s.len == 1) return s.at[0] == 'Z' || s.at[0] == 'z';
    return s.len == 6 && (has_shape(s, "+00:00") || has_shape(s, "-00:00")) && two(s.at + 1) < 24 && two(s.at + 4) < 60;
}

static bool is_date_time(struct span s) {
    bool parted = s.len > 11 && (s.at[10] == 'T' || s.at[10] == 't' || s.at[10] == ' ');
    return parted && is_date(span_sub(s, 0, 10)) && is_time(span_sub(s, 11, SIZE_MAX));
}

// One '@' with something on both sides, a dot in what follows, no white space: what a mail server would try.
static bool is_email(struct span s) {
    const char *at = s.len ? memchr(s.at, '@', s.len) : NULL;
    if (!at || at == s.at || s.len > 254) return false;
    struct span host = span_sub(s, (size_t)(at - s.at) + 1, SIZE_MAX);
    if (!host.len || host.at[0] == '.' || host.at[host.len - 1] == '.' || memchr(host.at, '@', host.len)) return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] <= ' ') return false;
    return memchr(host.at, '.', host.len) != NULL;
}

static bool is_uuid(struct span s) {
    if (s.len != 36) return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.at[i] != '-' : !is_hex(s.at[i])) return false;
    }
    return true;
}

static bool is_ipv4(struct span s) {
    int parts = 0, digits = 0, value = 0;
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && is_digit(s.at[i])) {
            value = value * 10 + (s.at[i] - '0');
            if (++digits > 3 || value > 255) return false;
        } else if (i == s.len || s.at[i] == '.') {
            if (digits == 0) return false;
            parts++, digits = 0, value = 0;
        } else {
            return false;
        }
    }
    return parts == 4;
}

static const struct {
    const char *name;
    bool (*is)(struct span);
} FORMATS[] = {
    {"date", is_date},   {"time", is_time}, {"date-time", is_date_time},
    {"email", is_email}, {"uuid", is_uuid}, {"ipv4", is_ipv4},
};

bool schema_format(struct span format, struct span text) {
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (span_is_z(format, FORMATS[i].name)) return FORMATS[i].is(text);
    return true;
}
