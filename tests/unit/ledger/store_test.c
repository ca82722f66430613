#include "ledger/store.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "directory.h"
#include "ledger/columns.h"
#include "ledger/insert.h"
#include "ledger/kind.h"
#include "sql.h"
#include "test.h"

// The last connection to close removes -wal and -shm: only the file is left.
static int remove_file_only(void **state) {
    (void)state;
    return unlink(path) || rmdir(directory);
}

static struct store opened(void) {
    struct store s;
    struct err e = {""};
    assert_int_equal(store_open(&s, path, &e), 0);
    return s;
}

static void store_insert_takes_all_rows_of_a_call_or_none(void **state) {
    (void)state;
    struct store s = opened();
    struct err e = {""};
    const struct ledger_row rows[3] = {{.id = "a"}, {.id = "b"}, {.id = "c"}};
    make("CREATE TRIGGER no BEFORE INSERT ON record WHEN new.id = 'c' BEGIN SELECT raise(ABORT, 'no'); END");
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(insert(&s, rows, 3, &e), -1);
    assert_string_equal(e.text, "no");
    assert_int_equal(store_begin(&s, &e), 0); // the transaction is gone, not only the statement
    assert_int_equal(store_commit(&s, &e), 0);
    store_close(&s);
    assert_int_equal(ask("SELECT count(*) FROM request"), 0);
}

static void store_insert_keeps_the_order_of_rows_and_calls(void **state) {
    (void)state;
    struct store s = opened();
    struct err e = {""};
    const struct ledger_row rows[3] = {{.id = "a"}, {.id = "b"}, {.id = "c"}};
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(insert(&s, rows + 1, 2, &e), 0);
    assert_int_equal(insert(&s, rows, 1, &e), 0);
    assert_int_equal(insert(&s, rows, 0, &e), 0);
    assert_int_equal(store_commit(&s, &e), 0);
    store_close(&s);
    assert_int_equal(ask("SELECT group_concat(id) = 'b,c,a' FROM (SELECT id FROM request ORDER BY seq)"), 1);
}

// Files ROWS rows with ids in order, in commits of CALL; returns the bytes that the last one added to the WAL.
enum { ROWS = 5000, CALL = 50 };

static int64_t last_commit_bytes(struct store *s) {
    struct err e = {""};
    struct ledger_row rows[CALL] = {{.status = 200}};
    struct stat before = {.st_size = 0}, after = {.st_size = 0};
    char wal[80];
    snprintf(wal, sizeof wal, "%s-wal", path);
    sqlite3_wal_autocheckpoint(s->db, 0); // so that the file only grows
    for (int at = 0; at < ROWS; at += CALL) {
        for (int i = 0; i < CALL; i++) {
            rows[i].started_us = at + i;
            snprintf(rows[i].id, sizeof rows[i].id, "req_%012x%012x", at + i, 77);
        }
        before = after;
        assert_int_equal(store_begin(s, &e), 0);
        assert_int_equal(insert(s, rows, CALL, &e), 0);
        assert_int_equal(store_commit(s, &e), 0);
        assert_int_equal(stat(wal, &after), 0);
    }
    return after.st_size - before.st_size;
}

// Ids that are not in order would have a page of their index written for nearly every row.
static void store_commit_writes_few_pages_for_ids_in_order(void **state) {
    (void)state;
    struct store s = opened();
    int64_t bytes = last_commit_bytes(&s);
    store_close(&s);
    assert_in_range(bytes, 1, 12 * 8192);
}

// ---------------------------------------------------------------- what rows share

static void put(struct store *s, const struct ledger_row *rows, size_t n) {
    struct err e = {""};
    assert_int_equal(store_begin(s, &e), 0);
    assert_int_equal(insert(s, rows, n, &e), 0);
    assert_int_equal(store_commit(s, &e), 0);
}

static void store_keeps_a_set_of_shared_values_once(void **state) {
    (void)state;
    struct ledger_row rows[4] = {{.id = "a", .model = "m", .user = "u"},
                                 {.id = "b", .model = "m", .total_us = 7},
                                 {.id = "c", .model = "n"},
                                 {.id = "d", .model = "m\0rest"}}; // what stands behind the end is no part of it
    for (int i = 0; i < 2; i++) {                                  // also when the file is opened again
        struct store s = opened();
        put(&s, rows, 4);
        put(&s, rows, 4);
        store_close(&s);
    }
    assert_int_equal(ask("SELECT count(*) FROM kind"), 2);
    assert_int_equal(ask("SELECT count(*) FROM request WHERE model = 'm'"), 12);
    assert_int_equal(ask("SELECT count(*) FROM request WHERE model = 'n' AND id = 'c'"), 4);
}

