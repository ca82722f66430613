// Values of usage logs, as they are written in them: whole numbers, money, times.
//
// Every function reads a whole span and refuses what does not belong there; nothing is rounded to zero and nothing
// is guessed. Surrounding white space is allowed.
#ifndef SLUICE_REPORT_VALUES_H
#define SLUICE_REPORT_VALUES_H

#include "base/span.h"

// Money is counted in 1e-12 of its currency, so that sums are exact: a token of the cheapest model costs 28,000 of it.
typedef __int128 pico;
#define PICO_PER_UNIT 1000000000000ll

// What one value may be at most: 1e15 of a currency; 1e15 of anything counted.
#define VALUE_MOST_MONEY ((pico)PICO_PER_UNIT * 1000000000000000ll)
#define VALUE_MOST_COUNT 1000000000000000ll

// A count: digits, "12.0" and "1.2e3" where the number is whole. False for everything else, negative ones too.
bool value_count(struct span s, int64_t *out);
// A decimal number times `unit` (1e12 for money in units, 1e10 for cents, 1e6 for seconds as microseconds), rounded
// half away from zero at the last digit. Also "1.5e-05". False for what is no number, NaN, infinity and what exceeds
// `most` in size.
bool value_decimal(struct span s, int64_t unit, pico most, pico *out);
bool value_real(struct span s, double *out);

// A moment as microseconds since 1970 in UTC: ISO 8601 and SQL forms, with or without a zone (without: UTC), RFC 3339,
// a date alone, and numbers since 1970 in s, ms, us or ns, told apart by their size. A leap second is the one after it.
struct value_time_cache {
    char date[10]; // the date that was read last, and its midnight: logs are in the order of time
    int64_t midnight_us;
};
bool value_time(struct span s, struct value_time_cache *cache, int64_t *out_us);

// Days since 1970-01-01 of a moment, and back to "2026-01-31"; out holds at least 11 bytes.
int64_t value_day(int64_t us);
void value_day_text(int64_t day, char out[static 11]);

// The nearest double, in units of the currency.
double pico_real(pico v);
// Rounded to cents, without a sign for zero: "1234.57". out holds at least 48 bytes.
void pico_cents(pico v, char out[static 48]);

#endif
