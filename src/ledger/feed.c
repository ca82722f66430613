#include "ledger/feed.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

// Columns with a type come first: SQLite looks at each value up to the last of them, whether it is of its type.
enum { ID, USER, COST, BASELINE, STARTED, WHAT, DECISION, FIRST_WORD };
static const char *const NAMES[FIRST_WORD][2] = {[ID] = {"id", " TEXT"},         [USER] = {"user", " TEXT"},
                                                 [COST] = {"cost_usd", " REAL"}, [BASELINE] = {"baseline_usd", " REAL"},
                                                 [STARTED] = {"started_us", ""}, [WHAT] = {"what", ""},
                                                 [DECISION] = {"decision", ""}};

struct cursor {
    sqlite3_vtab_cursor base; // first: SQLite knows only this part
    const struct feed *feed;
    size_t at;
};

struct table {
    sqlite3_vtab base;
    const struct feed *feed;
};

void feed_columns(struct buf *out, bool with_types) {
    for (int i = 0; i < FIRST_WORD; i++)
        buf_printf(out, "%s%s%s", i ? ", " : "", NAMES[i][0], with_types ? NAMES[i][1] : "");
    for (int i = 0; i < WORDS; i++) buf_printf(out, ", %s", WORD_NAMES[i]);
}

static int feed_connect(sqlite3 *db, void *feed, int argc, const char *const *argv, sqlite3_vtab **out, char **why) {
    (void)argc, (void)argv, (void)why;
    struct buf sql;
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "CREATE TABLE " FEED_TABLE "(");
    feed_columns(&sql, false);
    buf_add_char(&sql, ')');
    int status = sqlite3_declare_vtab(db, sql.at);
    buf_free(&sql);
    if (status != SQLITE_OK) return status;
    struct table *t = mem_new(sizeof *t);
    t->feed = feed;
    *out = &t->base;
    return SQLITE_OK;
}

static int feed_disconnect(sqlite3_vtab *table) {
    free(table);
    return SQLITE_OK;
}

static int feed_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
    (void)table;
    info->estimatedCost = 1; // there is one way: from the first row to the last
    return SQLITE_OK;
}

static int feed_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
    struct cursor *c = mem_new(sizeof *c);
    c->feed = ((struct table *)table)->feed;
    *out = &c->base;
    return SQLITE_OK;
}

static int feed_close(sqlite3_vtab_cursor *cursor) {
    free(cursor);
    return SQLITE_OK;
}

static int feed_filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc, sqlite3_value **argv) {
    (void)plan, (void)text, (void)argc, (void)argv;
    ((struct cursor *)cursor)->at = 0;
    return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *cursor) {
    ((struct cursor *)cursor)->at++;
    return SQLITE_OK;
}

static int feed_eof(sqlite3_vtab_cursor *cursor) {
    const struct cursor *c = (struct cursor *)cursor;
    return c->at >= c->feed->count;
}

static void real(sqlite3_context *out, double v) {
    if (isfinite(v)) sqlite3_result_double(out, v); // otherwise it stays NULL
}

static int feed_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column) {
    const struct cursor *c = (struct cursor *)cursor;
    const struct record *r = c->feed->rows[c->at];
    const struct brief *b = &r->brief;
    if (column >= FIRST_WORD) { // most of them
        if (!b->wide) sqlite3_result_int64(out, b->words[column - FIRST_WORD]);
    } else if (column <= USER) {
        if (column == ID) sqlite3_result_text(out, r->id, r->id_len, SQLITE_STATIC);
        else if (r->user_len || b->wide) sqlite3_result_text(out, r->id + r->id_len, r->user_len, SQLITE_STATIC);
    } else if (column <= BASELINE) {
        real(out, column == COST ? b->cost_usd : b->baseline_usd);
    } else if (column <= WHAT) {
        int64_t what = r->shared->number << WHAT_OVERHEAD_BITS | b->overhead_us;
        sqlite3_result_int64(out, column == STARTED ? b->started_us : what);
    } else if (b->decision.format) {
        sqlite3_result_blob(out, &b->decision, sizeof b->decision, SQLITE_STATIC);
    }
    return SQLITE_OK;
}

static int feed_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
    *out = (sqlite3_int64)((struct cursor *)cursor)->at;
    return SQLITE_OK;
}

int feed_attach(sqlite3 *db, struct feed *feed) {
    // without xCreate the table exists in this connection only and under the name of the module
    static const sqlite3_module MODULE = {.xConnect = feed_connect,
                                          .xBestIndex = feed_best_index,
                                          .xDisconnect = feed_disconnect,
                                          .xOpen = feed_open,
                                          .xClose = feed_close,
                                          .xFilter = feed_filter,
                                          .xNext = feed_next,
                                          .xEof = feed_eof,
                                          .xColumn = feed_column,
                                          .xRowid = feed_rowid};
    return sqlite3_create_module(db, FEED_TABLE, &MODULE, feed);
}
