#include <string_view>

#include <pappus/portmap/error.hpp>

#include "../enum_category.hpp"

namespace pappus::portmap {
namespace {

std::string_view text_of(mapping_errc code) noexcept {
  switch (code) {
    case mapping_errc::no_response: return "the gateway does not answer";
    case mapping_errc::unsupported_version: return "the gateway speaks neither PCP nor NAT-PMP";
    case mapping_errc::not_authorized: return "the gateway does not allow the mapping";
    case mapping_errc::malformed_request: return "the gateway does not understand the request";
    case mapping_errc::unsupported_opcode: return "the gateway maps no ports";
    case mapping_errc::unsupported_option: return "the gateway does not know an option of the request";
    case mapping_errc::malformed_option: return "the gateway does not understand an option of the request";
    case mapping_errc::network_failure: return "the gateway has no network, or no external address";
    case mapping_errc::no_resources: return "the gateway has no room for another mapping";
    case mapping_errc::unsupported_protocol: return "the gateway does not map ports of this transport protocol";
    case mapping_errc::quota_exceeded: return "the gateway grants this host no more mappings";
    case mapping_errc::cannot_provide_external: return "the gateway cannot provide the external address or port";
    case mapping_errc::address_mismatch: return "there is a NAT between this host and the gateway";
    case mapping_errc::excessive_remote_peers: return "the gateway cannot restrict a mapping to so many peers";
    case mapping_errc::unassigned_result: return "the gateway has failed for a reason that is not known";
  }
  return "unknown error";
}

}  // namespace

const std::error_category& mapping_category() noexcept {
  static const enum_category<mapping_errc> category{"pappus.portmap", text_of};
  return category;
}

}  // namespace pappus::portmap
