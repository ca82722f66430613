#include "ledger/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "ledger/append.h"
#include "ledger/columns.h"
#include "ledger/feed.h"
#include "ledger/kind.h"
#include "ledger/outcome.h"

static int fault(sqlite3 *db, const char *path, struct err *e) {
    return err_set(e, "ledger %s: %s", path, sqlite3_errmsg(db));
}

// The first column of the first row; -1 when there is none.
static int64_t ask(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    int64_t answer = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

// ---------------------------------------------------------------- schema

// Refuses what another program, or a later sluice, has written. Changes nothing.
static int check_origin(sqlite3 *db, const char *path, struct err *e) {
    int64_t tables = ask(db, "SELECT count(*) FROM sqlite_master");
    if (tables < 0) return fault(db, path, e);
    if (tables == 0) return 0;
    if (ask(db, "PRAGMA application_id") != STORE_APPLICATION)
        return err_set(e, "ledger %s: this is not a ledger of sluice; set ledger.path to another file", path);
    int64_t version = ask(db, "PRAGMA user_version");
    if (version > STORE_VERSION)
        return err_set(e, "ledger %s: written by a later sluice (schema %lld, this one knows %d)", path,
                       (long long)version, STORE_VERSION);
    return 0;
}

static int run(sqlite3 *db, const struct buf *sql) {
    return sqlite3_exec(db, sql->at, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

static bool has(sqlite3 *db, const char *sql, const char *table, const char *column) {
    sqlite3_stmt *statement = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
        if (column) sqlite3_bind_text(statement, 2, column, -1, SQLITE_STATIC);
        found = sqlite3_step(statement) == SQLITE_ROW;
    }
    sqlite3_finalize(statement);
    return found;
}

static bool has_table(sqlite3 *db, const char *table) {
    return has(db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", table, NULL);
}

static bool has_column(sqlite3 *db, const char *table, const char *column) {
    return has(db, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2", table, column);
}

// The table, if it is missing, or its missing columns: these are NULL in the rows before.
static int make_table(sqlite3 *db, const char *table, const char *keys, unsigned parts, struct buf *sql) {
    bool exists = has_table(db, table);
    buf_reset(sql);
    if (!exists) buf_printf(sql, "CREATE TABLE %s(%s", table, keys);
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (!(c->part & parts)) continue;
        if (!exists) buf_printf(sql, ", %s %s", c->name, column_sql_type(c));
        else if (!has_column(db, table, c->name))
            buf_printf(sql, "ALTER TABLE %s ADD COLUMN %s %s;", table, c->name, column_sql_type(c));
    }
    if (!exists) buf_add_z(sql, ")");
    return sql->len ? run(db, sql) : 0;
}

// ", old.name" for every column of the parts; a column that the old table lacks is NULL.
static void list_old(sqlite3 *db, const char *old, unsigned parts, struct buf *sql) {
    for (const struct column *c = COLUMNS; c->name; c++)
        if (c->part & parts) buf_printf(sql, ", %s%s", has_column(db, old, c->name) ? "old." : "NULL AS ", c->name);
}

// Rows of an older version, from a table with all columns of a row: all of them become wide ones. `kind` is the number
// of a row's kind, by way of `join`.
static int move_rows(sqlite3 *db, const char *old, const char *kind, const char *join, struct buf *sql) {
    buf_reset(sql);
    buf_add_z(sql, "INSERT INTO record(seq, what");
    for (const struct column *c = COLUMNS; c->name; c++)
        if (c->part == COLUMN_PLAIN) buf_printf(sql, ", %s", c->name);
    buf_printf(sql, ") SELECT old.seq, %s << %d", kind, WHAT_OVERHEAD_BITS);
    list_old(db, old, COLUMN_PLAIN, sql);
    buf_printf(sql, " FROM %s AS old %s ORDER BY old.seq; INSERT INTO wide(seq, ", old, join);
    columns_list(sql, COLUMN_WIDE);
    buf_add_z(sql, ") SELECT old.seq");
    list_old(db, old, COLUMN_WIDE, sql);
    buf_printf(sql, " FROM %s AS old ORDER BY old.seq", old);
    if (run(db, sql)) return -1;
    log_event(LOG_INFO, "ledger.migrated", LOG_I("rows", ask(db, "SELECT count(*) FROM record")),
              LOG_I("schema", STORE_VERSION));
    buf_reset(sql);
    buf_printf(sql, "DROP TABLE %s", old);
    return run(db, sql);
}

// Up to version 1 `request` was a table with all columns. An index on the shared ones finds each row's kind.
// Every row finds exactly one, because IS takes NULL for equal to NULL, as DISTINCT does.
static int move_version_1(sqlite3 *db, struct buf *sql) {
    struct buf join;
    buf_init(&join, 16 << 10);
    buf_reset(sql);
    buf_add_z(sql, "INSERT INTO kind SELECT DISTINCT NULL");
    list_old(db, "request", COLUMN_SHARED, sql);
    buf_add_z(sql, " FROM request AS old; CREATE INDEX kind_all ON kind(");
    columns_list(sql, COLUMN_SHARED);
    buf_add_char(sql, ')');
    int status = run(db, sql);
    buf_add_z(&join, "CROSS JOIN kind ON 1");
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (c->part != COLUMN_SHARED) continue;
        bool known = has_column(db, "request", c->name);
        buf_printf(&join, " AND kind.%s IS %s%s", c->name, known ? "old." : "NULL", known ? c->name : "");
    }
    if (!status) status = move_rows(db, "request", "kind.kind", join.at, sql);
    buf_free(&join);
    buf_reset(sql);
    buf_add_z(sql, "DROP INDEX kind_all");
    return status ? status : run(db, sql);
}

static int make_record(sqlite3 *db, struct buf *sql) {
    buf_reset(sql);
    buf_add_z(sql, "CREATE TABLE IF NOT EXISTS record(");
    feed_columns(sql, true);
    buf_add_z(sql, ", seq INTEGER PRIMARY KEY)");
    return run(db, sql);
}

// Up to version 6 an index had the ids of all rows. It goes on with those that are there.
static int make_mark(sqlite3 *db, struct buf *sql) {
    int64_t last = ask(db, "SELECT max(seq) FROM record");
    buf_reset(sql);
    buf_add_z(sql, "DROP INDEX IF EXISTS record_id; CREATE TABLE mark(us INTEGER PRIMARY KEY, seq INTEGER, reach "
                   "INTEGER, ahead INTEGER);");
    if (last > 0) buf_printf(sql, "CREATE INDEX record_id ON record(id) WHERE seq < %lld;", (long long)last + 1);
    buf_printf(sql, "INSERT INTO mark(us, seq, reach, ahead) VALUES (0, %lld, 0, 1)", (long long)last + 1);
    return run(db, sql);
}

// Brings tables, index and view to STORE_VERSION, within a transaction. Rows are deleted through the view; what
// they shared stays.
static int write_schema(sqlite3 *db, struct buf *sql) {
    if (make_table(db, "kind", "kind INTEGER PRIMARY KEY", COLUMN_SHARED, sql)) return -1;
    if (make_table(db, "wide", "seq INTEGER PRIMARY KEY", COLUMN_WIDE, sql) || make_record(db, sql)) return -1;
    if (has_table(db, "request") && move_version_1(db, sql)) return -1;
    // from version 2 to 5 it was the table `entry`, with the number of the kind
    if (has_table(db, "entry") && move_rows(db, "entry", "old.kind", "", sql)) return -1;
    if (!has_table(db, "mark") && make_mark(db, sql)) return -1;
    buf_reset(sql);
    buf_add_z(sql, "CREATE TABLE IF NOT EXISTS outcome(id TEXT, at_us INTEGER, source TEXT, answered_by TEXT,"
                   " local_model TEXT, frontier_model TEXT, success INTEGER, score REAL, sample BLOB,"
                   " PRIMARY KEY(id, source)) WITHOUT ROWID;"
                   "DROP VIEW IF EXISTS request; CREATE VIEW request AS SELECT record.seq, ");
    columns_view(sql);
    buf_printf(sql,
               " FROM record LEFT JOIN kind ON kind.kind = what >> %d"
               " LEFT JOIN wide ON wide.seq = CASE WHEN %s IS NULL THEN record.seq END;"
               "CREATE TRIGGER request_delete INSTEAD OF DELETE ON request BEGIN"
               " DELETE FROM outcome WHERE id = old.id; DELETE FROM wide WHERE seq = old.seq;"
               " DELETE FROM record WHERE seq = old.seq; END;"
               "PRAGMA application_id = %d; PRAGMA user_version = %d;",
               WHAT_OVERHEAD_BITS, WORD_NAMES[0], STORE_APPLICATION, STORE_VERSION);
    return run(db, sql);
}

static int migrate(sqlite3 *db, const char *path, struct err *e) {
    struct buf sql;
    int status = 0;
    if (ask(db, "PRAGMA user_version") == STORE_VERSION) return 0;
    // the lock first, so that two processes that start together do not both migrate
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) return fault(db, path, e);
    buf_init(&sql, 64 << 10);
    if (ask(db, "PRAGMA user_version") != STORE_VERSION) status = write_schema(db, &sql);
    if (status || sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        status = fault(db, path, e);
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    buf_free(&sql);
    return status;
}

// ---------------------------------------------------------------- opening

static int prepare_one(struct store *s, const char *sql, sqlite3_stmt **out) {
    return sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK ? 0 : -1;
}

static int prepare(struct store *s, const char *path, struct err *e) {
    s->kinds = kinds_new(s->db);
    if (!s->kinds || prepare_one(s, "BEGIN IMMEDIATE", &s->begin) || prepare_one(s, "COMMIT", &s->commit))
        return fault(s->db, path, e);
    s->appender = appender_new(s->db, s->kinds);
    return s->appender ? 0 : fault(s->db, path, e);
}

// SQLite would create it readable for everybody; its companions (-wal, -shm) take the mode of the file.
static int create_private(const char *path, struct err *e) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return err_set(e, "ledger %s: %s", path, strerror(errno));
    close(fd);
    return 0;
}

int store_open(struct store *s, const char *path, struct err *e) {
    // page_size concerns a new file only, and must come first
    static const char SETUP[] = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                "PRAGMA cache_size = -1024;";
    *s = (struct store){.db = NULL};
    if (create_private(path, e)) return -1;
    if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        if (s->db) fault(s->db, path, e);
        else err_set(e, "ledger %s: out of memory", path);
        goto fail;
    }
    sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
    if (check_origin(s->db, path, e)) goto fail;
    if (sqlite3_exec(s->db, SETUP, NULL, NULL, NULL) != SQLITE_OK) {
        fault(s->db, path, e);
        goto fail;
    }
    if (migrate(s->db, path, e) || prepare(s, path, e)) goto fail;
    return 0;
fail:
    store_close(s);
    return -1;
}

