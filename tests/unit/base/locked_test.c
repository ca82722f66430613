#include "base/locked.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

// The sanitizers turn mlock into nothing, because it does not go well with their shadow memory.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CAN_LOCK = 0 };
#else
enum { CAN_LOCK = 1 };
#endif

// The flags of the mapping that holds `at`, as the kernel tells them.
static bool mapping_has(const void *at, const char *flag) {
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    bool inside = false, has = false;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        char *end;
        uintptr_t from = (uintptr_t)strtoull(line, &end, 16);
        if (*end == '-') inside = (uintptr_t)at >= from && (uintptr_t)at < (uintptr_t)strtoull(end + 1, NULL, 16);
        else if (inside && strncmp(line, "VmFlags:", 8) == 0) has |= strstr(line, flag) != NULL;
    }
    fclose(f);
    return has;
}

static void locked_memory_is_neither_swapped_nor_dumped_nor_inherited(void **state) {
    (void)state;
    enum { SIZE = 10000 };
    char *at = locked_new(SIZE);
    assert_non_null(at);
    for (size_t i = 0; i < SIZE; i++) assert_int_equal(at[i], 0);
    memset(at, 'x', SIZE);
    assert_true(mapping_has(at, " lo") || !CAN_LOCK);
    assert_true(mapping_has(at, " dd"));
    assert_true(mapping_has(at, " dc"));
    locked_free(at, SIZE);
    locked_free(NULL, 5);
}

static void locked_memory_over_the_limit_of_the_process_is_refused(void **state) {
    (void)state;
    if (!CAN_LOCK) skip();
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        if (setrlimit(RLIMIT_MEMLOCK, &none) || setuid(65534)) _exit(2); // root has no such limit
        _exit(locked_new(4096) == NULL ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2) skip();
    assert_int_equal(status, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locked_memory_is_neither_swapped_nor_dumped_nor_inherited),
        cmocka_unit_test(locked_memory_over_the_limit_of_the_process_is_refused),
    };
    return RUN(tests);
}
