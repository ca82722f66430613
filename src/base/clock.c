#include "base/clock.h"

#include <stdio.h>
#include <time.h>

uint64_t clock_now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

double clock_cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int64_t clock_wall_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_us_at(struct clock_pair *p, uint64_t now_ns) {
    if ((int64_t)(now_ns - p->ns) >= CLOCK_TOGETHER_NS) *p = (struct clock_pair){clock_now_ns(), clock_wall_us()};
    return p->wall_us + (int64_t)(now_ns - p->ns) / 1000; // a reading may be older than the pair
}

void clock_format_utc(int64_t wall_us, char out[static 25]) {
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(wall_us / 1000 % 1000));
    snprintf(out, 25, "%.24s", text);
}
