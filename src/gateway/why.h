// Why a request that has been went where it did and how it ended, in words, from its row alone.
#ifndef SLUICE_GATEWAY_WHY_H
#define SLUICE_GATEWAY_WHY_H

#include "base/buf.h"
#include "ledger/ledger.h"

// Appends one line without an end: the reason, then every number of the decision that weighed in it.
void why_put(struct buf *b, const struct ledger_row *row);

#endif
