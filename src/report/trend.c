#include "report/trend.h"

#include <math.h>

double trend_student(size_t degrees) {
    static const double EXACT[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
    if (degrees == 0) return INFINITY;
    if (degrees <= sizeof EXACT / sizeof *EXACT) return EXACT[degrees - 1];
    // Cornish and Fisher's expansion; within 0.001 from 10 degrees on
    const double z = 1.959964, n = (double)degrees;
    double z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n);
}

struct trend trend_fit(const struct trend_point *points, size_t n) {
    struct trend t = {.known = false};
    double w = 0, x = 0, y = 0, xx = 0, xy = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(points[i].weight > 0) || !isfinite(points[i].value)) continue;
        t.days++;
        w += points[i].weight;
        x += points[i].weight * (double)points[i].day;
        y += points[i].weight * points[i].value;
    }
    if (!(w > 0)) return t;
    x /= w, y /= w;
    t.mean = y;
    for (size_t i = 0; i < n; i++) {
        if (!(points[i].weight > 0) || !isfinite(points[i].value)) continue;
        double dx = (double)points[i].day - x;
        xx += points[i].weight * dx * dx;
        xy += points[i].weight * dx * (points[i].value - y);
    }
    if (t.days < TREND_LEAST_DAYS || !(xx > 0)) return t;
    double slope = xy / xx;
    for (size_t i = 0; i < n; i++) {
        if (!(points[i].weight > 0) || !isfinite(points[i].value)) continue;
        double r = points[i].value - y - slope * ((double)points[i].day - x);
        rest += points[i].weight * r * r;
    }
    double half = trend_student(t.days - 2) * sqrt(rest / (double)(t.days - 2) / xx);
    t.known = true;
    t.slope = slope * 7;
    t.low = (slope - half) * 7;
    t.high = (slope + half) * 7;
    t.clear = t.low > 0 || t.high < 0;
    return t;
}

void trend_wilson(double hits, double n, double *low, double *high) {
    const double z = 1.959964;
    *low = 0, *high = 1;
    if (!(n > 0)) return;
    double p = hits / n, centre = p + z * z / (2 * n), half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = (centre - half) / (1 + z * z / n);
    *high = (centre + half) / (1 + z * z / n);
    if (*low < 0) *low = 0;
    if (*high > 1) *high = 1;
}
