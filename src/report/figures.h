// Numbers and texts of reports as JSON, and back.
#ifndef SLUICE_REPORT_FIGURES_H
#define SLUICE_REPORT_FIGURES_H

#include <jansson.h>

// A number, or null when it is none; rounded to `digits` places.
json_t *report_number(double v, int digits);
// The same as it is, for who rounds when writing.
json_t *report_real(double v);
// A string; bytes that are no UTF-8 are shown as '?'.
json_t *report_text(const char *z);

// A member of a report: NAN or "" when it is not there, or of another type.
double report_number_of(const json_t *o, const char *key);
const char *report_text_of(const json_t *o, const char *key);

// With thousands marked: -1,234,567.8
void report_grouped(double v, int digits, char out[static 64]);

#endif
