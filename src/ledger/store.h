// The SQLite file of the ledger: opening, schema, migration, one transaction of rows.
#ifndef SLUICE_LEDGER_STORE_H
#define SLUICE_LEDGER_STORE_H

#include "base/err.h"
#include "ledger/ledger.h"

struct sqlite3;
struct sqlite3_stmt;
struct appender;
struct kinds;
struct record;
struct ledger_outcome;

enum {
    STORE_VERSION = 7,              // of the schema; kept in PRAGMA user_version
    STORE_APPLICATION = 0x536c7563, // "Sluc", in PRAGMA application_id
    STORE_BUSY_MS = 250,            // wait for another process's lock
};

struct store {
    struct sqlite3 *db; // NULL: closed
    struct sqlite3_stmt *begin, *commit;
    struct sqlite3_stmt *outcome; // prepared when the first comes
    struct appender *appender;
    struct kinds *kinds;
};

// Opens, creates (mode 0600) or migrates. On failure nothing is open.
int store_open(struct store *s, const char *path, struct err *e) __attribute__((warn_unused_result));
void store_close(struct store *s);
// One transaction of any number of inserts of n records each, which lie one after the other. After a failure the store
// is rolled back.
int store_begin(struct store *s, struct err *e) __attribute__((warn_unused_result));
int store_insert(struct store *s, const struct record *first, size_t n, struct err *e)
    __attribute__((warn_unused_result));
// One outcome, in the place of an earlier one of its id and source.
int store_insert_outcome(struct store *s, const struct ledger_outcome *o, struct err *e)
    __attribute__((warn_unused_result));
int store_commit(struct store *s, struct err *e) __attribute__((warn_unused_result));

// For reading only, also while a server writes; refuses what is not a ledger. Close with sqlite3_close.
struct sqlite3 *store_open_reader(const char *path, struct err *e);

#endif
