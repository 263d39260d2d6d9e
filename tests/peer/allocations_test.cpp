// Allocations of a broadcast: only the bytes that all receivers share.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/stage.hpp>

namespace allocations_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::some_transaction;
using support::stage;
using support::heap::allocations;
using support::heap::largest;

TEST_CASE("a broadcast is one allocation for all peers, once their send queues and filters have grown" *
          doctest::skip(support::sanitized)) {
  node_config config = support::simulated_config();
  config.send_limit = peer::rate_limit::unlimited();
  stage on{{}, {}, config};
  auto script = [](stage* at) -> task<void> {
    std::vector<scripted_peer> peers;
    for (int n = 0; n != 20; ++n) peers.push_back(co_await at->greeted(1000, false));
    const auto send = [at](std::uint64_t seed) {
      const auto tx = some_transaction(seed);
      const std::size_t before = allocations;
      largest = 0;
      const auto report = at->node->broadcast(tx);
      const std::size_t made = allocations - before;
      CHECK(report.sent == 20);
      const std::size_t frame = tx->raw_bytes().size() + wire::frame_header::size;
      if (made != 0) CHECK(largest >= frame);
      return made;
    };
    for (std::uint64_t seed = 1; seed != 140; ++seed) {  // each filter has given up its list by then
      send(seed);
      for (scripted_peer& each : peers) static_cast<void>(co_await each.expect<wire::messages::transaction>());
    }
    CHECK(send(1000) == 1);
  };
  on.play(script(&on));
}

}  // namespace allocations_test
