// Import of a state with simulated peers.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "sync_model_orders.hpp"

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

TEST_CASE("after a reorganization at any step the state is imported of the other chain, by one method at a time") {
  for (const bool served : {true, false}) {
    bool was_in_time = true;
    for (std::size_t step = 1; was_in_time; ++step) {
      const chain main{1, 700, 10};
      const chain other{2, 703, 10, &main, 550};
      settings how = with_horizon();
      how.import_time = 100ms;
      how.segments_served = served;
      network model{step, how};
      model.add(conduct::honest, main, 50ms);
      was_in_time = false;
      model.at_step(step, [&] {
        was_in_time = true;
        model.switch_to(other);
      });
      model.begin();
      CHECK(model.run_until_has(other, 1h) == was_in_time);
      CHECK(model.faults() == none);
    }
  }
}

TEST_CASE("segments are requested even if one is larger than what may be downloaded at once") {
  const chain main{1, length, 10};
  settings how = with_horizon();
  how.options.max_bytes = 1;
  network model{1, how};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.segments_sent() == segments);
  CHECK(model.archives_requested() == 0);
}

TEST_CASE("a peer whose archive is of a state that is known already is not asked for it again at once") {
  const chain main{1, length, 10};
  settings how = with_horizon();
  how.by_segments = false;
  network model{1, how};
  for (int i = 0; i != 2; ++i) model.add(conduct::wrong_archive, main, 50ms);
  model.begin();
  model.run_for(1h);
  CHECK(model.archives_requested() <= 2 * 1h / limits::archive_retry_delay);
  model.add(conduct::honest, main, 50ms);
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.faults() == none);
}

TEST_CASE("peers that promise an archive and keep silent cost the time of one, if others serve segments") {
  for (std::uint64_t seed = 1; seed != 11; ++seed) {
    const chain main{1, length, 10};
    network model{seed, with_horizon()};
    for (int i = 0; i != 7; ++i) model.add(conduct::headers_only, main, 50ms);
    model.at(3min, [&] { model.add(conduct::honest, main, 50ms); });
    model.begin();
    CHECK(model.run_until_has(main, a_day));
    CHECK(model.faults() == none);
    CHECK(model.elapsed() <= 15min);
  }
}

TEST_CASE("a peer that claims to serve an old state, and does not, does not keep a later one from being imported") {
  const chain old{1, length, 10};
  chain main{1, length, 10};
  settings how = with_horizon();
  how.by_archive = false;
  how.import_time = 500ms;
  network model{1, how};
  model.add(conduct::stuck, old, 50ms);
  model.add(conduct::honest, main, 50ms);
  model.at(30s, [&] {
    REQUIRE(model.status().stage == sync_stage::segments);
    main.grow(length + 200);
    model.switch_to(main);
  });
  model.begin();
  CHECK(model.run_until_has(main, 1h));
  CHECK(model.faults() == none);
}

TEST_CASE("the download of an archive that is not wanted any more is canceled, and the next one begins at once") {
  const chain main{1, length, 10};
  const chain other{2, length + 1, 10, &main, length - 500};
  settings how = with_horizon();
  how.by_segments = false;
  for (const bool is_reorganized : {false, true}) {
    network model{1, how};
    for (int i = 0; i != 2; ++i) model.add(conduct::honest, main, 50ms);
    if (is_reorganized) model.at(10s, [&] { model.switch_to(other); });
    model.begin();
    const chain& wanted = is_reorganized ? other : main;
    // It has fewer than a hundred blocks after its state, which two peers send in 10 s.
    CHECK(model.run_until_has(wanted, is_reorganized ? 45s : 35s));
    CHECK(model.faults() == none);
    CHECK(model.archives_canceled() == (is_reorganized ? 1 : 0));
    CHECK(model.archives_requested() == (is_reorganized ? 2 : 1));
  }
}

TEST_CASE("a damaged archive of a state that is not wanted any more does not cost the next one") {
  const chain main{1, length, 10};
  const chain other{2, length + 1, 10, &main, length - 500};
  settings how = with_horizon();
  how.by_segments = false;
  network model{1, how};
  const std::uint64_t liar = model.add(conduct::damaged_archive, main, 50ms);
  model.at(17s, [&] { model.switch_to(other); });
  model.at(30s, [&] { model.add(conduct::honest, other, 50ms); });
  model.begin();
  CHECK(model.run_until_has(other, a_day));
  CHECK(model.faults() == none);
  CHECK(model.of(liar).reported);
  CHECK(model.archives_requested() == 2);
}

}  // namespace state_sync_test
