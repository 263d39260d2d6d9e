// Hashes by which public keys are pinned.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pappus::tls {

/// SHA-256 of a public key (its SubjectPublicKeyInfo, in DER), as RFC 7469 pins keys. The 64 digits of `to_hex` for the
/// certificate in a PEM file: `openssl x509 -pubkey -noout -in FILE | openssl pkey -pubin -outform der |
/// openssl dgst -sha256 -r | cut -d ' ' -f 1`.
using key_hash = std::array<std::byte, 32>;

/// 64 hexadecimal digits, in lower case.
[[nodiscard]] std::string to_hex(const key_hash& key);
/// Parses 64 hexadecimal digits of either case; nullopt otherwise.
[[nodiscard]] std::optional<key_hash> key_hash_from_hex(std::string_view text);

}  // namespace pappus::tls
