// Conformance: waiting costs no memory. It replaces operator new in its program.
#pragma once

#include <pappus/io/timeout.hpp>

#include "../../support/heap_watch.hpp"
#include "../../support/sanitizers.hpp"
#include "support.hpp"

namespace conformance {

using support::heap::allocations;

inline task<void> answer_questions(io::stream& over, int rounds) {
  std::array<std::byte, 64> bytes{};
  for (int i = 0; i != rounds; ++i) {
    const auto got = co_await over.read_exact(bytes);
    CHECK(got);
    const auto written = co_await over.write_all(io::const_buffer{bytes}.first(32), io::const_buffer{bytes}.last(32));
    CHECK(written);
  }
}

/// Gives how many allocations there were after the first rounds.
inline task<std::size_t> ask_questions(io::runtime& on, io::stream& over, int warm_up, int rounds) {
  std::array<std::byte, 64> bytes{};
  std::size_t before = 0;
  for (int i = 0; i != rounds; ++i) {
    if (i == warm_up) before = allocations;
    const auto written = co_await over.write_all(bytes);
    const auto got = co_await over.read_exact(bytes);
    CHECK(written);
    CHECK(got);
    if (i % 10 == 0) static_cast<void>(co_await io::sleep_for(on, 1ms));
  }
  co_return allocations - before;
}

}  // namespace conformance

using namespace conformance;

TEST_CASE("a deadline of an operation allocates nothing, whether it expires or not" *
          doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    io::runtime& net = on.client();
    auto [client, server] = co_await connect(on);
    event never_set;
    std::array<std::byte, 64> bytes{};
    std::size_t before = 0;
    for (int i = 0; i != 120; ++i) {
      if (i == 20) before = allocations;
      const auto late = co_await io::with_timeout(net, 0ms, never_set.wait());
      CHECK_FALSE(late);
      const auto written = co_await io::with_timeout(net, 1h, client->write_all(bytes));
      CHECK(written);
      const auto got = co_await io::with_timeout(net, 1h, server->read_exact(bytes));
      CHECK(got);
    }
    CHECK(allocations == before);
  });
}

TEST_CASE("reading, writing and sleeping allocate nothing" * doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    constexpr int warm_up = 20;
    constexpr int rounds = 500;
    auto [client, server] = co_await connect(on);
    auto both =
        co_await when_all(answer_questions(*server, rounds), ask_questions(on.client(), *client, warm_up, rounds));
    CHECK(std::get<1>(both) == 0);
  });
}
