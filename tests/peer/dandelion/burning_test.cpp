// Stems of strangers: they neither move nor fill the route of the node's own, and are limited.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/scripted_peer.hpp>
#include <support/simulated_node.hpp>

#include <pappus/io/timer.hpp>

namespace dandelion_burning_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using peer::dandelion_scheme;
using support::scripted_peer;
using support::simulated_node;
using support::some_transaction;

namespace {

constexpr std::uint16_t relays_port = 1000;
constexpr std::uint64_t ours = 1'000'000;  // the seed of our own transaction

/// A peer that answers pings and counts the messages it receives.
class counting_peer {
public:
  counting_peer(sim::machine& at, scripted_peer self) : at_(at), self_(std::move(self)) { at_.spawn(listen()); }
  ~counting_peer() { self_.close(); }
  counting_peer(const counting_peer&) = delete;
  counting_peer& operator=(const counting_peer&) = delete;

  void send(const wire::transaction_ptr& tx) { say(stem_transaction{tx}); }
  void ping_with(peer::chain_tip tip) {
    tip_ = tip;
    say(ping{tip.total_difficulty, tip.height});
  }
  void close() { self_.close(); }

  std::size_t stems = 0;
  std::size_t fluffs = 0;
  bool has_ours = false;
  bool ended = false;

private:
  task<void> listen() {
    const wire::hash kernel = some_transaction(ours)->kernel_hash(0);
    for (;;) {
      const auto got = co_await self_.receive(24h);
      if (!got) break;
      if (got->code == ping::code) say(pong{tip_.total_difficulty, tip_.height});
      if (got->code == transaction_kernel::code) ++fluffs;
      if (got->code != stem_transaction::code) continue;
      ++stems;
      has_ours |= wire::decode<stem_transaction>(got->body, self_.spoken())->tx->kernel_hash(0) == kernel;
    }
    ended = true;
  }
  template <wire::message Message>
  void say(const Message& what) {
    const auto network = wire::chain_parameters_for(wire::chain_type::usernet);
    to_say_.push_back(wire::grin_messages::encode(what, network, wire::latest_version).value());
    if (!std::exchange(saying_, true)) at_.spawn(say_all(this));
  }
  static task<void> say_all(counting_peer* self) {
    while (!self->to_say_.empty()) {
      wire::bytes next = std::move(self->to_say_.front());
      self->to_say_.pop_front();
      co_await self->self_.send_bytes(std::move(next));
    }
    self->saying_ = false;
  }

  sim::machine& at_;
  scripted_peer self_;
  peer::chain_tip tip_;
  std::deque<wire::bytes> to_say_;
  bool saying_ = false;
};

/// A node, its outbound peers, and strangers.
class attacked_node {
public:
  attacked_node(std::uint64_t seed, std::size_t relays, node_config config, integration::adapter adapter = {})
      : world{seed}, home_(world.add_machine()) {
    std::vector<std::pair<sim::machine*, io::listener_ptr>> waiting;
    for (std::size_t i = 0; i != relays; ++i) {
      sim::machine& each = world.add_machine();
      waiting.emplace_back(&each, each.runtime().listen({each.address(), relays_port}).value());
      config.preferred_peers.push_back({each.address(), relays_port});
    }
    node = std::make_unique<simulated_node>(home_, std::move(config), std::move(adapter));
    for (auto& [machine, at] : waiting) relays_.push_back(world.run(accept(machine, &at)));
  }
  ~attacked_node() {
    for (auto* const all : {&relays_, &strangers_}) {
      for (const auto& each : *all) each->close();
    }
    world.run_for(1s);  // their tasks end before they do
  }
  attacked_node(const attacked_node&) = delete;
  attacked_node& operator=(const attacked_node&) = delete;

  static task<std::unique_ptr<counting_peer>> accept(sim::machine* at, io::listener_ptr* listener) {
    auto accepted = co_await (*listener)->accept();
    scripted_peer relay{at->runtime(), *std::move(accepted)};
    static_cast<void>(co_await relay.expect<hand>());
    co_await relay.send(relay.good_shake());
    co_return std::make_unique<counting_peer>(*at, std::move(relay));
  }

  /// A stranger that has connected to the node.
  counting_peer& add_stranger(sim::machine& from) {
    strangers_.push_back(world.run(dial(&from, node->endpoint(), port_++)));
    return *strangers_.back();
  }
  counting_peer& add_stranger() { return add_stranger(world.add_machine()); }

  [[nodiscard]] std::size_t stems() const {
    std::size_t all = 0;
    for (const auto& each : relays_) all += each->stems;
    return all;
  }
  [[nodiscard]] std::size_t with_ours() const {
    return static_cast<std::size_t>(std::ranges::count_if(relays_, [](const auto& each) { return each->has_ours; }));
  }
  [[nodiscard]] std::vector<std::unique_ptr<counting_peer>>& relays() noexcept { return relays_; }

