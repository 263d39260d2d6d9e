// Preloaded into the node under test, glibc only: a thread writes each second how many bytes of the heap are in use to
// the file that PAPPUS_SOAK_HEAP names. Resident memory alone cannot tell a leak from fragmentation.
#define _GNU_SOURCE
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void* watch(void* file) {
  for (;;) {
    const struct mallinfo2 now = mallinfo2();
    char line[32];
    const int size = snprintf(line, sizeof line, "%020zu", now.uordblks + now.hblkhd);
    if (pwrite(*(int*)file, line, (size_t)size, 0) != size) return NULL;
    sleep(1);
  }
}

__attribute__((constructor)) static void start(void) {
  static int file;
  const char* const path = getenv("PAPPUS_SOAK_HEAP");
  if (path == NULL) return;
  file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the node's own threads
  pthread_t thread;
  if (file < 0 || pthread_create(&thread, NULL, watch, &file) != 0) perror(path);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}
