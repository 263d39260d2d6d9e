#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/io/socks5.hpp>
#include <pappus/io/timeout.hpp>

#include "../enum_category.hpp"

namespace pappus::io {
namespace {

using byte_vector = std::vector<std::byte>;

constexpr std::byte version{5};
constexpr std::size_t max_length = 255;  // of a name or password: what one byte can say

enum class method : std::uint8_t { none = 0, password = 2, no_acceptable = 0xff };
enum class address_type : std::uint8_t { v4 = 1, name = 3, v6 = 4 };

std::string_view text_of(socks5_errc code) noexcept {
  switch (code) {
    case socks5_errc::general_failure: return "the proxy has failed";
    case socks5_errc::not_allowed: return "the proxy does not allow the connection";
    case socks5_errc::network_unreachable: return "the proxy does not reach the network";
    case socks5_errc::host_unreachable: return "the proxy does not reach the host";
    case socks5_errc::connection_refused: return "the host refuses the proxy's connection";
    case socks5_errc::ttl_expired: return "the proxy has waited too long for the host";
    case socks5_errc::command_not_supported: return "the proxy makes no connections";
    case socks5_errc::address_type_not_supported: return "the proxy does not know this kind of address";
    case socks5_errc::unassigned_reply: return "the proxy has failed for a reason that is not known";
    case socks5_errc::onion_descriptor_not_found: return "the onion service's descriptor is not found";
    case socks5_errc::onion_descriptor_invalid: return "the onion service's descriptor is not valid";
    case socks5_errc::onion_introduction_failed: return "the onion service cannot be introduced to";
    case socks5_errc::onion_rendezvous_failed: return "the onion service does not come to the rendezvous";
    case socks5_errc::onion_authorization_missing: return "the onion service demands an authorization";
    case socks5_errc::onion_authorization_wrong: return "the onion service does not take the authorization";
    case socks5_errc::onion_address_invalid: return "the onion address is not valid";
    case socks5_errc::onion_introduction_timed_out: return "the introduction to the onion service has timed out";
    case socks5_errc::no_acceptable_method: return "the proxy demands another authentication";
    case socks5_errc::authentication_failed: return "the proxy does not take the name and password";
    case socks5_errc::malformed_reply: return "the proxy does not speak SOCKS5";
    case socks5_errc::proxy_timed_out: return "the proxy does not answer in time";
  }
  return "unknown error";
}

class own_category final : public enum_category<socks5_errc> {
public:
  own_category() noexcept : enum_category("pappus.socks5", text_of) {}

  [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<socks5_errc>(code)) {
      case socks5_errc::network_unreachable: return std::errc::network_unreachable;
      case socks5_errc::host_unreachable: return std::errc::host_unreachable;
      case socks5_errc::connection_refused: return std::errc::connection_refused;
      default: return {code, *this};
    }
  }
};

socks5_errc error_of_reply(std::uint8_t code) noexcept {
  constexpr std::uint8_t first_of_tor = 0xf0;
  constexpr int count_of_tor = 8;
  if (code < static_cast<int>(socks5_errc::unassigned_reply)) return static_cast<socks5_errc>(code);
  const int of_tor = code - first_of_tor;
  if (of_tor < 0 || of_tor >= count_of_tor) return socks5_errc::unassigned_reply;
  return static_cast<socks5_errc>(static_cast<int>(socks5_errc::onion_descriptor_not_found) + of_tor);
}

void append(byte_vector& to, std::string_view text) {
  to.push_back(static_cast<std::byte>(text.size()));
  std::ranges::copy(std::as_bytes(std::span{text}), std::back_inserter(to));
}

/// Of a step of the proxy's own, for which no host is waited for.
std::error_code blame_proxy(std::error_code failed) noexcept {
  return failed == make_error_code(errc::timed_out) ? make_error_code(socks5_errc::proxy_timed_out) : failed;
}

bool is_expressible(std::string_view text) noexcept { return !text.empty() && text.size() <= max_length; }

bool is_expressible(const socks5_proxy& proxy, const socks5_target& target) noexcept {
  const auto* const name = std::get_if<std::string>(&target.host);
  if (name != nullptr && !is_expressible(*name)) return false;
  const auto& given = proxy.credentials;
  return !given || (is_expressible(given->name) && is_expressible(given->password));
}

byte_vector request_for(const socks5_target& target) {
  constexpr std::byte connect{1};
  byte_vector request{version, connect, std::byte{0}};
  if (const auto* const name = std::get_if<std::string>(&target.host)) {
    request.push_back(static_cast<std::byte>(address_type::name));
    append(request, *name);
  } else {
    const auto& address = std::get<ip_address>(target.host);
    const auto bytes = address.bytes();
    const auto all = std::as_bytes(std::span{bytes});
    request.push_back(static_cast<std::byte>(address.is_v4() ? address_type::v4 : address_type::v6));
    std::ranges::copy(address.is_v4() ? all.last<4>() : std::span<const std::byte>{all}, std::back_inserter(request));
  }
  request.push_back(static_cast<std::byte>(target.port >> 8));
  request.push_back(static_cast<std::byte>(target.port & 0xff));
  return request;
}

/// One connection to a proxy, while it is asked for another one.
class negotiation {
public:
  negotiation(runtime& runtime, stream& over, const socks5_proxy& proxy) noexcept
      : runtime_(runtime), over_(over), proxy_(proxy) {}

