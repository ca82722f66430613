// Numbers and dates of a text, in every reading that people give them.
#ifndef SLUICE_VERIFY_GROUND_INTERNAL_H
#define SLUICE_VERIFY_GROUND_INTERNAL_H

#include "base/span.h"

enum { GROUND_READINGS = 16 }; // of one number: its marks read in several ways, its runs of digits, its scale

struct ground_date {
    int year; // 0 = not told; below 100: the last two digits
    int month, day;
};

// All numbers of a text, in its own bytes and as words in the folded ones; at most `max` of them are kept.
uint32_t ground_read_numbers(struct span text, struct span folded, double *out, uint32_t max);
// The readings of a text that holds exactly one number, and no more than a few other characters; else 0.
uint32_t ground_one_number(struct span text, double out[static GROUND_READINGS]);

// All dates of a folded text. *only: the text is a date and, after it, at most a time of day. `only` may be NULL.
uint32_t ground_read_dates(struct span folded, struct ground_date *out, uint32_t max, bool *only);

#endif
