#include <algorithm>
#include <chrono>

#include <pappus/peer/accounts/upload_quota.hpp>

namespace pappus::peer {

using fractional_seconds = std::chrono::duration<double>;

namespace {

/// A caller that must wait longer checks again after that.
constexpr fractional_seconds longest_wait = std::chrono::hours{1};

}  // namespace

double upload_quota::owed(io::time_point now) const noexcept {
  if (limits_.interval <= io::duration::zero()) return 0;
  const double passed =
      std::max(0.0, fractional_seconds{io::saturating_sub(now, spent_at_)} / fractional_seconds{limits_.interval});
  return std::max(0.0, spent_ - static_cast<double>(limits_.bytes) * passed);
}

io::time_point upload_quota::allows_from(io::time_point now) const noexcept {
  if (allows(now)) return now;
  const auto max = static_cast<double>(limits_.bytes);
  const double excess = owed(now) - max;
  const bool is_long = !(excess * fractional_seconds{limits_.interval} < longest_wait * max);
  const fractional_seconds wait = is_long ? longest_wait : excess / max * fractional_seconds{limits_.interval};
  // One nanosecond more than computed, so that rounding cannot make the caller come too early.
  return io::saturating_add(now, io::saturating_add(io::duration{wait}, io::duration{1}));
}

void upload_quota::spend(std::size_t bytes, io::time_point now) noexcept {
  spent_ = owed(now) + static_cast<double>(bytes);
  spent_at_ = now;
}

bool upload_quota::try_consume_archive(io::time_point now) noexcept {
  if (now < archive_from_) return false;
  archive_from_ = io::saturating_add(now, limits_.archive);
  return true;
}

void upload_quota::merge(const upload_quota& other, io::time_point now) noexcept {
  spent_ = std::max(owed(now), other.owed(now));
  spent_at_ = now;
  archive_from_ = std::max(archive_from_, other.archive_from_);
}

}  // namespace pappus::peer
