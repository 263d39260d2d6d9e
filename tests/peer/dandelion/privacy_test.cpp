// What a peer or the public can ask of a node does not depend on its stempool: one test for each request.
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/stage.hpp>

#include <pappus/io/timer.hpp>
#include <pappus/metrics.hpp>

namespace dandelion_privacy_test {

using namespace pappus;
using namespace std::chrono_literals;
using namespace wire::messages;
using support::some_transaction;
using support::stage;

namespace {

/// A node that has stemmed an own transaction to a peer that does not respond.
struct private_holder {
  private_holder() : on{integration::adapter{}, sim::world_options{}, config()} {}

  static node_config config() {
    node_config config = support::simulated_config();
    config.dandelion.stem_probability = 1;
    return config;
  }

  /// The node connects to the relay.
  task<support::scripted_peer> relay_found() {
    auto listener = relay_host.runtime().listen({relay_host.address(), 1000});
    on.node->connect({relay_host.address(), 1000}, [](const auto&) {});
    auto accepted = co_await (*listener)->accept();
    support::scripted_peer relay{relay_host.runtime(), *std::move(accepted)};
    static_cast<void>(co_await relay.expect<hand>());
    co_await relay.send(relay.good_shake());
    static_cast<void>(co_await relay.expect<ping>());
    co_return std::move(relay);
  }

  /// The same, and the relay has received the stem.
  task<support::scripted_peer> put_on_stem() {
    auto relay = co_await relay_found();
    on.node->stem(tx, [](const auto&) {});
    const stem_transaction stemmed = co_await relay.expect<stem_transaction>();
    CHECK(stemmed.tx->kernel_hash(0) == tx->kernel_hash(0));
    CHECK(on.node->dandelion().transactions == 1);
    co_return std::move(relay);
  }

  stage on;
  sim::machine& relay_host = on.world.add_machine();
  wire::transaction_ptr tx = some_transaction(1);
};

}  // namespace

TEST_CASE("a request for a private transaction by its kernel gets no response") {
  private_holder of;
  auto script = [](private_holder* all) -> task<void> {
    auto relay = co_await all->put_on_stem();
    auto asker = co_await all->on.greeted();
    for (support::scripted_peer* const each : {&asker, &relay}) {
      co_await each->send(get_transaction{all->tx->kernel_hash(0)});
      co_await each->send(ping{});
      for (;;) {
        const auto got = co_await each->receive();
        REQUIRE(got);
        CHECK(got->code != transaction::code);
        CHECK(got->code != stem_transaction::code);
        if (got->code == pong::code) break;
      }
    }
    relay.close();
  };
  of.on.play(script(&of));
}

TEST_CASE("a private transaction is not announced, and its announcement by others is requested like any other") {
  private_holder of;
  auto script = [](private_holder* all) -> task<void> {
    auto asker = co_await all->on.greeted();
    auto relay = co_await all->put_on_stem();
    co_await asker.send(transaction_kernel{all->tx->kernel_hash(0)});
    for (;;) {
      const auto got = co_await asker.receive();
      REQUIRE(got);
      CHECK(got->code != transaction_kernel::code);
      if (got->code == get_transaction::code) break;
    }
    relay.close();
  };
  of.on.play(script(&of));
}

TEST_CASE("a stem does not make a transaction known: its sender and its receiver get the announcement of the fluff") {
  private_holder of;
  auto script = [](private_holder* all) -> task<void> {
    auto relay = co_await all->put_on_stem();
    all->on.node->fluff(all->tx);
    const auto told = co_await relay.expect<transaction_kernel>();
    CHECK(told.kernel == all->tx->kernel_hash(0));
    relay.close();
  };
  of.on.play(script(&of));
}

TEST_CASE("the statistics of a node are the same with a private transaction and without") {
  private_holder of;
  auto script = [](private_holder* all) -> task<void> {
    auto relay = co_await all->put_on_stem();
    const auto with = all->on.node->statistics();
    CHECK(with.transactions.received == 0);
    CHECK(with.transactions.relayed == 0);
    CHECK(with.transactions.requested == 0);
    CHECK(with.broadcasts.sent == 0);
    CHECK(with.broadcasts.already_known == 0);
    relay.close();
  };
  of.on.play(script(&of));
}

TEST_CASE("the metrics of a node are the same with a private transaction and without, except the bytes sent") {
  const auto page_of = [](bool stems) {
    private_holder of;
    std::string page;
    auto script = [](private_holder* all, bool puts_on_stem, std::string* into) -> task<void> {
      auto relay = co_await all->relay_found();
      if (puts_on_stem) {
        all->on.node->stem(all->tx, [](const auto&) {});
        static_cast<void>(co_await relay.expect<stem_transaction>());
      }
      static_cast<void>(co_await io::sleep_for(all->relay_host.runtime(), 5s));
      *into = integration::to_prometheus(metrics_of(all->on.node->statistics()));
      relay.close();
    };
    of.on.play(script(&of, stems, &page));
    const std::size_t bytes = page.find("\npappus_sent_bytes_total ");
    REQUIRE(bytes != std::string::npos);
    return page.erase(bytes, page.find('\n', bytes + 1) - bytes);
  };
  CHECK(page_of(true) == page_of(false));
}

TEST_CASE("a node reacts to a stem that it holds as to one that it does not hold") {
  private_holder of;
  auto script = [](private_holder* all) -> task<void> {
    auto relay = co_await all->put_on_stem();
    auto knows = co_await all->on.greeted();
    auto asks = co_await all->on.greeted();
    co_await knows.send(stem_transaction{all->tx});
    co_await asks.send(stem_transaction{some_transaction(2)});
    for (support::scripted_peer* const each : {&knows, &asks}) {
      co_await each->send(ping{});
      for (;;) {
        const auto got = co_await each->receive();
        REQUIRE(got);
        if (got->code == pong::code) break;
        CHECK(got->code == ping::code);
      }
    }
    CHECK(all->on.node.fluffed.empty());
    relay.close();
  };
  of.on.play(script(&of));
}

}  // namespace dandelion_privacy_test
