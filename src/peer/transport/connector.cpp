#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <pappus/io/random.hpp>
#include <pappus/io/socks5.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/peer/transport/connector.hpp>
#include <pappus/peer/transport/limits.hpp>
#include <pappus/peer/transport/onion_name.hpp>
#include <pappus/tls/errc.hpp>
#include <pappus/tls/handshake.hpp>

namespace pappus::peer {
namespace {

/// Addresses in an order in which the families take turns, beginning with that of the first one: a resolver may name
/// many of one family first, to which there may be no route here (RFC 8305).
std::vector<ip_address> alternate_families(const std::vector<ip_address>& addresses) {
  std::array<std::vector<ip_address>, 2> families;
  for (const ip_address& each : addresses) families[each.is_v4() == addresses.front().is_v4() ? 0 : 1].push_back(each);
  std::vector<ip_address> ordered;
  ordered.reserve(addresses.size());
  for (std::size_t i = 0; ordered.size() != addresses.size(); ++i) {
    for (const auto& family : families) {
      if (i < family.size()) ordered.push_back(family[i]);
    }
  }
  return ordered;
}

/// Whether a connection without a proxy has failed for a reason of this machine.
bool is_of_this_machine(std::error_code failed) noexcept {
  constexpr std::array reasons{std::errc::too_many_files_open,     std::errc::too_many_files_open_in_system,
                               std::errc::no_buffer_space,         std::errc::not_enough_memory,
                               std::errc::address_not_available,   std::errc::network_down,
                               std::errc::network_unreachable,     std::errc::permission_denied,
                               std::errc::operation_not_permitted, std::errc::address_family_not_supported};
  return std::ranges::any_of(reasons, [failed](std::errc each) { return failed == each; });
}

/// Whether a proxy reports that it works, and that the host is the reason.
bool is_of_host(std::error_code failed) noexcept {
  using enum io::socks5_errc;
  constexpr std::array reasons{general_failure,
                               host_unreachable,
                               connection_refused,
                               ttl_expired,
                               onion_descriptor_not_found,
                               onion_descriptor_invalid,
                               onion_introduction_failed,
                               onion_rendezvous_failed,
                               onion_authorization_missing,
                               onion_authorization_wrong,
                               onion_address_invalid,
                               onion_introduction_timed_out};
  return failed == make_error_code(errc::timed_out) ||
         std::ranges::any_of(reasons, [failed](io::socks5_errc each) { return failed == make_error_code(each); });
}

/// Whether a proxy has answered the request of a connection, so that it works, whatever comes of this one.
bool is_answer(std::error_code failed) noexcept {
  using enum io::socks5_errc;
  constexpr std::array reasons{not_allowed, network_unreachable, address_type_not_supported};
  return std::ranges::any_of(reasons, [failed](io::socks5_errc each) { return failed == make_error_code(each); });
}

std::string random_name(io::runtime& rng) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::uint64_t bits = io::random_bits(rng);
  std::string made;
  for (std::size_t i = 0; i != 2 * sizeof bits; ++i, bits >>= 4) made += digits[bits & 15];
  return made;
}

}  // namespace

std::error_code connector::obstacle_to_name(std::string_view name) const noexcept {
  if (options_.reaches(name)) return {};
  return is_in_onion_domain(name) ? transport_errc::no_onion_proxy : transport_errc::onion_services_only;
}

std::error_code connector::obstacle_to_host(const std::string& host) const noexcept {
  const auto itself = ip_address::parse(host);
  return itself ? obstacle_to_address(*itself) : obstacle_to_name(host);
}

std::error_code connector::obstacle(const io::endpoint& where) const noexcept {
  const auto* const link = links_.find(where.address);
  return link != nullptr ? obstacle_to_host(link->node.host) : obstacle_to_address(where.address);
}

std::error_code connector::obstacle_to_address(const ip_address& address) const noexcept {
  if (const std::string* const name = names_.find(address)) return obstacle_to_name(*name);
  if (address.is_named()) return transport_errc::unknown_name;
  if (options_.rule == transport_rule::onion_only) return transport_errc::onion_services_only;
  return {};
}

transport_type connector::transport_to(const io::endpoint& where) const noexcept {
  const std::string* const name = name_of(where.address);
  if (name != nullptr && is_in_onion_domain(*name)) return transport_type::onion;
  return options_.rule == transport_rule::direct ? transport_type::direct : transport_type::proxy;
}

std::optional<io::endpoint> connector::proxy_on_way_to(const io::endpoint& where) const noexcept {
  const transport_type transport = transport_to(where);
  if (transport == transport_type::direct) return std::nullopt;
  const auto& proxy = proxy_to(transport);
  return proxy ? std::optional{proxy->where} : std::nullopt;
}

const std::optional<io::socks5_proxy>& connector::proxy_to(transport_type transport) const noexcept {
  const bool has_own = transport == transport_type::onion && options_.onion_proxy;
  return has_own ? options_.onion_proxy : options_.proxy;
}

task<result<std::vector<ip_address>>> connector::resolve(std::string host) {
  if (const auto itself = ip_address::parse(host)) co_return std::vector{*itself};
  if (const std::error_code obstacle = obstacle_to_name(host)) co_return failure{obstacle};
  if (options_.rule == transport_rule::proxy || is_in_onion_domain(host)) co_return std::vector{names_.add(host)};
  PAPPUS_CO_TRY(addresses,
                co_await io::with_timeout(runtime_, limits::resolve_timeout, runtime_.resolve(std::move(host))));
  co_return alternate_families(addresses);
}

