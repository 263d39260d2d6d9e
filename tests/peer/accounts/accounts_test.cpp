// Accounts of peers: shared by the sessions of an address, and kept when a session ends.
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/sim/world.hpp>

namespace accounts_accounts_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::account;
using peer::accounts;
using support::at;
using support::ip;
namespace limits = peer::limits;

namespace {

peer::peer_info inbound(io::endpoint from) {
  peer::peer_info made;
  made.endpoint = from;
  return made;
}

peer::peer_info dialed(io::endpoint where) {
  peer::peer_info made = inbound(where);
  made.direction = peer::direction::outbound;
  return made;
}

accounts::options few() {
  accounts::options how;
  how.of_address.messages = {500.0 / 60, 500};
  how.max_accounts = 100;
  how.max_dialed_accounts = 10;
  return how;
}

struct bench {
  explicit bench(const accounts::options& how = few()) : open(at_host.runtime(), how) {}

  void discourage(const peer::peer_info& peer) { open.account_of(peer)->misbehavior.discourage(now()); }
  [[nodiscard]] bool refuses(pappus::ip_address from) {
    const account* const found = open.find(from);
    return found != nullptr && found->misbehavior.refuses(now());
  }
  [[nodiscard]] io::time_point now() { return at_host.runtime().now(); }

  sim::world world{1};
  sim::machine& at_host = world.add_machine();
  accounts open;
};

}  // namespace

TEST_CASE("all peers at an address have one account, whatever ports they announce; an outbound endpoint has its own") {
  bench on;
  accounts::account_ref one{on.open, inbound(at("1.2.3.4:5"))};
  accounts::account_ref other{on.open, inbound(at("1.2.3.4:0"))};
  accounts::account_ref neighbor{on.open, inbound(at("1.2.3.5:5"))};
  accounts::account_ref ours{on.open, dialed(at("1.2.3.4:5"))};
  CHECK(&*one == &*other);
  CHECK(&*one != &*neighbor);
  CHECK(&*one != &*ours);
  CHECK(on.open.account_of(inbound(at("1.2.3.4:7"))) == &*one);
  CHECK(on.open.account_of(dialed(at("1.2.3.4:5"))) == &*ours);
  CHECK(on.open.find(at("1.2.3.4:5")) == &*ours);
  CHECK(on.open.find(at("1.2.3.4:6")) == nullptr);
  CHECK(on.open.statistics().open == 3);
}

TEST_CASE("all addresses of one /64 have one account, those of another /64 have another") {
  bench on;
  accounts::account_ref one{on.open, inbound(at("[2a01:1:2:3::1]:5"))};
  accounts::account_ref same{on.open, inbound(at("[2a01:1:2:3:ffff:ffff:ffff:ffff]:6"))};
  accounts::account_ref other{on.open, inbound(at("[2a01:1:2:4::1]:5"))};
  CHECK(&*one == &*same);
  CHECK(&*one != &*other);
  on.discourage(inbound(at("[2a01:1:2:3::1]:5")));
  CHECK(on.refuses(ip("2a01:1:2:3::77")));
  CHECK_FALSE(on.refuses(ip("2a01:1:2:4::77")));
  CHECK(on.open.statistics().prefixes == 0);  // nothing was merged
}

TEST_CASE("an account outlives its sessions as long as it has a debt") {
  bench on;
  {
    accounts::account_ref session{on.open, inbound(at("1.2.3.4:5"))};
    REQUIRE(session->messages.try_consume(on.now(), 500));
  }
  {
    accounts::account_ref again{on.open, inbound(at("1.2.3.4:6"))};
    CHECK_FALSE(again->messages.try_consume(on.now()));
  }
  on.world.run_for(1min);
  { accounts::account_ref settled{on.open, inbound(at("1.2.3.4:6"))}; }
  CHECK(on.open.statistics().open == 0);
}

TEST_CASE("where this machine is exempt, each session from it has an account of its own") {
  accounts::options how = few();
  how.exempts_loopback = true;
  bench on{how};
  accounts::account_ref one{on.open, inbound(at("127.0.0.1:5"))};
  accounts::account_ref other{on.open, inbound(at("127.0.0.1:5"))};
  CHECK(&*one != &*other);
  CHECK(one->messages.try_consume(on.now(), 1e6));
  CHECK(on.open.account_of(inbound(at("127.0.0.1:5"))) == nullptr);
  CHECK(on.open.account_of(dialed(at("127.0.0.1:5"))) != nullptr);
  bench strict;
  CHECK(strict.open.account_of(inbound(at("127.0.0.1:5"))) != nullptr);
}

