// Which address inbound peers elect, and what it takes to have another elected.
#include <chrono>
#include <cstdint>
#include <optional>

#include <doctest/doctest.h>
#include <support/addresses.hpp>

#include <pappus/peer/reachability/address_votes.hpp>
#include <pappus/peer/reachability/limits.hpp>

namespace reachability_address_votes_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::address_votes;
using support::ip;
namespace limits = peer::limits;

namespace {

const ip_address ours = ip("82.4.5.7");
const ip_address wrong = ip("82.4.5.8");

/// Netgroups from `first` on, so many, vote for an address, a second apart.
struct election {
  void vote(std::uint64_t first, std::size_t count, const ip_address& address) {
    for (std::size_t i = 0; i != count; ++i) votes.add(first + i, address, now += 1s);
  }

  address_votes votes;
  io::time_point now{};
};

}  // namespace

TEST_CASE("an address is elected by enough netgroups, and no sooner") {
  election on;
  on.vote(0, limits::min_address_votes - 1, ours);
  CHECK_FALSE(on.votes.elected());
  on.vote(100, 1, ours);
  CHECK(on.votes.elected() == ours);
}

TEST_CASE("one netgroup has one vote, however often it votes") {
  election on;
  for (int i = 0; i != 1000; ++i) on.vote(1, 1, ours);
  CHECK_FALSE(on.votes.elected());
  CHECK(on.votes.size() == 1);
  on.vote(2, limits::min_address_votes - 1, ours);
  REQUIRE(on.votes.elected() == ours);
  for (int i = 0; i != 1000; ++i) on.vote(1, 1, wrong);
  CHECK(on.votes.elected() == ours);
  CHECK(on.votes.size() == limits::min_address_votes);
}

TEST_CASE("later liars in the netgroups of those who tell the truth do not replace their votes") {
  election on;
  on.vote(1, 6, ours);
  for (int i = 0; i != 100; ++i) on.vote(1, 6, wrong);
  CHECK(on.votes.elected() == ours);
  on.vote(1, 6, ours);  // who also keep their own votes young
  on.votes.expire(on.now + limits::address_vote_lifetime - 6s);
  CHECK(on.votes.size() == 6);
}

TEST_CASE("a netgroup that votes differently is heard when its vote is over, and the former does not last by it") {
  election on;
  on.vote(1, 4, ours);
  const io::time_point last = on.now;
  for (int i = 0; i != 23; ++i) {
    on.now = last + i * 1h;
    on.vote(1, 4, wrong);
  }
  CHECK(on.votes.elected() == ours);
  on.now = last + limits::address_vote_lifetime;
  on.vote(1, 4, wrong);
  CHECK(on.votes.elected() == wrong);
}

TEST_CASE("liars have another address elected only if they are more than half of all") {
  election on;
  on.vote(0, 10, ours);
  on.vote(100, 10, wrong);
  CHECK(on.votes.elected() == ours);
  on.vote(200, 1, wrong);
  CHECK(on.votes.elected() == wrong);
  on.vote(300, 2, ours);
  CHECK(on.votes.elected() == ours);
}

TEST_CASE("liars who disagree with each other have nothing elected, however many they are") {
  election on;
  on.vote(0, 4, ours);
  for (std::uint32_t i = 0; i != 1000; ++i) on.vote(100 + i, 1, ip_address::v4(0x08000000 + i % 2));
  CHECK(on.votes.size() == limits::max_address_votes);
  CHECK_FALSE(on.votes.elected());  // the honest votes are gone
  on.vote(0, limits::max_address_votes / 2 + 1, ours);
  CHECK(on.votes.elected() == ours);
}

TEST_CASE("of too many votes the oldest is dropped, and one that is made anew is young") {
  election on;
  on.vote(0, limits::max_address_votes, ours);
  on.vote(0, 1, ours);
  on.vote(1000, limits::max_address_votes / 2, wrong);
  CHECK(on.votes.size() == limits::max_address_votes);
  CHECK(on.votes.elected() == ours);  // with half of the votes, since no other has more
  on.vote(2000, 1, wrong);
  CHECK(on.votes.elected() == wrong);
  on.vote(0, 1, ours);
  CHECK(on.votes.elected() == wrong);
}

TEST_CASE("an elected address outlasts a stalemate, and is forgotten with its last vote") {
  election on;
  on.vote(0, 4, ours);
  const io::time_point last = on.now;
  on.vote(100, 4, wrong);
  CHECK(on.votes.elected() == ours);
  on.votes.expire(last + limits::address_vote_lifetime - 1ns);
  CHECK(on.votes.elected() == wrong);  // one vote is left for the former
  on.votes.expire(on.now + limits::address_vote_lifetime - 1ns);
  CHECK(on.votes.elected() == wrong);
  CHECK(on.votes.size() == 1);
  on.votes.expire(on.now + limits::address_vote_lifetime);
  CHECK_FALSE(on.votes.elected());
  CHECK(on.votes.size() == 0);
}

TEST_CASE("a new address is elected when the votes for the former one are over") {
  election on;
  on.vote(0, 20, ours);
  on.now += 23h;
  on.vote(100, 4, wrong);
  CHECK(on.votes.elected() == ours);
  on.now += 2h;
  on.vote(104, 1, wrong);
  CHECK(on.votes.elected() == wrong);
}

}  // namespace reachability_address_votes_test