void store_close(struct store *s) {
    appender_close(s->appender);
    sqlite3_finalize(s->begin);
    sqlite3_finalize(s->commit);
    sqlite3_finalize(s->outcome);
    kinds_free(s->kinds);
    sqlite3_close(s->db);
    appender_free(s->appender);
    *s = (struct store){.db = NULL};
}

struct sqlite3 *store_open_reader(const char *path, struct err *e) {
    sqlite3 *db = NULL;
    if (access(path, F_OK)) {
        err_set(e, "ledger %s: %s", path, strerror(errno));
        return NULL;
    }
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        fault(db, path, e);
        goto fail;
    }
    sqlite3_busy_timeout(db, STORE_BUSY_MS);
    if (check_origin(db, path, e)) goto fail;
    if (ask(db, "PRAGMA user_version") == STORE_VERSION) return db;
    // an empty file, or columns that are not there yet
    err_set(e, "ledger %s: of an older schema; start sluice serve once to bring it up to date", path);
fail:
    sqlite3_close(db);
    return NULL;
}

// ---------------------------------------------------------------- rows

static int undo(struct store *s, struct err *e) {
    err_set(e, "%s", sqlite3_errmsg(s->db));
    appender_reset(s->appender);
    sqlite3_reset(s->outcome);
    sqlite3_reset(s->commit);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    kinds_forget(s->kinds);
    return -1;
}

