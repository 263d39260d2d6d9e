// Adapter functions that run on threads of the application.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/made_up.hpp>
#include <support/running_node.hpp>

#include <pappus/integration/bridge/bind_executor.hpp>
#include <pappus/integration/threads/run_loop.hpp>
#include <pappus/integration/threads/shared_chain_tip.hpp>

namespace threads_bind_executor_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using integration::bind_executor;
using integration::run_loop;
using peer::validation_result;
using support::outcome_of;
using support::running;
using support::some_block;
using support::some_transaction;
using wire::messages::block;
using wire::messages::get_block;

namespace {

/// A thread that runs a run_loop.
class worker {
public:
  explicit worker(std::size_t capacity = 1024) : work(capacity), thread_([this] { work.run(); }) {}
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker() {
    work.stop();
    thread_.join();
  }
  [[nodiscard]] std::thread::id id() const { return thread_.get_id(); }

  run_loop work;

private:
  std::thread thread_;
};

/// Connects `asker` to `other`; returns the id of the session.
std::uint64_t meet(running& asker, running& other) {
  const auto met = outcome_of<peer::peer_info>([&](auto done) { asker.handle->connect(other.endpoint, done); });
  REQUIRE(met);
  return met->id;
}

node_statistics statistics_of(running& of) {
  return outcome_of<node_statistics>([&](auto done) { of.handle->statistics(done); }).value();
}

}  // namespace

TEST_CASE("a request of a peer is answered on the thread chosen for it") {
  worker chain;
  const wire::block_ptr there = some_block(1);
  std::atomic<bool> on_its_thread{false};
  integration::adapter adapter;
  adapter.get_block = bind_executor(chain.work.executor(), [&](const wire::hash& id) {
    on_its_thread = std::this_thread::get_id() == chain.id();
    return id == there->hash() ? there : nullptr;
  });
  running other{adapter};
  running asker;
  const std::uint64_t session = meet(asker, other);
  const auto given =
      outcome_of<block>([&](auto done) { asker.handle->request(session, get_block{there->hash()}, done); });
  REQUIRE(given);
  CHECK(given->value->hash() == there->hash());
  CHECK(on_its_thread);
  const auto nobody =
      outcome_of<block>([&](auto done) { asker.handle->request(session + 1, get_block{there->hash()}, done); });
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error() == peer::request_error::no_such_peer);
}

TEST_CASE("a transaction accepted on another thread is relayed, and found there by requests") {
  worker pool;
  const wire::transaction_ptr tx = some_transaction(1);
  bool kept = false;  // by the pool's thread
  integration::adapter adapter;
  adapter.transaction_received = bind_executor(pool.work.executor(), [&kept](const auto&, peer::phase, const auto&) {
    kept = true;
    return validation_result::accept;
  });
  adapter.get_transaction =
      bind_executor(pool.work.executor(), [&kept, tx](const wire::hash&) { return kept ? tx : nullptr; });
  running hub{adapter};

  std::promise<wire::hash> heard;
  integration::adapter listening;
  listening.transaction_received = [&heard](const wire::transaction_ptr& got, peer::phase, const auto&) {
    heard.set_value(got->kernel_hash(0));
    return validation_result::ignore;
  };
  running listener{listening};
  integration::adapter sending;
  sending.get_transaction = [tx](const wire::hash&) { return tx; };
  running sender{sending};
  meet(listener, hub);
  meet(sender, hub);
  CHECK(outcome_of<peer::broadcast_report>([&](auto done) { sender.handle->broadcast(tx, done); })->sent == 1);
  CHECK(heard.get_future().get() == tx->kernel_hash(0));
}

TEST_CASE("events are delivered on the chosen thread, in order") {
  worker log;
  std::promise<std::vector<char>> told;
  std::vector<char> so_far;  // by the log's thread
  integration::adapter adapter;
  adapter.peer_connected = bind_executor(log.work.executor(), [&](const peer::peer_info&) { so_far.push_back('c'); });
  adapter.peer_disconnected =
      bind_executor(log.work.executor(), [&](const peer::peer_info&, const peer::disconnect_info&) {
        so_far.push_back('d');
        told.set_value(so_far);
      });
  running other{adapter};
  {
    running asker;
    meet(asker, other);
  }
  CHECK(told.get_future().get() == std::vector{'c', 'd'});
}

TEST_CASE("a call whose executor throws gets no response, and nothing else is affected") {
  const wire::block_ptr there = some_block(1);
  integration::adapter adapter;
  adapter.get_block = bind_executor([](const auto&) {}, [](const wire::hash&) { return wire::block_ptr{}; });
  running other{adapter};
  running asker;
  const std::uint64_t session = meet(asker, other);
  asker.handle->request(session, get_block{there->hash()}, [](const auto&) {});
  constexpr auto about = peer::adapter_method::get_block;
  while (statistics_of(other).adapter_calls.unanswered[about] == 0) std::this_thread::sleep_for(1ms);
  CHECK(statistics_of(other).adapter_calls.made[about] == 1);
  CHECK(statistics_of(other).adapter_calls.pending == 0);
}

