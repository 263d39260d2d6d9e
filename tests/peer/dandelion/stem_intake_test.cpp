// Stem transactions whose validation takes time.
#include <chrono>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>

namespace dandelion_stem_intake_test {

using namespace pappus;
using namespace std::chrono_literals;
using responders = std::vector<integration::responder<peer::validation_result>>;

task<void> stem(support::stage* on, wire::transaction_ptr tx) {
  auto from = co_await on->shaken();
  wire::messages::stem_transaction stemmed{std::move(tx)};
  co_await from.send(std::move(stemmed));
  static_cast<void>(co_await io::sleep_for(on->net(), 1s));
}

/// Stems a transaction, makes it public or not, and accepts it; whether the node then fluffs it.
bool fluffs_what_is_accepted_late(bool becomes_public) {
  responders held;
  integration::adapter slow;
  slow.transaction_received = [&held](const wire::transaction_ptr&, peer::phase, const peer::peer_info&,
                                      const responders::value_type& to) { held.push_back(to); };
  support::stage on{std::move(slow)};
  const wire::transaction_ptr tx = support::some_transaction(1);
  on.world.run(stem(&on, tx));
  REQUIRE(held.size() == 1);
  if (becomes_public) on.node.submit(tx);
  held.front()(peer::validation_result::accept);
  on.world.run_for(10min);
  return !on.node.fluffed.empty();
}

TEST_CASE("a transaction that becomes public while the adapter validates its stem is not taken as a private one") {
  CHECK(fluffs_what_is_accepted_late(false));
  CHECK_FALSE(fluffs_what_is_accepted_late(true));
}

}  // namespace dandelion_stem_intake_test
