// What the contestants of the bulk benchmark share: the command line, the size of a piece, and the measurement. POSIX.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that are written, or read, at once. All streams send from the same memory, and receive into the same.
enum { piece_size = 65536 };

enum role { role_send, role_receive };

struct transfer {
  enum role role;
  unsigned streams;
  uint64_t bytes;  // of each stream, a multiple of `piece_size`
  uint16_t port;   // of role_receive: where it connects to. One that sends listens.
};

/// Reads `send STREAMS BYTES` or `receive STREAMS BYTES PORT`, and allows the process as many open files as the system
/// grants it. Ends the program with 2 if the arguments make no sense.
struct transfer transfer_read_arguments(int argc, char** argv);

/// Tells where one that sends listens: prints the port.
void transfer_listening(uint16_t port);

/// To be called when all streams are connected.
void transfer_begin(void);

/// To be called when the system has taken all bytes, or all have been read: prints what was used since
/// `transfer_begin` as one line of JSON.
void transfer_end(void);

/// Ends the program with 1, saying what failed and why.
#ifdef __cplusplus
[[noreturn]]
#else
_Noreturn
#endif
void transfer_fail(const char* what, const char* why);

#ifdef __cplusplus
}
#endif
