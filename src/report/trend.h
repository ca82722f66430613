// How a measure moves from week to week: a straight line through its days.
#ifndef SLUICE_REPORT_TREND_H
#define SLUICE_REPORT_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TREND_LEAST_DAYS = 10 }; // with fewer no slope is worth telling

struct trend_point {
    int64_t day;
    double value, weight; // of that day; how many requests it stands for
};

struct trend {
    bool known; // enough days
    size_t days;
    double mean;
    double slope;     // per week
    double low, high; // 95 % interval of the slope, by Student's t
    bool clear;       // 0 is not in the interval
};

// Weighted least squares (each day counts by its weight); days without weight are left out.
struct trend trend_fit(const struct trend_point *points, size_t n);

// The two-sided 95 % point of Student's t.
double trend_student(size_t degrees);
// Wilson's 95 % interval of a share that was seen `hits` times in n. Both 0..1; 0 and 1 when n is 0.
void trend_wilson(double hits, double n, double *low, double *high);

#endif
