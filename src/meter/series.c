#include "meter/series.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

// ---------------------------------------------------------------- counting

static inline bool same_label(const char *kept, const char *given) {
    if (!given) return *kept == 0;
    return *kept == *given && strncmp(kept, given, SERIES_LABEL_BYTES - 1) == 0; // most differ in the first byte
}

_Atomic uint64_t *series_place(struct series *s, const char *a, const char *b, const char *c) {
    const char *const given[SERIES_LABELS] = {a, b, c};
    unsigned used = atomic_load_explicit(&s->used, memory_order_relaxed), i = 0;
    for (; i < used; i++) {
        char(*kept)[SERIES_LABEL_BYTES] = s->places[i].labels;
        if (same_label(kept[0], a) && same_label(kept[1], b) && same_label(kept[2], c)) break;
    }
    if (i == SERIES_MOST) i = SERIES_MOST - 1; // which says "other"
    if (i == used) {
        for (int k = 0; k < SERIES_LABELS; k++) {
            const char *label = given[k] ? given[k] : "";
            if (i == SERIES_MOST - 1 && given[k]) label = "other";
            snprintf(s->places[i].labels[k], SERIES_LABEL_BYTES, "%s", label);
        }
        atomic_store_explicit(&s->used, used + 1, memory_order_release);
    }
    return &s->places[i].value;
}

void series_add(struct series *s, const char *a, const char *b, const char *c, uint64_t amount) {
    counter_add(series_place(s, a, b, c), amount);
}

void histogram_add(struct histogram *h, const uint32_t *bounds_us, int64_t us) {
    uint64_t v = us < 0 ? 0 : (uint64_t)us;
    size_t i = 0;
    while (bounds_us[i] && v > bounds_us[i]) i++;
    counter_add(&h->counts[i], 1);
    counter_add(&h->sum_us, v);
}

// ---------------------------------------------------------------- exposition

void expose_head(const char *name, const char *help, const char *type, struct buf *out) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void expose_value(const char *name, const char *help, const char *type, uint64_t value, struct buf *out) {
    expose_head(name, help, type, out);
    buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void put_label(const char *name, const char *value, bool first, struct buf *out) {
    buf_printf(out, "%s%s=\"", first ? "" : ",", name);
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;
        if (c == '\\' || c == '"') buf_printf(out, "\\%c", c);
        else if (c == '\n') buf_add_z(out, "\\n");
        else buf_add_char(out, c < 0x20 || c >= 0x7f ? '?' : (char)c); // the format is UTF-8; a cut name may not be
    }
    buf_add_char(out, '"');
}

// The sum over the sets, in the order in which the combinations were first seen.
static void merge(struct series *all, void *const *sets, size_t count, size_t offset) {
    for (size_t w = 0; w < count; w++) {
        struct series *s = (struct series *)(void *)((char *)sets[w] + offset);
        unsigned used = atomic_load_explicit(&s->used, memory_order_acquire);
        for (unsigned i = 0; i < used; i++)
            series_add(all, s->places[i].labels[0], s->places[i].labels[1], s->places[i].labels[2],
                       counter_read(&s->places[i].value));
    }
}

void series_expose(const struct family *f, void *const *sets, size_t count, size_t offset, struct buf *out) {
    struct series *all = mem_new(sizeof *all);
    merge(all, sets, count, offset);
    expose_head(f->name, f->help, "counter", out);
    for (unsigned i = 0; i < all->used; i++) {
        uint64_t value = counter_read(&all->places[i].value);
        buf_printf(out, "%s{", f->name);
        for (int k = 0; k < SERIES_LABELS && f->labels[k]; k++)
            put_label(f->labels[k], all->places[i].labels[k], k == 0, out);
        if (f->scale > 0) buf_printf(out, "} %.15g\n", (double)value * f->scale);
        else buf_printf(out, "} %llu\n", (unsigned long long)value);
    }
    free(all);
}

void histogram_expose(const struct family *f, const char *label, const uint32_t *bounds_us, void *const *sets,
                      size_t count, size_t offset, struct buf *out) {
    uint64_t counts[HISTOGRAM_MOST + 1] = {0}, sum_us = 0, total = 0;
    const char *comma = *label ? "," : "";
    char braces[80] = "";
    if (*label) snprintf(braces, sizeof braces, "{%s}", label);
    for (size_t w = 0; w < count; w++) {
        const struct histogram *h = (const struct histogram *)(void *)((char *)sets[w] + offset);
        for (int i = 0; i <= HISTOGRAM_MOST; i++) counts[i] += counter_read(&h->counts[i]);
        sum_us += counter_read(&h->sum_us);
    }
    for (size_t i = 0;; i++) {
        total += counts[i];
        if (!bounds_us[i]) break;
        buf_printf(out, "%s_bucket{%s%sle=\"%.10g\"} %llu\n", f->name, label, comma, (double)bounds_us[i] / 1e6,
                   (unsigned long long)total);
    }
    buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", f->name, label, comma, (unsigned long long)total);
    buf_printf(out, "%s_sum%s %.15g\n%s_count%s %llu\n", f->name, braces, (double)sum_us / 1e6, f->name, braces,
               (unsigned long long)total);
}
