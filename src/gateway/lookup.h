// Reading the ledger for a request: rows that still wait for the writer, then the file, on libuv's thread pool, so that
// the worker's loop never waits for a disk.
#ifndef SLUICE_GATEWAY_LOOKUP_H
#define SLUICE_GATEWAY_LOOKUP_H

#include <uv.h>

#include "base/buf.h"
#include "ledger/outcome.h"

struct request;

enum { LOOKUP_ROWS = 1000, LOOKUP_ROWS_DEFAULT = 50 }; // of a list

struct lookup {
    uv_work_t work;
    struct request *request; // NULL once the caller left
    struct ledger *ledger;
    char id[40]; // one row; "" = the newest `limit`
    size_t limit;
    struct ledger_row *rows; // found
    int count;               // -1: `err` says why
    struct err err;
    void (*done)(struct request *r, struct lookup *l); // on the worker; answers the request
    struct buf outcomes; // of that row, as the items of a JSON list; only where `with_outcomes`
    bool with_outcomes;
    int success; // of feedback: what was told
    float score;
};

// Begins to read. `done` is called unless the caller leaves before; the lookup is freed afterwards.
void lookup_start(struct request *r, const struct lookup *what);
// The request is gone: nobody waits any more.
void lookup_forget(struct request *r);

// GET /sluice/v1/requests?limit=N and GET /sluice/v1/requests/ID
void lookup_serve_list(struct request *r);
void lookup_serve_row(struct request *r);

#endif
