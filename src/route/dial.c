#include "route/dial.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    UNIT = 64,            // what a request adds to its bin at first: it grows, so that what was added before fades
    UNIT_MOST = 64 << 10, // then all is divided by UNIT_FALL
    UNIT_FALL = 10,       // bits
    FADE = 16,            // a sixteenth more with every block: some 1024 requests count
    RECENT_BLOCKS = 8,
    PRIOR_POINTS = 1024,
};

static const double FLOOR_MOVE = 0.005; // share of requests: a threshold under the floor moves for this
static const double MASS_POINT = 0.05;  // of the requests in one bin: it is not split
static const double SURPRISE = 3;       // deviations

struct dial {
    enum dial_mode mode;
    double aim;
    const struct weights *weights; // only compared
    char version[64];
    _Atomic float threshold, ease;
    _Atomic bool live;
    _Atomic uint64_t block; // requests since the last look << 32 | of them at or below the threshold
    atomic_flag busy;       // somebody looks
    _Atomic uint32_t unit;
    _Atomic uint32_t bins[DIAL_BINS];
    // only touched while busy
    double expected;            // share below the line, by the histogram, as the last look left it
    double surprise;            // by how much the last RECENT_BLOCKS differed from that; later ones count more
    uint32_t left[DIAL_BINS];   // what the last look left behind
    uint32_t before[DIAL_BINS]; // what the block before that look had brought
};

static const char *const MODES[] = {"target_local_share", "quality_floor", "max_cost"};

const char *dial_mode_name(enum dial_mode m) {
    return MODES[m];
}

float dial_key(enum dial_mode mode, const struct score *s) {
    return mode == DIAL_QUALITY ? 1 - s->p_local : s->score;
}

// The bins are even in the logit of the key: scores come out of a logistic function, and crowd at its ends.
static const float LOGIT_MOST = 9;
static float edges[DIAL_BINS + 1]; // where each bin begins, as a key; the last is 1

__attribute__((constructor)) static void fill_edges(void) {
    for (uint32_t i = 1; i < DIAL_BINS; i++)
        edges[i] = 1 / (1 + expf(LOGIT_MOST - 2 * LOGIT_MOST * (float)i / DIAL_BINS));
    edges[DIAL_BINS] = 1;
}

static uint32_t bin_of(float key) {
    if (!(key > 0)) return 0;
    if (key >= 1) return DIAL_BINS - 1;
    float at = (logf(key / (1 - key)) + LOGIT_MOST) * (DIAL_BINS / (2 * LOGIT_MOST));
    uint32_t bin = at > 0 ? at < DIAL_BINS ? (uint32_t)at : DIAL_BINS - 1 : 0;
    if (key < edges[bin]) return bin - 1; // a rounding
    return key >= edges[bin + 1] ? bin + 1 : bin;
}

// The place of a key in its bin, 0 to 1, and back.
static double part_of(float key, uint32_t bin) {
    return (double)(key - edges[bin]) / (double)(edges[bin + 1] - edges[bin]);
}

static float key_at(uint32_t bin, double part) {
    return edges[bin] + (edges[bin + 1] - edges[bin]) * (float)part;
}

// ---------------------------------------------------------------- a histogram at rest

struct picture {
    uint32_t bins[DIAL_BINS];
    uint64_t below[DIAL_BINS + 1]; // sum of the bins before
};

static void add_up(struct picture *p) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < DIAL_BINS; sum += p->bins[i++]) p->below[i] = sum;
    p->below[DIAL_BINS] = sum;
}

static double total(const struct picture *p) {
    return (double)p->below[DIAL_BINS];
}

static void look(const struct dial *d, struct picture *p) {
    for (uint32_t i = 0; i < DIAL_BINS; i++)
        p->bins[i] = atomic_load_explicit((_Atomic uint32_t *)(uintptr_t)&d->bins[i], memory_order_relaxed);
    add_up(p);
}

// The share of keys at or below this one; within a bin they are taken to lie evenly.
static double share_below(const struct picture *p, float key) {
    if (key < 0 || total(p) == 0) return 0;
    if (key >= 1) return 1;
    uint32_t at = bin_of(key);
    return ((double)p->below[at] + p->bins[at] * part_of(key, at)) / total(p);
}

// The lower end of a bin, as a threshold that leaves the bin above it.
static float edge_below(uint32_t bin) {
    return bin == 0 ? -1 : bin == DIAL_BINS ? 1 : nextafterf(edges[bin], 0);
}

