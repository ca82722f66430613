// Outcomes in the file: reading, and how they look. Writing is the writer's (ledger.c, store.c).
#include "ledger/outcome.h"

#include <sqlite3.h>
#include <stdio.h>

#include "base/clock.h"
#include "ledger/find.h"
#include "ledger/pack.h"
#include "ledger/rows.h"
#include "ledger/store.h"
#include "wire/json.h"

static const char *const SOURCES[OUTCOME_SOURCES] = {"feedback", "validator", "escalation"};

const char *outcome_source_name(enum outcome_source s) {
    return SOURCES[s];
}

// ---------------------------------------------------------------- rows

// The first rows of `from` (rows.h), with one parameter. How many, or -1.
static int read_rows(sqlite3 *db, const char *from, const char *text, int64_t whole, size_t most,
                     struct ledger_row *out) {
    struct rows *rows = rows_open(db, from);
    size_t n = 0;
    int step = SQLITE_ERROR;
    if (rows) {
        if (text) sqlite3_bind_text(rows_statement(rows), 1, text, -1, SQLITE_STATIC);
        else sqlite3_bind_int64(rows_statement(rows), 1, whole);
        while (n < most && (step = rows_next(rows, &out[n])) == SQLITE_ROW) n++;
    }
    rows_close(rows);
    return step == SQLITE_DONE || step == SQLITE_ROW ? (int)n : -1;
}

static int close_reader(sqlite3 *db, const char *path, int count, struct err *e) {
    if (count < 0) err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
    sqlite3_close(db);
    return count;
}

int ledger_read_row(const char *path, const char *id, struct ledger_row *out, struct err *e) {
    char from[FIND_BYTES];
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    int n = find_records(db, id, "?1", from) == SQLITE_OK ? read_rows(db, from, id, 0, 1, out) : -1;
    return close_reader(db, path, n, e);
}

int ledger_read_newest(const char *path, size_t limit, struct ledger_row *rows, struct err *e) {
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    int n = read_rows(db, "record ORDER BY seq DESC LIMIT ?1", NULL, (int64_t)limit, limit, rows);
    return close_reader(db, path, n, e);
}

int ledger_read_costs(const char *path, int64_t since_us, int64_t part_us, cost_visit *visit, void *context,
                      struct err *e) {
    static const char SQL[] = "SELECT max(started_us), total(cost_usd) FROM record WHERE started_us >= ?1"
                              " GROUP BY started_us / ?2 ORDER BY 1";
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    sqlite3_stmt *s = NULL;
    int step = SQLITE_ERROR;
    if (sqlite3_prepare_v2(db, SQL, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, since_us);
        sqlite3_bind_int64(s, 2, part_us);
        while ((step = sqlite3_step(s)) == SQLITE_ROW)
            if (visit(context, sqlite3_column_int64(s, 0), sqlite3_column_double(s, 1)) != 0) break;
    }
    int status = step == SQLITE_DONE || step == SQLITE_ROW ? 0 : err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
    sqlite3_finalize(s);
    sqlite3_close(db);
    return status;
}

// ---------------------------------------------------------------- outcomes

static void copy_text(char *to, size_t size, sqlite3_stmt *s, int column) {
    const char *text = (const char *)sqlite3_column_text(s, column);
    span_copy_z(to, size, text ? text : "");
}

static enum outcome_source source_of(const char *name) {
    int i = 0;
    while (i < OUTCOME_SOURCES - 1 && strcmp(SOURCES[i], name) != 0) i++;
    return (enum outcome_source)i;
}

static void read_outcome(sqlite3_stmt *s, struct ledger_outcome *o) {
    char source[16], by[16];
    *o = (struct ledger_outcome){.at_us = sqlite3_column_int64(s, 1)};
    copy_text(o->id, sizeof o->id, s, 0);
    copy_text(source, sizeof source, s, 2);
    copy_text(by, sizeof by, s, 3);
    o->source = source_of(source);
    o->by_local = strcmp(by, "local") == 0;
    copy_text(o->local_model, sizeof o->local_model, s, 4);
    copy_text(o->frontier_model, sizeof o->frontier_model, s, 5);
    o->success = sqlite3_column_type(s, 6) == SQLITE_NULL ? OUTCOME_UNKNOWN : sqlite3_column_int(s, 6) != 0;
    o->score = sqlite3_column_type(s, 7) == SQLITE_NULL ? NAN : (float)sqlite3_column_double(s, 7);
    o->sample = sqlite3_column_blob(s, 8);
    o->sample_len = (size_t)sqlite3_column_bytes(s, 8);
}

