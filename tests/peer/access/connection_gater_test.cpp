// The connection gater: bans, denied and allowed peers.
#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/access/connection_gater.hpp>

namespace access_connection_gater_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::connection_gater;
using peer::disconnect_reason;
using support::at;
using support::ip;
using support::range;

namespace {

constexpr io::wall_time now{1'600'000'000s};

peer::ban against(std::string_view text) {
  peer::ban made;
  made.range = range(text);
  made.reason = wire::reason_for_ban::bad_block;
  made.until = now + 1h;
  return made;
}

}  // namespace

TEST_CASE("without lists and bans every peer is accepted") {
  const peer::ban_list none;
  const connection_gater open{none, {}};
  CHECK_FALSE(open.reject_reason(ip("1.2.3.4"), now).has_value());
  CHECK_FALSE(open.reject_reason(at("1.2.3.4:5"), now).has_value());
}

TEST_CASE("ranges of IPv6 have no names in them, and the list of those allowed says nothing of names") {
  const pappus::ip_address name = pappus::ip_address::named({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  peer::ban_list list;
  list.add(against("::/0"));
  peer::peer_lists lists;
  lists.deny = {range("::/0"), range("fc00::/7")};
  lists.allow = {range("10.0.0.0/8")};
  const connection_gater strict{list, lists};
  CHECK(strict.reject_reason(ip("2600::1"), now).has_value());
  CHECK(strict.reject_reason(ip("fd0f::1"), now).has_value());
  CHECK_FALSE(strict.reject_reason(name, now).has_value());
  CHECK_FALSE(strict.reject_reason(io::endpoint{name, 3414}, now).has_value());
  list.add(against(to_string(name)));
  CHECK(strict.reject_reason(name, now)->reason == disconnect_reason::banned);
}

TEST_CASE("a banned peer is refused with the reason until the ban has expired") {
  peer::ban_list list;
  list.add(against("1.2.3.0/24"));
  list.add(against("5.6.7.8:9"));
  const connection_gater strict{list, {}};
  REQUIRE(strict.reject_reason(ip("1.2.3.4"), now).has_value());
  CHECK(to_string(*strict.reject_reason(ip("1.2.3.4"), now)) == "banned: bad block");
  CHECK_FALSE(strict.reject_reason(ip("1.2.3.4"), now + 1h).has_value());
  CHECK_FALSE(strict.reject_reason(ip("5.6.7.8"), now).has_value());  // another peer at the same address is accepted
  CHECK(strict.reject_reason(at("5.6.7.8:9"), now)->reason == disconnect_reason::banned);
  CHECK_FALSE(strict.reject_reason(at("5.6.7.8:10"), now).has_value());
}

TEST_CASE("a denied peer is refused, at the given port or at all") {
  const peer::ban_list none;
  const connection_gater strict{none, {{range("1.2.0.0/16"), range("5.6.7.8:9")}, {}}};
  CHECK(strict.reject_reason(ip("1.2.255.1"), now)->reason == disconnect_reason::not_allowed);
  CHECK(strict.reject_reason(at("1.2.0.0:7"), now)->reason == disconnect_reason::not_allowed);
  CHECK_FALSE(strict.reject_reason(ip("5.6.7.8"), now).has_value());
  CHECK(strict.reject_reason(at("5.6.7.8:9"), now)->reason == disconnect_reason::not_allowed);
}

TEST_CASE("with a list of allowed peers no other is accepted, and no denied one of them") {
  const peer::ban_list none;
  const connection_gater strict{none, {{range("1.2.3.4")}, {range("1.2.0.0/16"), range("5.6.7.8:9")}}};
  CHECK_FALSE(strict.reject_reason(at("1.2.3.5:1"), now).has_value());
  CHECK(strict.reject_reason(at("1.2.3.4:1"), now)->reason == disconnect_reason::not_allowed);
  CHECK_FALSE(strict.reject_reason(ip("5.6.7.8"), now).has_value());  // until its port is known
  CHECK_FALSE(strict.reject_reason(at("5.6.7.8:9"), now).has_value());
  CHECK(strict.reject_reason(at("5.6.7.8:10"), now)->reason == disconnect_reason::not_allowed);
  CHECK(strict.reject_reason(ip("9.9.9.9"), now)->reason == disconnect_reason::not_allowed);
}

}  // namespace access_connection_gater_test
