// A request that is repeated until it is answered.
#pragma once

#include <chrono>
#include <functional>

#include <pappus/coro/task.hpp>
#include <pappus/io/datagram.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/result.hpp>

namespace pappus::portmap {

/// How often a request is sent, and how long its answer is awaited each time: twice as long as before.
struct retransmission {
  io::duration initial;
  int max_attempts;
  double jitter;  // random share by which each time is longer or shorter
};

/// RFC 6887, section 8.1.1. It sets no end; this one is when the gateway is taken to speak no PCP, or to be down.
inline constexpr retransmission pcp_retransmission{std::chrono::seconds{3}, 4, 0.1};
/// RFC 6886, section 3.1.
inline constexpr retransmission nat_pmp_retransmission{std::chrono::milliseconds{250}, 9, 0};

/// Sends `request` by a connected socket until a packet comes that `accepts` takes, and completes with that, in `room`.
/// Other packets are ignored. Fails with `mapping_errc::no_response`, `errc::canceled`, or the system's reason. All
/// arguments outlive the call.
[[nodiscard]] task<result<io::const_buffer>> exchange(io::runtime& runtime, io::datagram_socket& over,
                                                      io::const_buffer request, retransmission how,
                                                      const std::function<bool(io::const_buffer)>& accepts,
                                                      io::buffer room);

}  // namespace pappus::portmap
