#include "base/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
// LeakSanitizer traces the process at its end, which asks that it be dumpable.
static void allow_at_end(void) {
    prctl(PR_SET_DUMPABLE, 1);
}
#define BEFORE_LEAK_CHECK(function) atexit(function)
#else
#define BEFORE_LEAK_CHECK(function) 0
#endif

// No kind of mapping. Registers would still be in the file, and may hold a stretch of text: hence not dumpable.
static int empty_filter(void) {
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    int status = write(fd, "0", 1) == 1 ? 0 : -1;
    close(fd);
    return status;
}

int dump_forbid(struct err *e) {
    struct rlimit limit;
    // The filter first: the file belongs to root once the process is not dumpable.
    if (empty_filter() != 0) return err_set(e, "/proc/self/coredump_filter: %s", strerror(errno));
    if (getrlimit(RLIMIT_CORE, &limit) != 0) return err_set(e, "RLIMIT_CORE: %s", strerror(errno));
    limit.rlim_cur = 0;
    if (setrlimit(RLIMIT_CORE, &limit) != 0) return err_set(e, "RLIMIT_CORE: %s", strerror(errno));
    if (prctl(PR_SET_DUMPABLE, 0) != 0) return err_set(e, "PR_SET_DUMPABLE: %s", strerror(errno));
    return BEFORE_LEAK_CHECK(allow_at_end) ? err_set(e, "atexit failed") : 0;
}
