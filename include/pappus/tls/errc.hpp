// Errors of TLS.
#pragma once

#include <system_error>

namespace pappus::tls {

/// Why a handshake or a connection has failed. A connection that the other side has ended in order fails with
/// `pappus::errc::end_of_stream` instead.
enum class errc {
  no_certificate = 1,         // the other side has sent none
  certificate_expired,        // its certificate, or one of an issuer
  certificate_not_yet_valid,  // the same
  wrong_name,                 // its certificate is for other hosts
  wrong_key,                  // its certificate has none of the pinned keys
  self_signed,                // its certificate is, and is not among the authorities
  unknown_authority,          // its certificate has no issuer among the authorities
  chain_too_long,             // more intermediate certificates than are followed
  invalid_certificate,        // for another reason

  alert,      // the other side has refused this one, or has failed
  protocol,   // the other side breaks the protocol, or does not speak TLS
  truncated,  // the connection has ended without a close_notify: bytes may be missing

  certificate_missing,     // there is no file with the name of the own certificate's
  certificate_unreadable,  // it cannot be read
  certificate_malformed,   // it does not begin with a certificate in PEM
  certificate_too_weak,    // its key is too short, as of RSA with less than 2,048 bits, or its signature too weak
  key_missing,             // there is no file with the name of the own private key's
  key_unreadable,          // it cannot be read
  key_malformed,           // it has no private key in PEM
  key_encrypted,           // the private key is, and no password is asked for
  key_mismatch,            // the private key is not that of the certificate
  unusable_authorities,    // the file with certificates of authorities is missing, or has none
  internal_error,          // of OpenSSL, as when there is no memory
};

/// Category of `errc`.
[[nodiscard]] const std::error_category& category() noexcept;

/// The error with that category; `std::error_code` converts from `errc` by it.
[[nodiscard]] inline std::error_code make_error_code(errc code) noexcept {
  return {static_cast<int>(code), category()};
}

}  // namespace pappus::tls

template <>
struct std::is_error_code_enum<pappus::tls::errc> : std::true_type {};
