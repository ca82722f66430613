#include "ledger/feed.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/columns.h"

struct cursor {
    sqlite3_vtab_cursor base; // first: SQLite knows only this part
    const struct feed *feed;
    const int *columns;
    size_t at;
};

struct table {
    sqlite3_vtab base;
    const struct feed *feed;
    int columns[64]; // by place after `kind`: which of COLUMNS
};

static int feed_connect(sqlite3 *db, void *feed, int argc, const char *const *argv, sqlite3_vtab **out, char **why) {
    (void)argc, (void)argv, (void)why;
    struct buf sql;
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "CREATE TABLE " FEED_TABLE "(kind, ");
    columns_list(&sql, COLUMN_OWN);
    buf_add_char(&sql, ')');
    int status = sqlite3_declare_vtab(db, sql.at);
    buf_free(&sql);
    if (status != SQLITE_OK) return status;
    struct table *t = mem_new(sizeof *t);
    size_t n = 0;
    t->feed = feed;
    for (const struct column *c = COLUMNS; c->name; c++) {
        assert(n < sizeof t->columns / sizeof *t->columns);
        if (c->part == COLUMN_OWN) t->columns[n++] = (int)(c - COLUMNS);
    }
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
    c->columns = ((struct table *)table)->columns;
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

static int feed_column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int column) {
    const struct cursor *c = (struct cursor *)cursor;
    if (column == 0) sqlite3_result_int64(out, c->feed->kinds[c->at]);
    else columns_result(out, c->columns[column - 1], &c->feed->rows[c->at]);
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
