// Dials without a connection: whose fault that is, and what is known thereby.
#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include <pappus/error.hpp>
#include <pappus/io/socks5.hpp>
#include <pappus/peer/address.hpp>
#include <pappus/peer/connections/connection_manager.hpp>
#include <pappus/peer/connections/limits.hpp>
#include <pappus/tls/errc.hpp>

namespace pappus::peer {
namespace {

/// Whether an immediate failure of a dial says that this machine has no route to the family of the address: without an
/// address of IPv6, `address_not_available`, which of IPv4 means that there are no ports left.
bool has_no_route(std::error_code failed, const ip_address& address) noexcept {
  if (failed == std::errc::address_not_available) return !address.is_v4();
  if (failed == io::socks5_errc::address_type_not_supported) return true;
  constexpr std::array reasons{std::errc::network_unreachable, std::errc::address_family_not_supported};
  return std::ranges::any_of(reasons, [failed](std::errc each) { return failed == each; });
}

}  // namespace

/// The reason, which names the proxy if that is at fault.
disconnect_info connection_manager::note_failed_dial(io::endpoint endpoint, io::time_point dialed_at,
                                                     std::error_code failed) {
  if (failed == make_error_code(errc::canceled)) return {disconnect_reason::shutting_down, {}};
  const auto proxy = deps_.paths.proxy_on_way_to(endpoint);
  if (!deps_.paths.is_own_failure(endpoint, failed)) {
    const bool has_answered = failed != make_error_code(errc::timed_out);
    if (proxy && has_answered) proxies_.note(*proxy, {});
    note_failure(endpoint, dialed_at, failed == std::errc::connection_refused);
    disconnect_info reason = reason_of_failed(endpoint, failed);
    warn_of_missing_link(endpoint, reason);
    return reason;
  }
  ++counted_.local_dial_failures;
  const std::string detail = (proxy ? "proxy " + to_string(*proxy) + ": " : std::string{}) + failed.message();
  const bool is_down = proxy && connector::is_proxy_down(failed);
  if (proxy) proxies_.note(*proxy, is_down ? failed : std::error_code{});
  if (!is_down) note_impossible(endpoint, dialed_at, failed, detail);
  return {disconnect_reason::unreachable, detail};
}

/// Of a failure that is the host's.
disconnect_info connection_manager::reason_of_failed(io::endpoint endpoint, std::error_code failed) const {
  const bool is_direct = deps_.paths.transport_to(endpoint) == transport_type::direct;
  if (failed == std::errc::connection_refused) {
    return {disconnect_reason::connection_refused, is_direct ? std::string{} : failed.message()};
  }
  if (failed == tls::errc::alert) return disconnect_info_from(failed);
  const auto* const link = deps_.paths.links().find(endpoint.address);
  const bool is_other_key = link != nullptr && failed == tls::errc::wrong_key && link->refused_key;
  if (!is_other_key) return {disconnect_reason::unreachable, failed.message()};
  return {disconnect_reason::not_allowed,
          "its key is " + tls::to_hex(*link->refused_key) + ", and not " + tls::to_hex(link->node.key)};
}

/// The operator has given a wrong host or key, or the other node has another one now, or is away.
void connection_manager::warn_of_missing_link(io::endpoint endpoint, const disconnect_info& reason) {
  const private_links& links = deps_.paths.links();
  if (links.find(endpoint.address) == nullptr || reason.reason == disconnect_reason::shutting_down) return;
  const auto own = links.own_key();
  const bool is_theirs = own && reason.reason == disconnect_reason::refused_by_peer;
  links_.failed(endpoint.address, deps_.paths.to_text(endpoint), reason.reason,
                to_string(reason) + (is_theirs ? "; the key of this node is " + tls::to_hex(*own) : ""));
}

/// A router of somebody else's may report that it has no route, too, but not at once; nor does one address without a
/// route say anything while there are sessions with others of the family. A proxy may lack a route to the family, too:
/// then it says so of each address.
void connection_manager::note_impossible(io::endpoint endpoint, io::time_point dialed_at, std::error_code failed,
                                         const std::string& detail) {
  const ip_address& dialed = endpoint.address;
  const transport_type by = deps_.paths.transport_to(endpoint);
  const auto is_of_family = [&dialed, by](const session& each) {
    const ip_address& address = each.peer().endpoint.address;
    const bool is_elsewhere = !address.is_named() && !address.is_loopback();
    return is_elsewhere && each.peer().transport == by && address.is_v4() == dialed.is_v4();
  };
  if (has_no_route(failed, dialed) && !dialed.is_named() && deps_.sessions.count(is_of_family) == 0) {
    std::size_t& unrouted = unrouted_by_proxy_[dialed.is_v4() ? 0 : 1];
    if (by != transport_type::direct) ++unrouted;
    const bool is_here = by == transport_type::direct && deps_.runtime.now() == dialed_at;
    if (is_here || unrouted == limits::unrouted_dials_by_proxy) {
      unrouted = 0;
      deps_.book.no_route(to_wire(endpoint), deps_.clock.now());
    }
  }
  deps_.log(log_level::warning, log_category::dial,
            [&] { return deps_.paths.to_text(endpoint) + " cannot be dialed here: " + detail; });
}

void connection_manager::note_failure(io::endpoint endpoint, io::time_point dialed_at, bool answered) {
  if (!answered && !deps_.sessions.any_received_since(dialed_at, deps_.paths.transport_to(endpoint))) return;
  deps_.book.failed(to_wire(endpoint), deps_.clock.now());
}

}  // namespace pappus::peer
