// Seeds: parsing, defaults and resolving.
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/address.hpp>
#include <pappus/peer/discovery/limits.hpp>
#include <pappus/peer/discovery/seed_resolver.hpp>
#include <pappus/sim/world.hpp>

namespace discovery_seed_resolver_test {

using namespace pappus;
using peer::seed;
using support::at;
using support::ip;

namespace {

struct fixture {
  explicit fixture(std::vector<seed> seeds) : asking{paths, std::move(seeds), book, clock, say, [](io::endpoint) {}} {}
  void ask() { world.run(asking.query()); }
  [[nodiscard]] bool knows(const char* where) const { return book.find(peer::to_wire(at(where))) != nullptr; }

  sim::world world{1};
  sim::machine& machine = world.add_machine();
  peer::address_book book{{}, true};
  std::vector<std::string> lines;
  peer::logger say{machine.runtime(), [this](const peer::log_line& line) { lines.push_back(line.text); },
                   peer::log_level::info};
  peer::node_clock clock{machine.runtime(), say};
  peer::connector paths{machine.runtime(), {}};
  peer::seed_resolver asking;
};

seed named(const char* text) { return seed::parse(text).value(); }

}  // namespace

TEST_CASE("a seed is a host and a port") {
  CHECK(named("seed.example:3414") == seed{"seed.example", 3414});
  CHECK(to_string(named("1.2.3.4:5")) == "1.2.3.4:5");
  CHECK(named("node-1.my_net.3com:5").host == "node-1.my_net.3com");
  for (const char* text :
       {"", "seed.example", ":3414", "seed.example:", "seed.example:0", "seed.example:65536", "a:b", "1.2.3:4",
        "0x7f.1:5", "2130706433:5", "1.2.3.256:5", "::1:5", "a b:5", "a/8:5", ".:5", "a\n:5"}) {
    CAPTURE(std::string{text});
    CHECK_FALSE(seed::parse(text).has_value());
  }
}

TEST_CASE("mainnet and testnet have default seeds with their ports, other chains have none") {
  const auto on_mainnet = peer::seeds_of(wire::chain_parameters_for(wire::chain_type::mainnet));
  REQUIRE(on_mainnet.size() == 6);
  for (const seed& each : on_mainnet) CHECK(each.port == 3414);
  const auto on_testnet = peer::seeds_of(wire::chain_parameters_for(wire::chain_type::testnet));
  REQUIRE(on_testnet.size() == 5);
  for (const seed& each : on_testnet) CHECK(each.port == 13414);
  CHECK(peer::seeds_of(wire::chain_parameters_for(wire::chain_type::usernet)).empty());
}

TEST_CASE("every address of a seed is added to the book; a seed that is an address is not resolved") {
  fixture on{{named("seed.example:3414"), named("9.8.7.6:99")}};
  on.world.set_name("seed.example", {ip("1.2.3.4"), ip("5.6.7.8")});
  on.ask();
  CHECK(on.knows("1.2.3.4:3414"));
  CHECK(on.knows("5.6.7.8:3414"));
  CHECK(on.knows("9.8.7.6:99"));
  CHECK(on.lines.empty());
}

TEST_CASE("seeds that fail are logged, and others are still resolved") {
  fixture on{{named("gone.example:1"), named("seed.example:3414"), named("lost.example:1")}};
  on.world.set_name("seed.example", {ip("1.2.3.4")});
  on.ask();
  CHECK(on.book.size() == 1);
  REQUIRE(on.lines.size() == 2);
  CHECK(on.lines[0].starts_with("seed gone.example:1: "));
  CHECK(on.lines[1].starts_with("seed lost.example:1: "));
  CHECK(on.asking.statistics().queried == 3);
  CHECK(on.asking.statistics().failures == 2);
}

TEST_CASE("a seed with a million addresses fills no more than its share of the book") {
  fixture on{{named("seed.example:3414")}};
  std::vector<pappus::ip_address> many;
  for (std::uint32_t i = 0; i != 1'000'000; ++i) many.push_back(pappus::ip_address::v4(0x20000000 + i * 251));
  on.world.set_name("seed.example", std::move(many));
  on.ask();
  CHECK(on.book.size() <= peer::limits::max_addresses_per_seed);
  CHECK(on.book.size() > 0);
  CHECK(on.asking.statistics().ignored == 1'000'000 - peer::limits::max_addresses_per_seed);
}

TEST_CASE("a seed that names many addresses of one family first does not hide those of the other") {
  fixture on{{named("seed.example:3414")}};
  std::vector<pappus::ip_address> addresses;
  for (int i = 0; i != 1'000; ++i) addresses.push_back(ip("2a01:" + std::to_string(i) + "::1"));
  addresses.push_back(ip("1.2.3.4"));
  on.world.set_name("seed.example", addresses);
  on.ask();
  CHECK(on.book.find({ip("1.2.3.4"), 3414}) != nullptr);
  CHECK(on.asking.statistics().ignored == 1'001 - peer::limits::max_addresses_per_seed);
}

}  // namespace discovery_seed_resolver_test