static void store_tells_every_shared_column_apart(void **state) {
    (void)state;
    int shared = 0;
    struct store s = opened();
    put(&s, &(struct ledger_row){.id = "x"}, 1);
    for (const struct column *c = COLUMNS; c->name; c++) {
        struct ledger_row row = {.id = "x"};
        if (c->part != COLUMN_SHARED) continue;
        assert_in_range(c->offset, COLUMNS_SHARED_AT, COLUMNS_SHARED_AT + COLUMNS_SHARED_BYTES - 1);
        ((char *)&row)[c->offset] = 1;
        put(&s, &row, 1);
        shared++;
    }
    store_close(&s);
    assert_int_equal(ask("SELECT count(*) FROM kind"), 1 + shared);
    assert_int_equal(ask("SELECT count(DISTINCT what) FROM record"), 1 + shared);
}

// Numbers from a transaction that was rolled back would point to nothing, or to another set.
static void store_forgets_sets_of_a_failed_transaction(void **state) {
    (void)state;
    struct store s = opened();
    struct err e = {""};
    const struct ledger_row fail[2] = {{.id = "a", .model = "first"}, {.id = "no", .model = "second"}};
    const struct ledger_row rows[2] = {{.id = "b", .model = "second"}, {.id = "c", .model = "first"}};
    make("CREATE TRIGGER no BEFORE INSERT ON record WHEN new.id = 'no' BEGIN SELECT raise(ABORT, 'no'); END");
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(insert(&s, fail, 2, &e), -1);
    put(&s, rows, 2);
    store_close(&s);
    assert_int_equal(ask("SELECT count(*) FROM kind"), 2);
    assert_int_equal(ask("SELECT count(*) FROM request WHERE id || model IN ('bsecond', 'cfirst')"), 2);
}

static void store_remembers_a_bounded_number_of_sets(void **state) {
    (void)state;
    enum { SETS = 3 * KINDS };
    struct store s = opened();
    struct ledger_row row = {.id = "a"};
    struct err e = {""};
    assert_int_equal(store_begin(&s, &e), 0);
    for (int i = 0; i < SETS; i++) {
        row.started_us = i;
        snprintf(row.asked_model, sizeof row.asked_model, "m%d", i);
        assert_int_equal(insert(&s, &row, 1, &e), 0);
    }
    assert_int_equal(store_commit(&s, &e), 0);
    store_close(&s);
    assert_int_equal(ask("SELECT count(*) FROM request WHERE asked_model = 'm' || started_us"), SETS);
}

// ---------------------------------------------------------------- version 1

static void make_version_1(bool with_finish) {
    struct buf sql;
    buf_init(&sql, 64 << 10);
    buf_add_z(&sql, "CREATE TABLE request(seq INTEGER PRIMARY KEY");
    for (const struct column *c = COLUMNS; c->name; c++)
        if (with_finish || strcmp(c->name, "finish") != 0) buf_printf(&sql, ", %s %s", c->name, column_sql_type(c));
    buf_printf(&sql,
               "); CREATE INDEX request_id ON request(id); CREATE VIEW mine AS SELECT id FROM request;"
               "INSERT INTO request(seq, id, started_us, model, route, status, score) VALUES"
               " (3, 'c', 30, 'm', 'local', 200, 0.5), (5, 'a', 10, NULL, 'local', 200, NULL),"
               " (4, 'b', 20, 'm', 'local', 200, 0.25); PRAGMA application_id = %d; PRAGMA user_version = 1",
               STORE_APPLICATION);
    make(sql.at);
    buf_free(&sql);
}

static void store_open_moves_the_rows_of_version_1(void **state) {
    (void)state;
    for (int with_finish = 0; with_finish < 2; with_finish++) {
        make_version_1(with_finish);
        struct store s = opened();
        put(&s, &(struct ledger_row){.id = "d", .model = "m", .route = "local", .status = 200}, 1);
        store_close(&s);
        assert_int_equal(ask("PRAGMA user_version"), STORE_VERSION);
        assert_int_equal(ask("SELECT group_concat(seq || id) = '3c,4b,5a,6d' FROM (SELECT * FROM request)"), 1);
        assert_int_equal(ask("SELECT model IS NULL AND score IS NULL AND started_us = 10 AND route = 'local'"
                             " AND status = 200 AND finish IS NULL FROM request WHERE id = 'a'"),
                         1);
        assert_int_equal(ask("SELECT score = 0.25 AND model = 'm' FROM request WHERE id = 'b'"), 1);
        assert_int_equal(ask("SELECT count(*) FROM kind"), 3); // of them one of the new row: it knows more
        assert_int_equal(ask("SELECT count(*) FROM mine"), 4);
        assert_int_equal(ask("SELECT count(*) FROM sqlite_master WHERE type IN ('table', 'index')"), 6);
        assert_int_equal(unlink(path), 0);
    }
    make_version_1(true);
}

// ---------------------------------------------------------------- versions 2 to 5

