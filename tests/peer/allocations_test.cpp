// What the heap is asked for when news go out: the bytes that all receivers share, and nothing else.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>
#include <support/stage.hpp>

namespace {
std::size_t allocations = 0;
std::size_t largest = 0;
}  // namespace

// All forms, since the sanitizers bring their own of each. Not inlined: g++ would see one half of a pair alone.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  largest = std::max(largest, size);
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { operator delete(memory); }

using namespace pappus;
using namespace std::chrono_literals;
using support::scripted_peer;
using support::some_transaction;
using support::stage;

TEST_CASE("a broadcast is one allocation for all peers, once their outboxes have grown" *
          doctest::skip(support::sanitized)) {
  node_config config = support::simulated_config();
  config.pace = peer::pacing::unlimited();
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
      const std::size_t frame = tx->as_received().size() + wire::frame_header::size;
      if (made != 0) CHECK(largest >= frame);
      return made;
    };
    for (std::uint64_t seed = 1; seed != 1 + peer::limits::known_hashes; ++seed) {
      send(seed);
      for (scripted_peer& each : peers) static_cast<void>(co_await each.expect<wire::messages::transaction>());
    }
    CHECK(send(1000) == 1);
  };
  on.play(script(&on));
}
