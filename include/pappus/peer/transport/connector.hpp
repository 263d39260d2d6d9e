// Connector: the way to each peer, direct or through a proxy, and over TLS to nodes with private links.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pappus/coro/semaphore.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/transport/host_names.hpp>
#include <pappus/peer/transport/limits.hpp>
#include <pappus/peer/transport/private_links.hpp>
#include <pappus/peer/transport/tls_options.hpp>
#include <pappus/peer/transport/transport_errc.hpp>
#include <pappus/peer/transport/transport_options.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// A connection that a node with an allowed key has made.
struct accepted_link {
  io::stream_ptr stream;  // over TLS
  io::endpoint endpoint;  // that stands for the node, see `private_links`
  tls::key_hash key{};
};

/// Makes the outbound connections of a node by its `transport_options`. Nothing else of the node connects or looks up a
/// name. For the loop's thread.
class connector {
public:
  /// `runtime` outlives it.
  connector(io::runtime& runtime, transport_options how, tls_options tls = {})
      : runtime_(runtime), options_(std::move(how)), links_(std::move(tls)) {}
  connector(const connector&) = delete;
  connector& operator=(const connector&) = delete;

  /// The addresses of a host, at least one: it may be an address itself, and a name that a proxy is to look up has one
  /// that stands for it. Others are looked up, in an order in which the families take turns. Fails with a
  /// `transport_errc`, the resolver's error, `std::errc::timed_out` after `limits::resolve_timeout`, or
  /// `errc::canceled`.
  [[nodiscard]] task<result<std::vector<ip_address>>> resolve(std::string host);

  /// Learns the name of an onion service for which an address stands, as an earlier run has known it. Another name is
  /// not learned. O(length).
  void learn(std::string_view name);

  /// Which way a connection to there goes. O(1).
  [[nodiscard]] transport_type transport_to(const io::endpoint& where) const noexcept;
  /// Endpoint of the proxy through which a connection to there goes; none if it goes directly. O(1).
  [[nodiscard]] std::optional<io::endpoint> proxy_on_way_to(const io::endpoint& where) const noexcept;
  /// Why there is no way to there, a `transport_errc`; none if there is one. O(1).
  [[nodiscard]] std::error_code obstacle(const io::endpoint& where) const noexcept;
  /// Whether there is a way to there. O(1).
  [[nodiscard]] bool reaches(const io::endpoint& where) const noexcept { return !obstacle(where); }

  /// Connects; to the node of a private link over TLS. Fails with a `transport_errc`, an `io::socks5_errc`, a
  /// `tls::errc`, `errc::timed_out`, `errc::canceled`, or the resolver's or the system's reason.
  [[nodiscard]] task<result<io::stream_ptr>> connect(io::endpoint where);
  /// Performs the TLS handshake of a connection to the listener for private links. Fails with a `tls::errc`, with
  /// `errc::timed_out` after `limits::tls_handshake_timeout`, or as reads and writes of `below` do. `key`, which
  /// outlives the task, is set to that of the other side, also if it is refused.
  [[nodiscard]] task<result<accepted_link>> accept_link(io::stream_ptr below, std::optional<tls::key_hash>& key);
  /// Connects through a proxy, whatever the rule, with credentials that no other connection has, whatever
  /// `transport_options::isolates` and those of the proxy; with `transport_errc::no_isolation` if it takes none, and
  /// otherwise as `connect` does. `is_of_proxy` tells whether the
  /// proxy is the reason.
  [[nodiscard]] task<result<io::stream_ptr>> connect_apart(io::endpoint where);
  /// Why `connect_apart` cannot connect to there, a `transport_errc`; none if it can. There is no way to private links.
  /// O(1).
  [[nodiscard]] std::error_code obstacle_apart(const io::endpoint& where) const noexcept;
  /// Whether a connection through a proxy has failed for a reason that is not the host's.
  [[nodiscard]] static bool is_of_proxy(std::error_code failed) noexcept;
  /// Whether a connection for which `is_of_proxy` holds has failed for a reason that other hosts meet, too: the proxy
  /// is not there, or does not speak with this node.
  [[nodiscard]] static bool is_proxy_down(std::error_code failed) noexcept;

  /// Whether a connection to there has failed for a reason on this side, the proxy's included, which says nothing
  /// about the peer.
  [[nodiscard]] bool is_own_failure(const io::endpoint& where, std::error_code failed) const noexcept;

  /// The name for which an address stands, of a private link the host, or the key of a node that connects itself; null
  /// if it stands for none. Valid until the next `resolve`. O(private links).
  [[nodiscard]] const std::string* name_of(const ip_address& address) const noexcept {
    const std::string* const of_link = links_.name_of(address);
    return of_link != nullptr ? of_link : names_.find(address);
  }

  /// For the log: the endpoint, or the name for which it stands. O(private links).
  [[nodiscard]] std::string to_text(const io::endpoint& where) const;

  /// Private links of the node, to be opened before the first connection.
  [[nodiscard]] private_links& links() noexcept { return links_; }
  [[nodiscard]] const private_links& links() const noexcept { return links_; }

private:
  [[nodiscard]] std::error_code obstacle_to_name(std::string_view name) const noexcept;
  [[nodiscard]] std::error_code obstacle_to_host(const std::string& host) const noexcept;
  [[nodiscard]] std::error_code obstacle_to_address(const ip_address& address) const noexcept;
  [[nodiscard]] task<result<io::stream_ptr>> connect_without_tls(io::endpoint where);
  [[nodiscard]] task<result<io::stream_ptr>> connect_to_host(const std::string& host, std::uint16_t port);
  [[nodiscard]] task<result<io::stream_ptr>> connect_link(const private_links::link& to);
  [[nodiscard]] const std::optional<io::socks5_proxy>& proxy_to(transport_type transport) const noexcept;
  [[nodiscard]] io::socks5_target target_of(const io::endpoint& where) const;
  [[nodiscard]] io::socks5_credentials new_credentials();

  io::runtime& runtime_;
  transport_options options_;
  host_names names_;
  private_links links_;
  std::shared_ptr<coro::semaphore> tls_steps_ = std::make_shared<coro::semaphore>(limits::max_tls_workers);
};

}  // namespace pappus::peer