static float quantile(const struct picture *p, double share) {
    if (share >= 1) return 1;
    if (!(share > 0)) return -1;
    double wanted = share * total(p);
    uint32_t low = 0, high = DIAL_BINS - 1; // the first bin that reaches it
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if ((double)p->below[middle + 1] < wanted) low = middle + 1;
        else high = middle;
    }
    double in = p->bins[low];
    double part = in > 0 ? (wanted - (double)p->below[low]) / in : 1;
    // many requests with one score are not to be told apart: the nearer end
    if (in > MASS_POINT * total(p)) return part >= 0.5 ? edge_below(low + 1) : edge_below(low);
    return key_at(low, part);
}

// The highest threshold at which the loss of quality, the sum of the keys below it over all requests, is within bounds.
static float quality_line(const struct picture *p, double floor) {
    double allowed = (1 - floor) * total(p), lost = 0;
    for (uint32_t i = 0; i < DIAL_BINS; i++) {
        double in = p->bins[i] * (double)key_at(i, 0.5);
        if (lost + in > allowed) {
            if (p->bins[i] > MASS_POINT * total(p)) return edge_below(i);
            return key_at(i, (allowed - lost) / in);
        }
        lost += in;
    }
    return 1;
}

static float best_line(const struct dial *d, const struct picture *p) {
    if (d->mode == DIAL_QUALITY) return quality_line(p, d->aim);
    double ease = (double)atomic_load_explicit((_Atomic float *)(uintptr_t)&d->ease, memory_order_relaxed);
    return quantile(p, d->mode == DIAL_BUDGET ? 1 - (1 - d->aim) * ease : d->aim);
}

// ---------------------------------------------------------------- life

static void seed(struct dial *d, const struct weights *w) {
    if (d->mode == DIAL_QUALITY) { // until there is evidence every local answer alone keeps the floor
        atomic_store(&d->bins[bin_of((float)(1 - d->aim))], (uint32_t)DIAL_PRIOR * UNIT);
        atomic_store(&d->threshold, (float)(1 - d->aim));
        return;
    }
    for (uint32_t i = 0; i < PRIOR_POINTS; i++)
        atomic_fetch_add(&d->bins[bin_of(weights_threshold(w, (i + 0.5) / PRIOR_POINTS))],
                         DIAL_PRIOR * UNIT / PRIOR_POINTS);
    atomic_store(&d->threshold, d->aim >= 1 ? 1 : d->aim > 0 ? weights_threshold(w, d->aim) : -1);
}

struct dial *dial_new(const struct config *config, const struct weights *weights) {
    struct dial *d = mem_new(sizeof *d);
    d->mode = config->routing.quality_floor > 0  ? DIAL_QUALITY
              : config->routing.max_cost_usd > 0 ? DIAL_BUDGET
                                                 : DIAL_SHARE;
    d->aim = d->mode == DIAL_QUALITY ? config->routing.quality_floor : config->routing.target_local_share;
    span_copy_z(d->version, sizeof d->version, weights_version(weights));
    atomic_store(&d->ease, 1);
    atomic_store(&d->unit, UNIT);
    atomic_flag_clear(&d->busy);
    seed(d, weights);
    struct picture p;
    look(d, &p);
    memcpy(d->left, p.bins, sizeof d->left);
    d->expected = share_below(&p, dial_threshold(d));
    return d;
}

void dial_free(struct dial *d) {
    free(d);
}

bool dial_inherit(struct dial *d, const struct dial *old) {
    bool same = (d->mode == DIAL_QUALITY) == (old->mode == DIAL_QUALITY) && strcmp(d->version, old->version) == 0;
    if (!same) return false;
    struct picture p;
    look(old, &p);
    for (uint32_t i = 0; i < DIAL_BINS; i++) atomic_store(&d->bins[i], p.bins[i]);
    atomic_store(&d->unit, atomic_load((_Atomic uint32_t *)(uintptr_t)&old->unit));
    memcpy(d->left, p.bins, sizeof d->left);
    // the same aim goes on where it was, without a move
    bool moved = d->aim != old->aim || d->mode != old->mode;
    atomic_store(&d->threshold, moved ? best_line(d, &p) : dial_threshold(old));
    atomic_store(&d->live, atomic_load(&old->live));
    d->expected = share_below(&p, dial_threshold(d));
    return true;
}

enum dial_mode dial_mode(const struct dial *d) {
    return d->mode;
}

float dial_threshold(const struct dial *d) {
    return atomic_load_explicit((_Atomic float *)(uintptr_t)&d->threshold, memory_order_relaxed);
}

// ---------------------------------------------------------------- counting