#define OUTCOMES                                                                                                       \
    "SELECT id, at_us, source, answered_by, local_model, frontier_model, success, score, sample FROM outcome "

static int64_t read_outcomes(const char *path, const char *sql, const char *id, int64_t since_us, outcome_visit *visit,
                             void *context, struct err *e) {
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    sqlite3_stmt *s = NULL;
    int64_t n = 0;
    int step = SQLITE_ERROR, wanted = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK) {
        if (id) sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
        else sqlite3_bind_int64(s, 1, since_us);
        while (wanted == 0 && (step = sqlite3_step(s)) == SQLITE_ROW) {
            struct ledger_outcome o;
            read_outcome(s, &o);
            wanted = visit(context, &o);
            n++;
        }
    }
    if (step != SQLITE_DONE && wanted == 0) n = err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

int64_t ledger_read_outcomes(const char *path, int64_t since_us, outcome_visit *visit, void *context, struct err *e) {
    return read_outcomes(path, OUTCOMES "WHERE at_us >= ?1 ORDER BY at_us, id, source", NULL, since_us, visit, context,
                         e);
}

int64_t ledger_read_outcomes_of(const char *path, const char *id, outcome_visit *visit, void *context, struct err *e) {
    return read_outcomes(path, OUTCOMES "WHERE id = ?1 ORDER BY at_us, source", id, 0, visit, context, e);
}

int64_t ledger_read_confidence(const char *path, const char *local_model, confidence_visit *visit, void *context,
                               struct err *e) {
    // Log-probabilities are in wide rows only, and outcomes are found by id, not rows: in this order.
    // With min() the other columns are those of its row (sqlite.org/lang_select.html, "bare columns").
    static const char SQL[] =
        "SELECT o.id, k.task, coalesce(o.score, o.success), w.logprob_mean, w.logprob_least,"
        " min(CASE o.source WHEN 'feedback' THEN 0 WHEN 'validator' THEN 1 ELSE 2 END)"
        " FROM wide w CROSS JOIN record r ON r.seq = w.seq CROSS JOIN kind k ON k.kind = r.what >> %d"
        " CROSS JOIN outcome o ON o.id = r.id"
        " WHERE o.answered_by = 'local' AND o.local_model = ?1 AND coalesce(o.score, o.success) IS NOT NULL"
        " AND w.logprob_mean IS NOT NULL AND k.line = 'none' GROUP BY o.id ORDER BY o.id";
    char sql[sizeof SQL + 16];
    snprintf(sql, sizeof sql, SQL, WHAT_OVERHEAD_BITS);
    sqlite3 *db = store_open_reader(path, e);
    if (!db) return -1;
    sqlite3_stmt *s = NULL;
    int64_t n = 0;
    int step = SQLITE_ERROR;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, local_model, -1, SQLITE_STATIC);
        for (; (step = sqlite3_step(s)) == SQLITE_ROW; n++) {
            const char *task = (const char *)sqlite3_column_text(s, 1);
            visit(context, &(struct ledger_confidence){.id = (const char *)sqlite3_column_text(s, 0),
                                                       .task = task ? task : "",
                                                       .quality = (float)sqlite3_column_double(s, 2),
                                                       .mean = (float)sqlite3_column_double(s, 3),
                                                       .least = (float)sqlite3_column_double(s, 4)});
        }
    }
    if (step != SQLITE_DONE) n = err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

void ledger_outcome_json(const struct ledger_outcome *o, struct buf *out) {
    char time[25];
    clock_format_utc(o->at_us, time);
    buf_printf(out, "{\"time\":\"%s\",\"id\":", time);
    json_put_z(out, o->id);
    buf_printf(out, ",\"source\":\"%s\",\"answered_by\":\"%s\",\"local_model\":", SOURCES[o->source],
               o->by_local ? "local" : "frontier");
    json_put_z(out, o->local_model);
    buf_add_z(out, ",\"frontier_model\":");
    json_put_z(out, o->frontier_model);
    buf_printf(out, ",\"success\":%s,\"score\":",
               o->success == OUTCOME_UNKNOWN ? "null"
               : o->success                  ? "true"
                                             : "false");
    if (isfinite(o->score)) buf_printf(out, "%.7g", (double)o->score);
    else buf_add_z(out, "null");
    buf_printf(out, ",\"sample_bytes\":%zu}", o->sample_len);
}
