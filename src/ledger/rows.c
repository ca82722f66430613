#include "ledger/rows.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/columns.h"
#include "ledger/pack.h"

enum { KEPT = 64 }; // sets of shared values; by the end of their number

struct kept {
    int64_t number; // 0 = free
    struct ledger_row row;
};

struct rows {
    sqlite3_stmt *main, *kind, *wide;
    struct kept kept[KEPT];
};

// ---------------------------------------------------------------- statements

static int prepare(sqlite3 *db, struct buf *sql, sqlite3_stmt **out) {
    int status = sqlite3_prepare_v2(db, sql->at, -1, out, NULL);
    buf_reset(sql);
    return status;
}

enum { SEQ, ID, USER, STARTED, COST, BASELINE, DECISION, WHAT, FIRST_WORD };

struct rows *rows_open(sqlite3 *db, const char *from) {
    struct rows *r = mem_new(sizeof *r);
    struct buf sql;
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "SELECT seq, id, user, started_us, cost_usd, baseline_usd, decision, what");
    for (int i = 0; i < WORDS; i++) buf_printf(&sql, ", %s", WORD_NAMES[i]);
    buf_printf(&sql, " FROM %s", from);
    int status = prepare(db, &sql, &r->main);
    buf_add_z(&sql, "SELECT ");
    columns_list(&sql, COLUMN_SHARED);
    buf_add_z(&sql, " FROM kind WHERE kind = ?1");
    if (status == SQLITE_OK) status = prepare(db, &sql, &r->kind);
    buf_add_z(&sql, "SELECT ");
    columns_list(&sql, COLUMN_WIDE);
    buf_add_z(&sql, " FROM wide WHERE seq = ?1");
    if (status == SQLITE_OK) status = prepare(db, &sql, &r->wide);
    buf_free(&sql);
    if (status == SQLITE_OK) return r;
    rows_close(r);
    return NULL;
}

sqlite3_stmt *rows_statement(struct rows *r) {
    return r->main;
}

void rows_close(struct rows *r) {
    if (!r) return;
    sqlite3_finalize(r->main);
    sqlite3_finalize(r->kind);
    sqlite3_finalize(r->wide);
    free(r);
}

// ---------------------------------------------------------------- rows

// The row of this number in another table; all 0 where there is none.
static int look_up(sqlite3_stmt *s, unsigned parts, int64_t number, struct ledger_row *out) {
    sqlite3_bind_int64(s, 1, number);
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW) columns_read(s, parts, out);
    else *out = (struct ledger_row){.status = 0};
    sqlite3_reset(s);
    return step == SQLITE_DONE ? SQLITE_ROW : step;
}

static int read_shared(struct rows *r, int64_t number, struct ledger_row *out) {
    struct kept *k = &r->kept[(uint64_t)number % KEPT];
    if (k->number != number) {
        int step = look_up(r->kind, COLUMN_SHARED, number, &k->row);
        if (step != SQLITE_ROW) return step;
        k->number = number;
    }
    memcpy((char *)out + OWN_BYTES, (const char *)&k->row + OWN_BYTES, sizeof *out - OWN_BYTES);
    return SQLITE_ROW;
}

static double real(sqlite3_stmt *s, int column) {
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

int rows_next(struct rows *r, struct ledger_row *out) {
    sqlite3_stmt *s = r->main;
    int step = sqlite3_step(s);
    if (step != SQLITE_ROW) return step;
    int64_t what = sqlite3_column_int64(s, WHAT);
    struct brief b = {.started_us = sqlite3_column_int64(s, STARTED),
                      .cost_usd = real(s, COST),
                      .baseline_usd = real(s, BASELINE),
                      .overhead_us = (uint32_t)(what & ((1 << WHAT_OVERHEAD_BITS) - 1)),
                      .wide = sqlite3_column_type(s, FIRST_WORD) == SQLITE_NULL};
    if (b.wide) step = look_up(r->wide, COLUMN_WIDE, sqlite3_column_int64(s, SEQ), out);
    else
        for (int i = 0; i < WORDS; i++) b.words[i] = sqlite3_column_int64(s, FIRST_WORD + i);
    if (step == SQLITE_ROW) step = read_shared(r, what >> WHAT_OVERHEAD_BITS, out);
    const void *decision = sqlite3_column_blob(s, DECISION);
    if (sqlite3_column_bytes(s, DECISION) == (int)sizeof b.decision) memcpy(&b.decision, decision, sizeof b.decision);
    const char *id = (const char *)sqlite3_column_text(s, ID);
    memset(out->id, 0, sizeof out->id);
    if (id) span_copy_z(out->id, sizeof out->id, id);
    const char *user = (const char *)sqlite3_column_text(s, USER);
    span_copy_z(out->user, sizeof out->user, user ? user : "");
    out->masked = 0;
    brief_read(&b, out);
    return step;
}
