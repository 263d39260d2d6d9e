// What many peers cost the synchronization that come, change and leave at once.
#include <cstddef>
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>
#include <wire/samples.hpp>

#include <pappus/integration/sync/syncer.hpp>

namespace many_peers_test {

using namespace pappus;
using integration::syncer;

namespace {

constexpr std::uint64_t count = 1'000;
constexpr io::time_point now{};

/// A synchronization whose application does not respond. Each choice of a peer draws a random number for each peer that
/// is as good as others, but the first.
struct waiting_syncer {
  waiting_syncer() { syncer_.set_tips(now, {1, 0}, {1, 0}); }

  void connect(std::uint64_t id) {
    peer::peer_info which;
    which.id = id;
    which.capabilities = wire::archive_capabilities;
    which.tip = {1'000, 100};
    syncer_.peer_connected(which);
  }
  /// Draws since it was last called.
  std::size_t take_draws() { return std::exchange(draws_, 0); }

  samples::numbers random_{1};
  std::size_t draws_ = 0;
  syncer syncer_{[this] {
    ++draws_;
    return random_.next();
  }};
};

}  // namespace

TEST_CASE("as many peers as there are may come, change and leave at once, for one choice among them") {
  waiting_syncer of;
  for (std::uint64_t id = 1; id <= count; ++id) of.connect(id);
  of.syncer_.tick(now);
  CHECK(of.syncer_.next_action());
  CHECK(of.take_draws() < 10 * count);
  for (std::uint64_t id = 1; id <= count; ++id) of.syncer_.peer_changed(id, {2'000, 101});
  of.syncer_.tick(now);
  CHECK(of.take_draws() < 10 * count);
  for (std::uint64_t id = 1; id < count; ++id) of.syncer_.peer_disconnected(id);
  of.syncer_.tick(now);
  CHECK(of.take_draws() < 10 * count);
}

}  // namespace many_peers_test
