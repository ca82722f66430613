#include "ledger/pack.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "directory.h"
#include "ledger/columns.h"
#include "ledger/insert.h"
#include "ledger/rows.h"
#include "ledger/store.h"
#include "test.h"

// ---------------------------------------------------------------- rows of every kind

static struct ledger_row ordinary(void) {
    struct ledger_row r = {.started_us = 1700000000123456,
                           .model = "m",
                           .route = "frontier",
                           .score = 0.577897369861603f,
                           .p_local = 0.1f,
                           .complexity = 1,
                           .input_tokens = 100,
                           .output_tokens = 50,
                           .cached_tokens = 0,
                           .reasoning_tokens = 0,
                           .cache_write_tokens = -1,
                           .cache_write_1h_tokens = -1,
                           .cost_usd = 0.001,
                           .baseline_usd = NAN,
                           .ttft_us = -1,
                           .total_us = 5678,
                           .overhead_us = 90,
                           .bytes_in = 400,
                           .bytes_answered = 800,
                           .logprob_mean = NAN,
                           .logprob_least = NAN,
                           .decision = {.format = DECISION_FORMAT, .threshold = 0.5f, .wait_ms = 7}};
    r.bytes_out[ZONE_EU] = 444;
    strcpy(r.id, "req_a");
    return r;
}

static const int64_t WHOLES[] = {-1,
                                 0,
                                 1,
                                 2,
                                 (1 << 17) - 1,
                                 1 << 17,
                                 (1 << 20) - 1,
                                 1 << 20,
                                 (1 << 21) - 2,
                                 (1 << 21) - 1,
                                 1 << 21,
                                 (1 << 24) - 1,
                                 1 << 24,
                                 INT32_MAX - 1LL,
                                 INT32_MAX,
                                 1LL << 31,
                                 1LL << 40,
                                 INT64_MAX};
static const float FLOATS[] = {0,      0.5f,   1,  0x1p-39f,   0x1.8p-40f, 0x1.fffffep-1f, 0x1.fffffep0f, 2, 1e-30f,
                               1e-45f, -0.25f, -5, 123456.75f, NAN,        INFINITY,       -INFINITY};
enum { WHOLE_COUNT = sizeof WHOLES / sizeof *WHOLES, FLOAT_COUNT = sizeof FLOATS / sizeof *FLOATS };

// The ordinary row with one column set to its value number `i`; false when there is no further one.
static bool vary(const struct column *c, size_t i, struct ledger_row *row) {
    char *at = (char *)row + c->offset;
    *row = ordinary();
    switch (c->type) {
    case COLUMN_TEXT:
        if (c->part != COLUMN_SHARED && i < 2) memset(at, 'x', i ? c->size - 1 : 1), at[i ? c->size - 1 : 1] = 0;
        else if (i < 1) memcpy(at, "y", 2);
        else return false;
        return true;
    case COLUMN_COUNT:
    case COLUMN_MAYBE:
        if (i < WHOLE_COUNT) memcpy(at, &WHOLES[i], sizeof *WHOLES);
        return i < WHOLE_COUNT;
    case COLUMN_FLOAT:
        if (i < FLOAT_COUNT) memcpy(at, &FLOATS[i], sizeof *FLOATS);
        return i < FLOAT_COUNT;
    case COLUMN_REAL:
        if (i < FLOAT_COUNT) *(double *)(void *)at = (double)FLOATS[i] / 3;
        return i < FLOAT_COUNT;
    case COLUMN_INT:
    case COLUMN_U32: memcpy(at, &(int){7}, sizeof(int)); return i < 1;
    case COLUMN_BOOL: *at = 1; return i < 1;
    case COLUMN_DECISION: *at = 0; return i < 1;
    }
    return false;
}

enum { MOST = 2000 };
static struct ledger_row rows[MOST];
static size_t count;

static void make_rows(void) {
    count = 0;
    rows[count++] = ordinary();
    for (const struct column *c = COLUMNS; c->name; c++)
        for (size_t i = 0; vary(c, i, &rows[count]); i++) assert_true(++count < MOST);
    rows[count] = ordinary();
    rows[count++].bytes_out[ZONE_US] = 1; // two zones
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i].id, "req_a") == 0) snprintf(rows[i].id, sizeof rows[i].id, "req_%05zu", i);
}

static void assert_same(const struct ledger_row *a, const struct ledger_row *b) {
    struct buf x, y;
    buf_init(&x, 65536), buf_init(&y, 65536);
    ledger_row_json(a, &x), ledger_row_json(b, &y);
    assert_string_equal(x.at, y.at);
    buf_free(&x), buf_free(&y);
}

// ---------------------------------------------------------------- in memory

