// The queue of stems for a relay.
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

/// The sources of the stems that are sent until there is no room.
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

TEST_CASE("own stems are sent first, then those of each source in turn, continued where it ended") {
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

TEST_CASE("a source that must wait does not delay others, and keeps its order") {
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

TEST_CASE("a source has a limit of waiting stems; own stems have none") {
  stem_queue of{3};
  for (std::uint32_t n = 0; n != 10; ++n) {
    CHECK(of.push(7, number(n)) == (n < 3));
    CHECK(of.push(stem_routes::ourselves, number(n)));
  }
  CHECK(of.push(8, number(0)));
  CHECK(serve(of, 100).size() == 14);
}

}  // namespace dandelion_stem_queue_test
