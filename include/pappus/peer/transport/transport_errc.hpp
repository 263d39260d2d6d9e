// Why there is no way to a host.
#pragma once

#include <system_error>

namespace pappus::peer {

/// Why there is no way to a host.
enum class transport_errc {
  no_onion_proxy = 1,   // it is an onion service, and there is no proxy for those
  onion_services_only,  // it is no onion service, and only those are reached
  unknown_name,         // the address stands for a name that this node does not know
  no_proxy,             // the connection must go through a proxy, and there is none
  own_key,              // a private link would be to this node itself: it has the same key
};

[[nodiscard]] const std::error_category& transport_category() noexcept;

[[nodiscard]] inline std::error_code make_error_code(transport_errc code) noexcept {
  return {static_cast<int>(code), transport_category()};
}

}  // namespace pappus::peer

template <>
struct std::is_error_code_enum<pappus::peer::transport_errc> : std::true_type {};
