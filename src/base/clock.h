// Time: monotonic for durations, wall clock for what people read.
#ifndef SLUICE_BASE_CLOCK_H
#define SLUICE_BASE_CLOCK_H

#include <stdint.h>

// Nanoseconds of the monotonic clock; for differences only.
uint64_t clock_now_ns(void);
// CPU time of this process, all threads, in seconds.
double clock_cpu_seconds(void);
// Microseconds since 1970 in UTC.
int64_t clock_wall_us(void);
// "2026-01-31T12:00:00.123Z"; `out` holds at least 25 bytes.
void clock_format_utc(int64_t wall_us, char out[static 25]);

#endif
