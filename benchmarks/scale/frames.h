// The few frames of Grin's protocol, on its testing networks, that both sides of the benchmark need. Without code of
// the library.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum frame_type {
  type_hand = 1,
  type_shake = 2,
  type_ping = 3,
  type_pong = 4,
  type_transaction = 15,
  type_transaction_kernel = 20
};

enum {
  frame_header_size = 11,
  hash_size = 32,
  ping_size = frame_header_size + 16,
  kernel_frame_size = frame_header_size + hash_size,
  largest_handshake = 256
};

static inline uint8_t* put_number(uint8_t* at, uint64_t number, size_t bytes) {
  for (size_t i = bytes; i != 0; --i, number >>= 8) at[i - 1] = (uint8_t)number;
  return at + bytes;
}

static inline uint64_t number_at(const uint8_t* at, size_t bytes) {
  uint64_t number = 0;
  for (size_t i = 0; i != bytes; ++i) number = number << 8 | at[i];
  return number;
}

/// Returns where the body goes.
static inline uint8_t* put_frame_header(uint8_t* at, enum frame_type type, uint64_t length) {
  at[0] = 73;
  at[1] = 43;
  at[2] = (uint8_t)type;
  return put_number(at + 3, length, 8);
}

/// Ping or Pong.
static inline void put_ping(uint8_t* at, enum frame_type type) {
  put_number(put_number(put_frame_header(at, type, 16), 1, 8), 0, 8);
}

/// Version, capabilities, and for Hand a nonce and two addresses around the total difficulty; the user agent; the
/// genesis. Returns the size of the frame. `nonce` is used in Hand only.
static inline size_t put_handshake(uint8_t* frame, enum frame_type type, uint32_t capabilities, uint64_t nonce,
                                   const uint8_t genesis[hash_size]) {
  static const char agent[] = "load";
  uint8_t* at = frame + frame_header_size;
  at = put_number(put_number(at, 1000, 4), capabilities, 4);
  if (type == type_hand) at = put_number(at, nonce, 8);
  at = put_number(at, 1, 8);
  if (type == type_hand) {  // two IPv4 addresses with port 0: it cannot be dialed
    memset(at, 0, 2 * 7);
    at += 2 * 7;
  }
  at = put_number(at, sizeof agent - 1, 8);
  memcpy(at, agent, sizeof agent - 1);
  memcpy(at + sizeof agent - 1, genesis, hash_size);
  at += sizeof agent - 1 + hash_size;
  put_frame_header(frame, type, (uint64_t)(at - frame) - frame_header_size);
  return (size_t)(at - frame);
}
