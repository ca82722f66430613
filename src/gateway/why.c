#include "gateway/why.h"

#include <string.h>

#include "route/dial.h"
#include "route/plan.h"
#include "verify/verify.h"

static void put_score(struct buf *b, const struct ledger_row *row) {
    const struct ledger_decision *d = &row->decision;
    const char *side = d->flags & DECISION_HARD ? "above" : "not above";
    if (d->aim == DIAL_QUALITY)
        buf_printf(b, "; the local model does as well with probability %.3f, the line of quality_floor is %.3f",
                   (double)row->p_local, 1 - (double)d->threshold);
    else
        buf_printf(b, "; score %.3f, %s the threshold %.3f of %s", (double)row->score, side, (double)d->threshold,
                   dial_mode_name((enum dial_mode)d->aim));
    if (!(d->flags & DECISION_FREE)) buf_add_z(b, ", which did not decide");
}

// Without a price the two sums have no unit that means anything outside of the comparison.
static void put_session(struct buf *b, const struct ledger_decision *d) {
    const char *unit = d->flags & DECISION_PRICED ? "$" : "";
    buf_printf(b, "; %s had the conversation: leaving it gains %s%.6f and loses %s%.6f",
               d->flags & DECISION_SESSION_LOCAL ? "the local model" : "a frontier", unit, (double)d->gain_usd, unit,
               (double)d->loss_usd);
}

static void put_end(struct buf *b, const struct ledger_row *row) {
    if (*row->verify && strcmp(row->verify, "passed") != 0)
        buf_printf(b, "; the local answer failed the check %s", row->verify);
    if (strcmp(row->verify, verify_check_name(CHECK_CONFIDENCE)) == 0)
        buf_printf(b, ": log-probabilities of mean %.3g and least %.3g, and the line is %s", (double)row->logprob_mean,
                   (double)row->logprob_least, row->line);
    if (*row->degraded) buf_printf(b, "; degraded: %s", row->degraded);
    // what is refused before it is understood has no reason, and nothing stands before
    if (*row->error_code) buf_printf(b, "%sit ended with %s", *row->reason ? "; " : "", row->error_code);
    else if (strcmp(row->outcome, "cancelled") == 0) buf_add_z(b, "; the caller left");
}

void why_put(struct buf *b, const struct ledger_row *row) {
    buf_add_z(b, reason_text_of(row->reason));
    if (row->decision.format && row->decision.aim <= DIAL_BUDGET) put_score(b, row);
    if (row->decision.flags & DECISION_SESSION) put_session(b, &row->decision);
    put_end(b, row);
}