// Shared columns in `kind`, all others in `entry`; without those that came last.
static void make_version(int version) {
    static const char *const LATER[] = {"line", "logprob_mean", "logprob_least"};
    struct buf sql;
    buf_init(&sql, 64 << 10);
    for (int part = 0; part < 2; part++) {
        buf_add_z(&sql, part ? "CREATE TABLE kind(kind INTEGER PRIMARY KEY"
                             : "CREATE TABLE entry(seq INTEGER PRIMARY KEY, kind INTEGER");
        for (const struct column *c = COLUMNS; c->name; c++) {
            bool later = false;
            for (int i = 0; i < 3; i++) later = later || strcmp(c->name, LATER[i]) == 0;
            if ((c->part == COLUMN_SHARED) == part && !(later && version < 5))
                buf_printf(&sql, ", %s %s", c->name, column_sql_type(c));
        }
        buf_add_z(&sql, "); ");
    }
    buf_printf(
        &sql,
        "CREATE INDEX entry_id ON entry(id); CREATE VIEW request AS SELECT * FROM entry LEFT JOIN kind USING (kind);"
        "CREATE TRIGGER request_delete INSTEAD OF DELETE ON request BEGIN DELETE FROM entry WHERE seq = old.seq; END;"
        "CREATE VIEW mine AS SELECT id FROM request;"
        "INSERT INTO kind(kind, model, route, status) VALUES (7, 'm', 'local', 200), (9, NULL, 'refused', 400);"
        "INSERT INTO entry(seq, kind, id, started_us, user, score, cost_usd, input_tokens, decision) VALUES"
        " (3, 7, 'c', 30, 'u', 0.1, 0.3, 1 << 40, x'010203'), (5, 9, 'a', 10, NULL, NULL, NULL, NULL, NULL);"
        "PRAGMA application_id = %d; PRAGMA user_version = %d",
        STORE_APPLICATION, version);
    make(sql.at);
    buf_free(&sql);
}

static void store_open_moves_the_rows_of_versions_2_to_5(void **state) {
    (void)state;
    for (int version = 2; version <= 5; version++) {
        make_version(version);
        struct store s = opened();
        put(&s, &(struct ledger_row){.id = "d", .model = "m", .user = "w", .started_us = 40, .score = 0.5f}, 1);
        put(&s, &(struct ledger_row){.id = "e", .started_us = 50, .logprob_mean = NAN, .logprob_least = NAN}, 1);
        store_close(&s);
        assert_int_equal(ask("PRAGMA user_version"), STORE_VERSION);
        assert_int_equal(ask("SELECT group_concat(seq || id) = '3c,5a,6d,7e' FROM (SELECT * FROM request)"), 1);
        assert_int_equal(ask("SELECT model = 'm' AND route = 'local' AND status = 200 AND user = 'u' AND score = 0.1"
                             " AND cost_usd = 0.3 AND input_tokens = 1 << 40 AND decision = x'010203'"
                             " AND started_us = 30 AND total_us IS NULL AND line IS NULL FROM request WHERE id = 'c'"),
                         1);
        assert_int_equal(ask("SELECT model IS NULL AND status = 400 AND user IS NULL AND score IS NULL AND cost_usd IS"
                             " NULL AND decision IS NULL AND overhead_us IS NULL FROM request WHERE id = 'a'"),
                         1);
        assert_int_equal(ask("SELECT user = 'w' AND score = 0.5 AND model = 'm' FROM request WHERE id = 'd'"), 1);
        assert_int_equal(ask("SELECT count(*) FROM wide"), 3); // not the last one
        assert_int_equal(ask("SELECT count(*) FROM mine"), 4);
        assert_int_equal(ask("SELECT count(*) FROM sqlite_master WHERE name LIKE 'entry%'"), 0);
        make("DELETE FROM request WHERE id IN ('a', 'e')");
        assert_int_equal(ask("SELECT count(*) FROM wide"), 2);
        assert_int_equal(ask("SELECT count(*) FROM record"), 2);
        assert_int_equal(unlink(path), 0);
    }
    make_version(5);
}

static void store_view_deletes_rows(void **state) {
    (void)state;
    struct store s = opened();
    put(&s, (const struct ledger_row[]){{.id = "a", .started_us = 1}, {.id = "b", .started_us = 2}}, 2);
    make("DELETE FROM request WHERE started_us < 2");
    put(&s, &(struct ledger_row){.id = "c", .started_us = 3}, 1);
    store_close(&s);
    assert_int_equal(ask("SELECT group_concat(id) = 'b,c' FROM request"), 1);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, make_directory, remove_file_only)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(store_insert_takes_all_rows_of_a_call_or_none),
        STORE_TEST(store_insert_keeps_the_order_of_rows_and_calls),
        STORE_TEST(store_commit_writes_few_pages_for_ids_in_order),
        STORE_TEST(store_keeps_a_set_of_shared_values_once),
        STORE_TEST(store_tells_every_shared_column_apart),
        STORE_TEST(store_forgets_sets_of_a_failed_transaction),
        STORE_TEST(store_remembers_a_bounded_number_of_sets),
        STORE_TEST(store_open_moves_the_rows_of_version_1),
        STORE_TEST(store_open_moves_the_rows_of_versions_2_to_5),
        STORE_TEST(store_view_deletes_rows),
    };
    return RUN(tests);
}
