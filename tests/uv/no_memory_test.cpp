// Failed allocations on a libuv loop: the operation fails, and the loop goes on.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/coro/yield.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/runtime.hpp>

namespace no_memory_test {

using namespace pappus;
using namespace std::chrono_literals;

namespace heap = support::heap;

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

/// Whether all went well.
task<bool> talk(io::runtime* net, io::listener* at) {
  try {
    auto talked = with_scope(both, net, at);
    const auto ended = co_await io::with_timeout(*net, 5s, std::move(talked));
    co_return ended.has_value();
  } catch (const std::bad_alloc&) {
    co_return false;
  }
}

}  // namespace

TEST_CASE("each allocation of a conversation on a libuv loop fails once") {
  std::size_t failed = 0;
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    uv::loop loop;
    auto listener = loop.runtime().listen({pappus::ip_address::v4(0x7f000001), 0}).value();
    auto conversation = talk(&loop.runtime(), listener.get());
    coro::frame_recycler::trim();
    heap::fails_in = n;
    bool well = false;
    bool thrown = false;
    try {
      well = loop.run(std::move(conversation));
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
    const bool done = std::exchange(heap::fails_in, 0) != 0;
    if (done) {
      CHECK(well);
      CHECK_FALSE(thrown);
      break;
    }
    ++failed;
  }
  MESSAGE(failed << " allocations have failed");
  CHECK(failed > 5);
}

}  // namespace no_memory_test
