// Counts the heap allocations of the whole program, shared libraries included, by replacing glibc's malloc, calloc,
// realloc and aligned variants, which operator new uses, too. Counts nothing with other C libraries.
#include <stdint.h>
#include <stdlib.h>

#include "contest.h"

#ifdef __GLIBC__
#include <errno.h>

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* memalign(size_t alignment, size_t size);

static int64_t allocations;

void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}

void* realloc(void* block, size_t size) {
  ++allocations;
  return __libc_realloc(block, size);
}

void* memalign(size_t alignment, size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void** block, size_t alignment, size_t size) {
  *block = memalign(alignment, size);
  return *block == NULL ? ENOMEM : 0;
}

int64_t allocations_so_far(void) { return allocations; }
#else
int64_t allocations_so_far(void) { return -1; }
#endif
