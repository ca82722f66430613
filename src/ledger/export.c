// Reading the ledger with a connection of its own: rows and sums.
#include <math.h>
#include <sqlite3.h>

#include "ledger/columns.h"
#include "ledger/find.h"
#include "ledger/rows.h"
#include "ledger/store.h"

#define TIMES " WHERE (?1 = 0 OR started_us >= ?1) AND (?2 = 0 OR started_us < ?2)"

// The rows that a filter may let through, for FROM: those of its id, or all.
static int candidates(sqlite3 *db, const struct ledger_filter *f, char out[static FIND_BYTES], struct err *e) {
    snprintf(out, FIND_BYTES, "record");
    if (!f->id || find_records(db, f->id, "?3", out) == SQLITE_OK) return 0;
    return err_set(e, "ledger: %s", sqlite3_errmsg(db));
}

static void bind(sqlite3_stmt *statement, const struct ledger_filter *f) {
    sqlite3_bind_int64(statement, 1, f->since_us);
    sqlite3_bind_int64(statement, 2, f->until_us);
    if (f->id) sqlite3_bind_text(statement, 3, f->id, -1, SQLITE_STATIC);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const struct ledger_filter *f, struct err *e) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        err_set(e, "ledger: %s", sqlite3_errmsg(db));
        return NULL;
    }
    bind(statement, f);
    return statement;
}

// ---------------------------------------------------------------- rows

static struct rows *open_rows(sqlite3 *db, const struct ledger_filter *f, struct err *e) {
    char all[FIND_BYTES], from[2 * FIND_BYTES];
    if (candidates(db, f, all, e)) return NULL;
    if (f->limit > 0) // the newest, turned round again
        snprintf(from, sizeof from, "(SELECT * FROM %s" TIMES " ORDER BY seq DESC LIMIT %lld) ORDER BY seq", all,
                 (long long)f->limit);
    else snprintf(from, sizeof from, "%s" TIMES " ORDER BY seq", all);
    struct rows *rows = rows_open(db, from);
    if (rows) bind(rows_statement(rows), f);
    else err_set(e, "ledger: %s", sqlite3_errmsg(db));
    return rows;
}

static void put_row(const struct ledger_row *row, enum ledger_format format, struct buf *text) {
    if (format == LEDGER_CSV) {
        columns_csv_row(row, text);
        return;
    }
    ledger_row_json(row, text);
    buf_add_char(text, '\n');
}

int64_t ledger_export(const char *path, const struct ledger_filter *filter, enum ledger_format format, FILE *out,
                      struct err *e) {
    struct buf text;
    struct ledger_row row;
    int64_t count = 0;
    int step;
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    struct rows *rows = open_rows(db, filter, e);
    if (!rows) {
        sqlite3_close(db);
        return -1;
    }
    buf_init(&text, 1 << 20);
    if (format == LEDGER_CSV) columns_csv_header(&text);
    for (; (step = rows_next(rows, &row)) == SQLITE_ROW; count++) {
        put_row(&row, format, &text);
        if (text.len < 32768) continue;
        fwrite(text.at, 1, text.len, out);
        buf_reset(&text);
    }
    if (text.len) fwrite(text.at, 1, text.len, out);
    if (step != SQLITE_DONE) count = err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
    else if (ferror(out)) count = err_set(e, "the rows could not be written out");
    buf_free(&text);
    rows_close(rows);
    sqlite3_close(db);
    return count;
}

// ---------------------------------------------------------------- sums

static const char BY_UPSTREAM[] =
    "SELECT upstream, count(*), sum(input_tokens), sum(output_tokens), sum(cost_usd IS NULL), total(cost_usd)"
    " FROM request";

static void add_known(int64_t *sum, int64_t v) {
    if (v > 0) *sum += v;
}

static void add_row(const struct ledger_row *row, struct ledger_summary *out) {
    bool local = strcmp(row->route, "local") == 0, frontier = strcmp(row->route, "frontier") == 0;
    bool cost = isfinite(row->cost_usd), baseline = isfinite(row->baseline_usd);
    out->local += local;
    out->frontier += frontier;
    out->refused += strcmp(row->route, "refused") == 0;
    out->sensitive += row->sensitive;
    out->failed += *row->outcome && strcmp(row->outcome, "ok") != 0 && strcmp(row->outcome, "refused") != 0;
    add_known(&out->input_tokens, row->input_tokens);
    add_known(&out->output_tokens, row->output_tokens);
    out->tokens_unknown += (local || frontier) && (row->input_tokens < 0 || row->output_tokens < 0);
    out->cost_unknown += (local || frontier) && !cost;
    out->baseline_known += cost && baseline;
    if (cost) out->cost_usd += row->cost_usd;
    if (cost && baseline) {
        out->baseline_usd += row->baseline_usd;
        out->saved_usd += row->baseline_usd - row->cost_usd;
    }
    for (int z = 0; z < ZONE_COUNT; z++) out->bytes_out[z] += row->bytes_out[z];
    if (out->requests == 0 || row->started_us < out->first_us) out->first_us = row->started_us;
    if (out->requests == 0 || row->started_us > out->last_us) out->last_us = row->started_us;
    out->requests++;
}

static int read_sums(sqlite3 *db, const struct ledger_filter *filter, struct ledger_summary *out, struct err *e) {
    struct rows *rows = open_rows(db, &(struct ledger_filter){filter->since_us, filter->until_us, 0, filter->id}, e);
    struct ledger_row row;
    int step;
    if (!rows) return -1;
    while ((step = rows_next(rows, &row)) == SQLITE_ROW) add_row(&row, out);
    int status = step == SQLITE_DONE ? 0 : err_set(e, "ledger: %s", sqlite3_errmsg(db));
    rows_close(rows);
    return status;
}

static int read_upstreams(sqlite3 *db, const struct ledger_filter *filter, struct ledger_summary *out, struct err *e) {
    char sql[1024];
    int step;
    snprintf(sql, sizeof sql, "%s%s AND upstream <> '' GROUP BY upstream ORDER BY 2 DESC, 1 LIMIT %d", BY_UPSTREAM,
             filter->id ? TIMES " AND id = ?3" : TIMES, LEDGER_MAX_UPSTREAMS);
    sqlite3_stmt *s = prepare(db, sql, filter, e);
    if (!s) return -1;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        size_t i = out->upstream_count++;
        snprintf(out->upstreams[i].name, sizeof out->upstreams[i].name, "%s", (const char *)sqlite3_column_text(s, 0));
        out->upstreams[i].requests = sqlite3_column_int64(s, 1);
        out->upstreams[i].input_tokens = sqlite3_column_int64(s, 2);
        out->upstreams[i].output_tokens = sqlite3_column_int64(s, 3);
        out->upstreams[i].cost_unknown = sqlite3_column_int64(s, 4);
        out->upstreams[i].cost_usd = sqlite3_column_double(s, 5);
    }
    int status = step == SQLITE_DONE ? 0 : err_set(e, "ledger: %s", sqlite3_errmsg(db));
    sqlite3_finalize(s);
    return status;
}

int ledger_summarize(const char *path, const struct ledger_filter *filter, struct ledger_summary *out, struct err *e) {
    *out = (struct ledger_summary){.requests = 0};
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    // one transaction, so that both questions see the same rows
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    int status = read_sums(db, filter, out, e) || read_upstreams(db, filter, out, e) ? -1 : 0;
    sqlite3_close(db);
    return status;
}
