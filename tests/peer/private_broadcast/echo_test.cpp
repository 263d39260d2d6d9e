// A told peer that sends the transaction back to one node alone, to see whose it is.
#include <algorithm>
#include <chrono>
#include <cstddef>

#include <doctest/doctest.h>

#include "peer/private_broadcast/private_network.hpp"

namespace private_broadcast_echo_test {

using namespace private_broadcast;

namespace {

task<void> swallow(support::scripted_peer& with, strange_peer& who) {
  co_await who.listen_to(with);
  co_await with.send(wire::messages::pong{});
}

task<void> send_back(sim::machine& from, io::endpoint to, wire::transaction_ptr what) {
  auto back = co_await support::scripted_peer::dial(from.runtime(), to);
  static_cast<void>(co_await back.greet(back.good_hand()));
  co_await back.send(wire::messages::transaction{std::move(what)});
  while (co_await back.receive(5s)) continue;
}

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
  on.world.run(send_back(spy, sent_to_origin ? node.endpoint() : on.others[0].endpoint(), tx));
  on.world.run_for(1min);
  CHECK(on.having(tx) == 4);
  const std::size_t before = told();
  on.world.run_for(2h);
  return told() - before;
}

}  // namespace

TEST_CASE("once a told peer has made it public nobody is told for hours, whichever node it has sent it to") {
  CHECK(told_later(false) == 0);
  CHECK(told_later(true) == 0);
}

}  // namespace private_broadcast_echo_test
