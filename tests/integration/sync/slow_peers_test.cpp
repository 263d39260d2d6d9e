// Synchronization with peers that give as little as they can without being silent.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/sanitizers.hpp>

#include "sync_model_orders.hpp"

namespace slow_peers_test {

using namespace sync_model;

namespace {

using durations = std::vector<io::duration>;

constexpr io::duration a_day = 24h;
constexpr std::uint64_t block_size = 100'000 / 2;  // bytes, on average
constexpr std::uint64_t most_seeds = support::sanitized ? 5 : 30;

}  // namespace

TEST_CASE("peers that give one header at a time do not keep others from giving all, however slow these are") {
  const chain main{1, 50'000, 10};
  for (const io::duration round_trip : support::sanitized ? durations{600ms} : durations{50ms, 600ms, 2500ms}) {
    for (const int creeping : {1, 7}) {
      network model{1, {}};
      for (int i = 0; i != creeping; ++i) model.add(conduct::creeping, main, 5ms);
      model.add(conduct::honest, main, round_trip);
      model.begin();
      model.run_for(600s);
      CHECK(model.header().height == 50'000);
      CHECK(model.faults() == std::vector<std::string>{});
    }
  }
}

TEST_CASE("as many peers that send blocks slowly as honest ones cost little time and few bytes") {
  constexpr std::uint64_t length = 4'000;
  const chain main{1, length, 10};
  for (const io::duration round_trip : {50ms, 500ms}) {
    network honest{1, {}};
    for (int i = 0; i != 4; ++i) honest.add(conduct::honest, main, round_trip);
    honest.begin();
    REQUIRE(honest.run_until_has(main, a_day));
    for (const io::duration trickle : support::sanitized ? durations{1s, 8s} : durations{500ms, 1s, 2s, 4s, 8s, 25s}) {
      for (const int trickling : support::sanitized ? std::vector{4} : std::vector{1, 3, 4}) {
        settings how;
        how.trickle = trickle;
        network model{1, how};
        for (int i = 0; i != trickling; ++i) model.add(conduct::trickling, main, 5ms);
        for (int i = 0; i != 4; ++i) model.add(conduct::honest, main, round_trip);
        model.begin();
        CHECK(model.run_until_has(main, a_day));
        CHECK(model.faults() == std::vector<std::string>{});
        CHECK(model.elapsed() <= honest.elapsed() * 5 / 4);
        CHECK(model.status().bytes_wasted <= length * block_size / 10);
      }
    }
  }
}

TEST_CASE("one honest peer among seven that send blocks slowly needs at most twice as long as alone") {
  const chain main{1, 2'000, 10};
  network alone{1, {}};
  alone.add(conduct::honest, main, 50ms);
  alone.begin();
  REQUIRE(alone.run_until_has(main, a_day));
  for (const io::duration trickle : {1000ms, 4000ms, 8000ms, 15'000ms, 25'000ms}) {
    settings how;
    how.trickle = trickle;
    network model{1, how};
    for (int i = 0; i != 7; ++i) model.add(conduct::trickling, main, 5ms);
    model.add(conduct::honest, main, 50ms);
    model.begin();
    CHECK(model.run_until_has(main, a_day));
    CHECK(model.elapsed() <= 2 * alone.elapsed() + 60s);
  }
}

TEST_CASE(
    "seven peers that send blocks slowly or late, beside one honest or four, cost at most half of its time more") {
  constexpr std::uint64_t length = 4'000;
  const chain main{1, length, 10};
  for (const int honest : support::sanitized ? std::vector{1} : std::vector{1, 4}) {
    const auto with_seven = [&](const settings& how, conduct acts, io::duration round_trip) {
      auto model = std::make_unique<network>(1, how);
      for (int i = 0; i != 7; ++i) model->add(acts, main, round_trip);
      for (int i = 0; i != honest; ++i) model->add(conduct::honest, main, 500ms);
      model->begin();
      CHECK(model->run_until_has(main, a_day));
      CHECK(model->faults() == std::vector<std::string>{});
      CHECK(model->status().bytes_wasted <= length * block_size / 10);
      return model->elapsed();
    };
    network alone{1, {}};
    for (int i = 0; i != honest; ++i) alone.add(conduct::honest, main, 500ms);
    alone.begin();
    REQUIRE(alone.run_until_has(main, a_day));
    const io::duration most = alone.elapsed() * 3 / 2;
    for (const io::duration each : support::sanitized ? durations{4s} : durations{1s, 4s, 8s, 15s, 25s}) {
      settings how;
      how.trickle = each;
      CHECK(with_seven(how, conduct::trickling, 5ms) <= most);
      CHECK(with_seven({}, conduct::honest, each) <= most);
    }
    using counts = std::vector<std::uint64_t>;
    for (const std::uint64_t each : support::sanitized ? counts{20} : counts{2, 5, 20, 100}) {
      settings how;
      how.hesitation = each;
      CHECK(with_seven(how, conduct::hesitating, 5ms) <= most);
    }
  }
}

TEST_CASE("a peer that responds slower than the others is not disconnected") {
  for (const io::duration round_trip : {2500ms, 8000ms}) {
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
      const chain main{1, 2'000, 10};
      network model{seed, {}};
      for (int i = 0; i != 3; ++i) model.add(conduct::honest, main, 20ms);
      model.add(conduct::honest, main, round_trip);
      model.begin();
      CHECK(model.run_until_has(main, a_day));
      CHECK(model.disconnects() == 0);
    }
  }
}

TEST_CASE("an outbound peer that never responds is disconnected in the end") {
  const chain main{1, 4'000, 10};
  network model{1, {}};
  model.add(conduct::honest, main, 20ms);
  const std::uint64_t mute = model.add(conduct::silent, main, 20ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.disconnects() >= 1);
  CHECK(!model.of(mute).connected);
}

TEST_CASE("a fast peer gives the headers though its rate limit makes it wait, and slow ones do not") {
  for (std::uint64_t seed = 1; seed != 6; ++seed) {
    const chain main{1, 20'000, 10};
    network model{seed, {}};
    for (int i = 0; i != 7; ++i) model.add(conduct::slow_headers, main, 20ms);
    model.add(conduct::honest, main, 50ms);
    model.begin();
    model.run_for(200s);
    CHECK(model.header().height == 20'000);
    CHECK(model.faults() == std::vector<std::string>{});
  }
}

TEST_CASE("a peer that lacks a block that it was asked for is asked for others") {
  for (std::uint64_t seed = 1; seed != 31; ++seed) {
    const chain main{1, 30, 10};
    const chain other{2, 1, 10};
    network model{seed, {}};
    model.add(conduct::honest, other, 20ms);
    model.begin();
    model.at(1ms * seed, [&] { model.add(conduct::honest, main, 20ms); });  // some are asked for a block of the other
    CHECK(model.run_until_has(main, 20s));
    CHECK(model.faults() == std::vector<std::string>{});
  }
}

TEST_CASE("one honest peer among 120 silent ones is found") {
  const chain main{1, 20'000, 10};
  network model{1, {}};
  for (int i = 0; i != 120; ++i) model.add(conduct::silent, main, 20ms);
  model.add(conduct::honest, main, 50ms);
  model.begin();
  model.run_for(20min);
  CHECK(model.header().height == 20'000);
  CHECK(model.faults() == std::vector<std::string>{});
}

}  // namespace slow_peers_test
