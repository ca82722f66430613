#include "modes.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "proc.h"
#include "sample.h"

enum { MAX_TIMES = 1000, WAIT_MS = 5000 };

extern char **environ;

static void sleep_us(long us) {
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *name, double *values, size_t count) {
    qsort(values, count, sizeof *values, compare);
    printf("%s_median=%.3f %s_max=%.3f\n", name, values[count / 2], name, values[count - 1]);
}

// ---------------------------------------------------------------- hold

// The backend must be told to hold streams after the first word.
int mode_hold(struct link_args *a) {
    pid_t pid = (pid_t)link_number(a, "PID", 1, INT32_MAX);
    long count = link_number(a, "STREAMS", 1, 15000);
    struct buf request;
    buf_init(&request, 8192);
    sample_request(&request, true, 0);
    int *fds = mem_new_array((size_t)count, sizeof *fds);
    struct reply reply;
    // One stream first: what every process allocates once does not count as memory of a stream.
    int64_t before = 0;
    for (long i = 0; i < count; i++) {
        fds[i] = link_connect(&a->target);
        if (fds[i] < 0 || link_exchange(fds[i], buf_span(&request), &reply, 1, WAIT_MS) || reply.status != 200) {
            fprintf(stderr, "load: stream %ld was not opened (status %d)\n", i, reply.status);
            return 1;
        }
        if (i == 0) before = proc_rss_kb(pid);
    }
    sleep_us(500000);
    int64_t after = proc_rss_kb(pid);
    printf("streams=%ld rss_before_kb=%lld rss_after_kb=%lld kb_per_stream=%.3f\n", count, (long long)before,
           (long long)after, (double)(after - before) / (double)(count - 1 ? count - 1 : 1));
    free(fds);
    buf_free(&request);
    return before > 0 && after > 0 ? 0 : 1;
}

// ---------------------------------------------------------------- leave

// How many connections the backend saw close in mid-answer, and when the last one did.
static int closed_at(const struct sockaddr_in *backend, uint64_t *count, uint64_t *ns) {
    char text[256];
    int fd = link_connect(backend);
    if (fd < 0) return -1;
    static const char ASK[] = "GET /closed HTTP/1.1\r\nHost: backend\r\n\r\n";
    ssize_t n = write(fd, ASK, sizeof ASK - 1);
    for (int i = 0; i < 1000 && n > 0; i++) {
        ssize_t got = read(fd, text, sizeof text - 1);
        if (got > 0) {
            text[got] = 0;
            char *body = strstr(text, "\r\n\r\n");
            close(fd);
            if (!body) return -1;
            *count = strtoull(body + 4, &body, 10);
            *ns = strtoull(body, NULL, 10);
            return 0;
        }
        sleep_us(100);
    }
    close(fd);
    return -1;
}

// Opens a stream, leaves, and waits for the backend to notice. Milliseconds, or -1.
static double leave_once(const struct sockaddr_in *target, const struct sockaddr_in *backend, struct span request,
                         bool begun) {
    uint64_t count, before, ns;
    struct reply reply;
    int fd = link_connect(target);
    if (fd < 0 || closed_at(backend, &before, &ns)) return -1;
    int got = link_exchange(fd, request, &reply, 1, begun ? WAIT_MS : 30);
    if (begun && got) return -1;
    uint64_t left = clock_now_ns();
    close(fd);
    for (int i = 0; i < WAIT_MS; i++) {
        if (closed_at(backend, &count, &ns)) return -1;
        if (count > before) return ns > left ? (double)(ns - left) / 1e6 : 0;
        sleep_us(1000);
    }
    return WAIT_MS;
}

int mode_leave(struct link_args *a) {
    struct sockaddr_in backend = a->target;
    backend.sin_port = htons((uint16_t)link_number(a, "BACKEND-PORT", 1, 65535));
    long times = link_number(a, "TIMES", 1, MAX_TIMES);
    bool begun = !strcmp(link_word(a, "begun|silent"), "begun");
    static double ms[MAX_TIMES];
    struct buf request;
    buf_init(&request, 8192);
    sample_request(&request, true, 0);
    for (long i = 0; i < times; i++) {
        ms[i] = leave_once(&a->target, &backend, buf_span(&request), begun);
        if (ms[i] < 0) {
            fprintf(stderr, "load: attempt %ld to leave failed\n", i);
            return 1;
        }
    }
    buf_free(&request);
    report("close_ms", ms, (size_t)times);
    return 0;
}

// ---------------------------------------------------------------- start

// Milliseconds from exec to the first answer of the sample, or -1.
static double start_once(const struct sockaddr_in *target, char **command, struct span request) {
    pid_t pid;
    double ms = -1;
    posix_spawn_file_actions_t quiet; // what it prints does not belong to our one line
    if (posix_spawn_file_actions_init(&quiet)) return -1;
    int failed = posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    uint64_t begin = clock_now_ns();
    if (!failed) failed = posix_spawnp(&pid, command[0], &quiet, NULL, command, environ);
    (void)posix_spawn_file_actions_destroy(&quiet);
    if (failed) return -1;
    while (ms < 0 && clock_now_ns() - begin < (uint64_t)WAIT_MS * 1000000) {
        struct reply reply;
        int fd = link_connect(target);
        if (fd >= 0 && !link_exchange(fd, request, &reply, 0, WAIT_MS) && reply.status == 200)
            ms = (double)(clock_now_ns() - begin) / 1e6;
        if (fd >= 0) close(fd);
        if (ms < 0) sleep_us(500);
    }
    kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
    return ms;
}

int mode_start(struct link_args *a) {
    long times = link_number(a, "TIMES", 1, MAX_TIMES);
    (void)link_word(a, "COMMAND");
    static double ms[MAX_TIMES];
    struct buf request;
    buf_init(&request, 8192);
    sample_request(&request, false, 0);
    for (long i = 0; i < times; i++) {
        ms[i] = start_once(&a->target, a->argv + a->next - 1, buf_span(&request));
        if (ms[i] < 0) {
            fprintf(stderr, "load: %s did not answer\n", a->argv[a->next - 1]);
            return 1;
        }
    }
    buf_free(&request);
    report("start_ms", ms, (size_t)times);
    return 0;
}
