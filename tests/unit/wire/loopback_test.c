#include "wire/loopback.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

static void loopback_changes_connections_within_the_machine(void **state) {
    (void)state;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof here;
    char name[16] = "";
    int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&here, n), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&here, &n), 0);
    assert_false(loopback_without_pacing(fd)); // not connected
    assert_int_equal(connect(fd, (struct sockaddr *)&here, n), 0);
    assert_true(loopback_without_pacing(fd));
    n = sizeof name;
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &n), 0);
    assert_string_equal(name, "reno");
    close(fd);
    close(listener);
}

static void loopback_leaves_alone_what_is_no_connection_within_the_machine(void **state) {
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_false(loopback_without_pacing(pair[0]));
    assert_false(loopback_without_pacing(-1));
    close(pair[0]);
    close(pair[1]);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_changes_connections_within_the_machine),
        cmocka_unit_test(loopback_leaves_alone_what_is_no_connection_within_the_machine),
    };
    return RUN(tests);
}
