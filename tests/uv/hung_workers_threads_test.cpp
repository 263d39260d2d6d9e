// Operations that wait for a worker thread that hangs: they can be stopped, and the worker may return later.
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/busy_workers.hpp>
#include <support/temporary_folder.hpp>
#include <uv.h>

#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/uv/file.hpp>
#include <pappus/uv/loop.hpp>

namespace hung_workers_threads_test {

using namespace pappus;
using namespace std::chrono_literals;
using support::busy_workers;
using support::temporary_folder;

namespace {

constexpr std::size_t much = 1'000'000;

/// Its buffer is freed when it has ended.
task<result<void>> write_much(io::stream* to) {
  const std::vector<std::byte> bytes(much);
  co_return co_await to->write_all(bytes);
}

task<std::error_code> write_until_late(io::runtime* on, io::stream* to) {
  const auto written = co_await io::with_timeout(*on, 5ms, write_much(to));
  co_return written ? std::error_code{} : written.error();
}

task<void> close_soon(io::runtime* on, io::stream* which) {
  static_cast<void>(co_await io::sleep_for(*on, 5ms));
  which->close();
}

task<std::error_code> write_until_closed(scope& beside, io::runtime* on, io::stream* to) {
  beside.spawn(close_soon(on, to));
  const auto written = co_await write_much(to);
  co_return written ? std::error_code{} : written.error();
}

task<result<int>> compute() { co_return 42; }

task<result<int>> compute_elsewhere(io::runtime* on, std::shared_ptr<int> used) {
  auto work = [used = std::move(used)] { return ++*used; };
  co_return co_await io::offload(*on, std::move(work));
}

task<result<std::vector<pappus::ip_address>>> look_up(io::runtime* on) { co_return co_await on->resolve("localhost"); }

/// Starts every operation that uses a worker; none completes.
task<void> wait_in_vain(io::runtime* on, io::stream* file, std::shared_ptr<int> used) {
  const auto computed = co_await io::with_timeout(*on, 1ms, compute_elsewhere(on, std::move(used)));
  CHECK(computed.error() == make_error_code(errc::timed_out));
  const auto found = co_await io::with_timeout(*on, 1ms, look_up(on));
  CHECK(found.error() == make_error_code(errc::timed_out));
  const auto written = co_await io::with_timeout(*on, 1ms, write_much(file));
  CHECK(written.error() == make_error_code(errc::timed_out));
}

}  // namespace

TEST_CASE("a write to a file is abandoned when it is stopped or the file is closed") {
  const temporary_folder folder;
  uv::loop loop;
  io::runtime& net = loop;
  auto one = uv::open_file(loop, folder.file("one"), uv::open_mode::create).value();
  auto other = uv::open_file(loop, folder.file("other"), uv::open_mode::create).value();
  busy_workers busy{net};
  CHECK(loop.run(write_until_late(&net, one.get())) == make_error_code(errc::timed_out));
  CHECK(loop.run(with_scope(&write_until_closed, &net, other.get())) == make_error_code(errc::closed));
  one.reset();
  other.reset();
  busy.let_go();
  CHECK(loop.drain(1min));
  CHECK(std::filesystem::file_size(folder.file("one")) < much);
}

TEST_CASE("drain returns whether the workers of the loop have ended") {
  uv::loop loop;
  CHECK(loop.drain(0ms));
  CHECK(loop.run(compute()).value() == 42);
  busy_workers busy{loop.runtime()};
  CHECK_FALSE(loop.drain(1ms));
  CHECK(loop.run(compute()).value() == 42);
  busy.let_go();
  CHECK(loop.drain(1min));
  CHECK(loop.drain(0ms));
}

TEST_CASE("on a uv_loop_t of the application workers may return after our loop is gone") {
  const temporary_folder folder;
  uv_loop_t hosts;
  REQUIRE(uv_loop_init(&hosts) == 0);
  const auto used = std::make_shared<int>(0);
  std::optional<busy_workers> busy;
  {
    uv::loop loop{hosts};
    io::runtime& net = loop;
    const auto file = uv::open_file(loop, folder.file("file"), uv::open_mode::create).value();
    busy.emplace(net);
    bool ended = false;
    loop.spawn(wait_in_vain(&net, file.get(), used), [&](const std::exception_ptr&) {
      ended = true;
      uv_stop(&hosts);
    });
    while (!ended) uv_run(&hosts, UV_RUN_DEFAULT);
    CHECK(used.use_count() == 2);
  }
  busy->let_go();
  uv_run(&hosts, UV_RUN_DEFAULT);
  CHECK(*used == 1);
  CHECK(used.use_count() == 1);
  CHECK(uv_loop_close(&hosts) == 0);
}

}  // namespace hung_workers_threads_test
