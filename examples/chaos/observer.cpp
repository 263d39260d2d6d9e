#include "observer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <support/scripted_peer.hpp>

#include <pappus/io/random.hpp>
#include <pappus/io/timer.hpp>

#include "address_families.hpp"

namespace chaos {

using namespace std::chrono_literals;
using pappus::task;

observer::observer(sim::world& world, const ledger& all, const std::vector<std::unique_ptr<member>>& nodes)
    : all_(all), home_(add_other_machine(world)), met_(nodes.size()) {
  std::vector<io::endpoint> endpoints;
  for (const auto& each : nodes) {
    endpoints.push_back({address_for(home_, each->machine()), all_.chain().default_port});
  }
  home_.spawn(meet_all(std::move(endpoints)));
}

task<void> observer::meet_all(std::vector<io::endpoint> nodes) {
  for (;;) {
    for (std::size_t i = 0; i != nodes.size(); ++i) {
      if (!met_[i]) met_[i] = co_await meet(nodes[i]);
    }
    if (std::ranges::find(met_, false) == met_.end()) co_return;
    const auto slept = co_await io::sleep_for(home_.runtime(), 10s);
    if (!slept) co_return;
  }
}

task<bool> observer::meet(io::endpoint node) {
  try {
    auto dialed = co_await pappus::io::with_timeout(home_.runtime(), 10s, home_.runtime().connect(node));
    if (!dialed) co_return false;
    support::scripted_peer over{home_.runtime(), std::move(*dialed), all_.chain()};
    pappus::wire::messages::hand ours = over.good_hand(1);  // a port at which no node dials it
    ours.nonce = pappus::io::random_bits(home_.runtime());
    co_await over.send(std::move(ours));
    static_cast<void>(co_await over.expect<pappus::wire::messages::shake>(10s));
    over.close();
    co_return true;
  } catch (const std::exception&) {  // the node has closed, or does not answer
    co_return false;
  }
}

}  // namespace chaos
