// Estimates the time of day from announced headers, robust against a peer that announces many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <pappus/io/time.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// The last `limits::max_header_times` announced headers, each of which is taken to have been mined just before it
/// arrived. The caller passes the times in; they are kept relative to the steady clock, so that changes of the wall
/// clock do not matter. Pure.
///
/// A header counts once. When there is one too many, the oldest of the peer group with the most headers is dropped: a
/// group that announces more than others displaces only its own headers.
class header_times {
public:
  /// Adds a header that arrived `now` from a peer of that group, with the timestamp `made`, in seconds since 1970.
  /// False if it counts already.
  bool add(std::uint64_t group, const wire::hash& id, std::int64_t made, io::time_point now);

  [[nodiscard]] std::size_t size() const noexcept { return samples_.size(); }

  /// The time of day by their median; nothing while there are fewer than `limits::max_header_times`.
  [[nodiscard]] std::optional<io::wall_time> time(io::time_point now) const;

private:
  struct sample {
    std::uint64_t group;
    wire::hash id;
    io::wall_time steady_zero;  // time of day at the zero of the steady clock
  };

  [[nodiscard]] std::size_t count_of(std::uint64_t group) const noexcept;
  [[nodiscard]] std::vector<sample>::iterator superfluous() noexcept;

  std::vector<sample> samples_;  // oldest first
};

}  // namespace pappus::peer
