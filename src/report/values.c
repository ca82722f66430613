#include "report/values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') <= 9;
}

// ---------------------------------------------------------------- numbers

enum { MOST_DIGITS = 40, MOST_EXPONENT = 400 };

// A decimal number taken apart: digits (without zeros in front) and the power of ten of the last one.
struct decimal {
    char digits[MOST_DIGITS];
    int count;    // of digits kept
    int exponent; // of the last digit kept
    bool negative;
};

static void keep_digit(struct decimal *d, char c, bool behind_point) {
    if (d->count < MOST_DIGITS) {
        if (d->count || c != '0') d->digits[d->count++] = c;
        d->exponent -= behind_point;
    } else {
        d->exponent += !behind_point;
    }
}

static bool take_apart(struct span s, struct decimal *d) {
    size_t i = 0;
    bool any = false;
    *d = (struct decimal){.count = 0};
    if (i < s.len && (s.at[i] == '-' || s.at[i] == '+')) d->negative = s.at[i++] == '-';
    for (; i < s.len && is_digit(s.at[i]); i++, any = true) keep_digit(d, s.at[i], false);
    if (i < s.len && s.at[i] == '.')
        for (i++; i < s.len && is_digit(s.at[i]); i++, any = true) keep_digit(d, s.at[i], true);
    if (!any) return false;
    if (i < s.len && (s.at[i] | 0x20) == 'e') {
        int e = 0;
        bool minus = false;
        if (++i < s.len && (s.at[i] == '-' || s.at[i] == '+')) minus = s.at[i++] == '-';
        if (i == s.len) return false;
        for (; i < s.len && is_digit(s.at[i]); i++)
            if (e < MOST_EXPONENT) e = e * 10 + (s.at[i] - '0');
        d->exponent += minus ? -e : e;
    }
    return i == s.len;
}

// Digits with a point or without: nearly every number. Digits past the unit's are looked at only to round. False: look
// again, more carefully.
static bool short_decimal(struct span s, int64_t unit, pico *out) {
    const char *p = s.at, *end = s.at + s.len;
    int64_t whole = 0, part = 0, scale = unit;
    bool negative = s.len && *p == '-';
    p += negative;
    const char *first = p;
    for (; p < end && is_digit(*p) && p - first < 6; p++) whole = whole * 10 + (*p - '0');
    if (p == first || (p < end && is_digit(*p))) return false; // more digits: the product below might not fit
    if (p < end && *p == '.') {
        if (++p == end) return false;
        for (; p < end && is_digit(*p) && scale > 1; p++) {
            scale /= 10;
            part += (*p - '0') * scale;
        }
        part += p < end && is_digit(*p) && *p >= '5';
        while (p < end && is_digit(*p)) p++;
    }
    if (p != end) return false;
    *out = (pico)(whole * unit + part) * (negative ? -1 : 1);
    return true;
}

// v times 10^exponent, rounded half away from zero; false past `most`.
static bool shift(pico v, int exponent, pico most, pico *out) {
    for (; exponent > 0 && v; exponent--) {
        if (v > most) return false;
        v *= 10;
    }
    int last = 0;
    for (; exponent < 0 && (v || last); exponent++) {
        last = (int)(v % 10);
        v /= 10;
    }
    *out = v + (last >= 5);
    return *out <= most;
}

bool value_decimal(struct span s, int64_t unit, pico most, pico *out) {
    struct decimal d;
    s = span_trim(s);
    if (short_decimal(s, unit, out)) return (*out < 0 ? -*out : *out) <= most;
    if (!take_apart(s, &d)) return false;
    int places = 0; // the unit is 10^places
    for (int64_t u = unit; u > 1; u /= 10) places++;
    // 27 digits times 10 stay within 128 bits, and say more than any sum needs
    int keep = d.count < 27 ? d.count : 27;
    pico v = 0;
    for (int i = 0; i < keep; i++) v = v * 10 + (d.digits[i] - '0');
    if (!shift(v, d.exponent + (d.count - keep) + places, most, &v)) return false;
    *out = d.negative ? -v : v;
    return true;
}

bool value_count(struct span s, int64_t *out) {
    int64_t v = 0;
    size_t i = 0;
    for (; i < s.len && i < 15 && is_digit(s.at[i]); i++) v = v * 10 + (s.at[i] - '0');
    if (i == s.len && i) {
        *out = v;
        return true;
    }
    pico exact;
    // thousandths show whether the number is whole
    if (!value_decimal(s, 1000, (pico)VALUE_MOST_COUNT * 1000, &exact) || exact < 0 || exact % 1000) return false;
    *out = (int64_t)(exact / 1000);
    return true;
}

bool value_real(struct span s, double *out) {
    char text[64], *end;
    s = span_trim(s);
    if (!s.len || s.len >= sizeof text) return false;
    memcpy(text, s.at, s.len);
    text[s.len] = 0;
    if (!is_digit(text[0]) && !strchr("+-.", text[0])) return false; // no "nan", no "inf"
    *out = strtod(text, &end);
    return !*end && end > text && isfinite(*out) && !strpbrk(text, "xX");
}

// ---------------------------------------------------------------- times

#define DAY_US 86400000000ll

