#include <algorithm>

#include <pappus/peer/connections/proxy_states.hpp>

namespace pappus::peer {

void proxy_states::note(const io::endpoint& proxy, std::error_code failed) {
  const bool is_down = static_cast<bool>(failed);
  const bool was_down = std::ranges::find(down_, proxy) != down_.end();
  if (is_down == was_down) return;
  if (is_down) down_.push_back(proxy);
  else std::erase(down_, proxy);
  log_(log_level::warning, log_category::dial, [&] {
    return "the proxy at " + to_string(proxy) + (is_down ? " does not work: " + failed.message() : " works again");
  });
}

}  // namespace pappus::peer
