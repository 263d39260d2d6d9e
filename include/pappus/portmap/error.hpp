// Why a gateway has not mapped a port.
#pragma once

#include <system_error>

namespace pappus::portmap {

/// As the gateway reports it (RFC 6887, section 7.4; RFC 6886, section 3.5), or why there is no report.
enum class mapping_errc {
  no_response = 1,      // the gateway answers neither protocol
  unsupported_version,  // it answers, and speaks neither protocol
  not_authorized,
  malformed_request,
  unsupported_opcode,
  unsupported_option,
  malformed_option,
  network_failure,  // for example the gateway has no external address yet
  no_resources,
  unsupported_protocol,
  quota_exceeded,
  cannot_provide_external,
  address_mismatch,  // there is another NAT between this host and the gateway
  excessive_remote_peers,
  unassigned_result,  // a code without a meaning
};

/// Category of `mapping_errc`.
[[nodiscard]] const std::error_category& mapping_category() noexcept;
/// The error with the category `mapping_category`; `std::error_code` converts from `mapping_errc` by it.
[[nodiscard]] inline std::error_code make_error_code(mapping_errc code) noexcept {
  return {static_cast<int>(code), mapping_category()};
}

}  // namespace pappus::portmap

template <>
struct std::is_error_code_enum<pappus::portmap::mapping_errc> : std::true_type {};
