#include "report/source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "report/unpack.h"

// Blocks between the thread that unpacks and the one that reads. `made` and `taken` count blocks; the lock guards both.
struct ahead {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *blocks[SOURCE_BLOCKS];
    size_t lengths[SOURCE_BLOCKS];
    uint64_t made, taken;
    bool ended, stop;
    struct err fault; // why it ended early
    size_t at;        // what the reader has taken of its block
};

struct source {
    int fd; // -1: memory
    struct span memory;
    size_t memory_at;
    char head[SOURCE_HEAD_BYTES]; // read to recognise the file, and not handed out yet
    size_t head_len, head_at;
    _Atomic uint64_t position;
    bool regular;
    struct unpack *unpack; // NULL: plain
    struct ahead *ahead;
};

// ---------------------------------------------------------------- bytes as they are stored

static int64_t read_fd(struct source *s, char *out, size_t n, struct err *e) {
    for (;;) {
        ssize_t got = read(s->fd, out, n);
        if (got >= 0) return got;
        if (errno != EINTR) return err_set(e, "cannot be read: %s", strerror(errno));
    }
}

static int64_t read_stored(void *context, char *out, size_t n, struct err *e) {
    struct source *s = context;
    int64_t got;
    if (s->head_at < s->head_len) {
        got = (int64_t)(s->head_len - s->head_at < n ? s->head_len - s->head_at : n);
        memcpy(out, s->head + s->head_at, (size_t)got);
        s->head_at += (size_t)got;
    } else if (s->fd >= 0) {
        got = read_fd(s, out, n, e);
    } else {
        struct span rest = span_sub(s->memory, s->memory_at, n);
        if (rest.len) memcpy(out, rest.at, rest.len);
        s->memory_at += rest.len;
        got = (int64_t)rest.len;
    }
    if (got > 0) atomic_fetch_add_explicit(&s->position, (uint64_t)got, memory_order_relaxed);
    return got;
}

// ---------------------------------------------------------------- unpacking ahead

// False when the reader has gone.
static bool wait_for_room(struct ahead *a) {
    pthread_mutex_lock(&a->lock);
    while (!a->stop && a->made - a->taken == SOURCE_BLOCKS) pthread_cond_wait(&a->changed, &a->lock);
    bool go_on = !a->stop;
    pthread_mutex_unlock(&a->lock);
    return go_on;
}

static void *unpack_ahead(void *context) {
    struct source *s = context;
    struct ahead *a = s->ahead;
    bool more = true;
    while (more && wait_for_room(a)) {
        size_t slot = a->made % SOURCE_BLOCKS;
        struct err e = {""};
        int64_t n = unpack_read(s->unpack, a->blocks[slot], SOURCE_BLOCK_BYTES, &e);
        pthread_mutex_lock(&a->lock);
        if (n > 0) {
            a->lengths[slot] = (size_t)n;
            a->made++;
        } else {
            more = false;
            a->ended = true;
            a->fault = e;
        }
        pthread_cond_signal(&a->changed);
        pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

static int start_ahead(struct source *s, struct err *e) {
    struct ahead *a = mem_new(sizeof *a);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    for (size_t i = 0; i < SOURCE_BLOCKS; i++) a->blocks[i] = mem_new(SOURCE_BLOCK_BYTES);
    s->ahead = a;
    int fault = pthread_create(&a->thread, NULL, unpack_ahead, s);
    if (fault == 0) return 0;
    a->ended = a->stop = true;
    return err_set(e, "no thread to unpack with: %s", strerror(fault));
}

static void stop_ahead(struct ahead *a) {
    bool running = !(a->stop && a->ended);
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    if (running) pthread_join(a->thread, NULL);
    for (size_t i = 0; i < SOURCE_BLOCKS; i++) {
        mem_wipe(a->blocks[i], SOURCE_BLOCK_BYTES);
        free(a->blocks[i]);
    }
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

static int64_t take_ahead(struct ahead *a, char *out, size_t n, struct err *e) {
    pthread_mutex_lock(&a->lock);
    while (a->made == a->taken && !a->ended) pthread_cond_wait(&a->changed, &a->lock);
    bool empty = a->made == a->taken;
    pthread_mutex_unlock(&a->lock);
    if (empty) {
        if (!a->fault.text[0]) return 0;
        *e = a->fault;
        return -1;
    }
    size_t slot = a->taken % SOURCE_BLOCKS, left = a->lengths[slot] - a->at;
    if (n > left) n = left;
    memcpy(out, a->blocks[slot] + a->at, n);
    a->at += n;
    if (a->at < a->lengths[slot]) return (int64_t)n;
    a->at = 0;
    pthread_mutex_lock(&a->lock);
    a->taken++;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    return (int64_t)n;
}

// ---------------------------------------------------------------- opening

static int read_head(struct source *s, struct err *e) {
    while (s->head_len < sizeof s->head) {
        size_t room = sizeof s->head - s->head_len;
        int64_t n = s->fd >= 0 ? read_fd(s, s->head + s->head_len, room, e) : 0;
        if (s->fd < 0) {
            struct span begin = span_sub(s->memory, 0, room);
            if (begin.len) memcpy(s->head, begin.at, begin.len);
            s->head_len = s->memory_at = begin.len;
            return 0;
        }
        if (n < 0) return -1;
        if (n == 0) break;
        s->head_len += (size_t)n;
    }
    return 0;
}

static struct source *recognise(struct source *s, struct err *e) {
    if (read_head(s, e) == 0) {
        enum packing packing = unpack_recognise(span_make(s->head, s->head_len));
        if (packing == PACKING_NONE) return s;
        if (packing == PACKING_UNKNOWN) {
            err_set(e, "is packed in a way that is not read; unpack it first (gzip and zstd are read as they are)");
        } else {
            s->unpack = unpack_new(packing, read_stored, s, e);
            if (s->unpack && start_ahead(s, e) == 0) return s;
        }
    }
    source_close(s);
    return NULL;
}

struct source *source_open(const char *path, struct err *e) {
    struct stat info;
    struct source *s = mem_new(sizeof *s);
    s->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 || fstat(s->fd, &info) != 0) {
        err_set(e, "cannot be opened: %s", strerror(errno));
        source_close(s);
        return NULL;
    }
    if (S_ISDIR(info.st_mode)) {
        err_set(e, "is a directory; name the files in it");
        source_close(s);
        return NULL;
    }
    s->regular = S_ISREG(info.st_mode);
    if (s->regular) (void)posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return recognise(s, e);
}

struct source *source_open_memory(struct span bytes, struct err *e) {
    struct source *s = mem_new(sizeof *s);
    s->fd = -1;
    s->memory = bytes;
    return recognise(s, e);
}

void source_close(struct source *s) {
    if (!s) return;
    if (s->ahead) stop_ahead(s->ahead);
    unpack_free(s->unpack);
    if (s->fd > STDIN_FILENO) close(s->fd);
    mem_wipe(s->head, sizeof s->head);
    free(s);
}

int64_t source_read(struct source *s, char *out, size_t n, struct err *e) {
    return s->ahead ? take_ahead(s->ahead, out, n, e) : read_stored(s, out, n, e);
}

uint64_t source_position(const struct source *s) {
    return atomic_load_explicit(&s->position, memory_order_relaxed);
}

const char *source_compression(const struct source *s) {
    return s->unpack ? unpack_name(s->unpack) : "";
}

bool source_is_sqlite(const struct source *s) {
    static const char MAGIC[16] = "SQLite format 3";
    return s->regular && s->head_len >= sizeof MAGIC && memcmp(s->head, MAGIC, sizeof MAGIC) == 0;
}