int store_begin(struct store *s, struct err *e) {
    appender_begin(s->appender);
    int step = sqlite3_step(s->begin);
    if (step != SQLITE_DONE) err_set(e, "%s", sqlite3_errmsg(s->db));
    sqlite3_reset(s->begin);
    return step == SQLITE_DONE ? 0 : -1;
}

int store_insert(struct store *s, const struct record *first, size_t n, struct err *e) {
    return appender_add(s->appender, first, n) ? undo(s, e) : 0;
}

int store_insert_outcome(struct store *s, const struct ledger_outcome *o, struct err *e) {
    static const char SQL[] = "INSERT OR REPLACE INTO outcome(id, at_us, source, answered_by, local_model,"
                              " frontier_model, success, score, sample) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    if (!s->outcome && prepare_one(s, SQL, &s->outcome)) return undo(s, e);
    sqlite3_clear_bindings(s->outcome);
    sqlite3_bind_text(s->outcome, 1, o->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s->outcome, 2, o->at_us);
    sqlite3_bind_text(s->outcome, 3, outcome_source_name(o->source), -1, SQLITE_STATIC);
    sqlite3_bind_text(s->outcome, 4, o->by_local ? "local" : "frontier", -1, SQLITE_STATIC);
    sqlite3_bind_text(s->outcome, 5, o->local_model, -1, SQLITE_STATIC);
    sqlite3_bind_text(s->outcome, 6, o->frontier_model, -1, SQLITE_STATIC);
    if (o->success != OUTCOME_UNKNOWN) sqlite3_bind_int(s->outcome, 7, o->success);
    if (isfinite(o->score)) sqlite3_bind_double(s->outcome, 8, (double)o->score);
    if (o->sample_len) sqlite3_bind_blob(s->outcome, 9, o->sample, (int)o->sample_len, SQLITE_STATIC);
    if (sqlite3_step(s->outcome) != SQLITE_DONE) return undo(s, e);
    sqlite3_reset(s->outcome);
    return 0;
}

int store_commit(struct store *s, struct err *e) {
    if (sqlite3_step(s->commit) != SQLITE_DONE) return undo(s, e);
    sqlite3_reset(s->commit);
    return 0;
}