  sim::world world;
  std::unique_ptr<simulated_node> node;

private:
  static task<std::unique_ptr<counting_peer>> dial(sim::machine* from, io::endpoint where, std::uint16_t port) {
    auto dialed = co_await scripted_peer::dial(from->runtime(), where);
    static_cast<void>(co_await dialed.greet(dialed.good_hand(port)));
    co_return std::make_unique<counting_peer>(*from, std::move(dialed));
  }

  sim::machine& home_;
  std::vector<std::unique_ptr<counting_peer>> relays_;
  std::vector<std::unique_ptr<counting_peer>> strangers_;
  std::uint16_t port_ = 1;
};

node_config stemming(dandelion_scheme scheme = dandelion_scheme::grin) {
  node_config config = support::simulated_config();
  config.dandelion = peer::dandelion_options::of(scheme);
  config.dandelion.stem_probability = 1;
  config.dandelion.epoch = 10h;
  config.dandelion.embargo.floor = 3h;
  return config;
}

}  // namespace

TEST_CASE(
    "however many stems strangers send, the node's own one is sent at once on its route, and nothing is fluffed") {
  struct flood {
    dandelion_scheme scheme;
    std::size_t relays;
    std::size_t strangers;
  };
  constexpr auto grin = dandelion_scheme::grin;
  constexpr auto plus_plus = dandelion_scheme::dandelion_plus_plus;
  for (const flood& of :
       {flood{grin, 3, 1}, flood{grin, 1, 1}, flood{grin, 3, 4}, flood{plus_plus, 2, 1}, flood{plus_plus, 4, 4}}) {
    CAPTURE(of.relays);
    CAPTURE(of.strangers);
    attacked_node on{1, of.relays, stemming(of.scheme)};
    for (std::size_t i = 0; i != of.strangers; ++i) {
      counting_peer& by = on.add_stranger();
      for (std::uint64_t n = 0; n != 450; ++n) by.send(some_transaction(1000 * i + n + 1));
    }
    on.world.run_for(2s);
    CHECK((*on.node)->dandelion().transactions == 450 * of.strangers);
    bool taken = false;
    (*on.node)->stem(some_transaction(ours), [&taken](const auto& done) { taken = done.has_value(); });
    on.world.run_for(10s);
    CHECK(taken);
    CHECK(on.with_ours() == 1);
    CHECK(on.node->fluffed.empty());
    // At 400 messages a minute all others are sent, too, and on the routes that were drawn first.
    on.world.run_for(1min * static_cast<int>(2 * of.strangers));
    CHECK(on.stems() == 450 * of.strangers + 1);
    CHECK(on.node->fluffed.empty());
    for (const auto& each : on.relays()) CHECK_FALSE(each->ended);
  }
}

TEST_CASE("stems of strangers are sent in turn: one of a modest peer does not wait for hundreds of another") {
  attacked_node on{1, 1, stemming()};
  counting_peer& greedy = on.add_stranger();
  counting_peer& modest = on.add_stranger();
  for (std::uint64_t n = 0; n != 450; ++n) greedy.send(some_transaction(n + 1));
  on.world.run_for(2s);
  modest.send(some_transaction(ours));  // a stranger like others to the relay
  on.world.run_for(10s);
  CHECK(on.with_ours() == 1);
  CHECK(on.stems() < 200);
}

TEST_CASE("fluffs that fill the send queue of a relay neither delay the node's own stems nor change the route") {
  attacked_node on{1, 3, stemming()};
  counting_peer& by = on.add_stranger();
  for (std::uint64_t n = 0; n != 400; ++n) (*on.node)->broadcast(some_transaction(n + 1));
  CHECK((*on.node)->statistics().broadcasts.congested > 0);
  (*on.node)->stem(some_transaction(ours), [](const auto&) {});
  on.world.run_for(1min);
  CHECK(on.with_ours() == 1);
  CHECK(on.node->fluffed.empty());
  CHECK_FALSE(by.ended);
}

TEST_CASE("an own stem without a relay waits for one, also while stems of strangers wait with it") {
  attacked_node on{1, 1, stemming()};
  counting_peer& by = on.add_stranger();
  on.relays()[0]->close();
  on.world.run_for(1s);
  for (std::uint64_t n = 0; n != 100; ++n) by.send(some_transaction(n + 1));
  on.world.run_for(1s);
  (*on.node)->stem(some_transaction(ours), [](const auto&) {});
  on.world.run_for(5min);
  CHECK(on.node->fluffed.empty());
  sim::machine& at = *on.world.machines()[1];
  auto listener = at.runtime().listen({at.address(), relays_port}).value();
  on.relays()[0] = on.world.run(attacked_node::accept(&at, &listener));
  on.world.run_for(1s);
  CHECK(on.with_ours() == 1);
  on.world.run_for(1min);
  CHECK(on.stems() == 101);
  CHECK(on.node->fluffed.empty());
}

