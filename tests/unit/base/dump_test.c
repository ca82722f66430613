#include "base/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

// What dump_forbid does to a process cannot be undone, so a child does it and tells by its exit code.
static int forbidden_in_child(void) {
    struct err e = {""};
    struct rlimit limit = {1, 1};
    unsigned long filter = 1;
    FILE *f;
    if (dump_forbid(&e) != 0) return 2;
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur) return 3;
    if (!(f = fopen("/proc/self/coredump_filter", "r"))) return 4;
    char line[32] = "";
    if (fgets(line, sizeof line, f)) filter = strtoul(line, NULL, 16);
    fclose(f);
    if (filter) return 5;
    if (prctl(PR_GET_DUMPABLE) != 0) return 6;
    return 0;
}

static void dump_forbid_closes_every_way_to_a_core_file(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) _exit(forbidden_in_child());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(dump_forbid_closes_every_way_to_a_core_file)};
    return RUN(tests);
}
