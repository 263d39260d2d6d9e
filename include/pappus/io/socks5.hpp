// SOCKS5 (RFC 1928, RFC 1929): connections that a proxy makes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include <pappus/coro/task.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/io/time.hpp>
#include <pappus/ip_address.hpp>
#include <pappus/result.hpp>

namespace pappus::io {

/// Why a proxy has made no connection.
enum class socks5_errc {
  // As the proxy reports it.
  general_failure = 1,
  not_allowed,
  network_unreachable,
  host_unreachable,
  connection_refused,
  ttl_expired,
  command_not_supported,
  address_type_not_supported,
  unassigned_reply,  // a code without a meaning

  // As Tor reports it, if asked to (proposal 304); it does so for onion services.
  onion_descriptor_not_found,
  onion_descriptor_invalid,
  onion_introduction_failed,
  onion_rendezvous_failed,
  onion_authorization_missing,
  onion_authorization_wrong,
  onion_address_invalid,
  onion_introduction_timed_out,

  // Of the proxy itself.
  no_acceptable_method,   // it wants another authentication, or one although there are no credentials
  authentication_failed,  // it does not take the credentials
  malformed_reply,        // it does not speak SOCKS5
  proxy_timed_out,        // it takes longer than `step_timeout`
};

/// Category of `socks5_errc`. Those that a connection without a proxy can have, too, compare equal to the `std::errc`
/// of the same meaning: `network_unreachable`, `host_unreachable` and `connection_refused`.
[[nodiscard]] const std::error_category& socks5_category() noexcept;
/// The error with the category `socks5_category`; `std::error_code` converts from `socks5_errc` by it.
[[nodiscard]] inline std::error_code make_error_code(socks5_errc code) noexcept {
  return {static_cast<int>(code), socks5_category()};
}

/// Name and password, 1 to 255 bytes each. Tor gives connections with different ones circuits of their own.
struct socks5_credentials {
  socks5_credentials(std::string user, std::string secret) : name(std::move(user)), password(std::move(secret)) {}

  std::string name;      // of the user
  std::string password;  // of the user

  friend bool operator==(const socks5_credentials&, const socks5_credentials&) = default;
};

/// Where the proxy is to connect to: a host, by address or by a name of 1 to 255 bytes, which the proxy resolves.
struct socks5_target {
  socks5_target(std::variant<ip_address, std::string> at, std::uint16_t its_port)
      : host(std::move(at)), port(its_port) {}

  std::variant<ip_address, std::string> host;  // an address, or a name
  std::uint16_t port;                          // in host byte order
};

/// A proxy, and how to use it.
struct socks5_proxy {
  explicit socks5_proxy(const endpoint& at, std::optional<socks5_credentials> as = std::nullopt)
      : where(at), credentials(std::move(as)) {}

  endpoint where;                                       // of the proxy
  std::optional<socks5_credentials> credentials;        // absent: it is told none
  bool allows_no_authentication = false;                // whether it may take no credentials, though there are some
  duration step_timeout = std::chrono::seconds{10};     // for the connection to the proxy, and each message to it
  duration connect_timeout = std::chrono::seconds{60};  // for the connection that the proxy makes; Tor may need so long
};

/// Connects to the proxy and has it connect to the target. Completes with a stream of that connection, the remote
/// endpoint of which is the proxy's. Fails with a `socks5_errc`; with `errc::timed_out` if the connection that the
/// proxy makes takes longer than `connect_timeout`, `errc::end_of_stream` if it closes the connection,
/// `std::errc::invalid_argument` if a name or credentials have a length that SOCKS5 cannot express; otherwise as
/// connecting, reading and writing do. Makes no other connection, and looks up no name. Copies what it needs of its
/// arguments; `runtime` outlives it.
[[nodiscard]] task<result<stream_ptr>> connect_by_socks5(runtime& runtime, socks5_proxy proxy, socks5_target target);

}  // namespace pappus::io

template <>
struct std::is_error_code_enum<pappus::io::socks5_errc> : std::true_type {};
