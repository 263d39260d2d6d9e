// Upload quota of an account: bytes of responses, and archives separately.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/peer/accounts/limits.hpp>

namespace pappus::peer {

/// Limits of the responses to a peer or an account: blocks, headers, segments and transactions together. An interval of
/// zero or less sets no limit.
struct upload_limits {
  std::uint64_t bytes = limits::max_upload_bytes;          // in each `interval`
  io::duration interval = limits::upload_interval;         // the period for `bytes`
  io::duration archive = limits::archive_upload_interval;  // between two archives
};

/// Debt of bytes that decays linearly, by `bytes` in each `interval`. While the debt is below the limit the next
/// response is allowed, whatever its size. All functions are O(1).
class upload_quota {
public:
  upload_quota(const upload_limits& max, io::time_point now) noexcept
      : limits_(max), spent_at_(now), archive_from_(now) {}

  [[nodiscard]] bool allows(io::time_point now) const noexcept {
    return owed(now) < static_cast<double>(limits_.bytes);
  }
  /// From when a response is allowed if nothing more is spent until then, at most about an hour ahead; `now` if it is
  /// allowed.
  [[nodiscard]] io::time_point allows_from(io::time_point now) const noexcept;
  /// Counts a response of that size.
  void spend(std::size_t bytes, io::time_point now) noexcept;

  /// Whether an archive is allowed now; if so, it is counted as sent.
  [[nodiscard]] bool try_consume_archive(io::time_point now) noexcept;

  /// Whether there is no debt.
  [[nodiscard]] bool is_idle(io::time_point now) const noexcept { return owed(now) == 0 && archive_from_ <= now; }
  /// Takes the larger of both debts.
  void merge(const upload_quota& other, io::time_point now) noexcept;

private:
  [[nodiscard]] double owed(io::time_point now) const noexcept;

  upload_limits limits_;
  double spent_ = 0;
  io::time_point spent_at_;      // time of `spent_`
  io::time_point archive_from_;  // when the next one is allowed
};

}  // namespace pappus::peer
