// Connections and arguments of the load generator.
#ifndef BENCH_LINK_H
#define BENCH_LINK_H

#include <netinet/in.h>
#include <stdint.h>

#include "reply.h"

struct link_args {
    int argc;
    char **argv;
    int next;                  // index of the next argument
    struct sockaddr_in target; // HOST:PORT
};

// The next argument; ends the process with 2 and the name of what is missing.
const char *link_word(struct link_args *a, const char *name);
long link_number(struct link_args *a, const char *name, long least, long most);
// "127.0.0.1:8080". -1 when it is none (and says so).
int link_parse_target(const char *text, struct sockaddr_in *out) __attribute__((warn_unused_result));

// A connected socket without delay, non-blocking; -1 with errno.
int link_connect(const struct sockaddr_in *target) __attribute__((warn_unused_result));
// Sends `request` and reads until the answer is whole, or has `events` events (0 = whole). -1 when the
// peer closed or `ms` have passed.
int link_exchange(int fd, struct span request, struct reply *reply, uint32_t events, int ms)
    __attribute__((warn_unused_result));

#endif
