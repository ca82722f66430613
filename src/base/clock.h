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

// What the wall clock said at a reading of the monotonic one, without asking it each time: both are read together
// every CLOCK_TOGETHER_NS, so that a wall clock that is set shows that much later. One thread's own; begins as zeros.
#define CLOCK_TOGETHER_NS ((int64_t)100 * 1000000)
struct clock_pair {
    uint64_t ns;
    int64_t wall_us;
};
int64_t clock_wall_us_at(struct clock_pair *p, uint64_t now_ns);

// "2026-01-31T12:00:00.123Z"; `out` holds at least 25 bytes.
void clock_format_utc(int64_t wall_us, char out[static 25]);

#endif
