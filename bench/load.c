// The load generator: N keep-alive connections, each sends a sample request, reads the answer to its
// end, checks it, and sends the next. One thread, epoll.
//
//   load run   HOST:PORT PID CONNECTIONS SECONDS json|stream|paced   rates, latencies, CPU of process PID
//   load hold  HOST:PORT PID STREAMS                                 memory of PID per stream that is open
//   load leave HOST:PORT BACKEND-PORT TIMES begun|silent             when the upstream sees that we left
//   load start HOST:PORT TIMES COMMAND...                            from exec to the first answer
//
// Prints one line of name=value pairs. Exit code 1 when an answer was wrong.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "link.h"
#include "modes.h"
#include "proc.h"
#include "reply.h"
#include "sample.h"

enum { BATCH = 512, READ_BYTES = 65536, MAX_CONNECTIONS = 20000 };
enum { WARM_MS = 150, PACED_WARM_MS = 1500 };

enum kind { KIND_JSON, KIND_STREAM, KIND_PACED };

struct client {
    int fd;
    struct reply reply;
    uint64_t sent_ns;
    bool begun;
};

struct samples {
    uint32_t *us;
    size_t count, cap;
};

static struct {
    int epoll;
    struct sockaddr_in target;
    enum kind kind;
    struct buf request; // the last one that was sent
    uint64_t number;    // its
    struct client *clients;
    uint32_t count;
    bool counting;
    uint64_t requests, events, errors;
    struct samples samples;
} L;

static void add_sample(uint64_t ns) {
    struct samples *s = &L.samples;
    if (s->count == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 65536;
        s->us = mem_grow(s->us, s->cap * sizeof *s->us);
    }
    s->us[s->count++] = (uint32_t)(ns / 1000);
}

static bool answer_is_right(const struct reply *r) {
    if (r->state != REPLY_WHOLE || r->status != 200) return false;
    if (L.kind == KIND_JSON) return r->body == SAMPLE_ANSWER_BYTES;
    return r->events == SAMPLE_EVENTS && reply_says_done(r);
}

static void connect_client(struct client *c) {
    c->fd = link_connect(&L.target);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    if (c->fd < 0 || epoll_ctl(L.epoll, EPOLL_CTL_ADD, c->fd, &e)) {
        fprintf(stderr, "load: cannot connect: %s\n", strerror(errno));
        exit(1);
    }
}

static void send_request(struct client *c) {
    buf_reset(&L.request);
    sample_request(&L.request, L.kind != KIND_JSON, ++L.number);
    reply_begin(&c->reply);
    c->begun = true;
    c->sent_ns = clock_now_ns();
    ssize_t n = write(c->fd, L.request.at, L.request.len);
    if (n != (ssize_t)L.request.len) L.errors++; // smaller than any socket buffer
}

static void restart(struct client *c) {
    if (L.errors++ == 0)
        fprintf(stderr, "load: wrong answer: status %d, %llu bytes, %u events, state %d\n", c->reply.status,
                (unsigned long long)c->reply.body, c->reply.events, (int)c->reply.state);
    if (L.errors > 1000) {
        fprintf(stderr, "load: more than 1000 wrong answers\n");
        exit(1);
    }
    close(c->fd);
    connect_client(c);
    send_request(c);
}

static void on_readable(struct client *c) {
    static char bytes[READ_BYTES];
    ssize_t n = read(c->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EAGAIN) return;
    uint32_t before = c->reply.events;
    size_t used = n > 0 ? reply_feed(&c->reply, span_make(bytes, (size_t)n)) : 0;
    if (L.counting) L.events += c->reply.events - before;
    if (n > 0 && used == (size_t)n && c->reply.state < REPLY_WHOLE) return;
    if (n <= 0 || used != (size_t)n || !answer_is_right(&c->reply)) {
        restart(c);
        return;
    }
    if (L.counting) {
        L.requests++;
        add_sample(clock_now_ns() - c->sent_ns);
    }
    send_request(c);
}

// One round of the loop. Clients begin one after the other, so that paced streams do not march in step.
static void turn(uint64_t begin_ns, uint64_t spread_ns) {
    static struct epoll_event events[BATCH];
    static uint32_t begun;
    uint64_t since = clock_now_ns() - begin_ns;
    while (begun < L.count && since >= spread_ns * begun / L.count) send_request(&L.clients[begun++]);
    int n = epoll_wait(L.epoll, events, BATCH, 1);
    for (int i = 0; i < n; i++) on_readable(events[i].data.ptr);
}

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t percentile(const struct samples *s, double p) {
    return s->count ? s->us[(size_t)(p * (double)(s->count - 1))] : 0;
}

static void report(double seconds, double cpu_us) {
    struct samples *s = &L.samples;
    if (s->count) qsort(s->us, s->count, sizeof *s->us, compare);
    printf("requests=%llu errors=%llu rps=%.1f cpu_us=%.3f p50_us=%u p99_us=%u events=%llu event_cpu_us=%.4f\n",
           (unsigned long long)L.requests, (unsigned long long)L.errors, (double)L.requests / seconds,
           L.requests ? cpu_us / (double)L.requests : 0, percentile(s, 0.5), percentile(s, 0.99),
           (unsigned long long)L.events, L.events ? cpu_us / (double)L.events : 0);
}

static int mode_run(struct link_args *a) {
    pid_t pid = (pid_t)link_number(a, "PID", 1, INT32_MAX);
    L.count = (uint32_t)link_number(a, "CONNECTIONS", 1, MAX_CONNECTIONS);
    double seconds = strtod(link_word(a, "SECONDS"), NULL);
    const char *kind = link_word(a, "json|stream|paced");
    L.kind = !strcmp(kind, "paced") ? KIND_PACED : !strcmp(kind, "stream") ? KIND_STREAM : KIND_JSON;
    buf_init(&L.request, 8192);
    L.epoll = epoll_create1(EPOLL_CLOEXEC);
    L.clients = mem_new_array(L.count, sizeof *L.clients);
    for (uint32_t i = 0; i < L.count; i++) connect_client(&L.clients[i]);

    uint64_t begin = clock_now_ns(), spread = L.kind == KIND_PACED ? 200000000 : 0;
    uint64_t from = begin + (uint64_t)(L.kind == KIND_PACED ? PACED_WARM_MS : WARM_MS) * 1000000;
    while (clock_now_ns() < from) turn(begin, spread);
    int64_t cpu = proc_cpu_ns(pid);
    L.counting = true;
    from = clock_now_ns();
    uint64_t end = from + (uint64_t)(seconds * 1e9), now;
    while ((now = clock_now_ns()) < end) turn(begin, spread);
    int64_t used = proc_cpu_ns(pid) - cpu;
    if (cpu < 0 || used <= 0) {
        fprintf(stderr, "load: the CPU time of process %d cannot be read\n", (int)pid);
        return 1;
    }
    report((double)(now - from) / 1e9, (double)used / 1e3);
    buf_free(&L.request);
    return L.errors ? 1 : 0;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(struct link_args *);
    } MODES[] = {{"run", mode_run}, {"hold", mode_hold}, {"leave", mode_leave}, {"start", mode_start}};
    struct link_args args = {.argc = argc, .argv = argv, .next = 1};
    const char *mode = link_word(&args, "run|hold|leave|start");
    if (link_parse_target(link_word(&args, "HOST:PORT"), &args.target)) return 2;
    L.target = args.target;
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++)
        if (!strcmp(mode, MODES[i].name)) return MODES[i].run(&args);
    fprintf(stderr, "load: no mode is called %s\n", mode);
    return 2;
}
