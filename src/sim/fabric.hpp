// State shared by a world's sockets: the routes between machines and the memory of bytes in flight.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include <pappus/io/stream.hpp>
#include <pappus/sim/world.hpp>

#include "byte_queue.hpp"
#include "packet.hpp"
#include "route.hpp"

namespace pappus::sim {

class fabric {
public:
  explicit fabric(const world_options& options);

  [[nodiscard]] block_pool& blocks() noexcept { return blocks_; }
  [[nodiscard]] packet_pool& packets() noexcept { return packets_; }

  /// The route between two machines; its first end is the machine with the lower index.
  [[nodiscard]] route& between(machine& one, machine& other);
  /// The direction of that route from one machine to the other.
  [[nodiscard]] lane& way(machine& from, machine& to) { return between(from, to).way_to(to.index() < from.index()); }
  /// Whether nothing passes in this direction.
  [[nodiscard]] bool blocked(machine& from, machine& to) { return between(from, to).blocked() || way(from, to).cut; }
  /// A blocked route, for addresses without a machine.
  [[nodiscard]] route& nowhere() noexcept { return nowhere_; }
  /// All routes, in the order of first use.
  [[nodiscard]] const std::vector<std::unique_ptr<route>>& routes() const noexcept { return routes_; }

  /// The one block that readers view, as on a real loop.
  [[nodiscard]] io::buffer receive_block() noexcept { return {receive_block_.get(), receive_block_size}; }
  static constexpr std::size_t receive_block_size = 65536;
  void viewed(std::size_t bytes) noexcept { viewed_ = std::max(viewed_, bytes); }
  /// Overwrites views that are no longer valid, so that their use is noticed.
  void spoil_views() noexcept {
    if (viewed_ != 0) overwrite_views();
  }

  /// Counts live connections, listeners and sockets for datagrams.
  void count(int more) noexcept { alive_ += more; }
  [[nodiscard]] int alive() const noexcept { return alive_; }

private:
  void overwrite_views() noexcept;

  const world_options& options_;
  block_pool blocks_;
  packet_pool packets_;
  std::vector<std::unique_ptr<route>> routes_;
  std::unordered_map<std::uint64_t, route*> by_hosts_;
  route nowhere_;
  std::unique_ptr<std::byte[]> receive_block_;
  std::size_t viewed_ = 0;
  int alive_ = 0;
};

}  // namespace pappus::sim
