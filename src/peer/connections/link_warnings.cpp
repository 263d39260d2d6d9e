#include <utility>

#include <pappus/peer/connections/link_warnings.hpp>

namespace pappus::peer {

void link_warnings::failed(const ip_address& link, const std::string& name, disconnect_reason kind,
                           const std::string& why) {
  const auto [last, is_first] = reasons_.try_emplace(link, kind);
  if (!is_first && std::exchange(last->second, kind) == kind) return;
  log_(log_level::warning, log_category::private_link, [&] { return "no private link to " + name + ": " + why; });
}

}  // namespace pappus::peer
