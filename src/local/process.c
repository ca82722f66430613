#include "local/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

extern char **environ;

enum { OUTPUT_GRACE_MS = 200 };

// ---------------------------------------------------------------- fork and exec

// The child gets what it needs to run and to find its device, and none of our keys.
static const char *const PASSED_ON[] = {"PATH=", "HOME=",   "LANG=", "LC_",   "TMPDIR=", "TZ=",   "LD_LIBRARY_PATH=",
                                        "CUDA_", "NVIDIA_", "HIP_",  "ROCR_", "HSA_",    "GGML_", "VK_",
                                        "MESA_", "ONEAPI_", "SYCL_", "ZE_",   "OMP_",    "GOMP_", "KMP_"};

static char **clean_environment(void) {
    size_t n = 0, kept = 0;
    while (environ[n]) n++;
    char **clean = mem_new_array(n + 1, sizeof *clean);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof PASSED_ON / sizeof *PASSED_ON; k++)
            if (!strncmp(environ[i], PASSED_ON[k], strlen(PASSED_ON[k]))) {
                clean[kept++] = environ[i];
                break;
            }
    return clean;
}

// Between fork and exec: only calls that are safe after fork in a program with threads.
static _Noreturn void become(const char *const *argv, char **env, pid_t parent, int output, int failure) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127); // it died before the line above
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); // a core file would hold prompts
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int s = 1; s < NSIG; s++) sigaction(s, &usual, NULL);
    sigset_t empty;
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0) dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    int kept = STDERR_FILENO + 1; // the failure pipe moves down, all above it is closed: no socket of ours leaks
    if (failure != kept) dup2(failure, kept);
    fcntl(kept, F_SETFD, FD_CLOEXEC);
    close_range((unsigned)kept + 1, ~0u, 0);
    execve(argv[0], (char *const *)(const void *)argv, env);
    int why = errno;
    ssize_t written = write(kept, &why, sizeof why);
    (void)written;
    _exit(127);
}

// Both ends closed on exec, and above the numbers that `become` uses.
static int high_pipe(int ends[2]) {
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0) return -1;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 10);
        close(low[i]);
    }
    if (ends[0] >= 0 && ends[1] >= 0) return 0;
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0) close(ends[i]);
    return -1;
}

static pid_t spawn(const char *const *argv, int *output_fd, struct err *e) {
    int output[2] = {-1, -1}, failure[2] = {-1, -1}, why = 0;
    pid_t pid = -1, parent = getpid();
    char **env = clean_environment();
    if (high_pipe(output) != 0 || high_pipe(failure) != 0 || (pid = fork()) < 0) {
        err_set(e, "cannot start %s: %s", argv[0], strerror(errno));
        goto out;
    }
    if (pid == 0) become(argv, env, parent, output[1], failure[1]);
    close(failure[1]);
    failure[1] = -1;
    ssize_t n;
    do n = read(failure[0], &why, sizeof why); // ends when exec has closed the other end
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        err_set(e, "cannot run %s: %s", argv[0], strerror(why));
        waitpid(pid, NULL, 0);
        pid = -1;
    }
out:
    for (int i = 0; i < 2; i++)
        if (failure[i] >= 0) close(failure[i]);
    if (output[1] >= 0) close(output[1]);
    if (pid < 0 && output[0] >= 0) close(output[0]);
    if (pid > 0) *output_fd = output[0];
    free(env);
    return pid;
}