// Days since 1970-01-01 in the proleptic Gregorian calendar: years begin in March, so that leap days end them.
static int64_t days_of(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int two(const char *p) {
    return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

static bool read_date(const char *p, struct value_time_cache *cache, int64_t *midnight) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (memcmp(p, cache->date, sizeof cache->date) == 0) {
        *midnight = cache->midnight_us;
        return true;
    }
    int century = two(p), rest = two(p + 2), month = two(p + 5), day = two(p + 8);
    if (century < 0 || rest < 0 || p[4] != p[7] || (p[4] != '-' && p[4] != '/')) return false;
    int year = century * 100 + rest;
    bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1] + (month == 2 && leap)) return false;
    *midnight = days_of(year, month, day) * DAY_US;
    memcpy(cache->date, p, sizeof cache->date);
    cache->midnight_us = *midnight;
    return true;
}

// "Z", "UTC", "+01", "+0100", "+01:00", with a space in front or not.
static bool read_zone(struct span s, int64_t *offset_us) {
    if (s.len && s.at[0] == ' ') s = span_sub(s, 1, s.len);
    *offset_us = 0;
    if (!s.len || span_is_z(s, "Z") || span_is_z(s, "z") || span_is_z(s, "UTC") || span_is_z(s, "GMT")) return true;
    if ((s.at[0] != '+' && s.at[0] != '-') || (s.len != 3 && s.len != 5 && s.len != 6)) return false;
    if (s.len == 6 && s.at[3] != ':') return false;
    int hours = two(s.at + 1), minutes = s.len == 3 ? 0 : two(s.at + s.len - 2);
    if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return false;
    *offset_us = (hours * 60 + minutes) * 60000000ll * (s.at[0] == '-' ? -1 : 1);
    return true;
}

// "12:34", "12:34:56", "12:34:56.789"; what follows is left in *rest.
static bool read_clock(struct span s, int64_t *us, struct span *rest) {
    int hour, minute, second = 0;
    int64_t fraction = 0, scale = 1000000;
    size_t i = 5;
    if (s.len < 5 || s.at[2] != ':') return false;
    hour = two(s.at), minute = two(s.at + 3);
    if (s.len >= 8 && s.at[5] == ':') second = two(s.at + 6), i = 8;
    // 60: a leap second; 24:00 is midnight of the next day
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
    if (hour == 24 && (minute || second)) return false;
    if (i == 8 && i < s.len && (s.at[i] == '.' || s.at[i] == ',')) {
        if (++i == s.len || !is_digit(s.at[i])) return false;
        for (; i < s.len && is_digit(s.at[i]); i++) fraction += (s.at[i] - '0') * (scale /= 10);
    }
    *us = ((hour * 60ll + minute) * 60 + second) * 1000000 + fraction;
    *rest = span_sub(s, i, s.len);
    return true;
}

// Seconds, milliseconds, microseconds or nanoseconds since 1970. Each range covers the years 1973 to 5138 of its unit.
static bool read_number(struct span s, int64_t *out_us) {
    pico v; // microseconds, were it seconds
    if (!value_decimal(s, 1000000, (pico)VALUE_MOST_COUNT * 10000000000ll, &v) || v < 0) return false;
    const pico most = (pico)100000000000ll * 1000000;
    for (int thousands = 0; thousands < 4; thousands++, v /= 1000) {
        if (v >= most) continue;
        *out_us = (int64_t)v;
        return true;
    }
    return false;
}

bool value_time(struct span s, struct value_time_cache *cache, int64_t *out_us) {
    int64_t midnight, us = 0, offset = 0;
    struct span rest = SPAN_NONE;
    s = span_trim(s);
    if (s.len < 10 || (s.at[4] != '-' && s.at[4] != '/')) return read_number(s, out_us);
    if (!read_date(s.at, cache, &midnight)) return false;
    if (s.len > 10) {
        if (s.at[10] != 'T' && s.at[10] != ' ' && s.at[10] != 't') return false;
        if (!read_clock(span_sub(s, 11, s.len), &us, &rest) || !read_zone(rest, &offset)) return false;
    }
    *out_us = midnight + us - offset;
    return true;
}

int64_t value_day(int64_t us) {
    return us >= 0 ? us / DAY_US : -((-us + DAY_US - 1) / DAY_US);
}

void value_day_text(int64_t day, char out[static 11]) {
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t of_era_years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * of_era_years + of_era_years / 4 - of_era_years / 100);
    int64_t shifted = (5 * of_year + 2) / 153, month = shifted < 10 ? shifted + 3 : shifted - 9;
    int64_t year = of_era_years + era * 400 + (month <= 2);
    if (year < 0 || year > 9999) year = 9999;
    snprintf(out, 11, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
             (unsigned)(of_year - (153 * shifted + 2) / 5 + 1) % 100);
}

// ---------------------------------------------------------------- money

double pico_real(pico v) {
    // whole units and the rest apart, so that the quotient is rounded once
    pico whole = v / PICO_PER_UNIT, rest = v % PICO_PER_UNIT;
    return (double)whole + (double)rest / (double)PICO_PER_UNIT;
}

void pico_cents(pico v, char out[static 48]) {
    const pico cent = PICO_PER_UNIT / 100;
    bool negative = v < 0;
    pico cents = ((negative ? -v : v) + cent / 2) / cent;
    snprintf(out, 48, "%s%lld.%02d", negative && cents ? "-" : "", (long long)(cents / 100), (int)(cents % 100));
}
