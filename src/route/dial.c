#include "route/dial.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    UNIT = 4096,      // what one request adds: fine enough to be forgotten in parts
    FORGET_SHIFT = 4, // of a block: a sixteenth goes, so that some 1024 requests are in it
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

static uint32_t bin_of(float key) {
    if (!(key > 0)) return 0;
    return key >= 1 ? DIAL_BINS - 1 : (uint32_t)(key * DIAL_BINS);
}

// ---------------------------------------------------------------- a histogram at rest

struct picture {
    uint32_t bins[DIAL_BINS];
    double total;
};

static void look(const struct dial *d, struct picture *p) {
    p->total = 0;
    for (uint32_t i = 0; i < DIAL_BINS; i++) {
        p->bins[i] = atomic_load_explicit((_Atomic uint32_t *)(uintptr_t)&d->bins[i], memory_order_relaxed);
        p->total += p->bins[i];
    }
}

// The share of keys at or below this one; within a bin they are taken to lie evenly.
static double share_below(const struct picture *p, float key) {
    if (key < 0 || p->total == 0) return 0;
    if (key >= 1) return 1;
    uint32_t at = bin_of(key);
    double below = 0;
    for (uint32_t i = 0; i < at; i++) below += p->bins[i];
    return (below + p->bins[at] * ((double)key * DIAL_BINS - at)) / p->total;
}

// The lower end of a bin, as a threshold that leaves the bin above it.
static float edge_below(uint32_t bin) {
    return bin ? nextafterf((float)bin / DIAL_BINS, 0) : -1;
}

static float quantile(const struct picture *p, double share) {
    if (share >= 1) return 1;
    if (!(share > 0)) return -1;
    double wanted = share * p->total, below = 0;
    for (uint32_t i = 0; i < DIAL_BINS; i++) {
        double in = p->bins[i];
        if (below + in < wanted || in == 0) {
            below += in;
            continue;
        }
        float part = (float)((wanted - below) / in);
        // many requests with one score are not to be told apart: the nearer end
        if (in > MASS_POINT * p->total) return part >= 0.5f ? (float)(i + 1) / DIAL_BINS : edge_below(i);
        return ((float)i + part) / DIAL_BINS;
    }
    return 1;
}

// The highest threshold at which the loss of quality, the sum of the keys below it over all requests, is within bounds.
static float quality_line(const struct picture *p, double floor) {
    double allowed = (1 - floor) * p->total, lost = 0;
    for (uint32_t i = 0; i < DIAL_BINS; i++) {
        double in = p->bins[i] * (i + 0.5) / DIAL_BINS;
        if (lost + in > allowed) {
            if (p->bins[i] > MASS_POINT * p->total) return edge_below(i);
            return ((float)i + (float)((allowed - lost) / in)) / DIAL_BINS;
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

// What was counted fades; where the last two blocks show that it is about other traffic, only they stay.
static void forget(struct dial *d, struct picture *p, double now_below) {
    double spread = sqrt(fmax(d->expected * (1 - d->expected), 0.02) / (RECENT_BLOCKS * DIAL_BLOCK));
    d->surprise +=
        (now_below - d->expected - d->surprise) * 2 / (RECENT_BLOCKS + 1); // a mean over about so many blocks
    bool changed = fabs(d->surprise) > SURPRISE * spread;
    if (changed) d->surprise = 0;
    p->total = 0;
    for (uint32_t i = 0; i < DIAL_BINS; i++) {
        uint32_t brought = p->bins[i] - d->left[i];
        uint32_t stays = changed ? brought + d->before[i] : p->bins[i] - (p->bins[i] >> FORGET_SHIFT);
        if (stays > p->bins[i]) stays = p->bins[i]; // some of the block before has faded
        if (stays < p->bins[i]) atomic_fetch_sub_explicit(&d->bins[i], p->bins[i] - stays, memory_order_relaxed);
        p->bins[i] = d->left[i] = stays;
        p->total += stays;
        d->before[i] = brought;
    }
}

static void move(struct dial *d, const struct picture *p) {
    float now = dial_threshold(d), best = best_line(d, p);
    double change = share_below(p, best) - share_below(p, now);
    bool under_floor = d->mode == DIAL_QUALITY && change < 0;
    if (fabs(change) <= (under_floor ? FLOOR_MOVE : DIAL_MOVE)) return;
    atomic_store_explicit(&d->threshold, best, memory_order_relaxed);
    atomic_store_explicit(&d->live, true, memory_order_relaxed);
}

static void look_again(struct dial *d) {
    if (atomic_flag_test_and_set_explicit(&d->busy, memory_order_acquire)) return;
    uint64_t block = atomic_exchange_explicit(&d->block, 0, memory_order_relaxed);
    if (block >> 32) {
        struct picture p;
        look(d, &p);
        forget(d, &p, (double)(uint32_t)block / (double)(block >> 32));
        move(d, &p);
        d->expected = share_below(&p, dial_threshold(d));
    }
    atomic_flag_clear_explicit(&d->busy, memory_order_release);
}

void dial_observe(struct dial *d, const struct score *s, float ease) {
    float key = dial_key(d->mode, s);
    uint64_t one = (uint64_t)1 << 32 | (key <= dial_threshold(d));
    atomic_fetch_add_explicit(&d->bins[bin_of(key)], UNIT, memory_order_relaxed);
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
                               .requests = p.total / UNIT,
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
    for (uint32_t i = 0; i < at; i++) lost += p.bins[i] * (i + 0.5) / DIAL_BINS;
    share = p.bins[at] * ((double)key * DIAL_BINS - at);
    return p.total > 0 ? 1 - (lost + share * (double)key) / p.total : NAN;
}
