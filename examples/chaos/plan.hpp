// What goes wrong in a run: a list of faults, drawn from a seed or read from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/result.hpp>

namespace chaos {

namespace io = pappus::io;

// What a network may have.
inline constexpr std::size_t min_nodes = 5;  // with fewer, one node has too few peers
inline constexpr std::size_t max_nodes = 10'000;
inline constexpr std::size_t max_hostile = 10'000;
inline constexpr std::size_t min_minutes = 3;
inline constexpr std::size_t max_minutes = 10'000;
inline constexpr std::uint32_t levels = 1000;

/// Size of a simulated network, and how long faults are injected.
struct run_size {
  std::size_t nodes = 100;   // honest ones
  std::size_t hostile = 0;   // machines of attackers
  std::size_t minutes = 30;  // virtual time with faults
  [[nodiscard]] io::duration length() const noexcept { return std::chrono::minutes{minutes}; }
};

/// One thing that goes wrong, for a time.
struct fault {
  std::size_t kind = 0;     // index of `fault_kinds`
  std::size_t target = 0;   // number of a node or an attacker, as the kind says
  io::duration begin{};     // since the start of the run, whole milliseconds
  io::duration end{};       // later than `begin`
  std::uint32_t level = 0;  // less than `levels`, as the kind says

  friend bool operator==(const fault&, const fault&) = default;
};

/// All that a run depends on, besides the program.
struct plan {
  std::uint64_t seed = 0;  // of the world and of its traffic
  run_size size;
  std::vector<fault> faults;  // by their beginnings
};

/// Draws which kinds of faults occur in this run, how often, when, where and how badly. A pure function.
[[nodiscard]] plan draw_plan(std::uint64_t seed, const run_size& size);

/// A line `plan SEED NODES HOSTILE MINUTES`, then for each fault a line `KIND TARGET BEGIN END LEVEL`; times in
/// seconds.
[[nodiscard]] std::string to_text(const plan& what);
/// The inverse. Empty lines and lines that start with `#` are ignored. Fails with the number of the first bad line,
/// what is wrong with it, and its text.
[[nodiscard]] pappus::result<plan, std::string> plan_from_text(std::string_view text);

}  // namespace chaos
