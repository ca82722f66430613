// What every unit test includes: cmocka behind the headers that it wants first.
#ifndef SLUICE_TEST_H
#define SLUICE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"

// Compares a span with a literal, showing both.
#define assert_span_equal(s, z)                                                                                        \
    do {                                                                                                               \
        struct span span_ = (s);                                                                                       \
        assert_int_equal(span_.len, strlen(z));                                                                        \
        assert_memory_equal(span_.at ? span_.at : "", (z), span_.len);                                                 \
    } while (0)

#define RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
