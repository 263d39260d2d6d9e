// Import of a state with simulated peers.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "sync_model.hpp"

namespace state_sync_test {

using namespace sync_model;

namespace {

constexpr io::duration a_day = 24h;
constexpr std::uint64_t length = 2'000;
constexpr std::uint64_t segments = 103;  // of a state
const std::vector<std::string> none;

[[nodiscard]] settings with_horizon() {
  settings how;
  how.horizon = 500;
  return how;
}

}  // namespace

TEST_CASE("a state is imported by segments, and then only the blocks after it, nothing twice") {
  const chain main{1, length, 10};
  network model{1, with_horizon()};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.faults() == none);
  CHECK(model.segments_sent() == segments);
  CHECK(model.blocks_sent() == length - served_state(length));
  CHECK(model.archives_requested() == 0);
  CHECK(model.status().bytes == 0);
  CHECK(model.status().bytes_wasted == 0);
}

TEST_CASE("no state is imported by who is not so far behind") {
  const chain main{1, 500, 10};
  network model{1, with_horizon()};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.segments_sent() == 0);
  CHECK(model.blocks_sent() == 500);
}

TEST_CASE("seven peers of eight that give no segment cost at most twice the honest time and 60 s") {
  const chain main{1, length, 10};
  network alone{1, with_horizon()};
  alone.add(conduct::honest, main, 50ms);
  alone.begin();
  REQUIRE(alone.run_until_has(main, a_day));
  for (std::uint64_t seed = 1; seed != 51; ++seed) {
    network model{seed, with_horizon()};
    for (int i = 0; i != 7; ++i) model.add(conduct::headers_only, main, 50ms);
    model.add(conduct::honest, main, 50ms);
    model.begin();
    CHECK(model.run_until_has(main, a_day));
    CHECK(model.faults() == none);
    CHECK(model.elapsed() <= 2 * alone.elapsed() + 60s);
    CHECK(model.archives_requested() == 0);
  }
}

TEST_CASE("a state that no peer serves by segments is imported as an archive") {
  const chain main{1, length, 10};
  settings how = with_horizon();
  how.segments_served = false;
  network model{1, how};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.faults() == none);
  CHECK(model.segments_sent() == 0);
  CHECK(model.archives_requested() == 1);
  CHECK(model.blocks_sent() == length - served_state(length));
}

TEST_CASE("a state that cannot be imported by segments is imported as an archive at once") {
  const chain main{1, length, 10};
  settings how = with_horizon();
  how.by_segments = false;
  network model{1, how};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.segments_sent() == 0);
  CHECK(model.archives_requested() == 1);
  CHECK(model.elapsed() < limits::archive_delay);
}

TEST_CASE("a state that was invalid is imported as an archive, and nobody is blamed for its segments") {
  const chain main{1, length, 10};
  settings how = with_horizon();
  how.invalid_state = true;
  network model{1, how};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.faults() == none);
  CHECK(model.segments_sent() == segments);
  CHECK(model.archives_requested() == 1);
}

TEST_CASE("who sends an invalid segment or archive is reported, and others give the right one") {
  for (const bool by_segments : {true, false}) {
    const chain main{1, length, 10};
    settings how = with_horizon();
    how.by_segments = by_segments;
    network model{1, how};
    std::vector<std::uint64_t> liars;
    for (int i = 0; i != 3; ++i) liars.push_back(model.add(conduct::invalid_segment, main, 5ms));
    if (!by_segments) liars.push_back(model.add(conduct::damaged_archive, main, 5ms));
    model.at(30s, [&] { model.add(conduct::honest, main, 50ms); });
    model.begin();
    CHECK(model.run_until_has(main, a_day));
    CHECK(model.faults() == none);
    for (const std::uint64_t each : liars) CHECK(model.of(each).reported);
  }
}

TEST_CASE("an import goes on with its state though the chain grows, and begins anew when no peer serves it any more") {
  for (const std::uint64_t grown : {length + 20, length + 200}) {
    chain main{1, length, 10};
    settings how = with_horizon();
    how.import_time = 500ms;
    network model{1, how};
    model.add(conduct::honest, main, 50ms);
    model.at(30s, [&] {
      REQUIRE(model.status().stage == sync_stage::segments);
      main.grow(grown);
      model.switch_to(main);
    });
    model.begin();
    CHECK(model.run_until_has(main, a_day));
    CHECK(model.faults() == none);
    CHECK(model.archives_requested() == 0);
    if (grown == length + 20) CHECK(model.segments_sent() == segments);
    else CHECK(model.segments_sent() > segments);
  }
}

}  // namespace state_sync_test
