// How much of our chain one peer is told: bytes of answers, and archives apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/rate.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// What a peer may be answered. An interval that is no time or less sets no limit.
struct answer_limits {
  std::uint64_t bytes = limits::answer_bytes;       // in each
  io::duration interval = limits::answer_interval;  // of these
  io::duration archive = limits::archive_interval;  // between two archives
};

/// Counts by IP address, so that nobody starts over by connecting again; on the loopback by endpoint, where the
/// machine's own processes are.
class answer_budget {
public:
  explicit answer_budget(const answer_limits& most) noexcept : most_(most) {}

  /// Whether there is anything left for that peer: then the next answer is given, whatever its size. O(log n).
  [[nodiscard]] bool allows(io::endpoint whom, io::time_point now) const;
  /// It was given so many bytes.
  void spend(io::endpoint whom, std::size_t bytes, io::time_point now);

  /// Whether that peer may have an archive; if so, it has had it.
  [[nodiscard]] bool take_archive(io::endpoint whom, io::time_point now);

  [[nodiscard]] std::size_t size() const noexcept { return accounts_.size(); }
  /// How many accounts were closed with something owing, because there were too many.
  [[nodiscard]] std::uint64_t forgiven() const noexcept { return forgiven_; }

private:
  struct account {
    double spent = 0;  // bytes, which are forgiven as time passes
    io::time_point at;
    io::time_point archive_from;  // when it may have the next one
  };

  [[nodiscard]] double owed(const account& by, io::time_point now) const noexcept;
  account& account_of(io::endpoint whom, io::time_point now);
  void forget_settled(io::time_point now);

  answer_limits most_;
  std::map<io::endpoint, account> accounts_;
  std::uint64_t forgiven_ = 0;
};

}  // namespace pappus::peer