TEST_CASE("an address may send a limited number of stems and of bytes in an epoch, however often it connects") {
  node_config config = stemming();
  config.dandelion.epoch = 600s;
  config.dandelion.epoch_jitter = 0s;
  config.dandelion.by_address.transactions = 100;
  std::size_t validated = 0;
  integration::adapter adapter;
  adapter.transaction_received = [&validated](const auto&, auto, const auto&) {
    ++validated;
    return peer::validation_result::accept;
  };
  attacked_node on{1, 1, config, adapter};
  sim::machine& here = on.world.add_machine();
  std::uint64_t seed = 0;
  for (int time = 0; time != 5; ++time) {
    counting_peer& by = on.add_stranger(here);
    for (int n = 0; n != 50; ++n) by.send(some_transaction(++seed));
    on.world.run_for(1s);
    CHECK_FALSE(by.ended);
    by.close();
  }
  CHECK(validated == 100);
  counting_peer& elsewhere = on.add_stranger();
  elsewhere.send(some_transaction(++seed));
  on.world.run_for(1s);
  CHECK(validated == 101);
  CHECK((*on.node)->statistics().transactions.stems_over_limit == 150);
  CHECK((*on.node)->statistics().transactions.stem_accounts == 2);
  on.world.run_for(600s);
  counting_peer& again = on.add_stranger(here);
  for (int n = 0; n != 101; ++n) again.send(some_transaction(++seed));
  on.world.run_for(1s);
  CHECK(validated == 201);
  CHECK((*on.node)->statistics().transactions.stem_accounts == 1);

  config.dandelion.by_address.bytes = 3 * some_transaction(1)->raw_bytes().size();
  validated = 0;
  attacked_node narrow{1, 1, config, adapter};
  counting_peer& by = narrow.add_stranger();
  for (int n = 0; n != 10; ++n) by.send(some_transaction(++seed));
  narrow.world.run_for(1s);
  CHECK(validated == 3);
}

TEST_CASE("a rejected stem scores like a rejected fluff: after six the peer is disconnected and discouraged") {
  integration::adapter strict;
  strict.transaction_received = [](const auto&, auto, const auto&) { return peer::validation_result::reject(); };
  attacked_node on{1, 1, stemming(), strict};
  counting_peer& by = on.add_stranger();
  for (std::uint64_t n = 0; n != 4; ++n) by.send(some_transaction(n + 1));
  on.world.run_for(1s);
  CHECK_FALSE(by.ended);
  for (std::uint64_t n = 4; n != 8; ++n) by.send(some_transaction(n + 1));
  on.world.run_for(1s);
  CHECK(by.ended);
  CHECK((*on.node)->statistics().ban_manager.discouraged == 1);
  CHECK(on.stems() == 0);
}

TEST_CASE("no stem is sent to a peer more than ten blocks behind us, as long as there is another") {
  std::size_t level = 0;
  std::size_t boastful = 0;
  constexpr std::uint64_t seeds = 40;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    attacked_node on{seed, 4, stemming()};
    (*on.node)->set_chain_tip({1'000'000, 1000});
    on.relays()[0]->ping_with({1, 1});                    // still syncing
    on.relays()[1]->ping_with({2'000'000, 989});          // eleven blocks behind, with any total difficulty
    on.relays()[2]->ping_with({990'000, 990});            // ten
    on.relays()[3]->ping_with({1'000'000'000, 999'999});  // announces a height far ahead
    on.world.run_for(1s);
    (*on.node)->stem(some_transaction(ours), [](const auto&) {});
    on.world.run_for(1s);
    CHECK(on.with_ours() == 1);
    CHECK_FALSE(on.relays()[0]->has_ours);
    CHECK_FALSE(on.relays()[1]->has_ours);
    level += on.relays()[2]->has_ours ? 1 : 0;
    boastful += on.relays()[3]->has_ours ? 1 : 0;
  }
  CHECK(level + boastful == seeds);
  CHECK(level >=
        seeds /
            4);  // an announced height attracts no stems: five standard deviations of a binomial distribution are 16
  CHECK(boastful >= seeds / 10);

  attacked_node none_better{1, 1, stemming()};
  (*none_better.node)->set_chain_tip({1'000'000, 1000});
  none_better.relays()[0]->ping_with({1, 1});
  none_better.world.run_for(1s);
  (*none_better.node)->stem(some_transaction(ours), [](const auto&) {});
  none_better.world.run_for(1s);
  CHECK(none_better.with_ours() == 1);
}

}  // namespace dandelion_burning_test
