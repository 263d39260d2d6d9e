// What a world's connections share: the routes between hosts and the memory of bytes on their way.
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

  /// The route between two hosts, which begins at the one with the lower index.
  [[nodiscard]] route& between(machine& one, machine& other);
  /// The route to where no host is.
  [[nodiscard]] route& nowhere() noexcept { return nowhere_; }
  /// All routes in the order in which they were first used.
  [[nodiscard]] const std::vector<std::unique_ptr<route>>& routes() const noexcept { return routes_; }

  /// The one block in which readers look at bytes, as on a real loop.
  [[nodiscard]] io::buffer receive_block() noexcept { return {receive_block_.get(), receive_block_size}; }
  static constexpr std::size_t receive_block_size = 65536;
  void viewed(std::size_t bytes) noexcept { viewed_ = std::max(viewed_, bytes); }
  /// Makes views unreadable that must not be looked at any more.
  void spoil_views() noexcept {
    if (viewed_ != 0) overwrite_views();
  }

  /// Counts connections and listeners that live.
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