// Takes from a bin what is not to stay; what other threads add meanwhile stays.
static void keep(struct dial *d, struct picture *p, uint32_t bin, uint32_t stays) {
    if (stays >= p->bins[bin]) return;
    atomic_fetch_sub_explicit(&d->bins[bin], p->bins[bin] - stays, memory_order_relaxed);
    p->bins[bin] = stays;
}

// Later requests add more, so that earlier ones fade.
static void fade(struct dial *d, struct picture *p) {
    uint32_t unit = atomic_load_explicit(&d->unit, memory_order_relaxed);
    unit += unit / FADE;
    if (unit > UNIT_MOST) {
        unit >>= UNIT_FALL;
        for (uint32_t i = 0; i < DIAL_BINS; i++) {
            keep(d, p, i, p->bins[i] >> UNIT_FALL);
            d->before[i] >>= UNIT_FALL;
        }
        add_up(p);
    }
    atomic_store_explicit(&d->unit, unit, memory_order_relaxed);
}

// Where the last blocks show that the traffic has changed, only the last two stay.
static void notice(struct dial *d, struct picture *p, double now_below) {
    double spread = sqrt(fmax(d->expected * (1 - d->expected), 0.02) / (RECENT_BLOCKS * DIAL_BLOCK));
    d->surprise +=
        (now_below - d->expected - d->surprise) * 2 / (RECENT_BLOCKS + 1); // a mean over about so many blocks
    bool changed = fabs(d->surprise) > SURPRISE * spread;
    for (uint32_t i = 0; i < DIAL_BINS; i++) {
        uint32_t brought = p->bins[i] - d->left[i];
        if (changed) keep(d, p, i, brought + d->before[i]);
        d->before[i] = brought;
    }
    if (!changed) return;
    d->surprise = 0;
    add_up(p);
}

static void move(struct dial *d, const struct picture *p) {
    float now = dial_threshold(d), best = best_line(d, p);
    double change = share_below(p, best) - share_below(p, now);
    bool under_floor = d->mode == DIAL_QUALITY && change < 0;
    if (fabs(change) <= (under_floor ? FLOOR_MOVE : DIAL_MOVE)) return;
    atomic_store_explicit(&d->threshold, best, memory_order_relaxed);
}

static void look_again(struct dial *d) {
    if (atomic_flag_test_and_set_explicit(&d->busy, memory_order_acquire)) return;
    uint64_t block = atomic_exchange_explicit(&d->block, 0, memory_order_relaxed);
    if (block >> 32) {
        struct picture p;
        look(d, &p);
        notice(d, &p, (double)(uint32_t)block / (double)(block >> 32));
        fade(d, &p);
        move(d, &p);
        d->expected = share_below(&p, dial_threshold(d));
        memcpy(d->left, p.bins, sizeof d->left);
        atomic_store_explicit(&d->live, true, memory_order_relaxed);
    }
    atomic_flag_clear_explicit(&d->busy, memory_order_release);
}

void dial_observe(struct dial *d, const struct score *s, float ease) {
    float key = dial_key(d->mode, s);
    uint64_t one = (uint64_t)1 << 32 | (key <= dial_threshold(d));
    atomic_fetch_add_explicit(&d->bins[bin_of(key)], atomic_load_explicit(&d->unit, memory_order_relaxed),
                              memory_order_relaxed);
    uint64_t block = atomic_fetch_add_explicit(&d->block, one, memory_order_relaxed) + one;
    if (block >> 32 < DIAL_BLOCK) return;
    atomic_store_explicit(&d->ease, ease, memory_order_relaxed);
    look_again(d);
}

// ---------------------------------------------------------------- explanations

void dial_facts(const struct dial *d, struct dial_facts *out) {
    struct picture p;
    look(d, &p);
    *out = (struct dial_facts){.mode = d->mode,
                               .aim = d->aim,
                               .threshold = dial_threshold(d),
                               .requests = total(&p) / atomic_load((_Atomic uint32_t *)(uintptr_t)&d->unit),
                               .share = share_below(&p, dial_threshold(d)),
                               .live = atomic_load((_Atomic bool *)(uintptr_t)&d->live)};
}

double dial_aim_at(const struct dial *d, float key) {
    struct picture p;
    if (d->mode == DIAL_BUDGET) return NAN;
    look(d, &p);
    if (d->mode == DIAL_SHARE) return share_below(&p, key);
    double lost = 0, share = 0;
    uint32_t at = bin_of(key);
    for (uint32_t i = 0; i < at; i++) lost += p.bins[i] * (double)key_at(i, 0.5);
    share = p.bins[at] * part_of(key, at);
    return total(&p) > 0 ? 1 - (lost + share * (double)key) / total(&p) : NAN;
}
