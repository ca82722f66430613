// Reading the ledger with a connection of its own: rows and sums.
#include <sqlite3.h>

#include "ledger/columns.h"
#include "ledger/store.h"

// An id has a condition of its own, because an index serves "id = ?3" but not "?3 IS NULL OR id = ?3".
static const char *where(const struct ledger_filter *f) {
    return f->id ? " WHERE (?1 = 0 OR started_us >= ?1) AND (?2 = 0 OR started_us < ?2) AND id = ?3"
                 : " WHERE (?1 = 0 OR started_us >= ?1) AND (?2 = 0 OR started_us < ?2)";
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, const struct ledger_filter *f, struct err *e) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        err_set(e, "ledger: %s", sqlite3_errmsg(db));
        return NULL;
    }
    sqlite3_bind_int64(statement, 1, f->since_us);
    sqlite3_bind_int64(statement, 2, f->until_us);
    if (f->id) sqlite3_bind_text(statement, 3, f->id, -1, SQLITE_STATIC);
    return statement;
}

// ---------------------------------------------------------------- rows

static void write_select(const struct ledger_filter *f, struct buf *sql) {
    buf_add_z(sql, "SELECT ");
    columns_list(sql, COLUMN_ALL);
    buf_printf(sql, " FROM request%s", where(f));
    if (f->limit > 0) { // the newest, turned round again
        struct buf inner;
        buf_init(&inner, sql->max);
        buf_add_z(&inner, "SELECT ");
        columns_list(&inner, COLUMN_ALL);
        buf_printf(&inner, " FROM (SELECT * FROM request%s ORDER BY seq DESC LIMIT %lld)", where(f),
                   (long long)f->limit);
        buf_reset(sql);
        buf_add_span(sql, buf_span(&inner));
        buf_free(&inner);
    }
    buf_add_z(sql, " ORDER BY seq");
}

int64_t ledger_export(const char *path, const struct ledger_filter *filter, enum ledger_format format, FILE *out,
                      struct err *e) {
    struct buf text;
    sqlite3_stmt *statement = NULL;
    int64_t rows = 0;
    int step = SQLITE_DONE;
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    buf_init(&text, 1 << 20);
    write_select(filter, &text);
    statement = prepare(db, text.at, filter, e);
    if (!statement) {
        rows = -1;
        goto out;
    }
    buf_reset(&text);
    if (format == LEDGER_CSV) columns_csv_header(&text);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct ledger_row row;
        columns_read(statement, COLUMN_ALL, &row);
        if (format == LEDGER_CSV) {
            columns_csv_row(&row, &text);
        } else {
            ledger_row_json(&row, &text);
            buf_add_char(&text, '\n');
        }
        rows++;
        if (text.len < 32768) continue;
        fwrite(text.at, 1, text.len, out);
        buf_reset(&text);
    }
    if (text.len) fwrite(text.at, 1, text.len, out);
    if (step != SQLITE_DONE) rows = err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
    else if (ferror(out)) rows = err_set(e, "the rows could not be written out");
out:
    buf_free(&text);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return rows;
}

// ---------------------------------------------------------------- sums

#define ANSWERED "route IN ('local', 'frontier')"

static const char SUMS[] =
    "SELECT count(*), sum(route = 'local'), sum(route = 'frontier'), sum(route = 'refused'), sum(sensitive),"
    " sum(outcome NOT IN ('ok', 'refused')), sum(input_tokens), sum(output_tokens),"
    " sum(" ANSWERED " AND (input_tokens IS NULL OR output_tokens IS NULL)), sum(" ANSWERED " AND cost_usd IS NULL),"
    " count(cost_usd + baseline_usd), sum(bytes_out_local), sum(bytes_out_eu), sum(bytes_out_us), sum(bytes_out_any),"
    " min(started_us), max(started_us), total(cost_usd),"
    " total(CASE WHEN cost_usd IS NOT NULL THEN baseline_usd END), total(baseline_usd - cost_usd) FROM request";

static const char BY_UPSTREAM[] =
    "SELECT upstream, count(*), sum(input_tokens), sum(output_tokens), sum(cost_usd IS NULL), total(cost_usd)"
    " FROM request";

static int read_sums(sqlite3 *db, const struct ledger_filter *filter, struct ledger_summary *out, struct err *e) {
    char sql[2048];
    snprintf(sql, sizeof sql, "%s%s", SUMS, where(filter));
    sqlite3_stmt *s = prepare(db, sql, filter, e);
    if (!s) return -1;
    int64_t *const counts[] = {&out->requests,
                               &out->local,
                               &out->frontier,
                               &out->refused,
                               &out->sensitive,
                               &out->failed,
                               &out->input_tokens,
                               &out->output_tokens,
                               &out->tokens_unknown,
                               &out->cost_unknown,
                               &out->baseline_known,
                               &out->bytes_out[ZONE_LOCAL],
                               &out->bytes_out[ZONE_EU],
                               &out->bytes_out[ZONE_US],
                               &out->bytes_out[ZONE_ANY],
                               &out->first_us,
                               &out->last_us};
    enum { COUNTS = sizeof counts / sizeof *counts };
    int status = sqlite3_step(s) == SQLITE_ROW ? 0 : err_set(e, "ledger: %s", sqlite3_errmsg(db));
    if (!status) {
        for (int i = 0; i < COUNTS; i++) *counts[i] = sqlite3_column_int64(s, i);
        out->cost_usd = sqlite3_column_double(s, COUNTS);
        out->baseline_usd = sqlite3_column_double(s, COUNTS + 1);
        out->saved_usd = sqlite3_column_double(s, COUNTS + 2);
    }
    sqlite3_finalize(s);
    return status;
}

static int read_upstreams(sqlite3 *db, const struct ledger_filter *filter, struct ledger_summary *out, struct err *e) {
    char sql[1024];
    int step;
    snprintf(sql, sizeof sql, "%s%s AND upstream <> '' GROUP BY upstream ORDER BY 2 DESC, 1 LIMIT %d", BY_UPSTREAM,
             where(filter), LEDGER_MAX_UPSTREAMS);
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
