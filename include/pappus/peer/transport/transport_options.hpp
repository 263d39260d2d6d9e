// Settings of the ways to peers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/io/socks5.hpp>

namespace pappus::peer {

/// Which way outbound connections go.
enum class transport_rule : std::uint8_t {
  direct,      // from this machine; to onion services through a proxy, if there is one
  proxy,       // all through a proxy, which looks up all names
  onion_only,  // to onion services alone, through a proxy
};

/// Name for options and logs.
[[nodiscard]] std::string_view to_string(transport_rule rule) noexcept;

/// The ways to peers. With another rule than `direct` the node makes no connection but to its proxies, and looks up no
/// name itself.
struct transport_options {
  /// Which way outbound connections go.
  transport_rule rule = transport_rule::direct;
  /// For all that `transport_rule::proxy` sends through it, which requires it.
  std::optional<io::socks5_proxy> proxy;
  /// For onion services: Tor. If absent, `proxy`; without either onion services are not reached.
  std::optional<io::socks5_proxy> onion_proxy;
  /// Whether each connection has credentials of its own, drawn at random, with a proxy that has none: Tor then gives
  /// it a circuit of its own, so that no exit sees two of them. A proxy that knows no passwords is used without.
  bool isolates = true;

  /// Whether there is a way to a host, a name or an IP address: one to an onion service needs a proxy, and the rule
  /// `onion_only` has no other.
  [[nodiscard]] bool reaches(std::string_view host) const noexcept;
  /// Throws `std::invalid_argument` if the rule lacks its proxy, or a proxy has port 0 or no address of one host;
  /// `name` is that of the setting.
  void check(const std::string& name) const;
};

}  // namespace pappus::peer
