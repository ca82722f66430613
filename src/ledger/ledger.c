#include "ledger/ledger.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/latch.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/outcome.h"
#include "ledger/queue.h"
#include "ledger/store.h"

enum {
    BATCH_ROWS = 1000,   // most rows of a commit when more wait than commit_rows, unless that is more
    FIRST_PAUSE_MS = 50, // after a failed write, doubled each time
    LAST_PAUSE_MS = 5000,
    CLOSING_TRIES = 4, // of the last rows at shutdown
    TRIM_CHUNKS = 256, // a queue that was this long gives its memory back to the system
};

// Outcomes are few: each waits in a node of its own, its sample behind it.
struct node {
    struct node *next;
    struct ledger_outcome outcome;
    uint8_t sample[];
};

// Workers append rows under the latch; the writer reads them without it, because a row that was filed never moves, and
// takes the latch to drop what is written. The lock is for what happens once a batch, above all for the writer's sleep.
// Who takes both takes the lock first.
struct ledger {
    char *path;
    bool discards; // ":memory:"
    size_t commit_rows, batch_rows, queue_rows;
    uint64_t commit_ns;
    atomic_size_t places; // reserved and waiting

    struct latch latch;
    struct queue rows;
    uint64_t written;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct node *outcomes, *last_outcome; // the same for these: the writer reads, and drops what is written
    size_t outcome_count;
    uint64_t first_ns; // when the oldest of both came
    bool closing;
    bool ok;
    char error[160];

    // the writer's own
    pthread_t writer;
    struct store store;
    uint32_t failures;   // in a row
    size_t freed_chunks; // since the last trim
};

// ---------------------------------------------------------------- where

char *ledger_path(const struct config *config) {
    return *config->ledger.path ? mem_copy_z(config->ledger.path) : config_state_path("ledger.db");
}

// The directories above a path that nobody chose; store_open reports what went wrong.
static void make_directories(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        int status = mkdir(path, 0700);
        *slash = '/';
        if (status && errno != EEXIST) return;
    }
}

// ---------------------------------------------------------------- the queue

bool ledger_reserve(struct ledger *l) {
    if (atomic_fetch_add_explicit(&l->places, 1, memory_order_relaxed) < l->queue_rows) return true;
    atomic_fetch_sub_explicit(&l->places, 1, memory_order_relaxed);
    return false;
}

void ledger_unreserve(struct ledger *l) {
    atomic_fetch_sub_explicit(&l->places, 1, memory_order_relaxed);
}

static size_t rows_waiting(struct ledger *l) {
    latch_take(&l->latch);
    size_t n = l->rows.count;
    latch_give(&l->latch);
    return n;
}