TEST_CASE("an exception on another thread is logged and ends only the session of the requesting peer") {
  worker chain;
  std::promise<std::string> logged;
  integration::adapter adapter;
  adapter.log = [&logged](const peer::log_line& line) {
    if (line.level == peer::log_level::error) logged.set_value(line.text);
  };
  adapter.get_block = bind_executor(chain.work.executor(), [](const wire::hash&) -> wire::block_ptr {
    throw std::runtime_error{"database is locked"};
  });
  running other{adapter};
  running asker;
  running neighbor;
  const std::uint64_t session = meet(asker, other);
  meet(neighbor, other);
  const auto given =
      outcome_of<block>([&](auto done) { asker.handle->request(session, get_block{some_block(1)->hash()}, done); });
  REQUIRE_FALSE(given);
  CHECK(given.error() == peer::request_error::disconnected);
  CHECK(logged.get_future().get().ends_with("internal_error: get_block: database is locked"));
  CHECK(statistics_of(other).inbound == 1);
  CHECK(statistics_of(other).connections.ended[peer::disconnect_reason::internal_error] == 1);
}

TEST_CASE("a node stops with open calls, and later responses are dropped") {
  std::promise<integration::responder<wire::block_ptr>> kept;
  integration::adapter adapter;
  adapter.get_block = [&kept](const wire::hash&, integration::responder<wire::block_ptr> to) {
    kept.set_value(std::move(to));
  };
  std::optional<running> other{std::in_place, adapter};
  running asker;
  const std::uint64_t session = meet(asker, *other);
  asker.handle->request(session, get_block{some_block(1)->hash()}, [](const auto&) {});
  auto reply = kept.get_future().get();
  std::thread late{[reply = std::move(reply)] { reply(some_block(1)); }};
  other->end();
  CHECK(other->ended_well);
  late.join();
  other.reset();
}

TEST_CASE("the responses of many threads all arrive") {
  constexpr std::size_t blocks = 60;
  std::vector<wire::block_ptr> there;
  for (std::size_t i = 0; i != blocks; ++i) there.push_back(some_block(i + 1));
  worker first;
  worker second;
  integration::adapter adapter;
  const auto find = [&there](const wire::hash& id) {
    const auto found = std::ranges::find_if(there, [&id](const auto& each) { return each->hash() == id; });
    return found == there.end() ? nullptr : *found;
  };
  std::atomic<unsigned> turn{0};
  const auto by_turns = [&](std::function<void()> what) {
    (++turn % 2 == 0 ? first : second).work.executor()(std::move(what));
  };
  adapter.get_block = bind_executor(by_turns, find);
  running other{adapter};
  running asker;
  const std::uint64_t session = meet(asker, other);
  std::atomic<std::size_t> found{0};
  std::promise<void> all;
  for (const auto& each : there) {
    asker.handle->request(session, get_block{each->hash()}, [&](const result<block>& got) {
      CHECK(got.has_value());
      if (++found == blocks) all.set_value();
    });
  }
  all.get_future().get();
  CHECK(statistics_of(other).chain.answered == blocks);
}

TEST_CASE("a run_loop runs its functions in order on the thread that runs it, and counts those without room") {
  run_loop work{4};
  const auto in = work.executor();
  std::vector<int> ran;
  for (int i = 0; i != 4; ++i) {
    in([&ran, &work, i] {
      ran.push_back(i);
      if (i == 3) work.stop();
    });
  }
  in([&ran] { ran.push_back(4); });
  CHECK(work.statistics().refused == 1);
  std::thread serving{[&work] { work.run(); }};
  serving.join();
  CHECK(ran == std::vector{0, 1, 2, 3});
}

TEST_CASE("an exception of a function does not stop the others, and run rethrows the first one") {
  run_loop work{8};
  const auto in = work.executor();
  std::vector<int> ran;
  for (int i = 0; i != 4; ++i) {
    in([&ran, &work, i] {
      ran.push_back(i);
      if (i == 3) work.stop();
      if (i % 2 == 1) throw i;
    });
  }
  int thrown = 0;
  try {
    work.run();
  } catch (const int which) {
    thrown = which;
  }
  CHECK(thrown == 1);
  CHECK(ran == std::vector{0, 1, 2, 3});
  work.run();  // it was stopped
}

TEST_CASE("the chain tip set by any thread is announced to peers") {
  running other;
  std::vector<std::thread> writers;
  for (std::uint64_t i = 1; i != 4; ++i) {
    writers.emplace_back([&other, i] {
      for (std::uint64_t n = 0; n != 1'000; ++n) other.handle->set_chain_tip({i * n, n});
    });
  }
  {
    running while_it_changes;
    meet(while_it_changes, other);
  }
  for (std::thread& each : writers) each.join();
  other.handle->set_chain_tip({77, 3});
  running asker;
  const auto met = outcome_of<peer::peer_info>([&](auto done) { asker.handle->connect(other.endpoint, done); });
  REQUIRE(met);
  CHECK(met->tip.total_difficulty == 77);
}

}  // namespace threads_bind_executor_threads_test
