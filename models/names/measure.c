#include <math.h>

#include "fit.h"

struct said {
    uint32_t start, end;
    uint8_t type;
    float margin;
};
enum { MAX_SAID = 512 };

static bool alike(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    uint32_t low = a > c ? a : c, high = b < d ? b : d;
    if (low >= high) return false;
    uint32_t both = (b > d ? b : d) - (a < c ? a : c);
    return (high - low) * 2 >= both;
}

static size_t say(const struct names *names, const struct row *r, struct said *out) {
    struct name_segment seg;
    struct name_span spans[SEGMENT_TOKENS];
    struct name_memory memory = {{0}}, asked = {{0}};
    size_t count = 0;
    name_segment_init(&seg);
    for (size_t at = 0; at < r->text.len;) {
        at = name_segment_read(&seg, r->text, at, &names->filter);
        if (seg.candidates == 0) continue;
        size_t n = name_decode(names, r->text, &seg, &memory, &asked, spans);
        for (size_t i = 0; i < n && count < MAX_SAID; i++) {
            const struct name_token *first = &seg.tokens[spans[i].first], *last = first + spans[i].count - 1;
            out[count++] = (struct said){first->start, last->end, spans[i].type, spans[i].margin};
        }
    }
    return count;
}

static float score_of(const struct names *names, const struct said *s) {
    return name_span_score(names, &(struct name_span){.type = s->type, .margin = s->margin});
}

void measure_row(struct measure *m, const struct names *names, const struct row *r) {
    struct said all[MAX_SAID], said[MAX_SAID];
    size_t raw = say(names, r, all), n = 0;
    bool person = false;
    for (size_t i = 0; i < raw; i++) {
        bool right = false, skip = false;
        for (uint32_t g = 0; g < r->count; g++) {
            skip |= r->spans[g].type == SPAN_SKIP && all[i].start < r->spans[g].end && all[i].end > r->spans[g].start;
            right |=
                r->spans[g].type == all[i].type && alike(all[i].start, all[i].end, r->spans[g].start, r->spans[g].end);
        }
        if (skip) continue;
        struct points *p = m->points;
        if (p && p->count[all[i].type] < MAX_POINTS) {
            p->margin[all[i].type][p->count[all[i].type]] = all[i].margin;
            p->right[all[i].type][p->count[all[i].type]++] = right;
        }
        if (name_score_counts(all[i].type, score_of(names, &all[i]))) said[n++] = all[i];
    }
    for (uint32_t g = 0; g < r->count; g++) {
        if (r->spans[g].type == SPAN_SKIP) continue;
        bool found = false, same = false;
        for (size_t i = 0; i < n; i++) {
            if (!alike(said[i].start, said[i].end, r->spans[g].start, r->spans[g].end)) continue;
            found = true;
            same |= said[i].type == r->spans[g].type;
        }
        struct tally *t[] = {&m->by_type[r->spans[g].type], &m->all};
        for (int k = 0; k < 2; k++) t[k]->gold++, t[k]->found += found, t[k]->same += same;
    }
    for (size_t i = 0; i < n; i++) {
        bool right = false, same = false;
        for (uint32_t g = 0; g < r->count; g++) {
            if (!alike(said[i].start, said[i].end, r->spans[g].start, r->spans[g].end)) continue;
            right = true;
            same |= said[i].type == r->spans[g].type;
        }
        person |= said[i].type == NAME_PERSON;
        struct tally *t[] = {&m->by_type[said[i].type], &m->all};
        for (int k = 0; k < 2; k++) t[k]->said++, t[k]->right += right, t[k]->right_same += same;
    }
    m->rows++;
    m->rows_with_person += person;
}

static double share(uint32_t a, uint32_t b) {
    return b ? (double)a / b : 0;
}

static void print_tally(const char *name, const struct tally *t) {
    printf("  %-8s recall %.3f (same type %.3f) of %u   precision %.3f (same type %.3f) of %u\n", name,
           share(t->found, t->gold), share(t->same, t->gold), t->gold, share(t->right, t->said),
           share(t->right_same, t->said), t->said);
}

void measure_print(const char *title, const struct measure *m) {
    static const char *const TYPES[] = {"PERSON", "PLACE", "ORG", "GROUP"};
    printf("%s: %u rows, %.3f with a person\n", title, m->rows, share(m->rows_with_person, m->rows));
    for (int t = 0; t < NAME_TYPES; t++)
        if (m->by_type[t].gold || m->by_type[t].said) print_tally(TYPES[t], &m->by_type[t]);
    print_tally("all", &m->all);
}

// Gradient descent on two numbers; margins are scaled to about one.
void points_fit(const struct points *p, struct names_header *h) {
    for (int t = 0; t < NAME_TYPES; t++) {
        double slope = 1, offset = 0, unit = 0;
        size_t n = p->count[t];
        if (n < 50) continue;
        for (size_t i = 0; i < n; i++) unit += p->margin[t][i];
        unit /= (double)n;
        for (int turn = 0; turn < 2000; turn++) {
            double by_slope = 0, by_offset = 0;
            for (size_t i = 0; i < n; i++) {
                double x = p->margin[t][i] / unit, error = p->right[t][i] - 1 / (1 + exp(-(slope * x + offset)));
                by_slope += error * x;
                by_offset += error;
            }
            slope += by_slope / (double)n;
            offset += by_offset / (double)n;
        }
        if (slope < 0.01) slope = 0.01;
        h->slope[t] = (float)(slope / unit);
        h->offset[t] = (float)offset;
    }
}
