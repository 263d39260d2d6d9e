// How much one who answers for sessions is answered: bytes, and archives apart.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>
#include <pappus/peer/limits.hpp>

namespace pappus::peer {

/// What a peer may be answered: of blocks, headers, segments and transactions together. An interval that is no
/// time or less sets no limit.
struct upload_limits {
  std::uint64_t bytes = limits::answer_bytes;       // in each
  io::duration interval = limits::answer_interval;  // of these
  io::duration archive = limits::archive_interval;  // between two archives
};

/// Bytes are owed when they have been given, and forgiven as time passes. While less than the limit is owed the next
/// answer is given, whatever its size. All of it O(1).
class upload_quota {
public:
  upload_quota(const upload_limits& most, io::time_point now) noexcept : most_(most), at_(now), archive_from_(now) {}

  [[nodiscard]] bool allows(io::time_point now) const noexcept { return owed(now) < static_cast<double>(most_.bytes); }
  /// When it will, if nothing more is given until then; `now` if it does.
  [[nodiscard]] io::time_point allows_from(io::time_point now) const noexcept;
  /// So many bytes were given.
  void spend(std::size_t bytes, io::time_point now) noexcept;

  /// Whether an archive may be given; if so, it has been.
  [[nodiscard]] bool take_archive(io::time_point now) noexcept;

  /// Whether nothing is owed.
  [[nodiscard]] bool settled(io::time_point now) const noexcept { return owed(now) == 0 && archive_from_ <= now; }
  /// Owes what is owed more from now on.
  void join(const upload_quota& other, io::time_point now) noexcept;

private:
  [[nodiscard]] double owed(io::time_point now) const noexcept;

  upload_limits most_;
  double spent_ = 0;
  io::time_point at_;            // when that was owed
  io::time_point archive_from_;  // when the next may be given
};

}  // namespace pappus::peer
