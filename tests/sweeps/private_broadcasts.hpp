// A node whose own transactions leave it over connections of their own, through a proxy that fails for a while.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <support/socks_proxy.hpp>

#include "scenario.hpp"

namespace sweeps {

/// The first node has a session with the second, and knows two more, which relay to the second.
class private_broadcasts final : public scenario {
public:
  private_broadcasts() : proxy_(world.add_machine()) {
    whole_node::options privately;
    privately.configure = [settings = proxy_.settings()](node_config& of) {
      of.transport.proxy = settings;
      of.own_transactions = peer::own_broadcast::private_broadcast;
      of.private_broadcast.mean_delay = 500ms;
      of.private_broadcast.retry = {3s, 5s, 2.0, 0.5};
    };
    add("private-0", std::move(privately));
    for (int i = 1; i != 4; ++i) add("private-" + std::to_string(i), {});
  }

  void play() override {
    for (const auto& each : nodes) each->start();
    run_for(500ms);
    for (std::size_t i = 2; i != nodes.size(); ++i) nodes[i]->connect(*nodes[1]);
    for (std::size_t i = 1; i != nodes.size(); ++i) first().connect(*nodes[i]);
    run_for(2s);
    for (std::size_t i = 2; i != nodes.size(); ++i) {
      first().tell([this, i](pappus::node& by) { by.disconnect(io::endpoint_range{nodes[i]->endpoint()}); });
    }
    run_for(1s);
    first().stem(new_transaction());
    const auto followed = new_transaction();
    first().stem(followed);
    first().ask("stem_result", [&](pappus::node& by, const auto& done) { by.stem_result(followed, done); });
    run_for(5s);
    proxy_.refuses = true;
    const auto withdrawn = new_transaction();
    first().stem(withdrawn);
    first().stem(new_transaction());
    run_for(5s);
    first().fluff(withdrawn);
    begin_again_with_what_is_private();
    end();
  }

private:
  void begin_again_with_what_is_private() {
    first().stop(false);
    run_for(peer::limits::shutdown_timeout);
    first().check_ended();
    proxy_.refuses = false;
    first().start();
    run_for(1s);
    if (first().is_up()) first().check_kept();
    first().connect(*nodes[1]);
    run_for(20s);
  }

  support::socks_proxy proxy_;
};

}  // namespace sweeps