static void queue_gives_back_every_row(void **state) {
    (void)state;
    struct queue q = {.count = 0};
    make_rows();
    for (size_t i = 0; i < count; i++) {
        struct record record;
        record_make(&rows[i], &record);
        assert_int_equal(record.size % 8, 0);
        queue_add(&q, &record, &rows[i]);
    }
    for (size_t i = 0; i < count; i++) {
        struct ledger_row back = {.status = 0};
        bool found = false;
        for (size_t at = 0, before = SIZE_MAX; !found && at != before;) {
            before = at;
            found = queue_look(&q, &at, rows[i].id, &back);
        }
        assert_true(found);
        assert_same(&rows[i], &back);
    }
    queue_release(&q);
}

static void queue_drops_what_was_taken_whatever_the_number(void **state) {
    (void)state;
    struct queue q = {.count = 0};
    size_t in = 0, out = 0, parts;
    struct queue_part part[QUEUE_PARTS];
    for (size_t round = 0; round < 300; round++) {
        for (size_t n = round * 7919 % 500; n; n--, in++) {
            struct ledger_row row = ordinary();
            struct record record;
            snprintf(row.id, sizeof row.id, "%zu", in);
            if (in % 5 == 0) strcpy(row.user, "somebody"), row.unused_input_tokens = 1; // a wide one
            snprintf(row.task, sizeof row.task, "%zu", in % 23);
            record_make(&row, &record);
            queue_add(&q, &record, &row);
        }
        size_t taken = queue_take(&q, round * 31 % 701, part, &parts), at = out;
        for (size_t i = 0; i < parts; i++) {
            const struct record *r = part[i].first;
            for (size_t k = 0; k < part[i].rows; k++, r = record_after(r), at++) {
                struct ledger_row back;
                record_read(r, &back);
                assert_int_equal(strtoul(back.id, NULL, 10), at);
                assert_int_equal(strtoul(back.task, NULL, 10), at % 23);
                assert_string_equal(back.user, at % 5 ? "" : "somebody");
            }
        }
        assert_int_equal(at, out + taken);
        queue_free(queue_drop(&q, taken));
        out += taken;
        assert_int_equal(q.count, in - out);
        assert_true(q.spare_count <= QUEUE_SPARES);
    }
    assert_true(out > 10000);
    queue_release(&q);
}

static void record_of_an_ordinary_row_is_small(void **state) {
    (void)state;
    struct ledger_row row = ordinary();
    struct record record;
    strcpy(row.id, "req_6614ca83c0c09b089e329b53");
    record_make(&row, &record);
    assert_false(record.brief.wide);
    assert_true(record.size <= 168);
}

// ---------------------------------------------------------------- in the file

static void write_rows(void) {
    struct store s;
    struct err e = {""};
    assert_int_equal(store_open(&s, path, &e), 0);
    make_rows();
    assert_int_equal(store_begin(&s, &e), 0);
    assert_int_equal(insert(&s, rows, count, &e), 0);
    assert_int_equal(store_commit(&s, &e), 0);
    store_close(&s);
}

// Both what reads the file in C, and the view, which takes the words apart in SQL.
static void store_gives_back_every_row(void **state) {
    (void)state;
    struct err e = {""};
    struct buf sql;
    sqlite3_stmt *view;
    write_rows();
    sqlite3 *db = store_open_reader(path, &e);
    struct rows *read = rows_open(db, "record ORDER BY seq");
    assert_non_null(read);
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "SELECT ");
    columns_list(&sql, COLUMN_ALL);
    buf_add_z(&sql, " FROM request ORDER BY seq");
    assert_int_equal(sqlite3_prepare_v2(db, sql.at, -1, &view, NULL), SQLITE_OK);
    for (size_t i = 0; i < count; i++) {
        struct ledger_row back = {.status = 0};
        assert_int_equal(rows_next(read, &back), SQLITE_ROW);
        assert_same(&rows[i], &back);
        assert_int_equal(sqlite3_step(view), SQLITE_ROW);
        columns_read(view, COLUMN_ALL, &back);
        assert_same(&rows[i], &back);
        int at = 0;
        for (const struct column *c = COLUMNS; c->name; c++, at++) { // a value is NULL or of the type of its column
            const char *type = column_sql_type(c);
            int want = *type == 'T'   ? SQLITE_TEXT
                       : *type == 'B' ? SQLITE_BLOB
                       : *type == 'R' ? SQLITE_FLOAT
                                      : SQLITE_INTEGER;
            int got = sqlite3_column_type(view, at);
            if (got != want && got != SQLITE_NULL) fail_msg("%s has type %d", c->name, got);
        }
    }
    assert_int_equal(sqlite3_step(view), SQLITE_DONE);
    sqlite3_finalize(view);
    rows_close(read);
    sqlite3_close(db);
    buf_free(&sql);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queue_gives_back_every_row),
        cmocka_unit_test(queue_drops_what_was_taken_whatever_the_number),
        cmocka_unit_test(record_of_an_ordinary_row_is_small),
        cmocka_unit_test_setup_teardown(store_gives_back_every_row, make_directory, remove_directory),
    };
    return RUN(tests);
}
