// A simulated datagram, or the report that one has found no receiver: in flight, or waiting for its receiver.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/datagram.hpp>
#include <pappus/io/timer_queue.hpp>

#include "event.hpp"

namespace pappus::sim {

class world;
class machine;
class packet_pool;

/// Belongs to its pool; between `fly` and `release` it is in use.
class packet final : public coro::intrusive_list<packet>::hook {
public:
  explicit packet(packet_pool& of) noexcept : of_(of) {}

  io::endpoint from;
  io::endpoint to;
  std::vector<std::byte> bytes;
  bool is_refusal = false;  // the report, to the sender, that nothing receives at `from`

  /// Has it arrive at `due`. It is lost if the link is cut by then.
  void fly(world& in, machine& sender, machine& receiver, io::time_point due) noexcept;
  /// Returns it to its pool.
  void release() noexcept;

private:
  void on_arrival() noexcept;
  void refuse() noexcept;

  packet_pool& of_;
  machine* sender_ = nullptr;
  machine* receiver_ = nullptr;
  event<packet, &packet::on_arrival> arrival_{*this};
};

/// Packets, used again so that sending allocates nothing once it has as many as are in use at a time.
class packet_pool {
public:
  /// A packet that is not in use. Throws `std::bad_alloc`.
  [[nodiscard]] packet& take();
  void put(packet& unused) noexcept { unused_.push_back(unused); }

private:
  std::vector<std::unique_ptr<packet>> all_;
  coro::intrusive_list<packet> unused_;
};

}  // namespace pappus::sim
