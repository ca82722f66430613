#include "base/wide.h"

bool wide_is_there;

__attribute__((constructor)) static void look(void) {
#if defined __x86_64__
    __builtin_cpu_init();
    wide_is_there = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("popcnt");
#endif
}
