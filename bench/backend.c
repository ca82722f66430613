// A model server that costs next to nothing: answers chat requests with the sample answer or stream.
//
//   backend PORT
//
// GET /control?gap_ms=N&hold=0|1|2 changes how streams behave from now on: gap_ms pauses between events
// (0 = all at once; with a pause the words go on for ever), hold=1 stops after the first word, hold=2
// never answers. GET /closed tells how many connections closed in mid-answer and when (monotonic ns).
// One thread, epoll.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sample.h"

enum { MAX_REQUEST = 1 << 20, READ_BYTES = 65536, BATCH = 256 };

struct conn {
    int fd;
    struct buf in, out;
    bool busy; // in mid-answer
    uint32_t next_event;
    uint64_t due_ns;          // of the next event
    struct conn *next, *prev; // queue of streams that wait for their next event, in the order of time
    bool queued, dead;
};

static struct {
    int epoll;
    uint64_t gap_ns;
    int hold;
    uint64_t closed, closed_at_ns;
    struct conn *first, *last; // of the queue
    struct conn *dead;         // closed, to be freed
    struct buf answer, stream;
} B;

static void enqueue(struct conn *c) {
    c->due_ns = clock_now_ns() + B.gap_ns;
    c->next = NULL;
    c->prev = B.last;
    if (B.last) B.last->next = c;
    else B.first = c;
    B.last = c;
    c->queued = true;
}

static void dequeue(struct conn *c) {
    if (!c->queued) return;
    if (c->prev) c->prev->next = c->next;
    else B.first = c->next;
    if (c->next) c->next->prev = c->prev;
    else B.last = c->prev;
    c->queued = false;
}

static void drop(struct conn *c) {
    if (c->dead) return;
    if (c->busy) B.closed++, B.closed_at_ns = clock_now_ns();
    dequeue(c);
    close(c->fd);
    buf_free(&c->in);
    buf_free(&c->out);
    c->dead = true; // an event for it may still be waiting in this batch: freed after it
    c->next = B.dead;
    B.dead = c;
}

static void free_dead(void) {
    while (B.dead) {
        struct conn *c = B.dead;
        B.dead = c->next;
        free(c);
    }
}

static void watch(struct conn *c, uint32_t events, int op) {
    struct epoll_event e = {.events = events, .data.ptr = c};
    if (epoll_ctl(B.epoll, op, c->fd, &e)) drop(c);
}

