#include "ledger/find.h"

#include <math.h>

#include "base/clock.h"
#include "directory.h"
#include "insert.h"
#include "ledger/outcome.h"
#include "sql.h"

// As the gateway makes them.
static struct ledger_row row_at(int64_t us, unsigned tail) {
    struct ledger_row row = {.started_us = us, .logprob_mean = NAN, .logprob_least = NAN};
    snprintf(row.id, sizeof row.id, "req_%013llx%011x", (unsigned long long)us, tail);
    return row;
}

static void put(const struct ledger_row *rows, size_t n) {
    struct store s;
    struct err e = {""};
    assert_int_equal(store_open(&s, path, &e), 0);
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(insert(&s, rows, n, &e), 0);
    assert_int_equal(store_commit(&s, &e), 0);
    store_close(&s);
}

static void put_some(int64_t first_us, int64_t step_us, size_t n) {
    enum { CALL = 1000 };
    static struct ledger_row rows[CALL];
    for (size_t at = 0; at < n; at += CALL) {
        size_t count = n - at < CALL ? n - at : CALL;
        for (size_t i = 0; i < count; i++) rows[i] = row_at(first_us + (int64_t)(at + i) * step_us, (unsigned)(at + i));
        put(rows, count);
    }
}

// How many rows there are; *steps is what the search took.
static int find(const char *id, int *steps) {
    char from[FIND_BYTES], sql[FIND_BYTES + 32];
    sqlite3_stmt *s;
    int n = 0;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(find_records(db, id, "?1", from), SQLITE_OK);
    snprintf(sql, sizeof sql, "SELECT * FROM %s", from);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
    while (sqlite3_step(s) == SQLITE_ROW) n++;
    *steps = sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

static bool there(const char *id) {
    int steps;
    return find(id, &steps) == 1;
}

// ---------------------------------------------------------------- times

static void find_time_reads_the_gateways_ids(void **state) {
    (void)state;
    static const int64_t TIMES[] = {0, 9, 0xa, 0x123456789abcd, 0xfedcba9876543, 1795000000000001};
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++)
        assert_int_equal(find_time(row_at(TIMES[i], 77).id, 28), TIMES[i]);
    assert_int_equal(find_time("req_", 4), 0);
}

// ---------------------------------------------------------------- finding

static void find_finds_rows_however_long_they_took(void **state) {
    (void)state;
    enum { ROWS = 300 };
    static struct ledger_row rows[ROWS];
    int64_t now = clock_wall_us(), age = 1;
    for (int i = 0; i < ROWS; i++) {
        age = age * 7 % 1000003;                                               // up to a second
        rows[i] = row_at(now - age * (i % 50 == 49 ? 90000 : 1), (unsigned)i); // or a day
        if (i == 200) rows[i] = row_at(now + 3600000000, 200);                 // by a clock that was set back
    }
    for (int i = 0; i < ROWS; i += 100) put(rows + i, 100);
    for (int i = 0; i < ROWS; i++)
        if (!there(rows[i].id)) fail_msg("row %d", i);
    assert_false(there(row_at(now, 5555).id));
    assert_in_range(ask("SELECT count(*) FROM mark"), 2, 60);
}

static void find_finds_ids_of_other_forms(void **state) {
    (void)state;
    const struct ledger_row rows[] = {{.id = "a"}, {.id = ""}, {.id = "req_of some other form, long enough"}};
    put_some(clock_wall_us(), 1, 100);
    put(rows, 3);
    put_some(clock_wall_us(), 1, 100);
    for (int i = 0; i < 3; i++) assert_true(there(rows[i].id));
    assert_false(there("b"));
}

// The marks as they are when rows come one every millisecond, each 5 ms after its id's time.
static void find_looks_at_few_rows(void **state) {
    (void)state;
    enum { ROWS = 20 * FIND_ROWS, MOST = 3 * FIND_ROWS * 15, BASE = 1795000000 };
    int steps;
    put_some(BASE * 1000000LL, 1000, ROWS);
    assert_in_range(ask("SELECT count(*) FROM mark"), 20, 22);
    make("UPDATE OR REPLACE mark SET us = 1795000000000000 + seq * 1000 + 5000, reach = 10000, ahead = 1 WHERE us > 0");
    for (int i = 0; i < ROWS; i += 977) {
        struct ledger_row row = row_at(BASE * 1000000LL + i * 1000, (unsigned)i);
        assert_int_equal(find(row.id, &steps), 1);
        assert_in_range(steps, 1, MOST);
        assert_int_equal(find(row_at(row.started_us, (unsigned)i + 1).id, &steps), 0); // one that somebody made up
        assert_in_range(steps, 1, MOST);
    }
    assert_int_equal(find("x", &steps), 0);
    assert_in_range(steps, 1, MOST);
}

static void find_finds_rows_after_the_newest_were_deleted(void **state) {
    (void)state;
    int64_t now = clock_wall_us();
    put_some(now, 1, 3 * FIND_ROWS);
    int64_t marked = ask("SELECT max(seq) FROM mark");
    assert_in_range(marked, FIND_ROWS, 3 * FIND_ROWS);
    make("DELETE FROM request WHERE seq > 10");
    struct ledger_row rows[2] = {row_at(clock_wall_us(), 1 << 20), row_at(clock_wall_us(), 1 << 21)};
    put(rows, 2);
    assert_int_equal(ask("SELECT max(seq) FROM record"), marked + 1); // numbers are not given twice
    assert_true(there(rows[0].id) && there(rows[1].id) && there(row_at(now, 0).id));
    assert_false(there(row_at(now + 11, 11).id));
    make("DELETE FROM request");
    put(rows, 1);
    assert_true(there(rows[0].id));
}

// ---------------------------------------------------------------- files from before

static void find_takes_an_index_for_rows_of_version_6(void **state) {
    (void)state;
    int steps;
    const struct ledger_row other = {.id = "old", .logprob_mean = NAN, .logprob_least = NAN};
    int64_t now = clock_wall_us();
    put_some(now - 1000000, 1, 5 * FIND_ROWS);
    put(&other, 1);
    make("DROP TABLE mark; CREATE INDEX record_id ON record(id); PRAGMA user_version = 6");
    put_some(now, 1, 2 * FIND_ROWS);
    assert_int_equal(ask("PRAGMA user_version"), STORE_VERSION);
    assert_int_equal(ask("SELECT count(*) FROM wide"), 0); // they stay as they are
    assert_int_equal(ask("SELECT max(seq) FROM record"), 7 * FIND_ROWS + 1);
    assert_true(there("old") && there(row_at(now + 7, 7).id));
    make("DELETE FROM record WHERE seq > (SELECT min(seq) FROM mark)");
    assert_int_equal(find(row_at(now - 1000000 + 5, 5).id, &steps), 1);
    assert_in_range(steps, 1, 200);
    // the index does not grow
    put_some(now, 1, 10);
    assert_int_equal(ask("SELECT count(*) FROM record INDEXED BY record_id WHERE seq < 5122"), 5 * FIND_ROWS + 1);
}

#define FIND_TEST(f) cmocka_unit_test_setup_teardown(f, make_directory, remove_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_time_reads_the_gateways_ids),
        FIND_TEST(find_finds_rows_however_long_they_took),
        FIND_TEST(find_finds_ids_of_other_forms),
        FIND_TEST(find_looks_at_few_rows),
        FIND_TEST(find_finds_rows_after_the_newest_were_deleted),
        FIND_TEST(find_takes_an_index_for_rows_of_version_6),
    };
    return RUN(tests);
}
