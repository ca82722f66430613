#include "ledger/store.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char directory[] = "/tmp/sluice-store-XXXXXX";
static char path[64];

static int make_directory(void **state) {
    (void)state;
    strcpy(directory + sizeof directory - 7, "XXXXXX");
    if (!mkdtemp(directory)) return -1;
    snprintf(path, sizeof path, "%s/ledger.db", directory);
    return 0;
}

static int remove_directory(void **state) {
    (void)state;
    return unlink(path) || rmdir(directory); // the last connection to close removes -wal and -shm
}

static int64_t ask(const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return v;
}

static void make(const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
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
    make("CREATE TRIGGER no BEFORE INSERT ON request WHEN new.id = 'c' BEGIN SELECT raise(ABORT, 'no'); END");
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(store_insert(&s, rows, 3, &e), -1);
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
    assert_int_equal(store_insert(&s, rows + 1, 2, &e), 0);
    assert_int_equal(store_insert(&s, rows, 1, &e), 0);
    assert_int_equal(store_insert(&s, rows, 0, &e), 0);
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
        assert_int_equal(store_insert(s, rows, CALL, &e), 0);
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

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, make_directory, remove_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        STORE_TEST(store_insert_takes_all_rows_of_a_call_or_none),
        STORE_TEST(store_insert_keeps_the_order_of_rows_and_calls),
        STORE_TEST(store_commit_writes_few_pages_for_ids_in_order),
    };
    return RUN(tests);
}
