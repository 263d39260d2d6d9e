// The budget of a loop: how much runs between two polls of its sockets.
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/budget.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/cost.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/uv/loop.hpp>

#include "support/conduit.hpp"

namespace budget_test {

using namespace pappus;
using coro::ready_queue;
using support::conduit;

namespace {

constexpr io::endpoint any_port{pappus::ip_address::v4(0x7f000001), 0};

/// Waits for a byte, and records how far another count has come then.
task<void> read_and_note(io::stream* from, const std::size_t* progress, std::size_t* noted, scope* beside) {
  std::array<std::byte, 1> byte;
  const auto got = co_await from->read_exact(byte);
  CHECK(got.has_value());
  *noted = *progress;
  beside->request_stop();
}

task<void> write_byte(io::stream* to) {
  constexpr std::array<std::byte, 1> byte{};
  const auto written = co_await to->write_all(io::const_buffer{byte});
  CHECK(written.has_value());
}

constexpr std::size_t piece = 100;

task<void> work_for_ever(coro::stop_token until, std::size_t* pieces) {
  while (!until.stop_requested()) {
    co_await coro::consume_budget(piece);
    ++*pieces;
  }
}

/// A timer that counts how often it fires.
class counter final : public io::timer_node {
public:
  explicit counter(std::size_t& fired) noexcept : fired_(fired) {}

private:
  void on_timer() noexcept override { ++fired_; }

  std::size_t& fired_;
};

}  // namespace

TEST_CASE("coroutines that are always ready let the loop poll its sockets after each budget") {
  uv::loop loop;
  conduit ends = loop.run(conduit::make(loop, any_port));
  std::size_t pieces = 0;
  std::size_t at_write = 0;
  std::size_t at_read = 0;
  const auto script = [](scope& beside, conduit* over, std::size_t* done, std::size_t* before,
                         std::size_t* after) -> task<void> {
    beside.spawn(read_and_note(over->in.get(), done, after, &beside));
    beside.spawn(work_for_ever(beside.token(), done));
    while (*done < 10 * ready_queue::default_budget / piece) co_await coro::yield();
    *before = *done;
    co_await write_byte(over->out.get());
  };
  const auto both = [&]() -> task<void> { return with_scope(script, &ends, &pieces, &at_write, &at_read); };
  loop.run(both());
  CHECK(at_read - at_write <= 2 * ready_queue::default_budget / piece);
}

TEST_CASE("timers that are due at the same time fire in several turns, and the loop polls its sockets between them") {
  uv::loop loop;
  conduit ends = loop.run(conduit::make(loop, any_port));
  constexpr std::size_t many = 20'000;
  std::size_t fired = 0;
  std::size_t at_read = 0;
  std::vector<std::unique_ptr<counter>> timers;
  for (std::size_t i = 0; i != many; ++i) {
    timers.push_back(std::make_unique<counter>(fired));
    loop.timers().arm(*timers.back(), loop.now());
  }
  const auto script = [](scope& beside, conduit* over, const std::size_t* done, std::size_t* after) -> task<void> {
    beside.spawn(read_and_note(over->in.get(), done, after, &beside));
    co_await write_byte(over->out.get());
  };
  const auto both = [&]() -> task<void> { return with_scope(script, &ends, &fired, &at_read); };
  loop.run(both());
  CHECK(at_read <= 2 * ready_queue::default_budget / io::cost::timer);
  const auto rest = [](const std::size_t* done) -> task<void> {
    while (*done != many) co_await coro::yield();
  };
  loop.run(rest(&fired));
}

TEST_CASE("system calls are charged to the turn") {
  uv::loop loop;
  conduit ends = loop.run(conduit::make(loop, any_port));
  const auto script = [](uv::loop* on, conduit* over) -> task<void> {
    const std::size_t before_write = on->ready().remaining();
    co_await write_byte(over->out.get());
    const std::size_t before_close = on->ready().remaining();
    CHECK(before_write - before_close >= io::cost::write);
    over->out->close();
    CHECK(before_close - on->ready().remaining() >= io::cost::close);
  };
  loop.run(script(&loop, &ends));
}

}  // namespace budget_test
