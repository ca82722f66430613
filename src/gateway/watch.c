#include "gateway/watch.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"

void watch_init(struct watch *w, uv_loop_t *loop, void (*changed)(void *arg), void *arg) {
    *w = (struct watch){.changed = changed, .arg = arg};
    uv_timer_init(loop, &w->timer);
    w->timer.data = w;
    w->stat.data = w;
}

static bool is_same(const struct watch_state *a, const struct watch_state *b) {
    return a->there == b->there && a->inode == b->inode && a->size == b->size && a->changed_ns == b->changed_ns;
}

static void on_stat(uv_fs_t *request) {
    struct watch *w = request->data;
    struct watch_state now = {.there = request->result == 0};
    if (now.there) {
        const uv_stat_t *s = &request->statbuf;
        now = (struct watch_state){true, s->st_ino, s->st_size,
                                   (int64_t)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec};
    }
    uv_fs_req_cleanup(request);
    bool tell = !w->moved && !uv_is_closing((uv_handle_t *)&w->timer) && !is_same(&now, &w->seen);
    if (!w->moved) w->seen = now;
    w->busy = w->moved = false;
    if (tell) w->changed(w->arg);
}

static void on_time(uv_timer_t *timer) {
    struct watch *w = timer->data;
    if (w->busy) return; // the pool is slow: the next time will do
    w->busy = uv_fs_stat(timer->loop, &w->stat, w->path, on_stat) == 0;
}

void watch_file(struct watch *w, const char *path, uint64_t every_ms) {
    struct stat s;
    uv_timer_stop(&w->timer);
    free(w->path);
    w->path = mem_copy_z(path);
    w->moved = w->busy;
    w->seen = (struct watch_state){.there = stat(path, &s) == 0};
    if (w->seen.there)
        w->seen = (struct watch_state){true, s.st_ino, (uint64_t)s.st_size,
                                       (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec};
    if (every_ms && *path) uv_timer_start(&w->timer, on_time, every_ms, every_ms);
}

void watch_close(struct watch *w) {
    if (!uv_is_closing((uv_handle_t *)&w->timer)) uv_close((uv_handle_t *)&w->timer, NULL);
}

void watch_release(struct watch *w) {
    free(w->path);
    w->path = NULL;
}
