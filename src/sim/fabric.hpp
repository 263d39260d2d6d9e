// State shared by a world's connections: the routes between machines and the memory of bytes in flight.
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
#include "route.hpp"

namespace pappus::sim {

class fabric {
public:
  explicit fabric(const world_options& options);

  [[nodiscard]] block_pool& blocks() noexcept { return blocks_; }

  /// The route between two machines; its first end is the machine with the lower index.
  [[nodiscard]] route& between(machine& one, machine& other);
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

  /// Counts live connections and listeners.
  void count(int more) noexcept { alive_ += more; }
  [[nodiscard]] int alive() const noexcept { return alive_; }

private:
  void overwrite_views() noexcept;

  const world_options& options_;
  block_pool blocks_;
  std::vector<std::unique_ptr<route>> routes_;
  std::unordered_map<std::uint64_t, route*> by_hosts_;
  route nowhere_;
  std::unique_ptr<std::byte[]> receive_block_;
  std::size_t viewed_ = 0;
  int alive_ = 0;
};

}  // namespace pappus::sim
