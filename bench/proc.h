// What a process has used, from /proc.
#ifndef BENCH_PROC_H
#define BENCH_PROC_H

#include <stdint.h>
#include <sys/types.h>

// Nanoseconds on a processor of all threads that live now; -1 when it cannot be read.
int64_t proc_cpu_ns(pid_t pid);
// Resident memory in kB; -1 when it cannot be read.
int64_t proc_rss_kb(pid_t pid);

#endif
