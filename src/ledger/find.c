#include "ledger/find.h"

#include <stdio.h>
#include <string.h>

// "req_", the time in hex, and a part that cannot be guessed (gateway/chat.c).
enum { PREFIX = 4, TIME_DIGITS = 13 };

// Eight digits, all at once: what is no digit counts as something, too.
static uint64_t hex_8(const char *s) {
    uint64_t v;
    memcpy(&v, s, sizeof v);
    v = (v & 0x0f0f0f0f0f0f0f0f) + 9 * (v >> 6 & 0x0101010101010101); // letters have bit 6
    v = __builtin_bswap64(v);                                         // the first digit is the highest
    v = (v | v >> 4) & 0x00ff00ff00ff00ff;
    v = (v | v >> 8) & 0x0000ffff0000ffff;
    return (v | v >> 16) & 0xffffffff;
}

int64_t find_time(const char *id, size_t len) {
    if (len < PREFIX + TIME_DIGITS) return 0;
    return (int64_t)(hex_8(id + PREFIX) << 20 | (hex_8(id + PREFIX + TIME_DIGITS - 8) & 0xfffff));
}

// The first column of the first row; `none` when there is no row.
static int ask(sqlite3 *db, const char *sql, int64_t parameter, int64_t none, int64_t *out) {
    sqlite3_stmt *s = NULL;
    int status = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
    if (status != SQLITE_OK) return status;
    sqlite3_bind_int64(s, 1, parameter);
    *out = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : none;
    return sqlite3_finalize(s);
}

int find_records(sqlite3 *db, const char *id, const char *parameter, char out[static FIND_BYTES]) {
    // The rows before a mark were written before its time, those behind it after; the last mark has the bounds.
    static const char FIRST[] = "SELECT seq FROM mark WHERE us >= ?1 ORDER BY us LIMIT 1",
                      FROM[] = "SELECT seq FROM mark WHERE us < ?1 - (SELECT ahead FROM mark ORDER BY us DESC LIMIT 1)"
                               " ORDER BY us DESC LIMIT 1",
                      TO[] = "SELECT seq FROM mark WHERE us > ?1 + (SELECT reach FROM mark ORDER BY us DESC LIMIT 1)"
                             " ORDER BY us LIMIT 1";
    int64_t time = find_time(id, strlen(id)), indexed = 0, from = 0, to = 0;
    int status = ask(db, FIRST, 0, 0, &indexed);
    if (status == SQLITE_OK) status = ask(db, FROM, time, indexed, &from);
    if (status == SQLITE_OK) status = ask(db, TO, time, INT64_MAX, &to);
    snprintf(out, FIND_BYTES,
             "(SELECT * FROM record WHERE id = %s AND seq < %lld UNION ALL"
             " SELECT * FROM record WHERE id = %s AND seq >= %lld AND seq < %lld)",
             parameter, (long long)indexed, parameter, (long long)from, (long long)to);
    return status;
}
