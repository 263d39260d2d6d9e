// An honest machine: its disk, its host, and the incarnations of its node.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <support/imaginary_disk.hpp>

#include <pappus/node_config.hpp>
#include <pappus/sim/world.hpp>

#include "host.hpp"
#include "incarnation.hpp"

namespace chaos {

class member {
public:
  member(const dependencies& deps, std::size_t number, sim::machine& at, std::uint64_t seed);
  member(const member&) = delete;
  member& operator=(const member&) = delete;
  ~member() = default;

  [[nodiscard]] sim::machine& machine() noexcept { return at_; }
  [[nodiscard]] chaos::host& host() noexcept { return host_; }
  /// The present incarnation if it is up, else null.
  [[nodiscard]] incarnation* running() noexcept;
  /// Whether the machine should run a node now.
  [[nodiscard]] bool should_run() const noexcept { return down_ == 0; }

  // Faults. While any of these lasts the node stays down; after the last one `tick` starts it again.

  void crash(sim::crash how);
  /// The power fails. Of what was not synced, each sector is on the disk with this probability, out of 1000.
  void lose_power(std::uint32_t kept);
  void stop();
  void up_again();
  /// As `crash`, and the next incarnation begins with what the disk had some minutes ago.
  void crash_and_restore();

  // These may make a node fail to start, or end by itself.

  void fill_disk(bool full);
  void fail_disk(bool fails);
  void hang_workers(bool hang);
  void exhaust_descriptors(bool exhausted);

  /// Starts, restarts and tidies. Every second.
  void tick();

  [[nodiscard]] const std::vector<std::unique_ptr<incarnation>>& incarnations() const noexcept { return incarnations_; }

private:
  using files = std::map<std::string, support::imaginary_disk::content>;
  struct snapshot {
    io::time_point at;
    files of;
    records kept;
  };

  void start();
  void end_process();
  void take_snapshot();
  void check_incarnation();
  void destroy_ended();
  [[nodiscard]] pappus::node_config config() const;

  dependencies deps_;
  std::size_t number_;
  sim::machine& at_;
  chaos::host host_;
  bool has_links_;
  pappus::sim::xoshiro256 rng_;
  support::imaginary_disk disk_;
  std::vector<std::unique_ptr<incarnation>>
      incarnations_;                 // the last one is the present one; earlier ones until they are gone
  std::vector<snapshot> snapshots_;  // the oldest first
  // Faults under way, count.
  std::size_t down_ = 0;
  std::size_t full_ = 0;
  std::size_t failing_ = 0;
  std::size_t hanging_ = 0;
  std::size_t exhausted_ = 0;
  io::time_point impaired_until_{};
  bool checked_ = false;       // what this incarnation has kept
  bool judged_ = false;        // why it has ended
  io::time_point start_at_{};  // not before
  io::time_point rebroadcast_at_{};
};

}  // namespace chaos
