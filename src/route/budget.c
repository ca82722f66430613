#include "route/budget.h"

#include <math.h>
#include <stdlib.h>

#include "base/latch.h"
#include "base/mem.h"

// One more than fits the period: the oldest is still partly within it.
enum { SLOTS = BUDGET_PARTS + 1 };

struct budget {
    struct latch latch;
    double max_usd; // 0 = none
    int64_t part_us;
    double aside_usd;
    struct {
        int64_t part; // number of the part since 1970
        double usd;
    } spent[SLOTS];
};

struct budget *budget_new(void) {
    return mem_new(sizeof(struct budget));
}

void budget_free(struct budget *b) {
    free(b);
}

int64_t budget_period_us(const struct config *config) {
    static const int64_t DAY_US = 86400000000;
    if (!(config->routing.max_cost_usd > 0)) return 0;
    return config->routing.max_cost_per == COST_PER_DAY ? DAY_US : 30 * DAY_US;
}

int64_t budget_part_us(const struct config *config) {
    return budget_period_us(config) / BUDGET_PARTS;
}

static void add(struct budget *b, int64_t at_us, double usd) {
    int64_t part = at_us / b->part_us;
    size_t slot = (size_t)(part % SLOTS);
    if (part > b->spent[slot].part) b->spent[slot].usd = 0;
    else if (part < b->spent[slot].part) return; // older than all that counts
    b->spent[slot].part = part;
    b->spent[slot].usd += usd;
}

static double spent(const struct budget *b, int64_t now_us) {
    double sum = 0;
    int64_t oldest = now_us / b->part_us - BUDGET_PARTS;
    for (size_t i = 0; i < SLOTS; i++)
        if (b->spent[i].part >= oldest) sum += b->spent[i].usd;
    return sum;
}

void budget_set(struct budget *b, const struct config *config, int64_t now_us) {
    latch_take(&b->latch);
    int64_t part_us = budget_part_us(config);
    if (part_us && b->part_us && part_us != b->part_us) { // another period begins with what the old one knows
        double known = spent(b, now_us);
        memset(b->spent, 0, sizeof b->spent);
        b->part_us = part_us;
        add(b, now_us, known);
    }
    b->max_usd = part_us ? config->routing.max_cost_usd : 0;
    if (part_us) b->part_us = part_us;
    latch_give(&b->latch);
}

void budget_add_past(struct budget *b, int64_t at_us, double usd, int64_t now_us) {
    latch_take(&b->latch);
    if (b->max_usd > 0 && at_us <= now_us && at_us / b->part_us >= now_us / b->part_us - BUDGET_PARTS)
        add(b, at_us, usd);
    latch_give(&b->latch);
}

void budget_look(struct budget *b, int64_t now_us, struct budget_state *out) {
    *out = (struct budget_state){.ease = 1};
    latch_take(&b->latch);
    if (b->max_usd > 0) {
        out->set = true;
        out->max_usd = b->max_usd;
        out->spent_usd = spent(b, now_us);
        out->aside_usd = b->aside_usd;
        double left = 1 - (out->spent_usd + out->aside_usd) / b->max_usd;
        out->ease = (float)fmin(1, fmax(BUDGET_LEAST_EASE, left / (1 - BUDGET_KNEE)));
    }
    latch_give(&b->latch);
}

bool budget_fits(const struct budget_state *s, double expected_usd) {
    return !s->set || s->spent_usd + s->aside_usd + (isfinite(expected_usd) ? expected_usd : 0) < s->max_usd;
}

double budget_reserve(struct budget *b, double expected_usd) {
    if (!(expected_usd > 0) || !isfinite(expected_usd)) return 0;
    latch_take(&b->latch);
    if (b->max_usd > 0) b->aside_usd += expected_usd;
    else expected_usd = 0;
    latch_give(&b->latch);
    return expected_usd;
}

void budget_settle(struct budget *b, double reserved_usd, double cost_usd, int64_t now_us) {
    if (isnan(cost_usd)) cost_usd = reserved_usd;
    latch_take(&b->latch);
    b->aside_usd -= reserved_usd;
    if (b->aside_usd < 1e-12) b->aside_usd = 0;
    if (b->max_usd > 0 && cost_usd > 0) add(b, now_us, cost_usd);
    latch_give(&b->latch);
}