  [[nodiscard]] task<result<void>> authenticate() {
    byte_vector greeting{version, std::byte{0}};
    if (offers(method::none)) greeting.push_back(static_cast<std::byte>(method::none));
    if (offers(method::password)) greeting.push_back(static_cast<std::byte>(method::password));
    greeting[1] = static_cast<std::byte>(greeting.size() - 2);
    std::array<std::byte, 2> chosen{};
    PAPPUS_CO_TRY_DISCARD(co_await exchange(std::move(greeting), chosen));
    if (chosen[0] != version) co_return failure{make_error_code(socks5_errc::malformed_reply)};
    const auto by = static_cast<method>(chosen[1]);
    if (by == method::no_acceptable) co_return failure{make_error_code(socks5_errc::no_acceptable_method)};
    if (!offers(by)) co_return failure{make_error_code(socks5_errc::malformed_reply)};
    if (by == method::password) co_return co_await send_password(*proxy_.credentials);
    co_return result<void>{};
  }

  [[nodiscard]] task<result<void>> connect(const socks5_target& target) {
    std::array<std::byte, 4> reply{};  // version, code, 0, type of the address that follows
    PAPPUS_CO_TRY_DISCARD(co_await write(request_for(target)));
    PAPPUS_CO_TRY_DISCARD(co_await with_timeout(runtime_, proxy_.connect_timeout, over_.read_exact(reply)));
    if (reply[0] != version) co_return failure{make_error_code(socks5_errc::malformed_reply)};
    if (reply[1] != std::byte{0}) {
      co_return failure{make_error_code(error_of_reply(std::to_integer<std::uint8_t>(reply[1])))};
    }
    co_return co_await skip_address(static_cast<address_type>(reply[3]));
  }

private:
  [[nodiscard]] bool offers(method by) const noexcept {
    if (by == method::password) return proxy_.credentials.has_value();
    return by == method::none && (!proxy_.credentials || proxy_.allows_no_authentication);
  }

  [[nodiscard]] task<result<void>> send_password(const socks5_credentials& given) {
    constexpr std::byte subnegotiation_version{1};
    byte_vector message{subnegotiation_version};
    append(message, given.name);
    append(message, given.password);
    std::array<std::byte, 2> status{};
    PAPPUS_CO_TRY_DISCARD(co_await exchange(std::move(message), status));
    if (status[0] != subnegotiation_version) co_return failure{make_error_code(socks5_errc::malformed_reply)};
    if (status[1] != std::byte{0}) co_return failure{make_error_code(socks5_errc::authentication_failed)};
    co_return result<void>{};
  }

  /// Reads the address from which the proxy has connected, and its port, so that what follows is the target's.
  [[nodiscard]] task<result<void>> skip_address(address_type type) {
    constexpr std::size_t port_size = 2;
    std::array<std::byte, max_length + port_size> ignored{};
    std::size_t size = 0;
    switch (type) {
      case address_type::v4: size = 4; break;
      case address_type::v6: size = 16; break;
      case address_type::name: {
        PAPPUS_CO_TRY_DISCARD(co_await read(std::span{ignored}.first(1)));
        size = std::to_integer<std::size_t>(ignored[0]);
        break;
      }
      default: co_return failure{make_error_code(socks5_errc::malformed_reply)};
    }
    co_return co_await read(std::span{ignored}.first(size + port_size));
  }

  [[nodiscard]] task<result<void>> exchange(byte_vector message, buffer reply) {
    PAPPUS_CO_TRY_DISCARD(co_await write(std::move(message)));
    co_return co_await read(reply);
  }

  [[nodiscard]] task<result<void>> write(byte_vector message) {
    const auto written = co_await with_timeout(runtime_, proxy_.step_timeout, over_.write_all(message));
    if (!written) co_return failure{blame_proxy(written.error())};
    co_return result<void>{};
  }

  [[nodiscard]] task<result<void>> read(buffer into) {
    const auto got = co_await with_timeout(runtime_, proxy_.step_timeout, over_.read_exact(into));
    if (!got) co_return failure{blame_proxy(got.error())};
    co_return result<void>{};
  }

  runtime& runtime_;
  stream& over_;
  const socks5_proxy& proxy_;
};

}  // namespace

const std::error_category& socks5_category() noexcept {
  static const own_category category;
  return category;
}

task<result<stream_ptr>> connect_by_socks5(runtime& runtime, socks5_proxy proxy, socks5_target target) {
  if (!is_expressible(proxy, target)) co_return failure{std::make_error_code(std::errc::invalid_argument)};
  auto connected = co_await with_timeout(runtime, proxy.step_timeout, runtime.connect(proxy.where));
  if (!connected) co_return failure{blame_proxy(connected.error())};
  stream_ptr over = std::move(*connected);
  negotiation with_proxy{runtime, *over, proxy};
  PAPPUS_CO_TRY_DISCARD(co_await with_proxy.authenticate());
  PAPPUS_CO_TRY_DISCARD(co_await with_proxy.connect(target));
  co_return std::move(over);
}

}  // namespace pappus::io
