// A rolling budget for frontiers: routing.max_cost US dollars in any routing.max_cost_per (24 hours, 30 days).
//
// What was spent is kept in BUDGET_PARTS parts of the period; a part leaves when all of it is older than the period, so
// that no period of this length costs more. What running requests are expected to cost is set aside until they end, so
// that many at once cannot overdraw. Past BUDGET_KNEE of the budget less and less goes to frontiers (`ease`), so that
// it lasts; when it is spent, nothing does.
//
// Shared by the workers under a latch; only there where a budget is set.
#ifndef SLUICE_ROUTE_BUDGET_H
#define SLUICE_ROUTE_BUDGET_H

#include "config/config.h"

enum { BUDGET_PARTS = 64 };
#define BUDGET_KNEE 0.75      // of the budget: until here nothing changes
#define BUDGET_LEAST_EASE 0.1 // the line between routine and hard does not hide that the budget is spent

struct budget;

struct budget *budget_new(void); // none is set
void budget_free(struct budget *b);
// From the configuration; what was spent stays when the period does. Any thread.
void budget_set(struct budget *b, const struct config *config, int64_t now_us);
// Counts what was spent before this process began.
void budget_add_past(struct budget *b, int64_t at_us, double usd, int64_t now_us);
int64_t budget_period_us(const struct config *config); // 0 = no budget
int64_t budget_part_us(const struct config *config);

struct budget_state {
    bool set;
    double max_usd, spent_usd, aside_usd; // of the last period; set aside for running requests
    float ease;                           // of the usual share of frontiers: 1 .. BUDGET_LEAST_EASE
};
void budget_look(struct budget *b, int64_t now_us, struct budget_state *out);
// Whether a request of this expected cost still fits.
bool budget_fits(const struct budget_state *s, double expected_usd);
// Sets aside; returns what is to be given to budget_settle with what it did cost (NAN: as expected).
double budget_reserve(struct budget *b, double expected_usd);
void budget_settle(struct budget *b, double reserved_usd, double cost_usd, int64_t now_us);

#endif
