// What is known of the other side's certificates before OpenSSL decodes them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include <pappus/tls/context.hpp>
#include <pappus/tls/key_hash.hpp>

namespace pappus::tls {

/// Content of a Certificate message (RFC 8446, 4.4.2; RFC 5246, 7.4.2).
struct certificate_message {
  std::size_t count = 0;             // certificates; 0 also if the message is malformed before the first one
  std::span<const std::byte> first;  // the first one, in DER; empty if there is none
};

/// Reads a message without its header of four bytes. O(count).
[[nodiscard]] certificate_message read_certificate_message(std::span<const std::byte> body,
                                                           protocol_version version) noexcept;

/// SHA-256 of the key of a certificate in DER (its SubjectPublicKeyInfo, RFC 5280); nullopt if there is none. Decodes
/// no key.
[[nodiscard]] std::optional<key_hash> hash_of_encoded_key(std::span<const std::byte> certificate) noexcept;

}  // namespace pappus::tls
