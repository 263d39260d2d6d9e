// Settings of TLS connections: the own certificate, and which certificates of the other side are accepted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pappus/result.hpp>
#include <pappus/tls/key_hash.hpp>

namespace pappus::tls {

class session;
struct context_settings;

/// Version of the protocol.
enum class protocol_version : std::uint8_t { tls_1_2, tls_1_3 };

/// Names of PEM files.
struct certificate_files {
  std::string chain;  // the certificate, and after it those that lead to an authority
  std::string key;    // private key of the certificate, not encrypted
  /// Whether the certificate is sent without those that lead to an authority: for others that know its key.
  bool sends_leaf_only = false;
};

/// Which certificates of the other side are accepted.
struct trust {
  /// Name of a PEM file with certificates of authorities; empty: those of the system. A self-signed certificate is its
  /// own authority. Not used if there are `pinned_keys`.
  std::string authorities;
  /// If there are any, a certificate is accepted for its key alone: it must have one of these, and its issuer, name and
  /// dates are not looked at. The other side must send it without those of issuers. Another one is refused before it is
  /// decoded: what its decoding costs is a stranger's choice.
  std::vector<key_hash> pinned_keys;
};

/// Settings of a client.
struct client_options {
  trust servers;                       // certificates that are accepted
  certificate_files own;               // sent if the server requests a certificate; empty names: none
  std::vector<std::string> protocols;  // offered by ALPN (RFC 7301), the preferred one first; empty: no ALPN
  protocol_version min_version = protocol_version::tls_1_2;  // an older one is refused
  protocol_version max_version = protocol_version::tls_1_3;  // a newer one is not offered
};

/// Settings of a server.
struct server_options {
  certificate_files own;               // the server must have one
  std::optional<trust> clients;        // if set, a client must have a certificate that is accepted
  std::vector<std::string> protocols;  // for ALPN, the preferred one first. A client that offers none of them is
                                       // refused, one without ALPN is not
  protocol_version min_version = protocol_version::tls_1_2;  // an older one is refused
  protocol_version max_version = protocol_version::tls_1_3;  // a newer one is not offered
};

/// Checked settings of one side, for any number of connections. Cheap to copy, immutable, and usable in all threads.
/// Without renegotiation, compression, session tickets and early data; of TLS 1.2 only the cipher suites with forward
/// secrecy and authenticated encryption.
class context {
public:
  /// Reads the files, which blocks. Fails with the `errc` of what is wrong with one, with `errc::internal_error`, or
  /// with `std::errc::invalid_argument` if ALPN cannot express a protocol (1 to 255 bytes).
  [[nodiscard]] static result<context> client(const client_options& options);
  /// The same of a server, which must have a certificate.
  [[nodiscard]] static result<context> server(const server_options& options);

  /// Of the own certificate, by which the other side may know this one; nullopt if there is none.
  [[nodiscard]] std::optional<key_hash> own_key() const noexcept;

private:
  friend session;
  explicit context(std::shared_ptr<const context_settings> checked) noexcept : settings_(std::move(checked)) {}

  std::shared_ptr<const context_settings> settings_;
};

}  // namespace pappus::tls
