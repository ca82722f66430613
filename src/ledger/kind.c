#include "ledger/kind.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "ledger/columns.h"

enum { SLOTS = 2 * KINDS }; // a power of two; half of them stay free

struct slot {
    int64_t number; // 0: free
    uint64_t hash;
    size_t len;
    char *key; // see columns_key
};

struct kinds {
    sqlite3_stmt *insert;
    sqlite3 *db;
    size_t used;
    uint64_t seed;  // callers choose some of the texts; they cannot choose the slots
    uint64_t epoch; // of all that ever were in this process
    struct slot slots[SLOTS];
};

static uint64_t new_epoch(void) {
    static _Atomic uint64_t last;
    return ++last;
}

uint64_t kinds_epoch(const struct kinds *k) {
    return k->epoch;
}

// The slot of the key, or the free one where it belongs.
static struct slot *find(struct kinds *k, const char *key, size_t len, uint64_t hash) {
    for (size_t i = hash % SLOTS;; i = (i + 1) % SLOTS) {
        struct slot *s = &k->slots[i];
        if (!s->number || (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0)) return s;
    }
}

static void fill(struct kinds *k, struct slot *s, const char *key, size_t len, uint64_t hash, int64_t number) {
    *s = (struct slot){number, hash, len, mem_grow(NULL, len)};
    memcpy(s->key, key, len);
    k->used++;
}

void kinds_forget(struct kinds *k) {
    for (size_t i = 0; i < SLOTS; i++) free(k->slots[i].key);
    memset(k->slots, 0, sizeof k->slots);
    k->used = 0;
    k->epoch = new_epoch();
}

int64_t kinds_number(struct kinds *k, const struct ledger_row *row) {
    char key[COLUMNS_KEY_BYTES];
    size_t len = columns_key(row, key);
    uint64_t hash = hash_bytes(key, len, k->seed);
    struct slot *s = find(k, key, len, hash);
    if (s->number) return s->number;
    columns_bind(k->insert, COLUMN_SHARED, row);
    int step = sqlite3_step(k->insert);
    int64_t number = sqlite3_last_insert_rowid(k->db);
    sqlite3_reset(k->insert);
    if (step != SQLITE_DONE) return 0;
    if (k->used == KINDS) {
        kinds_forget(k);
        s = find(k, key, len, hash);
    }
    fill(k, s, key, len, hash, number);
    return number;
}

// ---------------------------------------------------------------- opening

// A set with NULL comes from a file that lacked a column; new rows have a value there, and are not like it.
static bool has_null(sqlite3_stmt *s, int columns) {
    for (int i = 0; i < columns; i++)
        if (sqlite3_column_type(s, i) == SQLITE_NULL) return true;
    return false;
}

static int load(struct kinds *k) {
    struct buf sql;
    sqlite3_stmt *s = NULL;
    int step = SQLITE_ERROR;
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "SELECT ");
    columns_list(&sql, COLUMN_SHARED);
    buf_printf(&sql, ", kind FROM kind ORDER BY kind DESC LIMIT %d", KINDS / 2);
    if (sqlite3_prepare_v2(k->db, sql.at, -1, &s, NULL) == SQLITE_OK)
        while ((step = sqlite3_step(s)) == SQLITE_ROW) {
            struct ledger_row row;
            char key[COLUMNS_KEY_BYTES];
            int last = sqlite3_column_count(s) - 1;
            if (has_null(s, last)) continue;
            columns_read(s, COLUMN_SHARED, &row);
            size_t len = columns_key(&row, key);
            uint64_t hash = hash_bytes(key, len, k->seed);
            struct slot *slot = find(k, key, len, hash);
            if (!slot->number) fill(k, slot, key, len, hash, sqlite3_column_int64(s, last));
        }
    sqlite3_finalize(s);
    buf_free(&sql);
    return step == SQLITE_DONE ? 0 : -1;
}

static int prepare(struct kinds *k) {
    struct buf sql;
    const char *mark = "?";
    buf_init(&sql, 16 << 10);
    buf_add_z(&sql, "INSERT INTO kind(");
    columns_list(&sql, COLUMN_SHARED);
    buf_add_z(&sql, ") VALUES (");
    for (const struct column *c = COLUMNS; c->name; c++) {
        if (c->part != COLUMN_SHARED) continue;
        buf_add_z(&sql, mark);
        mark = ", ?";
    }
    buf_add_char(&sql, ')');
    int status = sqlite3_prepare_v3(k->db, sql.at, -1, SQLITE_PREPARE_PERSISTENT, &k->insert, NULL);
    buf_free(&sql);
    return status == SQLITE_OK ? 0 : -1;
}

struct kinds *kinds_new(sqlite3 *db) {
    struct kinds *k = mem_new(sizeof *k);
    k->db = db;
    k->epoch = new_epoch();
    hash_random(&k->seed, sizeof k->seed);
    if (prepare(k) == 0 && load(k) == 0) return k;
    kinds_free(k);
    return NULL;
}

void kinds_free(struct kinds *k) {
    if (!k) return;
    kinds_forget(k);
    sqlite3_finalize(k->insert);
    free(k);
}
