// Failed allocations on a libuv loop: the operation fails, and the loop goes on.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/failing_allocations.hpp>

#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/runtime.hpp>

namespace no_memory_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t size = 200'000;

/// Accepts a connection, reads in pieces so small that received bytes must be buffered, and responds.
task<result<void>> serve(io::listener* at) {
  auto accepted = co_await at->accept();
  if (!accepted) accepted = co_await at->accept();
  if (!accepted) co_return failure{accepted.error()};
  io::stream& peer = **accepted;
  std::array<std::byte, 100> piece{};
  for (std::size_t got = 0; got != size;) {
    PAPPUS_CO_TRY(count, co_await peer.read_some(io::buffer{piece}.first(std::min(piece.size(), size - got))));
    got += count;
    if (got % 10'000 == 0) co_await coro::yield();
  }
  co_return co_await peer.write_all(io::const_buffer{piece});
}

task<result<void>> call(io::runtime* net, io::endpoint where) {
  PAPPUS_CO_TRY(peer, co_await net->connect(where));
  const std::vector<std::byte> bytes(size);
  PAPPUS_CO_TRY_DISCARD(co_await peer->write_all(io::const_buffer{bytes}));
  std::array<std::byte, 100> answer{};
  PAPPUS_CO_TRY(count, co_await peer->read_exact(io::buffer{answer}));
  static_cast<void>(count);
  co_return result<void>{};
}

task<result<void>> both(scope& beside, io::runtime* net, io::listener* at) {
  beside.spawn(serve(at));
  co_return co_await call(net, at->local_endpoint());
}

}  // namespace

TEST_CASE("each allocation of a conversation on a libuv loop fails once") {
  CHECK(support::fail_each_allocation(both) > 5);
}

}  // namespace no_memory_test
