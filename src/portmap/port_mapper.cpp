#include <algorithm>
#include <array>
#include <utility>

#include <pappus/coro/scope.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/portmap/nat_pmp.hpp>
#include <pappus/portmap/port_mapper.hpp>

#include "../check_setting.hpp"
#include "exchange.hpp"

namespace pappus::portmap {
namespace {

using namespace std::chrono_literals;
using packet_view = io::const_buffer;
using packet_room = std::array<std::byte, pcp::max_packet_size>;

/// Time between two requests for a mapping, at least. RFC 6887, section 11.2.1.
constexpr io::duration min_renewal_interval = 4s;
/// The lifetime that is requested, at least. RFC 6887, section 15.
constexpr std::chrono::seconds min_lifetime = 2min;
/// The lifetime that is requested, or believed, at most. RFC 6887, section 15.
constexpr std::chrono::seconds max_lifetime = 24h;
/// Time for which a gateway can have an error last, at most. RFC 6887, section 7.4: that of its long errors.
constexpr std::chrono::seconds max_error_lifetime = 30min;
/// Time between attempts while there is no mapping: at first that of PCP's short errors, at last its longest time
/// between retransmissions. RFC 6887, sections 7.4 and 8.1.1.
constexpr io::backoff_options retry_delays{30s, 1024s, 2.0, 0.1};

std::error_code canceled() noexcept { return make_error_code(errc::canceled); }

/// What a gateway says that a host can be reached at.
bool is_reachable(const io::endpoint& external) noexcept { return external.address.is_unicast() && external.port != 0; }

std::chrono::seconds at_most(std::uint32_t seconds, std::chrono::seconds max) noexcept {
  return std::min(std::chrono::seconds{seconds}, max);
}

}  // namespace

port_mapper::port_mapper(io::runtime& runtime, const port_mapper_options& options, port_mapper_handlers handlers)
    : runtime_(runtime), options_(options), handlers_(std::move(handlers)), delays_(retry_delays) {
  check_setting(options_.gateway.address.is_unicast() && options_.gateway.port != 0, "port_mapper_options.gateway",
                "must be the endpoint of a machine");
  check_setting(options_.internal_port != 0, "port_mapper_options.internal_port", "must not be 0");
  check_setting(options_.lifetime >= min_lifetime && options_.lifetime <= max_lifetime, "port_mapper_options.lifetime",
                "must be from 2 minutes to 24 hours");
  check_setting(options_.check_interval > io::duration::zero(), "port_mapper_options.check_interval",
                "must be positive");
  check_setting(options_.withdraw_timeout > io::duration::zero(), "port_mapper_options.withdraw_timeout",
                "must be positive");
  if (options_.suggested_external_port == 0) options_.suggested_external_port = options_.internal_port;
  runtime_.fill_random(nonce_);
}

task<void> port_mapper::run() {
  co_await keep_mapped();
  if (!asked_) co_return;
  io::deadline limit{runtime_, coro::stop_token{}};
  limit.expires_after(options_.withdraw_timeout);
  co_await withdraw().with_stop_token(limit.token());
  external_.reset();
}

task<void> port_mapper::keep_mapped() {
  const coro::context here = co_await coro::current_context{};
  if (here.stop.stop_requested()) co_return;  // a datagram would be sent all the same
  for (;;) {
    const auto granted = co_await request();
    if (!granted && granted.error() == canceled()) co_return;
    if (granted) {
      expires_ = io::saturating_add(runtime_.now(), granted->lifetime);
      delays_.reset();
      set_external(granted->external);
      const io::duration wait = std::max<io::duration>(granted->lifetime / 2, min_renewal_interval);
      const auto waited = co_await wait_for_renewal(io::saturating_add(runtime_.now(), wait));
      if (!waited) co_return;
    } else {
      if (handlers_.failed) handlers_.failed(granted.error());
      const auto waited = co_await wait_after_failure();
      if (!waited) co_return;
    }
  }
}

/// Requests the mapping by the protocol of the last one, while there is one; else by PCP first.
task<result<port_mapper::grant>> port_mapper::request() {
  if (external_) {
    const auto renewed = co_await map(*spoken_, options_.lifetime);
    if (renewed || renewed.error() != mapping_errc::unsupported_version) co_return renewed;
  }
  const auto by_pcp = co_await map(mapping_protocol::pcp, options_.lifetime);
  if (by_pcp || by_pcp.error() == canceled() || !options_.gateway.address.is_v4()) co_return by_pcp;
  const bool refused = by_pcp.error() == mapping_errc::unsupported_version;
  if (!refused && by_pcp.error().category() == mapping_category() && by_pcp.error() != mapping_errc::no_response) {
    co_return by_pcp;
  }
  const auto by_nat_pmp = co_await map(mapping_protocol::nat_pmp, options_.lifetime);
  if (refused && !by_nat_pmp && by_nat_pmp.error() == mapping_errc::no_response) co_return by_pcp;
  co_return by_nat_pmp;
}

task<result<port_mapper::grant>> port_mapper::map(mapping_protocol spoken, std::chrono::seconds lifetime) {
  asked_ = spoken;
  retry_after_ = {};
  auto granted = spoken == mapping_protocol::pcp ? map_by_pcp(lifetime) : map_by_nat_pmp(lifetime);
  auto outcome = co_await std::move(granted);
  if (outcome) spoken_ = spoken;
  co_return outcome;
}

pcp::map_request port_mapper::pcp_request(const io::endpoint& local, std::chrono::seconds lifetime) const noexcept {
  pcp::map_request made;
  made.client = local.address;
  made.nonce = nonce_;
  made.protocol = options_.protocol;
  made.internal_port = options_.internal_port;
  made.lifetime = static_cast<std::uint32_t>(lifetime.count());
  made.suggested_external.address = local.address.unspecified();
  if (lifetime == 0s) return made;
  made.suggested_external =
      external_.value_or(io::endpoint{local.address.unspecified(), options_.suggested_external_port});
  return made;
}

task<result<port_mapper::grant>> port_mapper::map_by_pcp(std::chrono::seconds lifetime) {
  PAPPUS_CO_TRY(socket, runtime_.open_datagram_socket({}, options_.gateway));
  const pcp::map_request asked = pcp_request(socket->local_endpoint(), lifetime);
  const auto packet = pcp::encode(asked);
  const std::function<bool(packet_view)> accepts = [&asked](packet_view received) {
    if (pcp::says_unsupported_version(received)) return true;
    const auto response = pcp::decode_map_response(received);
    if (!response || response->nonce != asked.nonce || response->internal_port != asked.internal_port) return false;
    if (response->protocol != static_cast<std::uint8_t>(asked.protocol)) return false;
    if (response->result != 0 || asked.lifetime == 0) return true;
    return response->lifetime != 0 && is_reachable(response->external);
  };
  packet_room room{};
  PAPPUS_CO_TRY(received, co_await exchange(runtime_, *socket, packet, pcp_retransmission, accepts, room));
  const auto response = pcp::decode_map_response(received);
  if (!response) co_return failure{make_error_code(mapping_errc::unsupported_version)};
  static_cast<void>(note_epoch(mapping_protocol::pcp, response->epoch));
  if (response->result != 0) {
    retry_after_ = at_most(response->lifetime, max_error_lifetime);
    co_return failure{make_error_code(pcp::error_of(response->result))};
  }
  co_return grant{response->external, at_most(response->lifetime, max_lifetime)};
}

task<result<port_mapper::grant>> port_mapper::map_by_nat_pmp(std::chrono::seconds lifetime) {
  PAPPUS_CO_TRY(socket, runtime_.open_datagram_socket({}, options_.gateway));
  packet_room room{};
  grant given;
  if (lifetime != 0s) {
    const auto question = nat_pmp::encode_address_request();
    const std::function<bool(packet_view)> answers = [](packet_view received) {
      const auto response = nat_pmp::decode_address_response(received);
      return response && (response->result != 0 || response->address.is_unicast());
    };
    PAPPUS_CO_TRY(received, co_await exchange(runtime_, *socket, question, nat_pmp_retransmission, answers, room));
    const auto response = *nat_pmp::decode_address_response(received);
    static_cast<void>(note_epoch(mapping_protocol::nat_pmp, response.epoch));
    if (response.result != 0) co_return failure{make_error_code(nat_pmp::error_of(response.result))};
    given.external.address = response.address;
  }
  nat_pmp::map_request asked;
  asked.protocol = options_.protocol;
  asked.internal_port = options_.internal_port;
  asked.lifetime = static_cast<std::uint32_t>(lifetime.count());
  if (lifetime != 0s) asked.suggested_external_port = external_ ? external_->port : options_.suggested_external_port;
  const auto packet = nat_pmp::encode(asked);
  const std::function<bool(packet_view)> accepts = [&asked](packet_view received) {
    const auto response = nat_pmp::decode_map_response(received, asked.protocol);
    if (!response || response->result != 0) return response.has_value();
    if (response->internal_port != asked.internal_port) return false;
    return asked.lifetime == 0 || (response->lifetime != 0 && response->external_port != 0);
  };
  PAPPUS_CO_TRY(received, co_await exchange(runtime_, *socket, packet, nat_pmp_retransmission, accepts, room));
  const auto response = *nat_pmp::decode_map_response(received, asked.protocol);
  static_cast<void>(note_epoch(mapping_protocol::nat_pmp, response.epoch));
  if (response.result != 0) co_return failure{make_error_code(nat_pmp::error_of(response.result))};
  given.external.port = response.external_port;
  given.lifetime = at_most(response.lifetime, max_lifetime);
  co_return given;
}

/// Completes at `when`, or earlier if the gateway seems to have lost the mapping.
task<result<void>> port_mapper::wait_for_renewal(io::time_point when) {
  for (;;) {
    const io::time_point next_check = io::saturating_add(runtime_.now(), options_.check_interval);
    const auto waited = co_await io::sleep_until(runtime_, std::min(when, next_check));
    if (!waited || when <= next_check) co_return waited;
    const bool lost = co_await is_lost();
    if (lost) co_return result<void>{};
  }
}

/// Completes when the gateway is to be asked again. A mapping that ends before that is given up when it does.
task<result<void>> port_mapper::wait_after_failure() {
  const io::duration remaining = expires_ - runtime_.now();
  io::duration wait = external_ ? std::max<io::duration>(remaining / 2, min_renewal_interval) : delays_.next(runtime_);
  wait = std::max(wait, retry_after_);
  const io::time_point next = io::saturating_add(runtime_.now(), wait);
  if (external_ && expires_ <= next) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_until(runtime_, expires_));
    set_external(std::nullopt);
  }
  co_return co_await io::sleep_until(runtime_, next);
}

