// What the headers that peers announce say of the time of day: an estimate on which no loud peer has the last word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// The last `limits::clock_headers` headers that were announced, each of which was made a moment before it came. Times
/// are passed in, and kept by the steady clock, so that it does not matter how the wall clock was set when. Pure.
///
/// A header counts once. Where there is one too many, the oldest goes of those groups of peers that have most: who
/// announces more than others drives out nothing but his own.
class header_times {
public:
  /// A header that came now, from a peer of that group, and was made at `made`, in seconds since 1970. False if it
  /// counts already.
  bool add(std::uint64_t group, const wire::hash& id, std::int64_t made, io::time_point now);

  [[nodiscard]] std::size_t size() const noexcept { return samples_.size(); }

  /// What time it is by their median; nothing before there are `limits::clock_headers`.
  [[nodiscard]] std::optional<io::wall_time> time(io::time_point now) const;

private:
  struct sample {
    std::uint64_t group;
    wire::hash id;
    io::wall_time steady_zero;  // what the wall clock showed when the steady one was at its zero
  };

  [[nodiscard]] std::size_t count_of(std::uint64_t group) const noexcept;
  [[nodiscard]] std::vector<sample>::iterator superfluous() noexcept;

  std::vector<sample> samples_;  // the oldest first
};

}  // namespace pappus::peer
