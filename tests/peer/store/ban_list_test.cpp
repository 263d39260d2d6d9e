// The list of bans.
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/store/ban_list.hpp>

namespace store_ban_list_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::ban;
using peer::ban_list;
using support::at;
using support::ip;
using support::range;

namespace {

constexpr io::wall_time start{1'600'000'000s};

ban against(std::string_view text, io::wall_time::duration length = 1h) {
  ban made;
  made.range = range(text);
  made.since = start;
  made.until = start + length;
  return made;
}

std::vector<std::string> ranges_of(const std::vector<ban>& listed) {
  std::vector<std::string> texts;
  for (const ban& each : listed) texts.push_back(to_string(each.range));
  return texts;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a ban of an address covers all its ports, one of an endpoint only that port") {
  ban_list list;
  list.add(against("1.2.3.4"));
  list.add(against("5.6.7.8:3414"));
  CHECK(list.find(ip("1.2.3.4"), start) != nullptr);
  CHECK(list.find(at("1.2.3.4:1"), start) != nullptr);
  CHECK(list.find(ip("1.2.3.5"), start) == nullptr);
  CHECK(list.find(ip("5.6.7.8"), start) == nullptr);  // another peer at the address of the banned one
  CHECK(list.find(at("5.6.7.8:3414"), start) != nullptr);
  CHECK(list.find(at("5.6.7.8:3415"), start) == nullptr);
}

TEST_CASE("a ban of a block covers every address in it, with any prefix length") {
  for (int bits = 0; bits <= 32; ++bits) {
    CAPTURE(bits);
    ban_list list;
    list.add(against("10.20.30.40/" + std::to_string(bits)));
    const auto block = io::endpoint_range(ip("10.20.30.40"), static_cast<std::uint8_t>(bits));
    CHECK(list.find(block.network, start) != nullptr);
    const std::uint32_t others = bits == 32 ? 0 : 0xffffffffU >> bits;  // bits in which addresses of the block differ
    CHECK(list.find(pappus::ip_address::v4(block.network.v4_value() | others), start) != nullptr);
    if (bits != 0) CHECK(list.find(pappus::ip_address::v4(block.network.v4_value() ^ 0x80000000), start) == nullptr);
  }
}

TEST_CASE("a ban of a block of IPv6 covers every address in it, and none of IPv4") {
  for (int bits = 0; bits <= 128; ++bits) {
    CAPTURE(bits);
    ban_list list;
    list.add(against("2001:db8::1/" + std::to_string(bits)));
    const auto block = io::endpoint_range(ip("2001:db8::1"), static_cast<std::uint8_t>(bits));
    CHECK(list.find(ip("2001:db8::1"), start) != nullptr);
    CHECK(list.find(block.network, start) != nullptr);
    if (bits != 0) CHECK(list.find(ip("a001:db8::1"), start) == nullptr);
    CHECK(list.find(ip("1.2.3.4"), start) == nullptr);
  }
  ban_list all_v4;
  all_v4.add(against("0.0.0.0/0"));
  CHECK(all_v4.find(ip("::ffff:1.2.3.4"), start) != nullptr);
  CHECK(all_v4.find(ip("2001:db8::1"), start) == nullptr);
}

TEST_CASE("a ban holds until its end, and again when the clock steps back") {
  ban_list list;
  list.add(against("1.2.3.4", 1h));
  CHECK(list.find(ip("1.2.3.4"), start + 1h - 1ms) != nullptr);
  CHECK(list.find(ip("1.2.3.4"), start + 1h) == nullptr);
  CHECK(list.list(start + 1h).empty());
  CHECK(list.find(ip("1.2.3.4"), start) != nullptr);
  CHECK(list.find(ip("1.2.3.4"), io::wall_time::min()) != nullptr);
  CHECK(list.find(ip("1.2.3.4"), io::wall_time::max()) == nullptr);
}

TEST_CASE("a wider ban still holds when a narrower one in it has expired") {
  ban_list list;
  list.add(against("1.2.0.0/16", 2h));
  list.add(against("1.2.3.4", 1h));
  list.add(against("1.2.3.4:80", 1min));
  CHECK(list.find(at("1.2.3.4:80"), start)->range == range("1.2.3.4:80"));
  CHECK(list.find(at("1.2.3.4:80"), start + 2min)->range == range("1.2.3.4"));
  CHECK(list.find(at("1.2.3.4:80"), start + 90min)->range == range("1.2.0.0/16"));
  CHECK(list.find(at("1.2.3.4:80"), start + 3h) == nullptr);
}

TEST_CASE("a second ban of the same range replaces the first") {
  ban_list list;
  list.add(against("1.2.3.4", 1h));
  ban longer = against("1.2.3.4", 5h);
  longer.reason = wire::reason_for_ban::bad_block;
  CHECK_FALSE(list.add(longer).has_value());
  CHECK(list.size() == 1);
  REQUIRE(list.find(ip("1.2.3.4"), start + 2h) != nullptr);
  CHECK(*list.find(ip("1.2.3.4"), start + 2h) == longer);
  CHECK(list.expire(start + 2h, 10).empty());
}

TEST_CASE("unbanning a range lifts every ban within it and none around it") {
  ban_list list;
  for (const char* const each : {"1.0.0.0/8", "1.2.0.0/16", "1.2.3.4", "1.2.3.4:80", "1.2.3.4:81", "1.3.0.0"}) {
    list.add(against(each));
  }
  CHECK(ranges_of(list.remove(range("1.2.3.4:80"))) == texts{"1.2.3.4:80"});
  CHECK(ranges_of(list.remove(range("1.2.3.4"))) == texts{"1.2.3.4", "1.2.3.4:81"});
  CHECK(list.find(ip("1.2.3.4"), start)->range == range("1.2.0.0/16"));
  CHECK(ranges_of(list.remove(range("1.2.0.0/16"))) == texts{"1.2.0.0/16"});
  CHECK(ranges_of(list.remove(range("0.0.0.0/0"))) == texts{"1.0.0.0/8", "1.3.0.0"});
  CHECK(list.size() == 0);
  CHECK(list.find(ip("1.3.0.0"), start) == nullptr);
}

TEST_CASE("a full list removes the ban that expires first") {
  ban_list list{1000};
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    ban made = against("1.2.3.4", std::chrono::seconds{i + 1});
    made.range = io::endpoint_range(pappus::ip_address::v4(0x0b000000 + i));
    const auto forgotten = list.add(made);
    CHECK(forgotten.has_value() == (i >= 1000));
    if (forgotten) CHECK(forgotten->network.v4_value() == 0x0b000000 + i - 1000);
  }
  CHECK(list.size() == 1000);
  CHECK(list.find(pappus::ip_address::v4(0x0b000000), start) == nullptr);
  CHECK(list.find(pappus::ip_address::v4(0x0b000000 + 99'999), start) != nullptr);
}

TEST_CASE("expired bans are removed in order, a few at a time") {
  ban_list list;
  list.add(against("1.0.0.1", 3s));
  list.add(against("1.0.0.2", 1s));
  list.add(against("1.0.0.3", 2s));
  list.add(against("1.0.0.4", 9s));
  const auto removed = list.expire(start + 3s, 2);
  REQUIRE(removed.size() == 2);
  CHECK(removed[0] == range("1.0.0.2"));
  CHECK(removed[1] == range("1.0.0.3"));
  CHECK(list.expire(start + 3s, 2).size() == 1);
  CHECK(list.expire(start + 3s, 2).empty());
  CHECK(ranges_of(list.list(start)) == texts{"1.0.0.4"});
}

TEST_CASE("after any changes a lookup finds the same as a linear search") {
  ban_list list;
  std::vector<ban> plain;
  std::uint32_t state = 7;
  const auto draw = [&state](std::uint32_t bound) {
    return (state = state * 1'664'525 + 1'013'904'223) / 65'536 % bound;
  };
  for (int step = 0; step < 20'000; ++step) {
    const pappus::ip_address address = pappus::ip_address::v4(0x0a000000 + draw(64));
    io::endpoint_range affected{address, static_cast<std::uint8_t>(26 + draw(7))};
    if (const auto port = static_cast<std::uint16_t>(draw(3)); port != 0) affected.port = port;
    if (draw(3) == 0) {
      list.remove(affected);
      std::erase_if(plain, [&](const ban& each) { return affected.contains(each.range); });
    } else if (plain.size() < 40) {
      ban made;
      made.range = affected;
      made.until = start + std::chrono::seconds{draw(10)};
      list.add(made);
      std::erase_if(plain, [&](const ban& each) { return each.range == affected; });
      plain.push_back(made);
    }
    const io::endpoint where{pappus::ip_address::v4(0x0a000000 + draw(64)), static_cast<std::uint16_t>(1 + draw(2))};
    const io::wall_time now = start + std::chrono::seconds{draw(10)};
    bool banned = false;
    for (const ban& each : plain) banned = banned || (each.range.contains(where) && each.until > now);
    REQUIRE((list.find(where, now) != nullptr) == banned);
    REQUIRE(list.size() == plain.size());
  }
}

TEST_CASE("adjusting the time keeps the remaining time of each ban, and their order") {
  ban_list list;
  for (const auto by : {400 * 24h, -800 * 24h}) {
    list.add(against("1.2.3.4", 2h));
    list.add(against("1.2.3.5", 1h));
    list.shift(by);
    const io::wall_time now = start + by;
    CHECK(list.find(ip("1.2.3.4"), now + 2h - 1s) != nullptr);
    CHECK(list.find(ip("1.2.3.4"), now + 2h) == nullptr);
    CHECK(list.list(now).at(0).until - list.list(now).at(0).since == 2h);
    const auto expired = list.expire(now + 90min, 10);
    REQUIRE(expired.size() == 1);
    CHECK(expired[0] == io::endpoint_range{ip("1.2.3.5")});
    list.remove(io::endpoint_range{ip("1.2.3.4")});
  }
}

}  // namespace store_ban_list_test
