#include "ledger/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/columns.h"
#include "ledger/feed.h"

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

static bool has_column(sqlite3 *db, const char *name) {
    sqlite3_stmt *statement = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(db, "SELECT 1 FROM pragma_table_info('request') WHERE name = ?1", -1, &statement, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
        found = sqlite3_step(statement) == SQLITE_ROW;
    }
    sqlite3_finalize(statement);
    return found;
}

// What is missing, as one transaction. A column that came later is NULL in the rows before it.
static void write_schema(sqlite3 *db, struct buf *sql) {
    buf_add_z(sql, "CREATE TABLE IF NOT EXISTS request(seq INTEGER PRIMARY KEY");
    for (const struct column *c = COLUMNS; c->name; c++) buf_printf(sql, ", %s %s", c->name, column_sql_type(c));
    buf_add_z(sql, ");");
    if (ask(db, "SELECT count(*) FROM sqlite_master WHERE name = 'request'") > 0)
        for (const struct column *c = COLUMNS; c->name; c++)
            if (!has_column(db, c->name))
                buf_printf(sql, "ALTER TABLE request ADD COLUMN %s %s;", c->name, column_sql_type(c));
    buf_printf(sql,
               "CREATE INDEX IF NOT EXISTS request_id ON request(id);"
               "PRAGMA application_id = %d; PRAGMA user_version = %d;",
               STORE_APPLICATION, STORE_VERSION);
}

static int migrate(sqlite3 *db, const char *path, struct err *e) {
    struct buf sql;
    int status = -1;
    if (ask(db, "PRAGMA user_version") == STORE_VERSION) return 0;
    // the lock first, so that two processes that start together do not both migrate
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) return fault(db, path, e);
    buf_init(&sql, 64 << 10);
    write_schema(db, &sql);
    if (sqlite3_exec(db, sql.at, NULL, NULL, NULL) != SQLITE_OK || sqlite3_exec(db, "COMMIT", NULL, NULL, NULL)) {
        fault(db, path, e);
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    } else {
        status = 0;
    }
    buf_free(&sql);
    return status;
}

// ---------------------------------------------------------------- opening

static int prepare_insert(struct store *s, const char *path, struct err *e) {
    struct buf sql;
    s->feed = mem_new(sizeof *s->feed);
    if (feed_attach(s->db, s->feed) != SQLITE_OK) return fault(s->db, path, e);
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "INSERT INTO request(");
    columns_list(&sql);
    buf_add_z(&sql, ") SELECT ");
    columns_list(&sql);
    buf_add_z(&sql, " FROM " FEED_TABLE);
    int status = sqlite3_prepare_v3(s->db, sql.at, -1, SQLITE_PREPARE_PERSISTENT, &s->insert, NULL);
    buf_free(&sql);
    return status == SQLITE_OK ? 0 : fault(s->db, path, e);
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
    if (migrate(s->db, path, e) || prepare_insert(s, path, e)) goto fail;
    return 0;
fail:
    store_close(s);
    return -1;
}

void store_close(struct store *s) {
    sqlite3_finalize(s->insert);
    sqlite3_close(s->db);
    free(s->feed);
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
    sqlite3_reset(s->insert);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

int store_begin(struct store *s, struct err *e) {
    if (sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return err_set(e, "%s", sqlite3_errmsg(s->db));
    return 0;
}

int store_insert(struct store *s, const struct ledger_row *rows, size_t n, struct err *e) {
    *s->feed = (struct feed){rows, n};
    if (sqlite3_step(s->insert) != SQLITE_DONE) return undo(s, e);
    sqlite3_reset(s->insert);
    return 0;
}

int store_commit(struct store *s, struct err *e) {
    return sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : undo(s, e);
}
