// Looks at a file now and then, in the thread pool, and tells when it is another one than before: replaced, changed,
// come or gone. (libuv's uv_fs_poll_t of 1.44 must not be started again from its own callback.)
#ifndef SLUICE_GATEWAY_WATCH_H
#define SLUICE_GATEWAY_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct watch_state {
    bool there;
    uint64_t inode, size;
    int64_t changed_ns;
};

struct watch {
    uv_timer_t timer;
    uv_fs_t stat;
    bool busy;  // a look is under way
    bool moved; // ... at a path that is not the one any more
    char *path; // NULL = none
    struct watch_state seen;
    void (*changed)(void *arg); // on the loop; may call watch_file
    void *arg;
};

void watch_init(struct watch *w, uv_loop_t *loop, void (*changed)(void *arg), void *arg);
// From now on this file, as it is now; copied. every_ms 0: none.
void watch_file(struct watch *w, const char *path, uint64_t every_ms);
void watch_close(struct watch *w);
// After the loop has ended.
void watch_release(struct watch *w);

#endif