TEST_CASE("when there are too many accounts, those of a netgroup are merged, and their debts are kept") {
  bench on;
  const pappus::ip_address bystander = ip("50.0.0.1");
  on.discourage(inbound({bystander, 1}));
  const auto nth = [](std::uint32_t i) { return pappus::ip_address::v4(0x53000001 + (i % 250 << 8)); };
  for (std::uint32_t i = 0; i != 10'000; ++i) {
    on.discourage(inbound({nth(i), 1}));
    REQUIRE(on.open.statistics().open <= 100);
  }
  for (std::uint32_t i = 0; i != 250; ++i) REQUIRE(on.refuses(nth(i)));
  CHECK(on.open.statistics().prefixes == 1);
  CHECK(on.open.statistics().merged == 99);  // later debts went to the merged account
  CHECK(on.refuses(ip("83.0.255.255")));     // of the same netgroup
  CHECK_FALSE(on.refuses(ip("83.1.0.0")));
  CHECK(on.refuses(bystander));
  CHECK_FALSE(on.refuses(ip("50.0.0.2")));
}

TEST_CASE("accounts of IPv6 are merged by netgroup, too, and those of the other family are left alone") {
  bench on;
  const pappus::ip_address bystander = ip("50.0.0.1");
  on.discourage(inbound({bystander, 1}));
  const auto nth = [](std::uint32_t i) { return ip("2a01:1:" + std::to_string(i % 10'000) + "::1"); };
  for (std::uint32_t i = 0; i != 10'000; ++i) {
    on.discourage(inbound({nth(i), 1}));
    REQUIRE(on.open.statistics().open <= 100);
  }
  for (std::uint32_t i = 0; i != 10'000; ++i) REQUIRE(on.refuses(nth(i)));
  CHECK(on.open.statistics().prefixes == 1);
  CHECK(on.refuses(ip("2a01:1:ffff::9")));  // of the same netgroup
  CHECK_FALSE(on.refuses(ip("2a01:2::1")));
  CHECK(on.refuses(bystander));
  CHECK_FALSE(on.refuses(ip("50.0.0.2")));
}

TEST_CASE("one who has a /48 of IPv6, or a /24 of IPv4, has the debts of no other customer of the provider") {
  bench on;
  for (std::uint32_t i = 0; i != 10'000; ++i) {
    on.discourage(inbound({ip("2a01:1:2:" + std::to_string(i % 10'000) + "::1"), 1}));
    on.discourage(inbound({pappus::ip_address::v4(0x53000000 + i % 256), 1}));
    REQUIRE(on.open.statistics().open <= 100);
  }
  CHECK(on.open.statistics().prefixes == 2);
  CHECK(on.refuses(ip("2a01:1:2:ffff::9")));
  CHECK(on.refuses(ip("83.0.0.255")));
  CHECK_FALSE(on.refuses(ip("2a01:1:3::1")));
  CHECK_FALSE(on.refuses(ip("83.0.1.0")));
}

TEST_CASE("addresses in a thousand netgroups do not lose their debts either") {
  bench on;
  std::vector<pappus::ip_address> all;
  for (std::uint32_t i = 0; i != 1'000; ++i) all.push_back(pappus::ip_address::v4(0x53000001 + (i << 16)));
  for (const pappus::ip_address each : all) {
    on.discourage(inbound({each, 1}));
    REQUIRE(on.open.statistics().open <= 100);
  }
  for (const pappus::ip_address each : all) CHECK(on.refuses(each));
}

TEST_CASE("an account in use is neither merged nor lost, and keeps what its session is charged") {
  bench on;
  accounts::account_ref session{on.open, inbound(at("83.0.0.7:1"))};
  account* const before = &*session;
  for (std::uint32_t i = 0; i != 250; ++i) {
    if (i != 7) on.discourage(inbound({pappus::ip_address::v4(0x53000000 + i), 1}));
  }
  CHECK(on.open.statistics().prefixes == 1);
  CHECK(on.open.account_of(inbound(at("83.0.0.7:1"))) == before);
  CHECK_FALSE(on.refuses(ip("83.0.0.7")));
  CHECK(on.refuses(ip("83.0.0.8")));
}

TEST_CASE("accounts without debts are closed gradually, also those of blocks") {
  bench on;
  for (std::uint32_t i = 0; i != 250; ++i) on.discourage(inbound({pappus::ip_address::v4(0x53000000 + i), 1}));
  CHECK(on.open.statistics().prefixes == 1);
  on.world.run_for(24h);
  for (std::uint32_t i = 0; i != 100; ++i)
    accounts::account_ref{on.open, inbound({pappus::ip_address::v4(0x0a000000 + i), 1})};
  CHECK(on.open.statistics().open == 0);
}

TEST_CASE("of too many outbound endpoints those with the least debts are forgotten") {
  bench on;
  const peer::peer_info worst = dialed(at("1.2.3.4:5"));
  on.discourage(worst);
  for (std::uint16_t i = 0; i != 1'000; ++i) {
    on.open.account_of(dialed({ip("9.9.9.9"), static_cast<std::uint16_t>(1 + i)}))->misbehavior.add(20, on.now());
    REQUIRE(on.open.statistics().open <= 11);
  }
  CHECK(on.open.find(worst.endpoint) != nullptr);
  CHECK(on.open.statistics().forgotten > 980);
}

}  // namespace accounts_accounts_test
