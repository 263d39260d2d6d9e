// One direction of a connection: bytes arrive later, in order, and no faster than they are read. A small TCP without
// loss: a lost packet would only be late, and the link models delay.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pappus/io/stream.hpp>
#include <pappus/ring_buffer.hpp>
#include <pappus/sim/random.hpp>
#include <pappus/sim/world.hpp>

#include "byte_queue.hpp"
#include "event.hpp"
#include "route.hpp"

namespace pappus::sim {

class connection;

/// The kind of a segment that arrives at the other side.
enum class signal : std::uint8_t { syn, syn_ack, refusal, data, fin, reset };

[[nodiscard]] std::string_view to_string(signal what) noexcept;

/// Resets the connection if memory for bytes in flight cannot be allocated.
class flow {
public:
  flow(connection& owner, bool from_acceptor, std::uint64_t seed) noexcept;

  // The sender's side.

  /// How many bytes the flow takes now.
  [[nodiscard]] std::size_t room() const noexcept { return room_; }
  /// Copies bytes, at most `room`. They leave with the next `send(signal::data, n)`, n being their number.
  void put(io::const_buffer bytes) noexcept;
  void send(signal what, std::size_t bytes = 0) noexcept;

  // The receiver's side.

  /// How many bytes can be read.
  [[nodiscard]] std::size_t arrived() const noexcept { return arrived_; }
  /// Reads into `into`. Precondition: `into.size() <= arrived()`.
  void take(io::buffer into) noexcept;
  /// Drops bytes that have arrived and will never be read.
  void drop_arrived() noexcept;

  // Faults.

  /// Continues delivery of held segments; call when the route may have been unblocked.
  void release_held() noexcept;
  /// Drops everything in flight and everything sent later.
  void silence() noexcept;

private:
  struct segment {
    io::time_point due;
    std::size_t bytes = 0;
    signal what = signal::data;
  };
  /// An update to the sender that the receiver has read bytes.
  struct window_update {
    io::time_point due;
    std::size_t bytes = 0;
  };

  void on_arrival() noexcept;
  void on_window_update() noexcept;
  void taken(std::size_t bytes) noexcept;
  void send_later(signal what, std::size_t bytes) noexcept;
  [[nodiscard]] std::size_t next_piece(std::size_t bytes) noexcept;
  [[nodiscard]] bool blocked(const lane& way) const noexcept;
  void trace_arrival(signal what, std::size_t bytes);

  connection& owner_;
  bool from_acceptor_;
  bool silent_ = false;
  bool arrivals_held_ = false;
  bool updates_held_ = false;
  splitmix64 rng_;
  lane& there_;
  lane& back_;
  byte_queue bytes_;  // arrived, followed by those in flight
  std::size_t arrived_ = 0;
  ring_buffer<segment> under_way_;
  std::size_t window_;
  std::size_t room_;
  std::size_t unreported_ = 0;            // read, not yet reported to the sender
  std::array<window_update, 2> updates_;  // in flight; each covers at least half a window, so at most two
  std::size_t updates_under_way_ = 0;
  event<flow, &flow::on_arrival> arrival_{*this};
  event<flow, &flow::on_window_update> update_{*this};
};

}  // namespace pappus::sim
