// Names of onion services of Tor, version 3 (rend-spec-v3, "Encoding onion addresses").
#pragma once

#include <string_view>

namespace pappus::peer {

/// Whether the name is in the domain .onion, which is never looked up (RFC 7686).
[[nodiscard]] bool is_in_onion_domain(std::string_view name) noexcept;

/// What is wrong with a name in the domain .onion, for people; empty if it is that of an onion service: 56 characters
/// of base32, which are a public key, the checksum of it, and the version 3. O(length).
[[nodiscard]] std::string_view fault_of_onion_name(std::string_view name) noexcept;

/// Whether the name is that of an onion service.
[[nodiscard]] inline bool is_onion_service(std::string_view name) noexcept {
  return is_in_onion_domain(name) && fault_of_onion_name(name).empty();
}

}  // namespace pappus::peer
