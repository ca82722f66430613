#include "ledger/append.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/columns.h"
#include "ledger/feed.h"
#include "ledger/find.h"
#include "ledger/queue.h"

struct appender {
    sqlite3 *db;
    struct kinds *kinds;
    sqlite3_stmt *rows;     // of what the feed shows, numbered by SQLite: from the last one on
    sqlite3_stmt *numbered; // with a number; the feed shows one row
    sqlite3_stmt *wide;     // the rest of a wide row
    sqlite3_stmt *last;     // the last number and mark
    sqlite3_stmt *mark;
    int64_t next;                            // number of the next row; 0 = the transaction has none yet
    int64_t marked, marked_us, reach, ahead; // the last mark (find.h)
    int64_t now_us;                          // of the transaction
    struct feed feed;
};

// ---------------------------------------------------------------- statements

static int prepare(struct appender *x, struct buf *sql, sqlite3_stmt **out) {
    int status = sqlite3_prepare_v3(x->db, sql->at, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    buf_free(sql);
    return status == SQLITE_OK ? 0 : -1;
}

// With the columns in the order of the table: so SQLite takes each value where it is, and need not copy it first.
static int prepare_rows(struct appender *x, bool with_number, sqlite3_stmt **out) {
    struct buf sql;
    if (*out) return 0;
    buf_init(&sql, 4 << 10);
    buf_add_z(&sql, "INSERT INTO record(");
    feed_columns(&sql, false);
    buf_add_z(&sql, with_number ? ", seq) SELECT *, ?1 FROM " FEED_TABLE : ") SELECT * FROM " FEED_TABLE);
    return prepare(x, &sql, out);
}

static int prepare_wide(struct appender *x) {
    struct buf sql;
    if (x->wide) return 0;
    buf_init(&sql, 4 << 10);
    buf_add_z(&sql, "INSERT INTO wide(");
    columns_list(&sql, COLUMN_WIDE);
    buf_add_z(&sql, ", seq) VALUES (");
    for (const struct column *c = COLUMNS; c->name; c++)
        if (c->part & COLUMN_WIDE) buf_add_z(&sql, "?, ");
    buf_add_z(&sql, "?)");
    return prepare(x, &sql, &x->wide);
}

static int run(sqlite3_stmt *s) {
    int step = sqlite3_step(s);
    if (step != SQLITE_DONE) return -1; // with the message of this failure
    sqlite3_reset(s);
    return 0;
}

// ---------------------------------------------------------------- rows

// The number of what it shares.
static int number_shared(struct appender *x, struct shared *set) {
    if (set->epoch == kinds_epoch(x->kinds)) return 0;
    if ((set->number = kinds_number(x->kinds, &set->row)) == 0) return -1;
    set->epoch = kinds_epoch(x->kinds);
    return 0;
}

// Notes where in the file we are in time.
static __attribute__((cold, noinline)) int mark(struct appender *x) {
    static const char SQL[] = "INSERT INTO mark(us, seq, reach, ahead) VALUES (?1, ?2, ?3, ?4)";
    if (!x->mark && sqlite3_prepare_v3(x->db, SQL, -1, SQLITE_PREPARE_PERSISTENT, &x->mark, NULL) != SQLITE_OK)
        return -1;
    if (x->now_us <= x->marked_us) x->now_us = x->marked_us + 1; // the clock was set back
    x->marked_us = x->now_us;
    x->marked = x->next;
    sqlite3_bind_int64(x->mark, 1, x->marked_us);
    sqlite3_bind_int64(x->mark, 2, x->marked);
    sqlite3_bind_int64(x->mark, 3, x->reach);
    sqlite3_bind_int64(x->mark, 4, x->ahead);
    return run(x->mark);
}

// The time of a row may be one behind that of its mark, hence < and + 1.
static int keep_marks(struct appender *x, const struct record *r) {
    int64_t late = x->now_us - find_time(r->id, r->id_len);
    if (late < x->reach && -late < x->ahead && x->next < x->marked + FIND_ROWS) return 0;
    if (late >= x->reach) x->reach = 2 * late + 1;
    if (-late >= x->ahead) x->ahead = -2 * late + 1;
    return mark(x);
}

// The rest of a wide row.
static __attribute__((cold, noinline)) int insert_wide(struct appender *x, const struct record *r, int64_t seq) {
    struct ledger_row row;
    if (prepare_wide(x)) return -1;
    record_read(r, &row);
    columns_bind(x->wide, COLUMN_WIDE, &row);
    sqlite3_bind_int64(x->wide, sqlite3_bind_parameter_count(x->wide), seq);
    return run(x->wide);
}

// Shows n rows to the statement. Returns what follows them; NULL on failure.
static const struct record *insert(struct appender *x, sqlite3_stmt *s, const struct record *r, size_t n) {
    for (size_t i = 0; i < n; i++, r = record_after(r)) {
        if (number_shared(x, r->shared) || keep_marks(x, r)) return NULL;
        if (r->brief.wide && insert_wide(x, r, x->next + (int64_t)i)) return NULL;
        x->feed.rows[i] = r;
    }
    x->feed.count = n;
    x->next += (int64_t)n;
    return run(s) ? NULL : r;
}

// Where to go on. Asked for in the transaction, because other processes may write too.
static int begin_numbers(struct appender *x, int64_t *last) {
    static const char SQL[] =
        "SELECT us, seq, reach, ahead, (SELECT max(seq) FROM record) FROM mark ORDER BY us DESC LIMIT 1";
    if (!x->last && sqlite3_prepare_v3(x->db, SQL, -1, SQLITE_PREPARE_PERSISTENT, &x->last, NULL) != SQLITE_OK)
        return -1;
    if (sqlite3_step(x->last) != SQLITE_ROW) return -1;
    x->marked_us = sqlite3_column_int64(x->last, 0);
    x->marked = sqlite3_column_int64(x->last, 1);
    x->reach = sqlite3_column_int64(x->last, 2);
    x->ahead = sqlite3_column_int64(x->last, 3);
    *last = sqlite3_column_int64(x->last, 4);
    sqlite3_reset(x->last);
    x->now_us = clock_wall_us();
    if (x->now_us < x->marked_us) x->now_us = x->marked_us;
    x->next = *last < x->marked ? x->marked : *last + 1;
    return 0;
}

// The first row of a transaction, when rows behind the last mark were deleted: their numbers are not given again, so
// that each row lies behind the marks of its time.
static __attribute__((cold, noinline)) const struct record *insert_numbered(struct appender *x,
                                                                            const struct record *r) {
    if (prepare_rows(x, true, &x->numbered)) return NULL;
    sqlite3_bind_int64(x->numbered, 1, x->next);
    return insert(x, x->numbered, r, 1);
}

int appender_add(struct appender *x, const struct record *r, size_t n) {
    if (n && !x->next) {
        int64_t last;
        if (begin_numbers(x, &last)) return -1;
        if (x->next > last + 1) {
            if (!(r = insert_numbered(x, r))) return -1;
            n--;
        }
    }
    if (n && prepare_rows(x, false, &x->rows)) return -1;
    for (size_t some; n; n -= some) {
        some = n < FEED_ROWS ? n : FEED_ROWS;
        if (!(r = insert(x, x->rows, r, some))) return -1;
    }
    return 0;
}

// ---------------------------------------------------------------- life

void appender_begin(struct appender *x) {
    x->next = 0;
}

// They are NULL until they are needed.
static void for_each_statement(struct appender *x, int (*visit)(sqlite3_stmt *)) {
    visit(x->rows);
    visit(x->numbered);
    visit(x->wide);
    visit(x->last);
    visit(x->mark);
}

void appender_reset(struct appender *x) {
    for_each_statement(x, sqlite3_reset);
}

struct appender *appender_new(sqlite3 *db, struct kinds *kinds) {
    struct appender *x = mem_new(sizeof *x);
    x->db = db;
    x->kinds = kinds;
    if (feed_attach(db, &x->feed) == SQLITE_OK) return x;
    free(x);
    return NULL;
}

void appender_close(struct appender *x) {
    if (x) for_each_statement(x, sqlite3_finalize);
}

void appender_free(struct appender *x) {
    free(x);
}
