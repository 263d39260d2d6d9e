// yield.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/coro/yield.hpp>

#include "support/manual_loop.hpp"

namespace yield_test {

using pappus::task;
using pappus::coro::yield;
using support::manual_loop;
using support::started;

namespace {

task<void> alternate(std::string& into, char name, int times) {
  for (int i = 0; i != times; ++i) {
    into += name;
    co_await yield();
  }
}

}  // namespace

TEST_CASE("yielding coroutines run in turns") {
  manual_loop loop;
  std::string done;
  started<void> a{loop, alternate(done, 'a', 3)};
  started<void> b{loop, alternate(done, 'b', 3)};
  started<void> c{loop, alternate(done, 'c', 1)};
  loop.drain();
  CHECK(done == "abcabab");
}

TEST_CASE("a yielding coroutine goes on after a stop") {
  manual_loop loop;
  std::string done;
  started<void> a{loop, alternate(done, 'a', 3)};
  loop.step();
  a.request_stop();
  loop.drain();
  CHECK(done == "aaa");
  CHECK(a.ended());
}

}  // namespace yield_test
