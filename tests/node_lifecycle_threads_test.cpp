// Start and end of a node on a libuv loop: its own, the application's, with other nodes, threads and signals.
#include <chrono>
#include <csignal>
#include <future>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/busy_workers.hpp>
#include <support/temporary_folder.hpp>
#include <uv.h>

#include <pappus/coro/event.hpp>
#include <pappus/pappus.hpp>
#include <pappus/uv/signal_set.hpp>

namespace node_lifecycle_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::store_errc;
using support::busy_workers;
using support::temporary_folder;

namespace {

constexpr pappus::ip_address here = pappus::ip_address::v4(0x7f000001);

[[nodiscard]] node_config quiet(std::string file = peer::in_memory_store) {
  node_config config;
  config.listen = {here, 0};
  config.connection_limits.outbound = 0;
  config.store_path = std::move(file);
  return config;
}

[[nodiscard]] io::endpoint_range some_address(std::uint32_t number) {
  return io::endpoint_range{pappus::ip_address::v4(0x05060700 + number)};
}

/// The result of a node that is run beside others.
struct node_result {
  std::optional<result<void>> outcome;
  event over;
};

task<void> live(node* one, node_result* of) {
  auto ended = co_await one->run();
  of->outcome.emplace(std::move(ended));
  of->over.set();
}

task<void> when_set(event* awaited) { static_cast<void>(co_await awaited->wait()); }

/// Resumes a script when a node listens.
struct listening_adapter {
  [[nodiscard]] integration::adapter adapter() {
    integration::adapter made;
    made.listening = [this](io::endpoint) { begun.set(); };
    return made;
  }
  event begun;
};

task<void> stop_when_listening(listening_adapter* heard, node* one) {
  static_cast<void>(co_await heard->begun.wait());
  one->stop();
}

/// Bans, then blocks all workers and bans again. `acknowledged` has the bans stored by then.
task<void> ban_and_hang(listening_adapter* heard, node* one, std::optional<busy_workers>* busy, io::runtime* on,
                        std::vector<bool>* acknowledged) {
  static_cast<void>(co_await heard->begun.wait());
  const auto first = co_await one->ban(some_address(1), 24h);
  acknowledged->push_back(first.has_value());
  busy->emplace(*on);
  one->ban(some_address(2), 24h, wire::reason_for_ban::manual,
           [acknowledged](const auto& outcome) { acknowledged->push_back(outcome.has_value()); });
  one->stop();
}

}  // namespace

TEST_CASE("another thread stops a node, before it runs or later, and is notified") {
  for (const bool before : {false, true}) {
    CAPTURE(before);
    uv::loop loop;
    std::promise<void> listens;
    integration::adapter adapter;
    adapter.listening = [&listens](io::endpoint) { listens.set_value(); };
    node one{loop, quiet(), std::move(adapter)};
    std::promise<bool> told;
    std::thread other{[&, handle = one.handle()] {
      if (!before) listens.get_future().wait();
      handle.stop([&told](const auto& outcome) { told.set_value(outcome.has_value()); });
    }};
    if (before) other.join();
    CHECK(loop.run(one.run()));
    if (!before) other.join();
    CHECK(told.get_future().get());
  }
}

TEST_CASE("a signal stops a node") {
  uv::loop loop;
  listening_adapter heard;
  node one{loop, quiet(), heard.adapter()};
  uv::signal_set caught{loop, {SIGTERM}};
  auto raise_when_listening = [](listening_adapter* begun) -> task<void> {
    static_cast<void>(co_await begun->begun.wait());
    std::raise(SIGTERM);
  };
  auto obey = [](uv::signal_set* from, node* to) -> task<void> {
    const auto number = co_await from->wait();
    CHECK(*number == SIGTERM);
    to->stop();
  };
  loop.spawn(raise_when_listening(&heard));
  loop.spawn(obey(&caught, &one));
  CHECK(loop.run(one.run()));
}

TEST_CASE("a second node on the same loop finds the content stored by the first") {
  const temporary_folder folder;
  uv::loop loop;
  listening_adapter other_heard;
  node other{loop, quiet(), other_heard.adapter()};
  node_result of_other;
  loop.spawn(live(&other, &of_other));
  loop.run(when_set(&other_heard.begun));
  for (std::uint32_t lives = 0; lives != 3; ++lives) {
    CAPTURE(lives);
    listening_adapter heard;
    node one{loop, quiet(folder.file("peers.db")), heard.adapter()};
    auto script = [](listening_adapter* begun, node* at, io::endpoint where, std::uint32_t number) -> task<void> {
      static_cast<void>(co_await begun->begun.wait());
      CHECK(at->bans().size() == number);
      CHECK(at->known_addresses().size() == (number == 0 ? 0U : 1U));
      const auto met = co_await at->connect(where);
      CHECK(met.has_value());
      const auto banned = co_await at->ban(some_address(number), 24h);
      CHECK(banned.has_value());
      at->stop();
    };
    loop.spawn(script(&heard, &one, other.local_endpoint(), lives));
    CHECK(loop.run(one.run()));
  }
  CHECK_FALSE(of_other.outcome.has_value());
  other.stop();
  loop.run(when_set(&of_other.over));
}

TEST_CASE("two nodes on one loop are peers of each other") {
  uv::loop loop;
  listening_adapter first_heard;
  listening_adapter second_heard;
  node first{loop, quiet(), first_heard.adapter()};
  node second{loop, quiet(), second_heard.adapter()};
  auto script = [](listening_adapter* one_begun, listening_adapter* two_begun, node* one, node* two) -> task<void> {
    static_cast<void>(co_await one_begun->begun.wait());
    static_cast<void>(co_await two_begun->begun.wait());
    const auto met = co_await two->connect(one->local_endpoint());
    CHECK(met.has_value());
    CHECK(one->peers().size() == 1);
    one->stop();
  };
  loop.spawn(script(&first_heard, &second_heard, &first, &second));
  node_result of_second;
  loop.spawn(live(&second, &of_second));
  CHECK(loop.run(first.run()));
  CHECK_FALSE(of_second.outcome.has_value());
  second.stop();
  loop.run(when_set(&of_second.over));
  CHECK(of_second.outcome->has_value());
}

