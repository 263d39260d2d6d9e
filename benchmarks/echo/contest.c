// Command line of the echo benchmarks, and the measurement of their own process.
#include "contest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../support/cpu_time.h"

struct measurement {
  int64_t cpu_us;  // user and system
  int64_t wall_us;
  int64_t allocations;
};

static struct measurement start;

static struct measurement measure(void) {
  struct measurement taken;
  taken.cpu_us = process_cpu_us();
  taken.wall_us = wall_clock_us();
  taken.allocations = allocations_so_far();
  return taken;
}

/// Parses a number of at least `least`; exits the program if `text` is none.
static uint64_t read_number(const char* text, uint64_t least) {
  char* end = NULL;
  const unsigned long long value = strtoull(text, &end, 10);
  if (end != text && *end == '\0' && *text != '-' && value >= least) return value;
  fprintf(stderr, "not a number from %" PRIu64 " on: %s\n", least, text);
  exit(2);
}

static void allow_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct contest contest_read_arguments(int argc, char** argv, const char* const* variants) {
  const char* const* variant = variants;
  if (argc == 4) {
    while (*variant != NULL && strcmp(*variant, argv[1]) != 0) ++variant;
  }
  if (argc != 4 || *variant == NULL) {
    fprintf(stderr, "usage: %s VARIANT CONNECTIONS ROUND_TRIPS\nvariants:", argv[0]);
    for (variant = variants; *variant != NULL; ++variant) fprintf(stderr, " %s", *variant);
    fprintf(stderr, "\n");
    exit(2);
  }
  allow_open_files();
  struct contest read;
  read.variant = *variant;
  read.connections = (unsigned)read_number(argv[2], 1);
  const uint64_t round_trips = read_number(argv[3], 10);
  read.left = round_trips / 10;
  read.measured = round_trips - read.left;
  read.steady = false;
  return read;
}

bool contest_end_phase(struct contest* on) {
  if (!on->steady) {
    on->steady = true;
    on->left = on->measured;
    start = measure();
    return true;
  }
  const struct measurement end = measure();
  const int64_t allocations = end.allocations < 0 ? -1 : end.allocations - start.allocations;
  printf("{\"cpu_us\":%" PRId64 ",\"wall_us\":%" PRId64 ",\"round_trips\":%" PRIu64 ",\"allocations\":%" PRId64 "}\n",
         end.cpu_us - start.cpu_us, end.wall_us - start.wall_us, on->measured, allocations);
  return false;
}

void contest_fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}
