#include <pappus/peer/connections/link_warnings.hpp>

namespace pappus::peer {

void link_warnings::refused(const ip_address& link, const std::string& name, const std::string& why) {
  std::string& last = reasons_[link];
  if (last == why) return;
  last = why;
  log_(log_level::warning, log_category::private_link, [&] { return "no private link to " + name + ": " + why; });
}

}  // namespace pappus::peer
