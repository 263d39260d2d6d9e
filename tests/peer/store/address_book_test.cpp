#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/address_book.hpp>
#include <pappus/peer/store/address_rules.hpp>
#include <pappus/peer/store/limits.hpp>

namespace store_address_book_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::add_result;
using peer::address_book;
using peer::address_state;
using wire::peer_address;

namespace limits = pappus::peer::limits;

namespace {

constexpr io::wall_time start{1'600'000'000s};
constexpr wire::capabilities wanted = wire::capability::peer_list | wire::capability::tx_kernel_hash;

peer::keyed_hash::key key(std::uint8_t number) {
  peer::keyed_hash::key made{};
  made[0] = std::byte{number};
  return made;
}

/// Address `index` of netgroup `group`.
peer_address in_group(std::uint32_t group, std::uint32_t index) {
  return peer::to_wire({io::ipv4_address{(0x1000U + group) << 16 | (index & 0xffff)}, 3414});
}

peer_address somebody() { return in_group(0x900, 1); }

void add_many(address_book& book, std::uint32_t groups, std::uint32_t each, const peer_address& source,
              io::wall_time now = start) {
  for (std::uint32_t group = 0; group < groups; ++group) {
    for (std::uint32_t i = 0; i < each; ++i) book.add(in_group(group, i), source, now);
  }
}

/// Puts addresses among the tried ones until there are `count`.
void try_many(address_book& book, std::size_t count, io::wall_time now = start) {
  for (std::uint32_t i = 0; book.tried() < count; ++i) book.succeeded(in_group(i, i), wanted, "MW/Test", now);
}

/// Two addresses whose places among the tried ones are the same in a book with that key, both in it: the first holds
/// the place, the second claims it.
struct rivals {
  peer_address holder;
  peer_address claimant;
};

rivals make_rivals(address_book& book) {
  try_many(book, 2'000);
  for (std::uint32_t i = 0;; ++i) {
    const peer_address newcomer = in_group(2'500 + i, i);
    book.succeeded(newcomer, wanted, "", start + 5h);
    if (const auto holder = book.select_tried_collision(start + 5h)) return {*holder, newcomer};
  }
}

}  // namespace

TEST_CASE("what a book hears of it has, once, with who said so first") {
  address_book book{key(1), true};
  CHECK(book.add(in_group(1, 1), somebody(), start) == add_result::added);
  CHECK(book.add(in_group(1, 1), in_group(5, 5), start) == add_result::known);
  CHECK(book.size() == 1);
  const peer::address_info* const known = book.find(in_group(1, 1));
  REQUIRE(known != nullptr);
  CHECK(known->source == somebody());
  CHECK(known->last_seen == start);
  CHECK(known->state() == address_state::unknown);
  CHECK(book.find(in_group(1, 2)) == nullptr);
  CHECK(book.statistics().added[add_result::added] == 1);
  CHECK(book.statistics().added[add_result::known] == 1);
}

TEST_CASE("addresses where no peer can be are refused, and so are local ones on the Internet") {
  address_book internet{key(1), true};
  address_book lab{key(1), false};
  const peer_address local = peer::to_wire({io::ipv4_address{0x7f000001}, 3414});
  CHECK(internet.add(local, somebody(), start) == add_result::refused);
  CHECK(lab.add(local, somebody(), start) == add_result::added);
  CHECK(lab.add(peer::to_wire({io::ipv4_address{0x08080808}, 0}), somebody(), start) == add_result::refused);
  internet.succeeded(local, wanted, "", start);
  CHECK(internet.size() == 0);
  CHECK(internet.statistics().added[add_result::refused] == 2);
}

TEST_CASE("addresses that we cannot dial take no place that others need, and are neither picked nor without bound") {
  const auto v6 = [](std::uint32_t number) {
    std::array<std::uint8_t, 16> ip{0x20, 0x03};
    for (std::size_t i = 0; i != 4; ++i) ip[2 + i] = static_cast<std::uint8_t>(number * 2'654'435'761U >> (8 * i));
    ip[15] = 1;
    return peer_address::v6(ip, 3414);
  };
  address_book flooded{{}, false};
  address_book spared{{}, false};
  const auto source = [](std::uint32_t number) {
    return peer::to_wire({io::ipv4_address{0x0b000000 + (number % 250 << 16)}, 3414});
  };
  for (std::uint32_t i = 0; i != 100'000; ++i) flooded.add(v6(i), source(i), start);
  CHECK(flooded.size() <= limits::undialable_bucket_count * limits::bucket_size);
  CHECK(flooded.size() > 1'000);
  CHECK_FALSE(flooded.select(start).has_value());
  CHECK_FALSE(flooded.select_new(start).has_value());
  for (std::uint32_t i = 0; i != 10'000; ++i) {
    const auto honest = peer::to_wire({io::ipv4_address{0x40000000 + (i << 12)}, 3414});
    CHECK(flooded.add(honest, source(i), start) == spared.add(honest, source(i), start));
  }
  for (int i = 0; i != 1'000; ++i) CHECK(flooded.select(start).value().is_v4());
}

TEST_CASE("IPv6 addresses are kept, though we cannot dial them") {
  address_book book{key(1), true};
  std::array<std::uint8_t, 16> ip{0x2a, 0x01, 0x04, 0xf8};
  ip[15] = 7;
  CHECK(book.add(peer_address::v6(ip, 3414), somebody(), start) == add_result::added);
  CHECK(book.find(peer_address::v6(ip, 3414)) != nullptr);
}

TEST_CASE("a dialled address is healthy after a success and defunct after a failure") {
  address_book book{key(1), true};
  const peer_address one = in_group(1, 1);
  book.add(one, somebody(), start);
  book.attempted(one, start + 1min);
  CHECK(book.find(one)->attempts == 1);
  book.failed(one, start + 1min);
  CHECK(book.find(one)->state() == address_state::defunct);
  CHECK(book.tried() == 0);
  book.attempted(one, start + 2min);
  book.succeeded(one, wanted, "MW/Test", start + 2min);
  CHECK(book.find(one)->state() == address_state::healthy);
  CHECK(book.find(one)->tried);
  CHECK(book.find(one)->user_agent == "MW/Test");
  CHECK(book.find(one)->attempts == 2);
  CHECK(book.find(one)->failures == 0);
  CHECK(book.tried() == 1);
  book.failed(one, start + 3min);
  CHECK(book.find(one)->state() == address_state::defunct);
  CHECK(book.find(one)->tried);
}

TEST_CASE("whatever a million unasked addresses are, the book stays within its bound") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    const peer_address source = in_group(i % 997, 7);
    book.add(peer::to_wire({io::ipv4_address{0x10000000 + i * 2'654'435'761U % 0x30000000}, 3414}), source, start);
  }
  CHECK(book.size() <= limits::new_bucket_count * limits::bucket_size);
  CHECK(book.size() > limits::new_bucket_count * limits::bucket_size / 2);
}

TEST_CASE("one source reaches a sixteenth of the new table, whatever it says") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    book.add(peer::to_wire({io::ipv4_address{0x10000000 + i * 2'654'435'761U % 0x30000000}, 3414}), in_group(3, i),
             start);  // from every address of one netgroup
  }
  CHECK(book.size() <= limits::new_buckets_per_source_group * limits::bucket_size);
}

TEST_CASE("the addresses of one netgroup that one source names share a bucket, and those that are dialled a few") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start);
  CHECK(book.size() <= limits::bucket_size);
  address_book dialled{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) dialled.succeeded(in_group(1, i), wanted, "", start);
  CHECK(dialled.tried() <= limits::tried_buckets_per_group * limits::bucket_size);
  CHECK(dialled.tried() > limits::bucket_size);
}

TEST_CASE("who stands in a place keeps it while it is worth it, however often others come") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start);
  std::vector<peer_address> first;
  for (const auto& each : book.list()) first.push_back(each.address);
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, 59'999 - i), somebody(), start + 1h);
  std::vector<peer_address> later;
  for (const auto& each : book.list()) later.push_back(each.address);
  CHECK(first == later);
}

TEST_CASE("an address that never answered, or of which nobody spoke for 14 days, makes room") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start);
  const std::size_t full = book.size();
  const peer_address dead = book.list().front().address;
  for (std::uint32_t i = 0; i < limits::max_retries; ++i) {
    book.attempted(dead, start);
    book.failed(dead, start);
  }
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start + 1h);
  CHECK(book.find(dead) == nullptr);
  CHECK(book.size() <= full);

  book.expire(1'000'000, start + limits::address_horizon + 1min);
  CHECK(book.size() <= 1);  // whoever took the place of the dead one was heard of later
  book.expire(1'000'000, start + limits::address_horizon + 2h);
  CHECK(book.size() == 0);
  const auto counted = book.statistics();
  CHECK(counted.stale == counted.added[add_result::added]);
  CHECK(counted.added.total() == 120'000);
}

TEST_CASE("an address that is named every day lives on, and is noted once a day") {
  address_book book{key(1), true};
  book.add(in_group(1, 1), somebody(), start);
  static_cast<void>(book.drain_changes());
  for (int day = 0; day < 30; ++day) {
    for (int hour = 0; hour < 24; ++hour) book.add(in_group(1, 1), somebody(), start + day * 24h + hour * 1h);
    CHECK(book.drain_changes().kept.size() == (day == 0 ? 0 : 1));
    book.expire(10, start + day * 24h);
  }
  CHECK(book.size() == 1);
}

TEST_CASE("a clock that stands at either end of time, or steps back, breaks nothing") {
  address_book book{key(1), true};
  for (const io::wall_time now : {io::wall_time{}, start, io::wall_time{1ms}, io::wall_time{100'000h}, start}) {
    book.add(in_group(1, 1), somebody(), now);
    book.attempted(in_group(1, 1), now);
    book.succeeded(in_group(1, 1), wanted, "", now);
    book.failed(in_group(1, 1), now);
    book.disconnected(in_group(1, 1), now);
    static_cast<void>(book.select_tried_collision(now));
    CHECK(book.select(now).has_value());
    CHECK(book.get_addresses(10, {}, now).size() <= 1);
    book.expire(0, now);
  }
  CHECK(book.size() == 1);
}

TEST_CASE("when the time is corrected each address is as old as before, and what never was has still never been") {
  address_book book{key(1), true};
  try_many(book, 50);
  add_many(book, 50, 1, somebody(), start + 24h);
  static_cast<void>(book.drain_changes());
  for (const auto by : {400 * 24h, -800 * 24h}) {
    const auto before = book.list();
    book.adjust_times(by);
    CHECK(book.changes() == before.size());
    const auto after = book.drain_changes().kept;
    CHECK(after.size() == before.size());
    for (const peer::address_info& each : before) {
      const peer::address_info& moved = *book.find(each.address);
      CHECK(moved.last_seen == each.last_seen + by);
      CHECK(moved.last_try == (each.last_try == io::wall_time{} ? io::wall_time{} : each.last_try + by));
      CHECK(moved.last_success == (each.last_success == io::wall_time{} ? io::wall_time{} : each.last_success + by));
    }
  }
  const io::wall_time now = start - 400 * 24h;
  book.expire(100'000, now + limits::address_horizon);
  CHECK(book.size() > 90);
  book.expire(100'000, now + limits::address_horizon + 2 * 24h);
  CHECK(book.size() == 0);
}

TEST_CASE("what a store says of times that no clock can have shown is not believed") {
  address_book book{key(1), true};
  for (const io::wall_time when : {io::wall_time::min(), io::wall_time::max(), start + 1h}) {
    peer::address_info stored;
    stored.address = in_group(1, 1);
    stored.source = somebody();
    stored.last_seen = stored.last_try = stored.last_success = when;
    book.restore(stored, start);
    const peer::address_info* const info = book.find(stored.address);
    REQUIRE(info != nullptr);
    for (const io::wall_time each : {info->last_seen, info->last_try, info->last_success}) {
      CHECK(each >= io::wall_time{});
      CHECK(each <= start);
    }
    book.expire(10, start + 400 * 24h);
    CHECK(book.size() == 0);
  }
}

TEST_CASE("picking gives each table's addresses with the same chance, whatever their number") {
  address_book book{key(1), true};
  try_many(book, 20);
  add_many(book, 1000, 3, somebody());
  int tried = 0;
  for (int i = 0; i < 2'000; ++i) tried += book.find(*book.select(start + 1h))->tried ? 1 : 0;
  CHECK(tried > 800);
  CHECK(tried < 1'200);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(book.find(*book.select_new(start + 1h))->tried);
}

TEST_CASE("an empty book gives nothing, one with a single address that, however poor") {
  address_book book{key(1), true};
  CHECK_FALSE(book.select(start).has_value());
  CHECK_FALSE(book.select_new(start).has_value());
  book.add(in_group(1, 1), somebody(), start);
  for (int i = 0; i < 20; ++i) {
    book.attempted(in_group(1, 1), start);
    book.failed(in_group(1, 1), start);
  }
  CHECK(book.select(start) == in_group(1, 1));
}

TEST_CASE("an address that failed, or was dialled just now, is picked less often than the others") {
  address_book book{key(1), true};
  try_many(book, 40);
  const auto all = book.list();
  for (std::size_t i = 0; i < 20; ++i) {
    for (int times = 0; times < 5; ++times) book.failed(all[i].address, start);
  }
  std::map<bool, int> picked;
  for (int i = 0; i < 4'000; ++i) ++picked[book.find(*book.select(start + 1h))->failures != 0];
  CHECK(picked[true] < picked[false] / 3);
  CHECK(picked[true] > 0);

  address_book rested{key(1), true};
  try_many(rested, 40, start);
  for (std::size_t i = 0; i < 20; ++i) rested.attempted(all[i].address, start + 1h);
  int just_now = 0;
  for (int i = 0; i < 1'000; ++i) just_now += rested.find(*rested.select(start + 1h))->last_try > start ? 1 : 0;
  CHECK(just_now < 100);
}

TEST_CASE("where a newcomer claims the place of a tried address, that one is tested first") {
  SUBCASE("it answers: it stays, and the newcomer waits among the new ones") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    book.succeeded(two.holder, wanted, "", start + 5h);
    CHECK(book.find(two.holder)->tried);
    CHECK_FALSE(book.find(two.claimant)->tried);
  }
  SUBCASE("it does not: the newcomer has its place, and it is not forgotten") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    CHECK(book.statistics().tried_collisions == 1);
    book.failed(two.holder, start + 5h);
    CHECK(book.statistics().tried_collisions == 0);
    CHECK(book.statistics().displaced == 1);
    CHECK(book.find(two.claimant)->tried);
    REQUIRE(book.find(two.holder) != nullptr);
    CHECK_FALSE(book.find(two.holder)->tried);
  }
  SUBCASE("nobody tests it in time: the newcomer has its place") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    static_cast<void>(book.select_tried_collision(start + 5h + limits::tried_collision_timeout));
    CHECK(book.find(two.claimant)->tried);
  }
  SUBCASE("it answered not long ago: it is spared the test") {
    address_book book{key(2), true};
    const rivals two = make_rivals(book);
    book.succeeded(two.holder, wanted, "", start + 5h);
    book.succeeded(two.claimant, wanted, "", start + 8h);
    CHECK_FALSE(book.select_tried_collision(start + 8h).has_value());
    CHECK_FALSE(book.find(two.claimant)->tried);
  }
}

TEST_CASE("a sample is of healthy addresses with all that is wanted, each once") {
  address_book book{key(1), true};
  try_many(book, 300);
  add_many(book, 100, 3, somebody());
  const auto sick = book.get_addresses(20, {}, start);
  for (const peer_address& each : sick) book.failed(each, start);
  const auto sample = book.get_addresses(256, wanted, start);
  CHECK(sample.size() == 256);
  CHECK(std::set<peer_address>(sample.begin(), sample.end()).size() == 256);
  for (const peer_address& each : sample) CHECK(book.find(each)->state() == address_state::healthy);
  CHECK(book.get_addresses(1000, wanted, start).size() == 280);
  CHECK(book.get_addresses(1000, wanted | wire::capability::block_hist, start).empty());
  CHECK(book.get_addresses(1000, wanted, start + limits::address_horizon + 1h).empty());
}

TEST_CASE("changes are told once, as they are in the end") {
  address_book book{key(1), true};
  const peer_address one = in_group(1, 1);
  book.add(one, somebody(), start);
  book.attempted(one, start + 1s);
  const auto first = book.drain_changes();
  REQUIRE(first.kept.size() == 1);
  CHECK(first.kept[0] == *book.find(one));
  CHECK(first.dropped.empty());
  CHECK(book.drain_changes().empty());
  book.expire(10, start + limits::address_horizon + 1h);
  const auto last = book.drain_changes();
  CHECK(last.kept.empty());
  CHECK(last.dropped == std::vector{one});
}

TEST_CASE("a book put back from what was stored is the book that was stored") {
  address_book book{key(1), true};
  try_many(book, 200);
  add_many(book, 300, 5, somebody());
  for (std::uint32_t i = 0; i < 50; ++i) book.failed(in_group(i, 1), start);
  address_book again{key(1), true};
  for (const auto& each : book.list()) again.restore(each, start + 1h);
  CHECK(again.list() == book.list());
  CHECK(again.tried() == book.tried());
  CHECK(again.drain_changes().empty());
}

TEST_CASE("what was stored under another key, twice, or with times to come is put where it fits now") {
  address_book book{key(1), true};
  try_many(book, 2'000);
  address_book other{key(9), true};
  for (int twice = 0; twice < 2; ++twice) {
    for (peer::address_info each : book.list()) {
      each.last_seen = start + 100h * 24;
      other.restore(each, start);
    }
  }
  CHECK(other.size() > 1'900);
  CHECK(other.size() <= book.size());
  for (const auto& each : other.list()) REQUIRE(each.last_seen == start);
  const auto lost = other.drain_changes();
  CHECK(lost.dropped.size() >= book.size() - other.size());
}

TEST_CASE("two books with one key and one history are the same, two with different keys are not") {
  const auto history = [](std::uint8_t with) {
    address_book book{key(with), true};
    add_many(book, 200, 20, somebody());
    std::vector<peer_address> picked;
    for (int i = 0; i < 50; ++i) picked.push_back(*book.select(start));
    return std::pair{book.list(), picked};
  };
  CHECK(history(1) == history(1));
  CHECK(history(1).second != history(2).second);
}

}  // namespace store_address_book_test
