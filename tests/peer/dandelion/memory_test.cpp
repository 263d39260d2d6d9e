// Memory of private transactions of strangers.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>
#include <support/made_up.hpp>
#include <support/sanitizers.hpp>

#include <pappus/wire/frame.hpp>

#include "bench.hpp"

namespace dandelion_memory_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using support::bench;

namespace {

/// The smallest transaction: one kernel.
wire::transaction_ptr one_kernel(std::uint64_t seed) {
  samples::draft parts;
  samples::numbers random{seed};
  parts.offset = random.opaque<wire::kernel_offset>();
  parts.kernels.push_back(samples::some_kernel(random));
  return support::read_made_up<wire::messages::transaction>(samples::written(parts, 1000), 1000).tx;
}

peer::dandelion_options roomy(dandelion_mode mode) {
  peer::dandelion_options options = support::only(mode);
  options.max_per_peer = options.max_transactions;
  return options;
}

}  // namespace

TEST_CASE("a private transaction takes no more than twice its received bytes, and nothing afterwards") {
  constexpr std::uint64_t stems = 33'000;  // the hash table has just doubled
  for (const dandelion_mode mode : {dandelion_mode::fluff, dandelion_mode::stem}) {
    CAPTURE(mode);
    bench on{roomy(mode)};
    for (const auto& each : on.relays.outbound) on.relays.stem_room[each.peer] = 0;  // so that all transactions wait
    std::size_t received = 0;
    const std::size_t before = support::heap::bytes;
    for (std::uint64_t seed = 1; seed <= stems; ++seed) {
      const auto tx = one_kernel(seed);
      received += wire::frame_header::size + tx->raw_bytes().size();
      on.receive(tx, 1 + seed % 100);
    }
    REQUIRE(on.pool.size() == stems);
    const std::size_t taken = support::heap::bytes - before;
    MESSAGE(to_string(mode) << ": " << taken / stems << " bytes each, "
                            << static_cast<double>(taken) / static_cast<double>(received) << " of what was received");
    if (!support::sanitized) CHECK(taken < 2 * received);

    std::vector<wire::hash> public_by_now;
    for (std::uint64_t seed = 1; seed <= stems; ++seed) public_by_now.push_back(one_kernel(seed)->kernel_hash(0));
    std::ranges::sort(public_by_now);
    on.pool.made_public(public_by_now, peer::stem_outcome::seen);
    on.carry_out();
    on.finished.clear();
    on.finished.shrink_to_fit();
    on.pass(1min);
    CHECK(on.pool.size() == 0);
    CHECK(on.pool.bytes() == 0);
  }
}

}  // namespace dandelion_memory_test
