// Command line of the bulk benchmark's contestants, and the measurement of their own process.
#include "transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../support/cpu_time.h"

static int64_t begun_cpu_us, begun_wall_us;

struct transfer transfer_read_arguments(int argc, char** argv) {
  struct transfer read = {role_send, 0, 0, 0};
  if (argc == 5 && strcmp(argv[1], "receive") == 0) {
    read.role = role_receive;
    read.port = (uint16_t)strtoul(argv[4], NULL, 10);
  }
  if (argc == 4 || argc == 5) {
    read.streams = (unsigned)strtoul(argv[2], NULL, 10);
    read.bytes = strtoull(argv[3], NULL, 10);
  }
  const int is_known = read.role == role_receive ? read.port != 0 : argc == 4 && strcmp(argv[1], "send") == 0;
  if (!is_known || read.streams == 0 || read.bytes == 0 || read.bytes % piece_size != 0) {
    fprintf(stderr, "usage: %s send STREAMS BYTES | receive STREAMS BYTES PORT; BYTES in pieces of %d\n", argv[0],
            piece_size);
    exit(2);
  }
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  return read;
}

void transfer_listening(uint16_t port) {
  printf("%u\n", port);
  fflush(stdout);
}

void transfer_begin(void) {
  begun_cpu_us = process_cpu_us();
  begun_wall_us = wall_clock_us();
}

void transfer_end(void) {
  printf("{\"cpu_us\":%" PRId64 ",\"wall_us\":%" PRId64 "}\n", process_cpu_us() - begun_cpu_us,
         wall_clock_us() - begun_wall_us);
  fflush(stdout);
}

void transfer_fail(const char* what, const char* why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}
