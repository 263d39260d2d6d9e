// A node's handle, used from other threads.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/running_node.hpp>

#include <pappus/integration/threads/limits.hpp>
#include <pappus/pappus.hpp>

namespace node_handle_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::call_errc;
using support::outcome_of;
using support::quiet;
using support::running;
using support::some_transaction;

TEST_CASE("two nodes on two threads are connected, relay a transaction, and are queried from a third thread") {
  std::promise<wire::hash> heard;
  integration::adapter adapter;
  adapter.transaction_received = [&heard](const wire::transaction_ptr& tx, peer::phase, const peer::peer_info&) {
    heard.set_value(tx->kernel_hash(0));
    return peer::validation_result::ignore;
  };
  running one{adapter};
  const auto tx = some_transaction(1);
  integration::adapter other;
  other.get_transaction = [tx](const wire::hash& kernel) { return kernel == tx->kernel_hash(0) ? tx : nullptr; };
  running two{other};

  const auto met = outcome_of<peer::peer_info>([&](auto done) { two.handle->connect(one.endpoint, done); });
  REQUIRE(met);
  CHECK(met->endpoint == one.endpoint);
  const auto peers = outcome_of<std::vector<peer::peer_stats>>([&](auto done) { two.handle->peers(done); });
  REQUIRE(peers);
  CHECK(peers->size() == 1);
  const auto told = outcome_of<peer::broadcast_report>([&](auto done) { two.handle->broadcast(tx, done); });
  REQUIRE(told);
  CHECK(told->sent == 1);
  CHECK(heard.get_future().get() == tx->kernel_hash(0));
  CHECK(outcome_of<void>([&](auto done) { two.handle->trust_clock(done); }).has_value());
  const auto counted = outcome_of<node_statistics>([&](auto done) { two.handle->statistics(done); });
  REQUIRE(counted);
  CHECK(counted->outbound == 1);

  const io::endpoint_range there{one.endpoint};
  CHECK(
      outcome_of<void>([&](auto done) { two.handle->ban(there, 1h, wire::reason_for_ban::manual, done); }).has_value());
  CHECK(outcome_of<std::vector<peer::ban>>([&](auto done) { two.handle->bans(done); })->size() == 1);
  CHECK(*outcome_of<std::size_t>([&](auto done) { two.handle->unban(there, done); }) == 1);
  const auto again = outcome_of<peer::peer_info>([&](auto done) {
    two.handle->connect({one.endpoint.address, 1}, done);
  });
  REQUIRE_FALSE(again);
  CHECK(again.error() == peer::disconnect_reason::connection_refused);
}

TEST_CASE("a function that another thread posts is called with the node, and its exception is the call's failure") {
  running one;
  running two;
  REQUIRE(outcome_of<peer::peer_info>([&](auto done) { two.handle->connect(one.endpoint, done); }));
  std::atomic<std::size_t> sent{99};
  const auto to_nobody = [&sent](node& on) {
    sent = on.broadcast(some_transaction(1), [](const peer::peer_info&) { return false; }).sent;
  };
  CHECK(outcome_of<void>([&](auto done) { two.handle->post(to_nobody, done); }).has_value());
  CHECK(sent == 0);
  const auto failing = [](node&) { throw std::runtime_error("a fault of the application"); };
  const auto failed = outcome_of<void>([&](auto done) { two.handle->post(failing, done); });
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == errc::internal_error);
}

TEST_CASE("another thread disconnects a peer by its id, and is told if there is none with it") {
  running one;
  running two;
  const auto met = outcome_of<peer::peer_info>([&](auto done) { two.handle->connect(one.endpoint, done); });
  REQUIRE(met);
  CHECK(outcome_of<void>([&](auto done) { two.handle->disconnect(met->id, done); }).has_value());
  const auto again = outcome_of<void>([&](auto done) { two.handle->disconnect(met->id + 1, done); });
  REQUIRE_FALSE(again);
  CHECK(again.error() == peer::request_error::no_such_peer);
}

