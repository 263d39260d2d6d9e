// The address book: what it keeps of one address.
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/address.hpp>
#include <pappus/peer/store/limits.hpp>

#include "peer/store/book_samples.hpp"

namespace store_address_book_test {

using namespace std::chrono_literals;
using namespace samples;
using peer::add_result;
using peer::address_book;
using peer::address_state;
using wire::peer_address;

namespace limits = pappus::peer::limits;

TEST_CASE("an added address is in the book once, with its first source") {
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
  CHECK(book.statistics().adds[add_result::added] == 1);
  CHECK(book.statistics().adds[add_result::known] == 1);
}

TEST_CASE("invalid addresses are refused, and so are local ones on the Internet") {
  address_book internet{key(1), true};
  address_book lab{key(1), false};
  const peer_address local = peer::to_wire({pappus::ip_address::v4(0x7f000001), 3414});
  CHECK(internet.add(local, somebody(), start) == add_result::refused);
  CHECK(lab.add(local, somebody(), start) == add_result::added);
  CHECK(lab.add(peer::to_wire({pappus::ip_address::v4(0x08080808), 0}), somebody(), start) == add_result::refused);
  internet.succeeded(local, wanted, "", start);
  CHECK(internet.size() == 0);
  CHECK(internet.statistics().adds[add_result::refused] == 2);
}

TEST_CASE("an address that was dialed with success takes the place of one that was only heard of") {
  address_book book{key(1), true};
  std::uint32_t i = 0;
  while (book.add(in_group(1, i), in_group(1, i), start) != add_result::crowded_out) ++i;
  const std::size_t before = book.size();
  book.succeeded(in_group(1, i), wanted, "", start);
  REQUIRE(book.find(in_group(1, i)) != nullptr);
  CHECK(book.find(in_group(1, i))->tried);
  CHECK(book.size() == before);
}

TEST_CASE("IPv6 addresses are kept, though the node cannot connect to them") {
  address_book book{key(1), true};
  std::array<std::uint8_t, 16> ip{0x2a, 0x01, 0x04, 0xf8};
  ip[15] = 7;
  CHECK(book.add(peer_address{pappus::ip_address::v6(ip), 3414}, somebody(), start) == add_result::added);
  CHECK(book.find(peer_address{pappus::ip_address::v6(ip), 3414}) != nullptr);
}

TEST_CASE("a tried address is healthy after a success and defunct after a failure") {
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

TEST_CASE("each change is returned once, in its final state") {
  address_book book{key(1), true};
  const peer_address one = in_group(1, 1);
  book.add(one, somebody(), start);
  book.attempted(one, start + 1s);
  const auto first = book.drain_changes();
  REQUIRE(first.updated.size() == 1);
  CHECK(first.updated[0] == *book.find(one));
  CHECK(first.dropped.empty());
  CHECK(book.drain_changes().empty());
  book.expire(10, start + limits::address_horizon + 1h);
  const auto last = book.drain_changes();
  CHECK(last.updated.empty());
  CHECK(last.dropped == std::vector{one});
}

TEST_CASE("two books with one key and one history are equal, two with different keys are not") {
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
