// Private links: who the nodes at their other ends are.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/ip_address.hpp>
#include <pappus/peer/transport/tls_options.hpp>
#include <pappus/result.hpp>
#include <pappus/tls/context.hpp>
#include <pappus/tls/key_hash.hpp>

namespace pappus::peer {

/// The nodes at the other ends of private links have no address here: each has one that stands for it, which is
/// `ip_address::is_named`, so that it is never advertised, kept or dialed without TLS, whatever its host is.
class private_links {
public:
  /// A node to connect to.
  struct link {
    io::endpoint endpoint;  // that stands for it, with the port at which it listens
    tls_peer node;
    std::optional<tls::context> client;          // once the files have been read
    std::optional<tls::key_hash> refused_key{};  // of the last certificate there that was refused for its key
  };

  explicit private_links(tls_options settings);

  /// Reads the files of the certificate, if there are to be links; blocks. Fails as `tls::context::server` does, or
  /// with `transport_errc::own_key` if a link would be to this node itself, or no other node's key is allowed: one list
  /// of allowed keys may serve all nodes of an operator.
  [[nodiscard]] result<void> open();

  [[nodiscard]] const std::vector<link>& outbound() const noexcept { return outbound_; }
  /// The link for which an address stands; null if it stands for none. O(links).
  [[nodiscard]] const link* find(const ip_address& address) const noexcept;

  /// Notes which key was seen instead of that of the link for which the address stands.
  void refuse_key(const ip_address& address, const std::optional<tls::key_hash>& key) noexcept;

  /// The endpoint that stands for the node with an allowed key: that of the link to it, if there is one, so that both
  /// directions are known to be the same node; otherwise with port 0.
  [[nodiscard]] io::endpoint endpoint_of(const tls::key_hash& key) const;
  /// Of all nodes to which or from which there may be links.
  [[nodiscard]] std::vector<io::endpoint> endpoints() const;
  /// Host of the node to connect to, or key of the one that connects, for which an address stands; null if it stands
  /// for none.
  [[nodiscard]] const std::string* name_of(const ip_address& address) const noexcept;

  /// For the connections that are accepted. Requires `open`, and `tls_options::listen`.
  [[nodiscard]] const tls::context& server() const noexcept { return *server_; }
  /// Of this node's certificate; nullopt if it has none, or before `open`.
  [[nodiscard]] std::optional<tls::key_hash> own_key() const noexcept { return own_key_; }

private:
  tls_options settings_;
  std::vector<link> outbound_;
  std::unordered_map<ip_address, std::string> inbound_;  // keys by the addresses that stand for them
  std::optional<tls::context> server_;
  std::optional<tls::key_hash> own_key_;
};

}  // namespace pappus::peer
