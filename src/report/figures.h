// Numbers and texts of reports as JSON.
#ifndef SLUICE_REPORT_FIGURES_H
#define SLUICE_REPORT_FIGURES_H

#include <jansson.h>

// A number, or null when it is none; rounded to `digits` places.
json_t *report_number(double v, int digits);
// A string; bytes that are no UTF-8 are shown as '?'.
json_t *report_text(const char *z);

#endif
