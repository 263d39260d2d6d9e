#include <pappus/peer/transport/onion_name.hpp>
#include <pappus/peer/transport/transport_options.hpp>

#include "../../check_setting.hpp"

namespace pappus::peer {
namespace {

void check_endpoint(const std::optional<io::socks5_proxy>& proxy, const std::string& name) {
  check_setting(!proxy || proxy->where.port != 0, name, "must not have port 0");
  check_setting(!proxy || proxy->where.address.is_unicast(), name, "must have the address of one host");
}

}  // namespace

std::string_view to_string(transport_rule rule) noexcept {
  switch (rule) {
    case transport_rule::direct: return "direct";
    case transport_rule::proxy: return "proxy";
    case transport_rule::onion_only: return "onion_only";
  }
  return "unknown";
}

bool transport_options::reaches(std::string_view host) const noexcept {
  if (is_in_onion_domain(host)) return proxy || onion_proxy;
  return rule != transport_rule::onion_only;
}

void transport_options::check(const std::string& name) const {
  check_endpoint(proxy, name + ".proxy");
  check_endpoint(onion_proxy, name + ".onion_proxy");
  check_setting(rule != transport_rule::proxy || proxy, name + ".proxy", "is required by the rule `proxy`");
  check_setting(rule != transport_rule::onion_only || onion_proxy || proxy, name + ".onion_proxy",
                "is required by the rule `onion_only`, unless there is a proxy for all");
}

}  // namespace pappus::peer
