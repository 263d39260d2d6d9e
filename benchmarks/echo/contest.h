// What all contestants share: the message, the command line, the count of round trips, and the measurement between the
// warm-up and the end. One thread, POSIX.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  message_size = 64,  // bytes each way of a round trip
  header_size = 16    // of them, where a contestant gathers two buffers: the first one
};

struct contest {
  const char* variant;   // one of those the contestant offers
  unsigned connections;  // each with one message under way at any time
  uint64_t left;         // round trips to the end of the phase
  uint64_t measured;     // round trips of the second phase
  bool steady;           // in the second phase
};

/// Reads `VARIANT CONNECTIONS ROUND_TRIPS` and allows the process as many open files as the system grants it. Ends the
/// program with 2 if the arguments make no sense. `variants` ends with a null pointer.
struct contest contest_read_arguments(int argc, char** argv, const char* const* variants);

/// What `contest_round_trip` does at the end of a phase.
bool contest_end_phase(struct contest* on);

/// To be called when a client has its answer; false if that was the last one wanted. A tenth of the round trips are the
/// warm-up; the measurement of the others is printed at the end as one line of JSON.
static inline bool contest_round_trip(struct contest* on) { return --on->left != 0 || contest_end_phase(on); }

/// Ends the program with 1, saying what failed and why.
#ifdef __cplusplus
[[noreturn]]
#else
_Noreturn
#endif
void contest_fail(const char* what, const char* why);

/// How often the program has asked for heap memory so far, by any library; negative where that cannot be told.
int64_t allocations_so_far(void);

#ifdef __cplusplus
}
#endif
