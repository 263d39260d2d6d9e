// Where a node listens.
#pragma once

#include <optional>

#include <pappus/io/endpoint.hpp>
#include <pappus/tls/key_hash.hpp>

namespace pappus {

/// Where a node listens, and the key by which other nodes of its operator know it. If `node::run` fails since the node
/// cannot listen, the first endpoint in this order that `node_config` demands and that is absent here is the reason.
struct listening_status {
  std::optional<io::endpoint> direct;      // for all peers, by `node_config::listen`
  std::optional<io::endpoint> onion;       // by `node_config::onion_listen`
  std::optional<io::endpoint> tls;         // by `tls_options::listen`
  std::optional<tls::key_hash> tls_key{};  // of the node's certificate; absent if it has none
};

}  // namespace pappus
