// Dandelion in nodes whose adapter validates late, or never.
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/peer/dandelion/status.hpp>

#include "epochs.hpp"
#include "stem_network.hpp"

namespace dandelion_dandelion_slow_adapter_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_mode;
using peer::phase;
using support::only;
using support::simulated_node;
using support::some_aggregate;
using support::some_transaction;
using support::stem_network;
using support::stem_record;

namespace {

/// A node whose application looks transactions up when the test says so, and takes none that is public; and its relay.
struct ignoring_application : stem_network {
  ignoring_application() { world.run_for(1min); }

  /// The relay sends the transaction to the node in public.
  void publish() {
    static_cast<void>(relay->broadcast(tx, {}, peer::transaction_form::whole));
    world.run_for(1s);
  }
  void check_is_public(const stem_record& told) {
    world.run_for(1s);
    REQUIRE(told.stemmed);
    REQUIRE_FALSE(told.stemmed->has_value());
    CHECK(told.stemmed->error() == peer::stem_errc::already_public);
    CHECK(origin->dandelion().transactions == 0);
  }
  [[nodiscard]] integration::adapter application() {
    integration::adapter slow;
    slow.get_transaction = [this](const wire::hash&, const auto& answer) { asked.push_back(answer); };
    slow.transaction_received = [](const auto&, phase, const auto&, const auto& answer) {
      answer(peer::validation_result::ignore);
    };
    return slow;
  }

  std::vector<integration::responder<wire::transaction_ptr>> asked;
  wire::transaction_ptr tx = some_transaction(1);
  simulated_node& relay = add(only(dandelion_mode::stem));
  simulated_node& origin = add(only(dandelion_mode::stem), {&relay}, application());
};

}  // namespace

TEST_CASE("an adapter may validate later, also after the node is destroyed") {
  std::vector<std::function<void(bool)>> asked;
  const auto tx = some_transaction(1);
  {
    stem_network on;
    integration::adapter slow;
    slow.validate_tx = [&asked](const auto&, phase, const auto& answer) { asked.push_back(answer); };
    simulated_node& relay = on.add(only(dandelion_mode::stem));
    simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay}, slow);
    on.world.run_for(1min);
    const stem_record told{origin, tx};
    on.world.run_for(1s);
    CHECK_FALSE(told.stemmed);
    REQUIRE(asked.size() == 1);
    asked[0](true);
    on.world.run_for(1s);
    CHECK(told.stemmed);
    CHECK(relay.received == std::vector{phase::stem});
  }
  asked[0](true);
}

TEST_CASE("a transaction that becomes public while the adapter looks it up is not private again") {
  stem_network on;
  std::vector<integration::responder<wire::transaction_ptr>> asked;
  integration::adapter slow;
  slow.get_transaction = [&asked](const wire::hash&, const auto& answer) { asked.push_back(answer); };
  simulated_node& relay = on.add(only(dandelion_mode::stem));
  simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay}, slow);
  on.world.run_for(1min);
  const auto tx = some_transaction(1);
  const stem_record first{origin, tx};
  const stem_record second{origin, tx};
  on.world.run_for(1s);
  REQUIRE(asked.size() == 2);
  asked[0](nullptr);
  on.world.run_for(1s);
  CHECK(origin->dandelion().transactions == 1);
  static_cast<void>(origin->fluff(tx));
  asked[1](nullptr);
  on.world.run_for(1s);
  REQUIRE(second.stemmed);
  REQUIRE_FALSE(second.stemmed->has_value());
  CHECK(second.stemmed->error() == peer::stem_errc::already_public);
  CHECK(origin->dandelion().transactions == 0);
}

TEST_CASE("a transaction is not public because another one with its first kernel is") {
  stem_network on;
  std::vector<integration::responder<wire::transaction_ptr>> asked;
  integration::adapter slow;
  slow.get_transaction = [&asked](const wire::hash&, const auto& answer) { asked.push_back(answer); };
  simulated_node& relay = on.add(only(dandelion_mode::stem));
  simulated_node& origin = on.add(only(dandelion_mode::stem), {&relay}, slow);
  on.world.run_for(1min);
  const auto both = some_aggregate(1, 2);
  const bool first_is_first = some_transaction(1)->kernel_hash(0) == both->kernel_hash(0);
  const auto part = some_transaction(first_is_first ? 1 : 2);
  REQUIRE(part->kernel_hash(0) == both->kernel_hash(0));
  const stem_record first{origin, both};
  on.world.run_for(1s);
  REQUIRE(asked.size() == 1);
  static_cast<void>(origin->fluff(part));
  asked[0](nullptr);
  on.world.run_for(1s);
  REQUIRE(first.stemmed);
  CHECK(first.stemmed->has_value());
  CHECK(origin->dandelion().transactions == 1);
}

TEST_CASE("nor is one that peers have sent in public before, and the application has not taken") {
  ignoring_application on;
  const stem_record first{on.origin, on.tx};
  on.world.run_for(1s);
  REQUIRE(on.asked.size() == 1);
  on.asked[0](nullptr);
  on.publish();
  REQUIRE(on.origin->dandelion().transactions == 1);
  const stem_record second{on.origin, on.tx};
  on.world.run_for(1s);
  static_cast<void>(on.origin->fluff(on.tx));
  REQUIRE(on.asked.size() == 2);
  on.asked[1](nullptr);
  on.check_is_public(second);
}

TEST_CASE("nor is one that peers send in public meanwhile, though the application does not take it") {
  ignoring_application on;
  const stem_record told{on.origin, on.tx};
  on.world.run_for(1s);
  on.publish();
  REQUIRE(on.asked.size() == 1);
  on.asked[0](nullptr);
  on.check_is_public(told);
}

TEST_CASE("an adapter that validates after ten minutes, or not at first, loses no own transaction") {
  enum class manner { slow, silent, careless };  // responds late; keeps the first responders; drops them
  for (const manner how : {manner::slow, manner::silent, manner::careless}) {
    for (const io::duration embargo : {0s, 180s}) {
      CAPTURE(static_cast<int>(how));
      stem_network on;
      std::vector<integration::responder<bool>> kept;
      std::size_t asked = 0;
      std::optional<io::runtime*> net;
      const auto answer_late = [](io::runtime* in, integration::responder<bool> answer) -> task<void> {
        static_cast<void>(co_await io::sleep_for(*in, 10min));
        answer(true);
      };
      integration::adapter busy;
      busy.validate_tx = [&](const auto&, phase, integration::responder<bool> answer) {
        ++asked;
        if (how == manner::slow) return on.world.machines()[1]->spawn(answer_late(*net, answer));
        if (asked % 3 == 0) return answer(true);
        if (how == manner::silent) kept.push_back(answer);
      };
      peer::dandelion_options options = only(dandelion_mode::stem);
      options.embargo.floor = embargo;
      simulated_node& relay = on.add(options);
      simulated_node& origin = on.add(options, {&relay}, busy);
      net = &origin.net();
      on.world.run_for(1min);
      const auto tx = some_transaction(1);
      const stem_record told{origin, tx};
      on.world.run_for(30min);
      REQUIRE(told.stemmed);
      CHECK(told.stemmed->has_value());
      CHECK(origin.stemmed_to == std::vector{relay.endpoint()});
      on.world.run_for(3h);
      CHECK(relay.has(tx));
      CHECK(origin->dandelion().transactions == 0);
      kept.clear();
    }
  }
}

}  // namespace dandelion_dandelion_slow_adapter_test
