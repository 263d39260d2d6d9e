#include <utility>

#include <pappus/portmap/epoch.hpp>

namespace pappus::portmap {

bool epoch_clock::note(io::time_point now, std::uint32_t epoch) noexcept {
  const auto last = std::exchange(last_, observation{now, epoch});
  if (!last) return true;
  const std::int64_t ours = std::chrono::floor<std::chrono::seconds>(now - last->at).count();
  const std::int64_t its = last_->epoch - last->epoch;
  if (spoken_ == mapping_protocol::nat_pmp) return its >= ours - ours / 8 - 2;
  if (its < -1) return false;
  return ours + 2 >= its - its / 16 && its + 2 >= ours - ours / 16;
}

}  // namespace pappus::portmap
