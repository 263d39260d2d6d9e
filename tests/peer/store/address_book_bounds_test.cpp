// Bounds of the address book: by table, source and netgroup.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/limits.hpp>

#include "peer/store/book_samples.hpp"

namespace store_address_book_bounds_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::address_book;
using wire::peer_address;

namespace limits = pappus::peer::limits;

TEST_CASE(
    "addresses of IPv6 displace none of IPv4, are limited in number, and are not selected without a route to them") {
  const auto v6 = [](std::uint32_t number) {
    std::array<std::uint8_t, 16> ip{0x20, 0x03};
    for (std::size_t i = 0; i != 4; ++i) ip[2 + i] = static_cast<std::uint8_t>(number * 2'654'435'761U >> (8 * i));
    ip[15] = 1;
    return peer_address{pappus::ip_address::v6(ip), 3414};
  };
  address_book flooded{{}, false};
  address_book spared{{}, false};
  const auto source = [](std::uint32_t number) {
    return peer::to_wire({pappus::ip_address::v4(0x0b000000 + (number % 250 << 16)), 3414});
  };
  for (std::uint32_t i = 0; i != 100'000; ++i) flooded.add(v6(i), source(i), start);
  CHECK(flooded.size() <= limits::new_bucket_count_v6 * limits::bucket_size);
  CHECK(flooded.size() > 1'000);
  flooded.no_route(v6(0), start);
  CHECK(flooded.select(start).has_value());  // nothing else is there to be tried
  for (std::uint32_t i = 0; i != 10'000; ++i) {
    const auto honest = peer::to_wire({pappus::ip_address::v4(0x40000000 + (i << 12)), 3414});
    CHECK(flooded.add(honest, source(i), start) == spared.add(honest, source(i), start));
  }
  for (int i = 0; i != 1'000; ++i) {
    CHECK(flooded.select(start).value().ip.is_v4());
    CHECK(flooded.select_new(start).value().ip.is_v4());
  }
  const auto selects_v6 = [&flooded](io::wall_time now) {
    for (int i = 0; i != 1'000; ++i) {
      if (!flooded.select(now).value().ip.is_v4()) return true;
    }
    return false;
  };
  CHECK_FALSE(selects_v6(start + limits::no_route_pause - 1s));
  CHECK(selects_v6(start - 1s));  // the clock has stepped back
  CHECK(selects_v6(start + limits::no_route_pause));
  flooded.no_route(v6(0), start);
  flooded.adjust_times(1h);
  CHECK_FALSE(selects_v6(start + 1h));
  CHECK(selects_v6(start + 1h + limits::no_route_pause));
  flooded.no_route(v6(0), start);
  flooded.succeeded(v6(0), {}, "", start);
  CHECK(selects_v6(start));
  flooded.no_route(v6(0), start);
  flooded.no_route(peer::to_wire({pappus::ip_address::v4(0x40000000), 3414}), start);
  CHECK(selects_v6(start));
}

TEST_CASE(
    "without a route to IPv6 the onion services in the book are still selected, and they say nothing of that route") {
  address_book book{key(1), true};
  const auto v4 = [](std::uint32_t i) { return peer::to_wire({pappus::ip_address::v4(0x40000000 + (i << 16)), 3414}); };
  const peer_address v6{pappus::ip_address::parse("2600::1").value(), 3414};
  const auto reach = [&](const peer_address& address, std::string_view host = {}) {
    book.succeeded(address, {}, "", start - 1h, host);
  };
  for (std::uint32_t i = 0; i != 20; ++i) reach(v4(i));
  reach(v6);
  const peer_address onion{pappus::ip_address::named({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}), 3414};
  reach(onion, "its name");
  const auto selected = [&](const peer_address& wanted) {
    const auto is_wanted = [&](const peer::address_info& each) { return each.address == wanted; };
    return book.select(start, 10min, is_wanted).has_value();
  };
  CHECK(selected(v6));
  book.no_route(v6, start);
  CHECK_FALSE(selected(v6));
  CHECK(selected(onion));
  reach(onion);
  CHECK_FALSE(selected(v6));
}

TEST_CASE("a million unsolicited addresses do not exceed the size of the book") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    const peer_address source = in_group(i % 997, 7);
    book.add(peer::to_wire({pappus::ip_address::v4(0x10000000 + i * 2'654'435'761U % 0x30000000), 3414}), source,
             start);
  }
  CHECK(book.size() <= limits::new_bucket_count * limits::bucket_size);
  CHECK(book.size() > limits::new_bucket_count * limits::bucket_size / 2);
}

TEST_CASE("one source reaches a sixteenth of the new table at most") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    book.add(peer::to_wire({pappus::ip_address::v4(0x10000000 + i * 2'654'435'761U % 0x30000000), 3414}),
             in_group(3, i),
             start);  // from every address of one netgroup
  }
  CHECK(book.size() <= limits::new_buckets_per_source_group * limits::bucket_size);
}

TEST_CASE("addresses of one netgroup from one source share a bucket of the new table, and a few of the tried table") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start);
  CHECK(book.size() <= limits::bucket_size);
  address_book dialed{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) dialed.succeeded(in_group(1, i), wanted, "", start);
  CHECK(dialed.tried() <= limits::tried_buckets_per_group * limits::bucket_size);
  CHECK(dialed.tried() > limits::bucket_size);
}

TEST_CASE("an address keeps its position while it is useful, however often others are added") {
  address_book book{key(1), true};
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, i), somebody(), start);
  std::vector<peer_address> first;
  for (const auto& each : book.list()) first.push_back(each.address);
  for (std::uint32_t i = 0; i < 60'000; ++i) book.add(in_group(1, 59'999 - i), somebody(), start + 1h);
  std::vector<peer_address> later;
  for (const auto& each : book.list()) later.push_back(each.address);
  CHECK(first == later);
}

}  // namespace store_address_book_bounds_test
