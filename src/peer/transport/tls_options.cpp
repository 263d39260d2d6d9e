#include <algorithm>

#include <pappus/peer/transport/tls_options.hpp>

#include "../../check_setting.hpp"

namespace pappus::peer {

void tls_options::check(const std::string& name) const {
  const bool is_named = std::ranges::none_of(peers, [](const tls_peer& each) { return each.host.empty(); });
  const bool has_ports = std::ranges::none_of(peers, [](const tls_peer& each) { return each.port == 0; });
  check_setting(is_named, name + ".peers", "must not have an empty host name");
  check_setting(has_ports, name + ".peers", "must not have port 0");
  check_setting(own.chain.empty() == own.key.empty(), name + ".own", "must have both files or none");
  check_setting((peers.empty() && !listen) || !own.chain.empty(), name + ".own", "is required by private links");
  check_setting(!listen || !allowed_keys.empty(), name + ".allowed_keys", "must not be empty if the node listens");
}

}  // namespace pappus::peer