TEST_CASE("two nodes on two loops in two threads connect, and are started and stopped repeatedly") {
  const auto live_thrice = [](io::endpoint dials) {
    uv::loop loop;
    for (int lives = 0; lives != 3; ++lives) {
      std::optional<node> one;
      node_config config = quiet();
      config.preferred_peers = {dials};
      integration::adapter adapter;
      adapter.peer_connected = [&one](const auto&) { one->stop(); };
      one.emplace(loop, std::move(config), std::move(adapter));
      CHECK(loop.run(one->run()));
    }
  };
  const auto serve = [](std::promise<io::endpoint>* tell, std::future<void> until) {
    uv::loop loop;
    integration::adapter adapter;
    adapter.listening = [tell](io::endpoint where) { tell->set_value(where); };
    node one{loop, quiet(), std::move(adapter)};
    std::thread stops{[handle = one.handle(), &until] {
      until.wait();
      handle.stop([](const auto&) {});
    }};
    CHECK(loop.run(one.run()));
    CHECK(one.statistics().connections.sessions == 3);
    stops.join();
  };
  std::promise<io::endpoint> listens;
  std::promise<void> done;
  std::thread server{serve, &listens, done.get_future()};
  std::thread dialer{live_thrice, listens.get_future().get()};
  dialer.join();
  done.set_value();
  server.join();
}

TEST_CASE("a node stops in time when a worker of its store hangs, on a loop of its own") {
  const temporary_folder folder;
  std::vector<bool> acknowledged;
  {
    uv::loop loop;
    io::runtime& net = loop;
    std::optional<busy_workers> busy;
    {
      listening_adapter heard;
      node_config config = quiet(folder.file("peers.db"));
      config.shutdown_timeout = 50ms;
      node one{loop, std::move(config), heard.adapter()};
      loop.spawn(ban_and_hang(&heard, &one, &busy, &net, &acknowledged));
      const auto ended = loop.run(one.run());
      REQUIRE_FALSE(ended.has_value());
      CHECK(ended.error() == make_error_code(store_errc::unresponsive));
      CHECK(acknowledged == std::vector{true, false});
    }
    CHECK_FALSE(loop.drain(1ms));
    busy->let_go();
    CHECK(loop.drain(1min));
  }
  uv::loop loop;
  listening_adapter heard;
  node next{loop, quiet(folder.file("peers.db")), heard.adapter()};
  loop.spawn(stop_when_listening(&heard, &next));
  CHECK(loop.run(next.run()));
  CHECK(next.bans().at(0).range == some_address(1));
}

TEST_CASE("a node runs on the application's uv_loop_t, which is used afterwards") {
  uv_loop_t hosts;
  REQUIRE(uv_loop_init(&hosts) == 0);
  int ticks = 0;
  uv_timer_t clock;
  REQUIRE(uv_timer_init(&hosts, &clock) == 0);
  clock.data = &ticks;
  const auto tick = [](uv_timer_t* of) noexcept { ++*static_cast<int*>(of->data); };
  for (int lives = 0; lives != 2; ++lives) {
    uv::loop loop{hosts};
    listening_adapter heard;
    node one{loop, quiet(), heard.adapter()};
    node_result of_one;
    loop.spawn(live(&one, &of_one));
    loop.spawn(stop_when_listening(&heard, &one));
    REQUIRE(uv_timer_start(&clock, tick, 0, 0) == 0);
    CHECK(uv_run(&hosts, UV_RUN_DEFAULT) == 0);  // until no handle is active
    REQUIRE(of_one.outcome.has_value());
    CHECK(of_one.outcome->has_value());
    CHECK(ticks == 2 * lives + 1);
    REQUIRE(uv_timer_start(&clock, tick, 0, 0) == 0);
    uv_run(&hosts, UV_RUN_DEFAULT);
  }
  CHECK(ticks == 4);
  uv_close(reinterpret_cast<uv_handle_t*>(&clock), nullptr);
  uv_run(&hosts, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&hosts) == 0);
}

TEST_CASE("a worker that hangs may outlive the node and its loop on the application's uv_loop_t") {
  const temporary_folder folder;
  uv_loop_t hosts;
  REQUIRE(uv_loop_init(&hosts) == 0);
  std::optional<busy_workers> busy;
  {
    uv::loop loop{hosts};
    io::runtime& net = loop;
    listening_adapter heard;
    node_config config = quiet(folder.file("peers.db"));
    config.shutdown_timeout = 50ms;
    node one{loop, std::move(config), heard.adapter()};
    std::vector<bool> acknowledged;
    node_result of_one;
    loop.spawn(live(&one, &of_one), [&hosts](const std::exception_ptr&) { uv_stop(&hosts); });
    loop.spawn(ban_and_hang(&heard, &one, &busy, &net, &acknowledged));
    while (!of_one.outcome) uv_run(&hosts, UV_RUN_DEFAULT);
    CHECK_FALSE(of_one.outcome->has_value());
    CHECK(acknowledged == std::vector{true, false});
  }
  busy->let_go();
  uv_run(&hosts, UV_RUN_DEFAULT);
  CHECK(uv_loop_close(&hosts) == 0);
}

}  // namespace node_lifecycle_threads_test
