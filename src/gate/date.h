// Dates and time stamps. They are listed, and never decide: their score is 0. A day of birth is somebody else's.
#ifndef SLUICE_GATE_DATE_H
#define SLUICE_GATE_DATE_H

#include "gate/number.h"

// Looks among groups that nobody has claimed but for those in `broken`, reports and claims. Returns the end of the last
// date, or 0: it may lie past the number ("2024-03-15T14:30Z").
size_t date_find(struct scan *s, struct number *n, uint32_t broken);

#endif