/// Asks the gateway for its epoch. A gateway that does not answer has lost nothing: the renewal will tell.
task<bool> port_mapper::is_lost() {
  auto asked = *spoken_ == mapping_protocol::pcp ? is_lost_by_pcp() : is_lost_by_nat_pmp();
  co_return co_await std::move(asked);
}

task<bool> port_mapper::is_lost_by_pcp() {
  const auto socket = runtime_.open_datagram_socket({}, options_.gateway);
  if (!socket) co_return false;
  const auto packet = pcp::encode_announce((*socket)->local_endpoint().address);
  const std::function<bool(packet_view)> accepts = [](packet_view received) {
    return pcp::says_unsupported_version(received) || pcp::decode_announce_response(received).has_value();
  };
  packet_room room{};
  const auto received = co_await exchange(runtime_, **socket, packet, pcp_retransmission, accepts, room);
  if (!received) co_return false;
  const auto response = pcp::decode_announce_response(*received);
  co_return !response || !note_epoch(mapping_protocol::pcp, response->epoch);
}

task<bool> port_mapper::is_lost_by_nat_pmp() {
  const auto socket = runtime_.open_datagram_socket({}, options_.gateway);
  if (!socket) co_return false;
  const auto packet = nat_pmp::encode_address_request();
  const std::function<bool(packet_view)> accepts = [](packet_view received) {
    return nat_pmp::decode_address_response(received).has_value();
  };
  packet_room room{};
  const auto received = co_await exchange(runtime_, **socket, packet, nat_pmp_retransmission, accepts, room);
  if (!received) co_return false;
  const auto response = *nat_pmp::decode_address_response(*received);
  const bool consistent = note_epoch(mapping_protocol::nat_pmp, response.epoch);
  co_return !consistent || (response.result == 0 && response.address != external_->address);
}

task<void> port_mapper::withdraw() { static_cast<void>(co_await map(*asked_, 0s)); }

bool port_mapper::note_epoch(mapping_protocol spoken, std::uint32_t epoch) noexcept {
  if (epoch_of_ != spoken) epoch_ = epoch_clock{spoken};
  epoch_of_ = spoken;
  return epoch_.note(runtime_.now(), epoch);
}

void port_mapper::set_external(std::optional<io::endpoint> external) {
  if (std::exchange(external_, external) != external && handlers_.changed) handlers_.changed(external);
}

}  // namespace pappus::portmap
