// A told peer sends the transaction back, perhaps to one node alone, to see whose it is.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include <doctest/doctest.h>

#include "private_network.hpp"

namespace private_broadcast_echo_test {

using namespace private_broadcast;
using peer::stem_outcome;
using wire::messages::transaction;
using wire::messages::transaction_kernel;

namespace {

/// A node whose only peer without a session has been told a transaction.
struct told_network : private_network {
  told_network() : private_network(0) {}

  void tell(node_config with) {
    start(std::move(with));
    send(tx);
    world.run_for(10min);
    REQUIRE(told.transactions.size() >= 1);
  }
  [[nodiscard]] sim::machine& spy() { return *world.find(told.endpoint().address); }
  [[nodiscard]] own_record& record() { return sent.front(); }

  strange_peer& told = add(swallow);
  const wire::transaction_ptr tx = some_transaction(1);
};

/// How many peers are told in the two hours that begin a minute after a told peer has made the transaction public.
std::size_t told_later(bool sent_to_origin) {
  private_network on{4};
  for (int i = 0; i != 12; ++i) on.add(swallow);
  simulated_node& node = on.start();
  const auto tx = some_transaction(1);
  on.send(tx);
  const auto told = [&on] {
    std::size_t count = 0;
    for (const strange_peer& each : on.strangers) count += each.transactions.size();
    return count;
  };
  while (told() == 0) on.world.run_for(100ms);
  const auto first = std::ranges::find_if(on.strangers, [](const auto& each) { return !each.transactions.empty(); });
  sim::machine& spy = *on.world.find(first->endpoint().address);
  on.world.run(say(spy, sent_to_origin ? node.endpoint() : on.others[0].endpoint(), transaction{tx}));
  on.world.run_for(1min);
  CHECK(on.having(tx) == 4);
  const std::size_t before = told();
  on.world.run_for(2h);
  return told() - before;
}

}  // namespace

TEST_CASE("once a told peer has made it public no other is told for hours, whichever node it has sent it to") {
  CHECK(told_later(false) == 0);
  CHECK(told_later(true) == 0);
}

TEST_CASE("what a told peer sends back is relayed as any transaction, but is no proof; a block is") {
  told_network on;
  on.tell(on.config());
  on.world.run(say(on.spy(), on.node->endpoint(), transaction{on.tx}));
  on.world.run_for(1s);
  CHECK(on.node->has(on.tx));
  CHECK(on.hub.has(on.tx));  // by the node
  CHECK_FALSE(on.record().end);
  const std::size_t before = on.told.transactions.size();
  on.world.run_for(5h);
  CHECK(on.told.transactions.size() == before);
  on.world.run_for(8h);
  CHECK(on.told.transactions.size() > before);
  CHECK_FALSE(on.record().end);
  on.node->get().block_accepted(*support::some_block(1));
  CHECK(on.record().outcome() == stem_outcome::confirmed);
}

TEST_CASE("once a told peer has sent it, the announcement of another one suffices") {
  told_network on;
  on.tell(on.config());
  sim::machine& other = on.world.add_machine();
  const transaction_kernel announcement{on.tx->kernel_hash(0)};
  on.world.run(say(other, on.node->endpoint(), announcement));
  CHECK_FALSE(on.record().end);  // it was requested, and not sent
  on.world.run(say(on.spy(), on.node->endpoint(), transaction{on.tx}));
  CHECK_FALSE(on.record().end);
  on.world.run(say(other, on.node->endpoint(), announcement));
  CHECK(on.record().outcome() == stem_outcome::seen);
}

TEST_CASE("whoever pretends that others have it, it is not lost: the node itself has made it public by then") {
  told_network on;
  on.tell(on.config());
  on.world.run(say(on.spy(), on.node->endpoint(), transaction{on.tx}));
  sim::machine& accomplice = on.world.add_machine();
  on.world.run(say(accomplice, on.node->endpoint(), transaction_kernel{on.tx->kernel_hash(0)}));
  CHECK(on.record().outcome() == stem_outcome::seen);
  CHECK(on.records->content().stems.empty());
  CHECK(on.node->has(on.tx));
  CHECK(on.hub.has(on.tx));
}

TEST_CASE("a peer that comes by an onion service may be one that was told") {
  told_network on;
  const io::endpoint service{ip_address::v4(0x7f000001), 3413};
  node_config config = on.config();
  config.onion_listen = service;
  on.tell(std::move(config));
  on.world.run(say(on.here, service, transaction{on.tx}));
  CHECK(on.node->has(on.tx));
  CHECK_FALSE(on.record().end);
}

}  // namespace private_broadcast_echo_test
