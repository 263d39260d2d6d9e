// Settings of private links: connections over TLS between nodes of one operator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/key_hash.hpp>

namespace pappus::peer {

/// A node that accepts private links.
struct tls_peer {
  std::string host;        // a name, or an IP address without brackets
  std::uint16_t port = 0;  // at which it listens for TLS; not 0
  tls::key_hash key{};     // of its certificate
};

/// Private links of a node. Both sides of one have a certificate, and each knows the other by its key: issuers, names
/// and dates are not looked at.
struct tls_options {
  /// Nodes to stay connected to, one session each. The connections go the way of `transport_options`.
  std::vector<tls_peer> peers;
  /// Endpoint to listen on for private links; with port 0 the system chooses the port. If absent, none are accepted.
  std::optional<io::endpoint> listen;
  /// Keys of the nodes whose private links are accepted; at least one if there is `listen`.
  std::vector<tls::key_hash> allowed_keys;
  /// The certificate of this node, which both `peers` and `listen` require.
  tls::certificate_files own;

  /// Throws `std::invalid_argument` if something is missing, or a port is 0; `name` is that of the setting.
  void check(const std::string& name) const;
};

}  // namespace pappus::peer
