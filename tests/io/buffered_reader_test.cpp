// The memory of a buffered reader.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <pappus/coro/when_all.hpp>
#include <pappus/io/buffered_reader.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/sim/world.hpp>

#include "support/heap_watch.hpp"

namespace io_buffered_reader_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t long_line = 1'000'000;

/// Records the memory in use when the long line has been read.
task<void> read_lines(io::stream* from, std::size_t* with_line) {
  io::buffered_reader lines{*from};
  auto line = co_await lines.read_line(long_line);
  REQUIRE(line);
  CHECK(line->size() == long_line);
  *with_line = support::heap::bytes;
  line = co_await lines.read_line(long_line);
  REQUIRE(line);
  CHECK(*line == "short");
}

/// Records the memory in use while the reader waits for the next line.
task<void> write_lines(io::runtime* on, io::stream* to, std::size_t* afterwards) {
  const std::string line(long_line, 'x');
  auto written = co_await to->write_all(line, "\n");
  CHECK(written);
  static_cast<void>(co_await io::sleep_for(*on, 1h));
  *afterwards = support::heap::bytes;
  written = co_await to->write_all("short\n");
  CHECK(written);
}

task<void> exchange_lines(sim::machine* at, std::size_t* with_line, std::size_t* afterwards) {
  io::runtime& on = at->runtime();
  auto listener = on.listen({at->address(), 1}).value();
  auto dialed = co_await on.connect(listener->local_endpoint());
  auto accepted = co_await listener->accept();
  REQUIRE(dialed);
  REQUIRE(accepted);
  co_await when_all(read_lines(accepted->get(), with_line), write_lines(&on, dialed->get(), afterwards));
}

}  // namespace

TEST_CASE("the memory of a long line is freed before the reader waits for the next one") {
  sim::world world{1};
  std::size_t with_line = 0;
  std::size_t afterwards = 0;
  world.run(exchange_lines(&world.add_machine(), &with_line, &afterwards));
  CHECK(with_line >= afterwards + long_line - io::buffered_reader::kept_memory);
}

}  // namespace io_buffered_reader_test
