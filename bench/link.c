#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

const char *link_word(struct link_args *a, const char *name) {
    if (a->next < a->argc) return a->argv[a->next++];
    fprintf(stderr, "load: %s is missing\n", name);
    exit(2);
}

long link_number(struct link_args *a, const char *name, long least, long most) {
    char *end;
    long value = strtol(link_word(a, name), &end, 10);
    if (!*end && value >= least && value <= most) return value;
    fprintf(stderr, "load: %s must be a number from %ld to %ld\n", name, least, most);
    exit(2);
}

int link_parse_target(const char *text, struct sockaddr_in *out) {
    char host[64];
    const char *colon = strrchr(text, ':');
    *out = (struct sockaddr_in){.sin_family = AF_INET};
    if (colon && (size_t)(colon - text) < sizeof host) {
        snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
        out->sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10));
        if (out->sin_port && inet_pton(AF_INET, host, &out->sin_addr) == 1) return 0;
    }
    fprintf(stderr, "load: %s is not an IPv4 address and port\n", text);
    return -1;
}

int link_connect(const struct sockaddr_in *target) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) return -1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (const struct sockaddr *)target, sizeof *target) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int link_exchange(int fd, struct span request, struct reply *reply, uint32_t events, int ms) {
    char bytes[4096];
    uint64_t end = clock_now_ns() + (uint64_t)ms * 1000000;
    reply_begin(reply);
    if (write(fd, request.at, request.len) != (ssize_t)request.len) return -1;
    while (reply->state < REPLY_WHOLE && (events == 0 || reply->events < events)) {
        uint64_t now = clock_now_ns();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (now >= end || poll(&p, 1, (int)((end - now) / 1000000) + 1) < 0) return -1;
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n < 0 && errno == EAGAIN) continue;
        if (n <= 0) return -1;
        (void)reply_feed(reply, span_make(bytes, (size_t)n));
    }
    return reply->state == REPLY_BROKEN ? -1 : 0;
}
