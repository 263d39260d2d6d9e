#include <cstdint>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/peer/dandelion/stem_queue.hpp>

namespace dandelion_stem_queue_test {

using namespace pappus;
using peer::stem_queue;
using peer::stem_routes;
using peer::stem_ticket;

namespace {

stem_ticket number(std::uint32_t n) { return {n, n}; }

/// The sources of those that go, until there is no room for others.
std::vector<std::uint64_t> serve(stem_queue& of, std::size_t room) {
  std::vector<std::uint64_t> served;
  of.serve([&](std::uint64_t source, stem_ticket) {
    if (source != stem_routes::ourselves && room == 0) return false;
    if (source != stem_routes::ourselves) --room;
    served.push_back(source);
    return true;
  });
  return served;
}

}  // namespace

TEST_CASE("our own go first, and of the others one of each source in turn, from where it ended the last time") {
  stem_queue of{100};
  for (std::uint32_t n = 0; n != 5; ++n) CHECK(of.push(7, number(n)));
  for (std::uint32_t n = 5; n != 7; ++n) CHECK(of.push(3, number(n)));
  CHECK(of.push(9, number(8)));
  for (std::uint32_t n = 9; n != 11; ++n) CHECK(of.push(stem_routes::ourselves, number(n)));
  CHECK(serve(of, 2) == std::vector<std::uint64_t>{0, 0, 3, 7});
  CHECK(serve(of, 2) == std::vector<std::uint64_t>{9, 3});
  CHECK_FALSE(of.empty());
  CHECK(serve(of, 100) == std::vector<std::uint64_t>{7, 7, 7, 7});
  CHECK(of.empty());
  CHECK(serve(of, 100).empty());
}

TEST_CASE("a source that must wait keeps no other waiting, and its order is kept") {
  stem_queue of{100};
  std::vector<std::pair<std::uint64_t, std::uint32_t>> served;
  for (std::uint32_t n = 0; n != 3; ++n) CHECK(of.push(1, number(n)));
  for (std::uint32_t n = 3; n != 6; ++n) CHECK(of.push(2, number(n)));
  of.serve([&](std::uint64_t source, stem_ticket which) {
    if (source == 1) return false;
    served.emplace_back(source, which.place);
    return true;
  });
  CHECK(served == std::vector<std::pair<std::uint64_t, std::uint32_t>>{{2, 3}, {2, 4}, {2, 5}});
  of.serve([&](std::uint64_t source, stem_ticket which) {
    served.emplace_back(source, which.place);
    return true;
  });
  CHECK(served.back() == std::pair<std::uint64_t, std::uint32_t>{1, 2});
  CHECK(of.empty());
}

TEST_CASE("of one source only so many wait, of our own as many as there are") {
  stem_queue of{3};
  for (std::uint32_t n = 0; n != 10; ++n) {
    CHECK(of.push(7, number(n)) == (n < 3));
    CHECK(of.push(stem_routes::ourselves, number(n)));
  }
  CHECK(of.push(8, number(0)));
  CHECK(serve(of, 100).size() == 14);
}

}  // namespace dandelion_stem_queue_test
