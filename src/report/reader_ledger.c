// Sluice's own ledger, as the SQLite file that it is; also while a server writes to it.
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/rows.h"
#include "ledger/store.h"
#include "report/reader_internal.h"

struct ledger_reader {
    sqlite3 *db;
    struct rows *rows;
    sqlite3_stmt *outcomes;
    struct ledger_row row;
};

static int64_t leaving_bytes(const struct ledger_row *row) {
    int64_t sum = 0;
    for (int z = 0; z < ZONE_COUNT; z++)
        if (z != ZONE_LOCAL) sum += row->bytes_out[z];
    return sum;
}

static void take_money(const struct ledger_row *from, struct usage_row *row) {
    if (!isfinite(from->cost_usd)) return;
    row->has_cost = true;
    // a double has 15 digits; what it holds beyond them is no money
    row->cost = (pico)llround(from->cost_usd * 1e9) * (PICO_PER_UNIT / 1000000000);
    double rest = from->cost_usd - (double)llround(from->cost_usd * 1e9) / 1e9;
    row->cost += (pico)llround(rest * 1e12);
}

// Of each side what the best source told: feedback over validator over escalation; a score counts before success.
static const char OUTCOMES[] = "SELECT answered_by = 'local', coalesce(score, success) FROM outcome"
                               " WHERE id = ?1 AND coalesce(score, success) IS NOT NULL"
                               " ORDER BY CASE source WHEN 'feedback' THEN 2 WHEN 'validator' THEN 1 ELSE 0 END";

static int take_outcomes(struct ledger_reader *x, struct usage_row *row) {
    int step;
    if (!x->outcomes) return SQLITE_DONE; // the ledger has none
    sqlite3_bind_text(x->outcomes, 1, x->row.id, -1, SQLITE_STATIC);
    while ((step = sqlite3_step(x->outcomes)) == SQLITE_ROW)
        *(sqlite3_column_int(x->outcomes, 0) ? &row->weak : &row->strong) = sqlite3_column_double(x->outcomes, 1);
    sqlite3_reset(x->outcomes);
    return step;
}

static enum reader_status next(struct reader *r, struct usage_row *row, struct err *e) {
    struct ledger_reader *x = r->state;
    struct ledger_row *from = &x->row;
    int step = rows_next(x->rows, from);
    if (step == SQLITE_DONE) return READER_END;
    if (step != SQLITE_ROW) {
        err_set(e, "cannot be read on: %s", sqlite3_errmsg(x->db));
        return READER_FAILED;
    }
    r->line++;
    row->time_us = from->started_us;
    row->model = span_from(*from->model ? from->model : from->asked_model);
    row->input = from->input_tokens;
    row->output = from->output_tokens;
    row->cached = from->cached_tokens > 0 ? from->cached_tokens : 0;
    row->cache_write = from->cache_write_tokens > 0 ? from->cache_write_tokens : 0;
    row->cache_write_1h = from->cache_write_1h_tokens > 0 ? from->cache_write_1h_tokens : 0;
    if (row->cache_write_1h > row->cache_write) row->cache_write_1h = row->cache_write;
    row->service = price_service_from(span_from(from->service_tier));
    row->reasoning = from->reasoning_tokens > 0 ? from->reasoning_tokens : 0;
    take_money(from, row);
    row->latency_us = from->total_us;
    row->ttft_us = from->ttft_us;
    row->status = from->status;
    row->retries = from->retries;
    row->throttles = from->throttles;
    row->bytes_out = leaving_bytes(from);
    row->bytes_back = from->bytes_answered;
    row->route = span_from(from->route);
    row->reason = span_from(from->reason);
    row->score = (double)from->score;
    row->sensitive = from->sensitive;
    if (take_outcomes(x, row) != SQLITE_DONE) {
        err_set(e, "its outcomes cannot be read: %s", sqlite3_errmsg(x->db));
        return READER_FAILED;
    }
    // what a provider counted wrongly is not to be priced
    if (row->input >= 0 && row->cached + row->cache_write > row->input) row->input = -1;
    if (row->output >= 0 && row->reasoning > row->output) row->output = -1;
    return READER_ROW;
}

static struct span decode(struct reader *r, struct span raw) {
    (void)r;
    return raw; // a ledger holds no texts
}

static void free_state(struct reader *r) {
    struct ledger_reader *x = r->state;
    rows_close(x->rows);
    sqlite3_finalize(x->outcomes);
    sqlite3_close(x->db);
    free(x);
}

static const struct reader_kind KIND = {"SQLite", next, decode, free_state};

static bool has_any(void *context, struct span column) {
    (void)context;
    (void)column;
    return true;
}

// A ledger without outcomes is spared to look for them row by row.
static bool prepare(struct ledger_reader *x) {
    sqlite3_stmt *any = NULL;
    int step = SQLITE_ERROR;
    x->rows = rows_open(x->db, "record ORDER BY seq");
    if (!x->rows) return false;
    if (sqlite3_prepare_v2(x->db, "SELECT 1 FROM outcome LIMIT 1", -1, &any, NULL) == SQLITE_OK)
        step = sqlite3_step(any);
    sqlite3_finalize(any);
    if (step == SQLITE_DONE) return true;
    return step == SQLITE_ROW && sqlite3_prepare_v2(x->db, OUTCOMES, -1, &x->outcomes, NULL) == SQLITE_OK;
}

int reader_ledger_open(struct reader *r, const char *path, struct err *e) {
    struct ledger_reader *x = mem_new(sizeof *x);
    r->state = x;
    r->kind = &KIND;
    if (r->options.map_count || (r->options.format && strcmp(r->options.format->name, "sluice-ledger") != 0))
        return err_set(e, "is a database; --map and --format are for CSV and JSON");
    const struct format *format = format_by_name("sluice-ledger");
    if (layout_bind(&r->layout, format, NULL, 0, has_any, NULL, e) != 0) return -1;
    x->db = store_open_reader(path, e);
    if (!x->db) return -1;
    return prepare(x) ? 0 : err_set(e, "cannot be read: %s", sqlite3_errmsg(x->db));
}