void process_status_text(int status, char *out, size_t size) {
    if (WIFSIGNALED(status))
        snprintf(out, size, "was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else snprintf(out, size, "exited with status %d", WEXITSTATUS(status));
}

// ---------------------------------------------------------------- on the loop

struct process {
    pid_t pid;
    int pidfd;
    int status;
    bool exited, silent; // reaped; its output has ended
    int open;            // handles
    uv_poll_t exit;
    uv_pipe_t output;
    uv_timer_t grace;
    struct process_events events;
    void *ctx;
    char piece[8192];
};

static void on_closed(uv_handle_t *h) {
    struct process *p = h->data;
    if (--p->open) return;
    close(p->pidfd);
    struct process_events events = p->events;
    void *ctx = p->ctx;
    int status = p->status;
    mem_wipe(p->piece, sizeof p->piece);
    free(p);
    events.on_gone(ctx, status);
}

static void close_when_done(struct process *p) {
    if (!p->exited || !p->silent || uv_is_closing((uv_handle_t *)&p->exit)) return;
    uv_close((uv_handle_t *)&p->exit, on_closed);
    uv_close((uv_handle_t *)&p->output, on_closed);
    uv_close((uv_handle_t *)&p->grace, on_closed);
}

static void on_grace(uv_timer_t *t) {
    struct process *p = t->data;
    p->silent = true; // a grandchild holds the pipe: enough was read
    close_when_done(p);
}

static void on_exit_ready(uv_poll_t *h, int status, int events) {
    (void)status, (void)events;
    struct process *p = h->data;
    siginfo_t info = {.si_pid = 0};
    if (waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != p->pid) return;
    uv_poll_stop(&p->exit);
    kill(-p->pid, SIGKILL); // what it may have left behind in its group; before the number is free again
    waitpid(p->pid, &p->status, 0);
    p->exited = true;
    uv_timer_start(&p->grace, on_grace, OUTPUT_GRACE_MS, 0);
    close_when_done(p);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *out) {
    (void)hint;
    struct process *p = h->data;
    *out = uv_buf_init(p->piece, sizeof p->piece);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b) {
    struct process *p = s->data;
    if (n > 0) p->events.on_output(p->ctx, span_make(b->base, (size_t)n));
    if (n >= 0) return;
    uv_read_stop(s);
    p->silent = true;
    close_when_done(p);
}

struct process *process_start(uv_loop_t *loop, const char *const *argv, const struct process_events *events, void *ctx,
                              struct err *e) {
    int output = -1;
    pid_t pid = spawn(argv, &output, e);
    if (pid < 0) return NULL;
    int pidfd = pidfd_open(pid, 0);
    if (pidfd < 0) {
        err_set(e, "cannot watch %s: %s", argv[0], strerror(errno));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        close(output);
        return NULL;
    }
    fcntl(pidfd, F_SETFD, FD_CLOEXEC);
    struct process *p = mem_new(sizeof *p);
    *p = (struct process){.pid = pid, .pidfd = pidfd, .open = 3, .events = *events, .ctx = ctx};
    uv_poll_init(loop, &p->exit, pidfd);
    uv_pipe_init(loop, &p->output, 0);
    uv_timer_init(loop, &p->grace);
    p->exit.data = p->output.data = p->grace.data = p;
    uv_pipe_open(&p->output, output);
    uv_poll_start(&p->exit, UV_READABLE, on_exit_ready);
    uv_read_start((uv_stream_t *)&p->output, on_alloc, on_read);
    return p;
}

void process_signal(struct process *p, int signal) {
    if (p->exited) return; // the number may belong to somebody else by now
    if (kill(-p->pid, signal) != 0) kill(p->pid, signal);
}

pid_t process_pid(const struct process *p) {
    return p->pid;
}

int64_t process_cpu_ms(const struct process *p) {
    char path[48], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)p->pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0) return -1;
    text[n] = 0;
    char *at = strrchr(text, ')'); // the name may hold anything, also brackets
    for (int field = 2; at && field < 14; field++) at = strchr(at + 1, ' ');
    if (!at) return -1;
    char *end;
    unsigned long long user = strtoull(at, &end, 10), system_time = strtoull(end, NULL, 10);
    return (int64_t)((user + system_time) * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

// ---------------------------------------------------------------- without a loop

int process_run(const char *const *argv, int64_t timeout_ms, struct buf *output, struct err *e) {
    int fd = -1, status = 0;
    pid_t pid = spawn(argv, &fd, e);
    if (pid < 0) return -1;
    struct pollfd watched[2] = {{.fd = fd, .events = POLLIN}, {.fd = pidfd_open(pid, 0), .events = POLLIN}};
    uint64_t end = clock_now_ns() + (uint64_t)timeout_ms * 1000000u, now;
    // A number below 0 is not watched: the output first, then the exit.
    while ((now = clock_now_ns()) < end && (watched[0].fd >= 0 || !(watched[1].revents & POLLIN))) {
        if (poll(watched, 2, (int)((end - now) / 1000000u) + 1) <= 0) continue;
        char piece[4096];
        ssize_t n = watched[0].revents ? read(fd, piece, sizeof piece) : 0;
        if (n > 0) buf_add(output, piece, (size_t)n);
        if (n < 0 || (n == 0 && watched[0].revents)) watched[0].fd = -1;
    }
    bool late = now >= end;
    if (late) kill(-pid, SIGKILL);
    close(fd);
    if (watched[1].fd >= 0) close(watched[1].fd);
    waitpid(pid, &status, 0);
    return late ? err_set(e, "%s did not end within %lld ms", argv[0], (long long)timeout_ms) : status;
}
