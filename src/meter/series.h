// The building blocks of metrics: counters with labels, and histograms. One writer each, any reader.
#ifndef SLUICE_METER_SERIES_H
#define SLUICE_METER_SERIES_H

#include <stdatomic.h>

#include "base/buf.h"

enum { SERIES_LABELS = 3, SERIES_LABEL_BYTES = 40, SERIES_MOST = 96, HISTOGRAM_MOST = 16 };

// A counter per combination of label values. Label values are constants of the code or names of the
// configuration; a combination beyond SERIES_MOST is counted in the last place, whose labels say "other".
struct series {
    atomic_uint used; // written after the place, so that a reader sees whole labels
    struct {
        char labels[SERIES_LABELS][SERIES_LABEL_BYTES];
        _Atomic uint64_t value;
    } places[SERIES_MOST];
};

// The counter of these label values; NULL stands for an absent label. It stays where it is. Only the owner may call.
_Atomic uint64_t *series_place(struct series *s, const char *a, const char *b, const char *c);
// Adds to it.
void series_add(struct series *s, const char *a, const char *b, const char *c, uint64_t amount);

struct histogram {
    _Atomic uint64_t counts[HISTOGRAM_MOST + 1]; // the last: above every bound
    _Atomic uint64_t sum_us;
};

// Counts a duration; bounds_us is ascending and ended by 0. Only the owner may call.
void histogram_add(struct histogram *h, const uint32_t *bounds_us, int64_t us);

// A counter or gauge that one thread writes: no locked instruction.
static inline void counter_add(_Atomic uint64_t *c, uint64_t amount) {
    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + amount, memory_order_relaxed);
}

static inline uint64_t counter_read(const _Atomic uint64_t *c) {
    return atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)c, memory_order_relaxed);
}

// What the exposition says about a family.
struct family {
    const char *name, *help;
    const char *labels[SERIES_LABELS]; // NULL: no further label
    double scale;                      // what one count is worth; 0 = 1
};

// Text exposition of a family, summed over `count` sets; set i of a is at (char *)a[i] + offset.
void series_expose(const struct family *f, void *const *sets, size_t count, size_t offset, struct buf *out);
// One histogram; `label` is "" or 'route="local"'. The head is written by expose_head.
void histogram_expose(const struct family *f, const char *label, const uint32_t *bounds_us, void *const *sets,
                      size_t count, size_t offset, struct buf *out);
void expose_head(const char *name, const char *help, const char *type, struct buf *out);
void expose_value(const char *name, const char *help, const char *type, uint64_t value, struct buf *out);

#endif
