// Synchronization with simulated peers of every conduct: it always completes, blames only who has sent what is invalid,
// and keeps its bounds. The environment variable PAPPUS_SYNC_SEEDS sets the number of seeds, PAPPUS_SYNC_SEED replays
// one.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "sync_model_orders.hpp"

namespace syncer_test {

using namespace sync_model;

namespace {

constexpr io::duration a_day = 24h;

/// How long it takes to have that many blocks, when all peers are honest.
[[nodiscard]] io::duration honest_time(std::uint64_t blocks, std::size_t peers) {
  const chain main{1, blocks, 10};
  network model{1, {}};
  for (std::size_t i = 0; i != peers; ++i) model.add(conduct::honest, main, 50ms);
  model.begin();
  REQUIRE(model.run_until_has(main, a_day));
  return model.elapsed();
}

[[nodiscard]] std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const set = std::getenv(variable);
  return set == nullptr ? otherwise : std::strtoull(set, nullptr, 10);
}

/// Eight peers, of which one is honest for certain, an application that may be slow, busy or fail, and perhaps a
/// reorganization, all drawn from the seed. Returns what was wrong; nothing if all was right.
[[nodiscard]] std::vector<std::string> play(std::uint64_t seed) {
  samples::numbers random{seed};
  settings how;
  how.import_time = 1ms * random.below(50);
  how.busy = random.below(3) == 0 ? 0.3 : 0;
  how.failing = random.below(4) == 0 ? 0.02 : 0;
  how.horizon = random.below(2) == 0 ? 250 + random.below(500) : 0;
  how.by_segments = random.below(4) != 0;
  how.segments_served = random.below(4) != 0;
  how.invalid_state = random.below(8) == 0;
  network model{seed, how};
  const std::uint64_t length = 1 + random.below(1'500);
  const chain main{1, length, 10};
  const std::uint64_t fork = length > 600 && random.below(2) == 0 ? length - 600 : random.below(length);
  const chain other{2, length + 1 + random.below(20), 10, &main, fork};
  model.add(conduct::honest, main, 5ms + 1ms * random.below(500));
  for (int i = 1; i != 8; ++i) {
    model.add(static_cast<conduct>(random.below(conducts)), main, 5ms + 1ms * random.below(500));
  }
  const bool reorganizes = random.below(2) == 0;
  if (reorganizes) model.at(1ms * random.below(60'000), [&] { model.switch_to(other); });
  model.begin();
  const chain& last = reorganizes ? other : main;
  const bool completed = model.run_until_has(last, a_day);
  std::vector<std::string> faults = model.faults();
  if (!completed) {
    const sync_status at = model.status();
    faults.push_back("not complete after " + std::to_string(model.elapsed() / 1s) +
                     " s: " + std::string{to_string(at.stage)} + ", block " + std::to_string(at.body.height) +
                     ", header " + std::to_string(at.header.height) + " of " + std::to_string(last.tip().height));
  }
  return faults;
}

}  // namespace

TEST_CASE("one honest peer suffices, and nothing is sent twice") {
  const chain main{1, 1'000, 10};
  network model{1, {}};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.faults().empty());
  CHECK(model.headers_sent() == 1'000);
  CHECK(model.blocks_sent() == 1'000);
}

TEST_CASE("eight peers send six blocks a second each") {
  const io::duration took = honest_time(4'000, 8);
  MESSAGE("4,000 blocks from eight peers: " << std::chrono::duration<double>{took}.count() << " s");
  CHECK(took < 4'000 / (0.9 * 8 * limits::sync_request_rate) * 1s);
}

TEST_CASE("seven silent peers of eight cost at most twice the honest time and 60 s") {
  const io::duration alone = honest_time(1'000, 1);
  io::duration longest{};
  for (std::uint64_t seed = 1; seed != 101; ++seed) {
    const chain main{1, 1'000, 10};
    network model{seed, {}};
    for (int i = 0; i != 7; ++i) model.add(conduct::silent, main, 50ms);
    model.add(conduct::honest, main, 50ms);
    model.begin();
    CHECK(model.run_until_has(main, a_day));
    CHECK(model.faults().empty());
    longest = std::max(longest, model.elapsed());
  }
  MESSAGE("1,000 blocks from one peer " << std::chrono::duration<double>{alone}.count() << " s, with 7 silent ones "
                                        << std::chrono::duration<double>{longest}.count() << " s at most");
  CHECK(longest <= 2 * alone + 60s);
}

TEST_CASE("a slow peer that is asked first does not keep headers from coming fast from the others") {
  const chain main{1, 100'000, 10};
  network model{1, {}};
  model.add(conduct::slow_headers, main, 50ms);
  model.at(2s, [&] {
    for (int i = 0; i != 7; ++i) model.add(conduct::honest, main, 50ms);
  });
  model.begin();
  model.run_for(5min);
  CHECK(model.header().height == 100'000);
  CHECK(model.faults() == std::vector<std::string>{});
}

TEST_CASE("a peer that claims work and gives none is not asked again and again, and the application is up to date") {
  for (const conduct acts : {conduct::silent, conduct::replaying}) {
    const chain main{1, 1'000, 10};
    network model{1, {}};
    model.add(conduct::honest, main, 50ms);
    model.begin();
    REQUIRE(model.run_until_has(main, a_day));
    const chain claimed{3, 2'000, 10, &main, 1'000};
    const std::uint64_t liar = model.add(acts, claimed, 1s);
    model.run_for(1h);
    CHECK(model.of(liar).requests <= 3 * (limits::max_fork_headers / wire::limits::max_headers + 1));
    CHECK(model.faults() == std::vector<std::string>{});
  }
}

TEST_CASE("peers without old blocks are asked for the latest only, and none of them is disconnected") {
  const chain main{1, 12'000, 10};
  network model{1, {}};
  for (int i = 0; i != 7; ++i) model.add(conduct::pruned, main, 50ms);
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, a_day));
  CHECK(model.faults() == std::vector<std::string>{});
  CHECK(model.disconnects() == 0);
}

TEST_CASE("an application that finds every block unlinked does not have them sent again without a pause") {
  const chain main{1, 1'000, 10};
  settings how;
  how.unlinked = 1;
  network model{1, how};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  model.run_for(10min);
  CHECK(model.blocks_sent() < 128 * 130);
}

TEST_CASE("peers with as much work as the application are asked nothing") {
  const chain main{1, 0, 10};
  network model{1, {}};
  model.add(conduct::honest, main, 50ms);
  model.begin();
  CHECK(model.run_until_has(main, 1h));
  CHECK(model.status().stage == sync_stage::following);
  CHECK(model.headers_sent() == 0);
}

TEST_CASE("the chain is complete in the end, whatever seven peers of eight do, and also after a reorganization") {
  const std::uint64_t only = number_from("PAPPUS_SYNC_SEED", 0);
  const std::uint64_t seeds = number_from("PAPPUS_SYNC_SEEDS", 100);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : seeds;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    for (const std::string& fault : play(seed)) {
      FAIL_CHECK("PAPPUS_SYNC_SEED=" << seed << " replays it: " << fault);
    }
  }
}

}  // namespace syncer_test