// Sends what it can; what is left waits for room.
static void flush(struct conn *c) {
    ssize_t n = c->out.len ? write(c->fd, c->out.at, c->out.len) : 0;
    if (n < 0 && errno != EAGAIN) {
        drop(c);
        return;
    }
    if (n > 0) buf_consume(&c->out, (size_t)n);
    if (c->out.len) watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void answer_text(struct conn *c, int status, const char *text) {
    buf_printf(&c->out, "HTTP/1.1 %d Bench\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
               strlen(text), text);
}

static long parameter(struct span path, const char *name, long otherwise) {
    size_t at = span_find(path, span_from(name));
    return at == SIZE_MAX ? otherwise : strtol(path.at + at + strlen(name), NULL, 10);
}

static void serve_page(struct conn *c, struct span path) {
    char text[128];
    if (span_starts(path, SPAN("/control"))) {
        B.gap_ns = (uint64_t)parameter(path, "gap_ms=", 0) * 1000000;
        B.hold = (int)parameter(path, "hold=", 0);
        answer_text(c, 200, "{}");
    } else if (span_starts(path, SPAN("/closed"))) {
        snprintf(text, sizeof text, "%llu %llu", (unsigned long long)B.closed, (unsigned long long)B.closed_at_ns);
        answer_text(c, 200, text);
    } else if (span_starts(path, SPAN("/v1/models"))) {
        answer_text(c, 200, "{\"object\":\"list\",\"data\":[{\"id\":\"bench\",\"object\":\"model\"}]}");
    } else if (span_starts(path, SPAN("/health")) || span_starts(path, SPAN("/v1/health"))) {
        answer_text(c, 200, "{\"status\":\"ok\"}");
    } else {
        answer_text(c, 404,
                    "{\"error\":{\"message\":\"nothing here\",\"type\":\"not_found\",\"param\":null,\"code\":null}}");
    }
    flush(c);
}

static void serve_chat(struct conn *c, struct span body) {
    bool stream = span_find(body, SPAN("\"stream\":true")) != SIZE_MAX;
    c->busy = B.hold == 2;
    if (B.hold == 2) return;
    if (!stream) {
        buf_add_span(&c->out, buf_span(&B.answer));
    } else if (B.hold == 0 && B.gap_ns == 0) {
        buf_add_span(&c->out, buf_span(&B.stream));
    } else {
        c->busy = true;
        sample_stream_head(&c->out);
        sample_event(&c->out, 0); // the role: a gateway may wait for the first word before it answers
        sample_event(&c->out, 1);
        c->next_event = 2;
        if (B.hold == 0) enqueue(c);
    }
    flush(c);
}

// Serves whole requests; false when what came is no request.
static bool serve(struct conn *c) {
    for (;;) {
        struct span in = buf_span(&c->in);
        size_t head = span_find(in, SPAN("\r\n\r\n"));
        if (head == SIZE_MAX) return in.len < 16384;
        size_t length = 0;
        for (size_t i = 0; i + 16 < head; i++)
            if (in.at[i] == '\n' && !strncasecmp(in.at + i + 1, "content-length:", 15))
                length = strtoull(in.at + i + 16, NULL, 10);
        if (length > MAX_REQUEST) return false;
        if (in.len < head + 4 + length) return true;
        size_t path = span_find(in, SPAN(" ")) + 1;
        if (in.at[0] == 'G') serve_page(c, span_sub(in, path, head - path));
        else serve_chat(c, span_sub(in, head + 4, length));
        if (c->dead) return true;
        buf_consume(&c->in, head + 4 + length);
    }
}

static void on_readable(struct conn *c) {
    static char bytes[READ_BYTES];
    ssize_t n = read(c->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
        drop(c);
        return;
    }
    buf_add(&c->in, bytes, (size_t)n);
    if (c->in.full || !serve(c)) drop(c);
}

static void on_writable(struct conn *c) {
    flush(c);
    if (!c->dead && c->out.len == 0) watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

static void on_accept(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int one = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct conn *c = mem_new(sizeof *c);
        c->fd = fd;
        buf_init(&c->in, MAX_REQUEST + 16384);
        buf_init(&c->out, 1 << 20);
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
    }
}

// Sends the events that are due; milliseconds until the next one, or -1.
static int send_due(void) {
    uint64_t now = clock_now_ns();
    while (B.first && B.first->due_ns <= now) {
        struct conn *c = B.first;
        dequeue(c);
        sample_event(&c->out, c->next_event);
        c->next_event = c->next_event % (SAMPLE_EVENTS - 4) + 1; // words only: a paced stream goes on for ever
        enqueue(c);
        flush(c);
    }
    if (!B.first) return -1;
    return (int)((B.first->due_ns - now) / 1000000);
}

static int listen_on(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0) return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 8192)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void prepare(void) {
    buf_init(&B.answer, 4096);
    buf_init(&B.stream, 65536);
    sample_answer(&B.answer);
    sample_stream_head(&B.stream);
    for (uint32_t i = 0; i < SAMPLE_EVENTS; i++) sample_event(&B.stream, i);
    sample_stream_end(&B.stream);
}

int main(int argc, char **argv) {
    long port = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    int listener = port > 0 && port < 65536 ? listen_on((uint16_t)port) : -1;
    if (listener < 0) {
        fprintf(stderr, "usage: backend PORT (and the port must be free)\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    prepare();
    B.epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    if (B.epoll < 0 || epoll_ctl(B.epoll, EPOLL_CTL_ADD, listener, &e)) return 1;
    static struct epoll_event events[BATCH];
    for (int wait = -1;; wait = send_due()) {
        int n = epoll_wait(B.epoll, events, BATCH, wait);
        for (int i = 0; i < n; i++) {
            struct conn *c = events[i].data.ptr;
            if (!c) on_accept(listener);
            else if (!c->dead && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_readable(c);
            if (c && !c->dead && (events[i].events & EPOLLOUT)) on_writable(c);
        }
        free_dead();
    }
}
