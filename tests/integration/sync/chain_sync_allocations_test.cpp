// Synchronization in which allocations fail.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>
#include <support/sanitizers.hpp>

#include <pappus/coro/frame_recycler.hpp>

#include "state_importer.hpp"

namespace chain_sync_allocations_test {

using namespace state_import_test;

namespace heap = support::heap;

namespace {

/// No allocation fails while it lives.
struct sheltered {
  sheltered() = default;
  sheltered(const sheltered&) = delete;
  sheltered& operator=(const sheltered&) = delete;
  ~sheltered() { heap::fails_in = left; }

  const std::size_t left = std::exchange(heap::fails_in, 0);
};

template <class Result, class... Params>
void shelter(request_handler<Result(Params...)>& handler) {
  handler = [inner = handler](Params... params) {
    const sheltered here;
    return inner(std::forward<Params>(params)...);
  };
}

/// The application always has memory.
void shelter_all(adapter& functions) {
  shelter(functions.get_locator);
  shelter(functions.import_headers);
  shelter(functions.get_missing_blocks);
  shelter(functions.import_block);
  shelter(functions.continue_state);
  shelter(functions.import_segment);
  shelter(functions.finish_state);
}

/// A node without a chain and one with it, which it has a single request to at a time: one that is never released would
/// be the last.
class pair {
public:
  explicit pair(bool has_state)
      : full_(in_, first(length), serve_segments), fresh_(in_, first(1), functions(has_state), one_at_a_time()) {
    state_.application = &fresh_.application;
    in_.run_for(2s);
  }

  /// Connected, as often as it takes, until the chain is here; in turns of `turn`, before each of which `before` is
  /// called. False if it is not within `time`.
  template <class Before>
  bool synchronize(io::duration turn, io::duration time, Before before) {
    for (io::duration past{}; !fresh_.application.has(full_chain_.back()->hash()); past += turn) {
      if (past >= time) return false;
      connect_again();
      before();
      in_.run_for(turn);
    }
    return true;
  }

  /// Whether nothing is requested or kept any more.
  bool is_settled() {
    in_.run_for(40s);
    const auto now = fresh_.sync().status;
    return now.in_flight == 0 && now.bytes == 0 && now.stage == sync_stage::following &&
           fresh_.node->statistics().memory.used < 10'000;
  }

  void grow() {
    const auto longer = extended(full_chain_, 3, 5'000'000);
    for (std::size_t i = full_chain_.size(); i != longer.size(); ++i) {
      full_.application.import({longer[i]->header()});
      full_.application.import(longer[i]);
    }
    full_chain_ = longer;
  }

private:
  /// Only sessions that have begun are the subject here.
  void connect_again() {
    const sheltered here;
    if (!fresh_.node->peers().empty()) return;
    fresh_.node->connect(full_.node.endpoint(), [](const auto&) {});
    while (fresh_.node->peers().empty() || full_.node->peers().empty()) in_.run_for(1ms);
  }
  static node_config one_at_a_time() {
    node_config config = support::simulated_config();
    config.sync.max_blocks_in_flight_per_peer = config.sync.max_segments_in_flight_per_peer = 1;
    return config;
  }
  std::function<void(adapter&)> functions(bool has_state) {
    return [this, has_state](adapter& all) {
      if (has_state) state_.adapter_functions()(all);
      shelter_all(all);
    };
  }

  sim::world in_{1};
  std::vector<wire::block_ptr> full_chain_ = first(length);
  importer state_{true};
  member full_;
  member fresh_;
};

}  // namespace

TEST_CASE("an allocation that fails during the synchronization costs a request or the session, whichever it is") {
  constexpr std::size_t step = support::sanitized ? 23 : 1;
  for (const bool has_state : {false, true}) {
    std::size_t failed = 0;
    for (std::size_t n = 1;; n += step) {
      CAPTURE(n);
      pair all{has_state};
      coro::frame_recycler::trim();
      heap::fails_in = n;
      const bool is_here = all.synchronize(1s, 120s, [] {});
      const bool done = std::exchange(heap::fails_in, 0) != 0;
      REQUIRE(is_here);
      REQUIRE(all.is_settled());
      all.grow();
      REQUIRE(all.synchronize(1s, 120s, [] {}));
      if (done) break;
      ++failed;
    }
    MESSAGE(failed << " allocations have failed");
    CHECK(failed * step > 500);
  }
}

TEST_CASE("when memory has been short for a while, the synchronization goes on") {
  constexpr std::uint64_t seeds = support::sanitized ? 20 : 100;
  for (std::uint64_t seed = 1; seed != seeds; ++seed) {
    CAPTURE(seed);
    samples::numbers random{seed};
    pair all{true};
    coro::frame_recycler::trim();
    const bool is_here = all.synchronize(10ms, 20s, [&] { heap::fails_in = 1 + random.below(200); });
    heap::fails_in = 0;
    REQUIRE((is_here || all.synchronize(1s, 120s, [] {})));
    REQUIRE(all.is_settled());
    all.grow();
    REQUIRE(all.synchronize(1s, 120s, [] {}));
  }
}

}  // namespace chain_sync_allocations_test
