#include <algorithm>
#include <utility>

#include <pappus/peer/session/pending_requests.hpp>

namespace pappus::peer {

pending_requests::~pending_requests() {
  while (!pending_.empty()) pending_.front()->fail(request_error::disconnected);
}

std::unique_ptr<pending_requests::any_pending> pending_requests::take(const any_pending& which) noexcept {
  const auto position =
      std::find_if(pending_.begin(), pending_.end(), [&which](const auto& each) { return each.get() == &which; });
  std::unique_ptr<any_pending> taken = std::move(*position);
  pending_.erase(position);
  return taken;
}

}  // namespace pappus::peer
