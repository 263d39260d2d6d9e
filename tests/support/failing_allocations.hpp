// Conversations over a libuv loop of which each allocation fails once.
#pragma once

#include <chrono>
#include <cstddef>
#include <new>
#include <utility>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>

#include <pappus/coro/frame_recycler.hpp>
#include <pappus/coro/scope.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/transport.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/runtime.hpp>

namespace support {

using namespace pappus;

/// Whether `talk`, with its arguments after a scope, has ended well.
template <class Talk, class... Arguments>
task<bool> ended_well(io::runtime* net, Talk talk, Arguments... with) {
  try {
    auto talked = with_scope(talk, net, with...);
    const auto ended = co_await io::with_timeout(*net, std::chrono::seconds{5}, std::move(talked));
    co_return ended.has_value();
  } catch (const std::bad_alloc&) {
    co_return false;
  }
}

/// Runs `talk(scope&, io::runtime*, io::listener*, with...)` with its first allocation failing, then with its second,
/// until none fails; checks that the loop survives all of them, and that the last conversation ends well. Returns the
/// number of allocations that have failed.
template <class Talk, class... Arguments>
std::size_t fail_each_allocation(Talk talk, Arguments... with) {
  std::size_t failed = 0;
  for (std::size_t n = 1;; ++n) {
    CAPTURE(n);
    uv::loop loop;
    auto listener = loop.runtime().listen({ip_address::v4(0x7f000001), 0}).value();
    auto conversation = ended_well(&loop.runtime(), talk, listener.get(), with...);
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
      MESSAGE(failed << " allocations have failed");
      return failed;
    }
    ++failed;
  }
}

}  // namespace support
