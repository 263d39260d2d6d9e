// What a benchmark's own process has used of processor and clock. POSIX.
#pragma once

#include <stdint.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

/// User and system time of this process, all threads, microseconds.
static inline int64_t process_cpu_us(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

/// Of a steady clock, microseconds.
static inline int64_t wall_clock_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}