void connector::learn(std::string_view name) {
  if (is_onion_service(name)) names_.add(name);
}

task<result<io::stream_ptr>> connector::connect(io::endpoint where) {
  if (const std::error_code obstacle = this->obstacle(where)) co_return failure{obstacle};
  const auto* const link = links_.find(where.address);
  auto connecting = link != nullptr ? connect_link(*link) : connect_without_tls(where);
  co_return co_await std::move(connecting);
}

task<result<io::stream_ptr>> connector::connect_without_tls(io::endpoint where) {
  const transport_type transport = transport_to(where);
  if (transport == transport_type::direct) {
    co_return co_await io::with_timeout(runtime_, limits::connect_timeout, runtime_.connect(where));
  }
  io::socks5_proxy proxy = *proxy_to(transport);
  if (options_.isolates && !proxy.credentials) {
    proxy.credentials = new_credentials();
    proxy.allows_no_authentication = true;
  }
  co_return co_await io::connect_by_socks5(runtime_, std::move(proxy), target_of(where));
}

std::error_code connector::obstacle_apart(const io::endpoint& where) const noexcept {
  if (const std::error_code obstacle = obstacle_to_address(where.address)) return obstacle;
  if (!options_.proxy && !options_.onion_proxy) return transport_errc::no_proxy;
  return {};
}

task<result<io::stream_ptr>> connector::connect_apart(io::endpoint where) {
  if (const std::error_code obstacle = obstacle_apart(where)) co_return failure{obstacle};
  const bool by_tor = transport_to(where) == transport_type::onion || !options_.proxy;
  io::socks5_proxy proxy = by_tor && options_.onion_proxy ? *options_.onion_proxy : *options_.proxy;
  proxy.credentials = new_credentials();
  proxy.allows_no_authentication = false;
  auto connected = co_await io::connect_by_socks5(runtime_, std::move(proxy), target_of(where));
  const bool is_refused = !connected && connected.error() == make_error_code(io::socks5_errc::no_acceptable_method);
  if (is_refused) co_return failure{make_error_code(transport_errc::no_isolation)};
  co_return std::move(connected);
}

io::socks5_target connector::target_of(const io::endpoint& where) const {
  const std::string* const name = names_.find(where.address);
  io::socks5_target target{where.address, where.port};
  if (name != nullptr) target.host = *name;
  return target;
}

task<result<io::stream_ptr>> connector::connect_to_host(const std::string& host, std::uint16_t port) {
  PAPPUS_CO_TRY(addresses, co_await resolve(host));
  addresses.resize(std::min(addresses.size(), limits::max_addresses_per_name));
  for (const ip_address& each : addresses) {
    auto connected = co_await connect_without_tls({each, port});
    const bool is_last = &each == &addresses.back();
    if (connected || is_last || connected.error() == make_error_code(errc::canceled)) co_return std::move(connected);
  }
  co_return failure{make_error_code(errc::internal_error)};
}

/// The server learns no name (SNI): its key says who it is.
task<result<io::stream_ptr>> connector::connect_link(const private_links::link& to) {
  PAPPUS_CO_TRY(below, co_await connect_to_host(to.node.host, to.node.port));
  std::optional<tls::key_hash> key;
  auto handshake = tls::connect(runtime_, std::move(below), to.client.value(), {}, {&key, tls_steps_});
  auto encrypted = co_await io::with_timeout(runtime_, limits::tls_handshake_timeout, std::move(handshake));
  if (encrypted) co_return std::move(encrypted->stream);
  if (encrypted.error() == tls::errc::wrong_key) links_.refuse_key(to.endpoint.address, key);
  co_return failure{encrypted.error()};
}

task<result<accepted_link>> connector::accept_link(io::stream_ptr below, std::optional<tls::key_hash>& key) {
  auto handshake = tls::accept(runtime_, std::move(below), links_.server(), {&key, tls_steps_});
  PAPPUS_CO_TRY(encrypted, co_await io::with_timeout(runtime_, limits::tls_handshake_timeout, std::move(handshake)));
  if (!encrypted.peer_key) co_return failure{std::make_error_code(std::errc::not_enough_memory)};
  accepted_link made;
  made.key = *encrypted.peer_key;
  made.endpoint = links_.endpoint_of(made.key);
  made.stream = std::move(encrypted.stream);
  co_return std::move(made);
}

io::socks5_credentials connector::new_credentials() {
  std::string name = random_name(runtime_);
  return {std::move(name), random_name(runtime_)};
}

bool connector::is_of_proxy(std::error_code failed) noexcept { return !is_of_host(failed); }

bool connector::is_proxy_down(std::error_code failed) noexcept { return is_of_proxy(failed) && !is_answer(failed); }

bool connector::is_own_failure(const io::endpoint& where, std::error_code failed) const noexcept {
  if (failed.category() == tls::category()) return false;
  return transport_to(where) == transport_type::direct ? is_of_this_machine(failed) : is_of_proxy(failed);
}

std::string connector::to_text(const io::endpoint& where) const {
  const std::string* const name = name_of(where.address);
  if (name == nullptr) return to_string(where);
  const bool has_port = where.port != 0;  // a node that makes a private link has none
  const auto itself = ip_address::parse(*name);
  return (itself ? to_bracketed_string(*itself) : *name) + (has_port ? ':' + std::to_string(where.port) : "");
}

}  // namespace pappus::peer