TEST_CASE("every call of many threads completes once, also during and after the node's end") {
  constexpr int threads = 4;
  constexpr int each = 3'000;
  std::atomic<int> completed{0};
  std::atomic<int> stopped{0};
  {
    running one;
    const auto note = [&](const auto& outcome) {
      ++completed;
      if (!outcome && outcome.error() == call_errc::stopped) ++stopped;
    };
    std::vector<std::thread> callers;
    for (int i = 0; i != threads; ++i) {
      callers.emplace_back([handle = *one.handle, note, i] {
        const io::endpoint_range range{pappus::ip_address::v4(static_cast<std::uint32_t>(0x01020300 + i))};
        for (int n = 0; n < each; n += 3) {
          handle.peers(note);
          handle.ban(range, 1h, wire::reason_for_ban::manual, note);
          handle.stem(some_transaction(1), note);
          if (n % 300 == 0) std::this_thread::sleep_for(1ms);
        }
      });
    }
    std::this_thread::sleep_for(5ms);
    one.end();
    CHECK(one.ended_well);
    for (std::thread& caller : callers) caller.join();
    one.handle->peers(note);
  }
  CHECK(completed == threads * each + 1);
  CHECK(stopped > 0);
}

TEST_CASE("callbacks run on the given executor, in the order of the calls") {
  uv::loop loop;
  node there{loop, quiet(), {}};
  std::vector<std::function<void()>> posted;
  std::mutex guard;
  const node_handle handle = there.handle([&](std::function<void()> run) {
    const std::lock_guard held{guard};
    posted.push_back(std::move(run));
  });
  std::vector<int> told;
  std::thread caller{[&] {
    for (int n = 0; n != 10; ++n) handle.peers([&told, n](const auto&) { told.push_back(n); });
    handle.stop([](const auto&) {});
  }};
  CHECK(loop.run(there.run()));
  caller.join();
  CHECK(told.empty());
  REQUIRE(posted.size() == 11);
  for (const auto& run : posted) run();
  CHECK(told == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a call beyond the limit of waiting ones fails at once") {
  std::size_t busy = 0;
  std::size_t stopped = 0;
  uv::loop loop;
  node there{loop, quiet(), {}};
  const node_handle handle = there.handle();
  for (std::size_t n = 0; n != integration::limits::max_queued_calls + 10; ++n) {
    handle.peers([&](const auto& outcome) {
      if (outcome) return;
      ++(outcome.error() == call_errc::queue_full ? busy : stopped);
    });
  }
  CHECK(busy == 10);
  CHECK(stopped == 0);
}

TEST_CASE("an exception of a callback on the loop is logged, and the node goes on") {
  std::promise<std::string> logged;
  integration::adapter adapter;
  adapter.log = [&logged](const peer::log_line& line) {
    if (line.level == peer::log_level::error) logged.set_value(line.text);
  };
  running one{adapter};
  one.handle->peers([](const auto&) { throw std::runtime_error{"no such window"}; });
  CHECK(logged.get_future().get() == "the completion of a call from another thread: no such window");
  const auto counted = outcome_of<node_statistics>([&](auto done) { one.handle->statistics(done); });
  REQUIRE(counted);
  CHECK(counted->exceptions == 1);
  one.end();
  CHECK(one.ended_well);
}

TEST_CASE("an exception of a callback or an executor after the node's end is ignored") {
  std::optional<node_handle> handle;
  {
    uv::loop loop;
    node there{loop, quiet(), {}};
    handle.emplace(there.handle());
    const node_handle unwilling = there.handle([](const auto&) { throw std::runtime_error{"no thread"}; });
    handle->peers([](const auto&) { throw std::runtime_error{"once"}; });
    unwilling.peers([](const auto&) {});
  }
  handle->peers([](const auto&) { throw std::runtime_error{"twice"}; });
}

}  // namespace node_handle_threads_test