// Under the lock, so that the writer, who counts the rows under it, either counted this one or sleeps already.
static __attribute__((noinline)) void wake_writer(struct ledger *l, bool first) {
    pthread_mutex_lock(&l->lock);
    if (first && !l->outcome_count) l->first_ns = clock_now_ns();
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

void ledger_file(struct ledger *l, const struct ledger_row *row) {
    struct record record;
    record_make(row, &record);
    latch_take(&l->latch);
    queue_add(&l->rows, &record, row);
    size_t count = l->rows.count;
    latch_give(&l->latch);
    if (count == 1 || count == l->commit_rows) wake_writer(l, count == 1);
}

bool ledger_add_outcome(struct ledger *l, const struct ledger_outcome *o) {
    struct node *n = mem_new(sizeof *n + o->sample_len);
    n->outcome = *o;
    if (o->sample_len) memcpy(n->sample, o->sample, o->sample_len);
    n->outcome.sample = o->sample_len ? n->sample : NULL;
    pthread_mutex_lock(&l->lock);
    bool room = l->outcome_count < l->queue_rows;
    if (room) {
        if (l->last_outcome) l->last_outcome->next = n;
        else l->outcomes = n;
        l->last_outcome = n;
        if (l->outcome_count++ == 0 && rows_waiting(l) == 0) l->first_ns = clock_now_ns();
    }
    pthread_mutex_unlock(&l->lock);
    if (room) pthread_cond_signal(&l->changed);
    else free(n);
    return room;
}

// One chunk at a time, so that no worker waits for long. Rows are numbered from the first that was ever filed.
bool ledger_find_waiting(struct ledger *l, const char *id, struct ledger_row *out) {
    bool found = false;
    for (uint64_t at = 0, before = UINT64_MAX; !found && at != before;) {
        latch_take(&l->latch);
        if (at < l->written) at = l->written; // these went into the file meanwhile
        before = at;
        size_t waiting = (size_t)(at - l->written);
        found = queue_look(&l->rows, &waiting, id, out);
        at = l->written + waiting;
        latch_give(&l->latch);
    }
    return found;
}

const char *ledger_file_path(const struct ledger *l) {
    return l->discards ? NULL : l->path;
}

// Drops m written outcomes; returns them as a list.
static struct node *drop_outcomes(struct ledger *l, size_t m) {
    struct node *first = l->outcomes, *last = NULL;
    l->outcome_count -= m;
    for (; m; m--) {
        last = l->outcomes;
        l->outcomes = last->next;
    }
    if (!l->outcomes) l->last_outcome = NULL;
    if (!last) return NULL;
    last->next = NULL;
    return first;
}

static void free_outcomes(struct node *n) {
    for (struct node *next; n; n = next) {
        next = n->next;
        free(n);
    }
}

// ---------------------------------------------------------------- the writer

// What the writer took to write: the first rows, and the first outcomes.
struct batch {
    struct queue_part parts[QUEUE_PARTS];
    size_t part_count, rows;
    const struct node *outcome;
    size_t outcomes;
};

static int write_outcomes(struct ledger *l, const struct node *o, size_t m, struct err *e) {
    for (; m; m--) {
        if (store_insert_outcome(&l->store, &o->outcome, e)) return -1;
        if (m > 1) o = o->next; // what follows the last of them may be linked at this moment
    }
    return 0;
}

static int write_batch(struct ledger *l, const struct batch *b, struct err *e) {
    if (l->discards) return 0;
    if (!l->store.db && store_open(&l->store, l->path, e)) return -1;
    if (store_begin(&l->store, e)) goto fail;
    for (size_t i = 0; i < b->part_count; i++)
        if (store_insert(&l->store, b->parts[i].first, b->parts[i].rows, e)) goto fail;
    if (write_outcomes(l, b->outcome, b->outcomes, e) || store_commit(&l->store, e)) goto fail;
    return 0;
fail:
    store_close(&l->store); // the next try opens the file anew: it may have been replaced
    return -1;
}

static void wait_until(struct ledger *l, uint64_t deadline_ns) {
    struct timespec t = {.tv_sec = (time_t)(deadline_ns / 1000000000), .tv_nsec = (long)(deadline_ns % 1000000000)};
    pthread_cond_timedwait(&l->changed, &l->lock, &t);
}

// Sleeps until there is a batch to write. Called with the lock.
static void wait_for_rows(struct ledger *l) {
    while (!l->closing && rows_waiting(l) == 0 && l->outcome_count == 0) pthread_cond_wait(&l->changed, &l->lock);
    while (!l->closing && rows_waiting(l) < l->commit_rows && clock_now_ns() < l->first_ns + l->commit_ns)
        wait_until(l, l->first_ns + l->commit_ns);
}

static void written(struct ledger *l, const struct batch *b) {
    size_t n = b->rows;
    pthread_mutex_lock(&l->lock);
    latch_take(&l->latch);
    struct chunk *freed = queue_drop(&l->rows, n);
    bool idle = l->rows.count == 0;
    l->written += n;
    latch_give(&l->latch);
    struct node *freed_outcomes = drop_outcomes(l, b->outcomes);
    bool recovered = !l->ok;
    l->first_ns = clock_now_ns();
    l->ok = true;
    l->error[0] = 0;
    pthread_mutex_unlock(&l->lock);
    atomic_fetch_sub_explicit(&l->places, n, memory_order_relaxed);
    l->freed_chunks += queue_free(freed);
    free_outcomes(freed_outcomes);
    l->failures = 0;
    if (recovered) log_event(LOG_INFO, "ledger.write.recovered", LOG_I("rows", n));
    if (idle && l->freed_chunks >= TRIM_CHUNKS) {
        malloc_trim(0);
        l->freed_chunks = 0;
    }
}

// Notes the failure and pauses. Returns false when it is time to give up.
static bool failed(struct ledger *l, const struct err *why) {
    uint64_t pause = (uint64_t)FIRST_PAUSE_MS << (l->failures < 10 ? l->failures : 10);
    if (pause > LAST_PAUSE_MS) pause = LAST_PAUSE_MS;
    l->failures++;
    pthread_mutex_lock(&l->lock);
    bool first = l->ok, was_closing = l->closing;
    size_t waiting = rows_waiting(l);
    l->ok = false;
    snprintf(l->error, sizeof l->error, "%.159s", why->text);
    uint64_t until = clock_now_ns() + (was_closing ? FIRST_PAUSE_MS : pause) * 1000000;
    while (clock_now_ns() < until && l->closing == was_closing) wait_until(l, until);
    pthread_mutex_unlock(&l->lock);
    if (first) log_event(LOG_ERROR, "ledger.write.failed", LOG_S("reason", why->text), LOG_I("waiting", waiting));
    return !was_closing || l->failures < CLOSING_TRIES;
}

static void *write_forever(void *ledger) {
    struct ledger *l = ledger;
    pthread_setname_np(pthread_self(), "ledger");
    for (bool closing = false;;) {
        struct err why = {""};
        pthread_mutex_lock(&l->lock);
        wait_for_rows(l);
        struct batch b; // its parts are filled as far as there are any
        latch_take(&l->latch);
        b.rows = queue_take(&l->rows, l->batch_rows, b.parts, &b.part_count);
        latch_give(&l->latch);
        b.outcome = l->outcomes;
        b.outcomes = l->outcome_count < l->batch_rows ? l->outcome_count : l->batch_rows;
        if (l->closing && !closing) {
            closing = true;
            l->failures = 0; // the last rows get their tries however long the store has been failing
        }
        pthread_mutex_unlock(&l->lock);
        if (b.rows == 0 && b.outcomes == 0) break;
        if (write_batch(l, &b, &why) == 0) written(l, &b);
        else if (!failed(l, &why)) break;
    }
    store_close(&l->store);
    return NULL;
}

// ---------------------------------------------------------------- open and close

static int start_writer(struct ledger *l, struct err *e) {
    pthread_condattr_t clock;
    sigset_t all, before;
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&l->changed, &clock);
    pthread_condattr_destroy(&clock);
    sigfillset(&all); // signals are for the main thread
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = pthread_create(&l->writer, NULL, write_forever, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status ? err_set(e, "ledger: no thread: %s", strerror(status)) : 0;
}

static void release(struct ledger *l) {
    queue_release(&l->rows);
    free_outcomes(l->outcomes);
    free(l->path);
    free(l);
}

struct ledger *ledger_open(const struct config *config, struct err *e) {
    struct ledger *l = mem_new(sizeof *l);
    l->path = ledger_path(config);
    l->discards = strcmp(l->path, ":memory:") == 0;
    l->commit_rows = (size_t)config->ledger.commit_rows;
    l->batch_rows = l->commit_rows > BATCH_ROWS ? l->commit_rows : BATCH_ROWS;
    l->queue_rows = (size_t)config->ledger.queue_rows;
    l->commit_ns = (uint64_t)config->ledger.commit_ms * 1000000;
    l->ok = true;
    if (!*config->ledger.path) make_directories(l->path);
    if (!l->discards && store_open(&l->store, l->path, e)) {
        release(l);
        return NULL;
    }
    if (start_writer(l, e)) {
        store_close(&l->store);
        release(l);
        return NULL;
    }
    return l;
}

uint64_t ledger_close(struct ledger *l) {
    if (!l) return 0;
    pthread_mutex_lock(&l->lock);
    l->closing = true;
    pthread_mutex_unlock(&l->lock);
    pthread_cond_signal(&l->changed);
    pthread_join(l->writer, NULL);
    uint64_t lost = l->rows.count;
    if (lost) log_event(LOG_ERROR, "ledger.rows.lost", LOG_I("rows", lost), LOG_S("reason", l->error));
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    release(l);
    return lost;
}

void ledger_health(struct ledger *l, struct ledger_health *out) {
    pthread_mutex_lock(&l->lock);
    latch_take(&l->latch);
    *out = (struct ledger_health){.ok = l->ok, .written = l->written, .waiting = l->rows.count};
    latch_give(&l->latch);
    memcpy(out->error, l->error, sizeof out->error);
    pthread_mutex_unlock(&l->lock);
    size_t places = atomic_load_explicit(&l->places, memory_order_relaxed);
    out->reserved = places > out->waiting ? places - out->waiting : 0;
}
