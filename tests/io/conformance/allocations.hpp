// Conformance: waiting costs no memory. Counts what goes through operator new, which it replaces in its program.
#pragma once

#include <cstdlib>
#include <new>

#include "../../support/sanitizers.hpp"
#include "support.hpp"

namespace conformance {

inline std::size_t allocations = 0;

}  // namespace conformance

void* operator new(std::size_t size) {
  ++conformance::allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept { std::free(memory); }

void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace conformance;

TEST_CASE("reading, writing, waiting for time and being stopped allocate nothing" * doctest::skip(support::sanitized)) {
  run([](backend& on) -> task<void> {
    auto [client, server] = co_await connect(on);
    std::array<std::byte, 64> question{};
    std::array<std::byte, 64> answer{};
    auto reply = [](scope& /*side_by_side*/, io::stream* over, int rounds) -> task<void> {
      std::array<std::byte, 64> bytes{};
      for (int i = 0; i != rounds; ++i) {
        const auto got = co_await over->read_exact(bytes);
        CHECK(got);
        const auto written =
            co_await over->write_all(io::const_buffer{bytes}.first(32), io::const_buffer{bytes}.last(32));
        CHECK(written);
      }
    };
    auto ask = [](scope& side_by_side, backend* with, io::stream* near, io::stream* far, decltype(reply) replies,
                  io::buffer said, io::buffer heard) -> task<void> {
      constexpr int warm_up = 20;
      constexpr int measured = 500;
      side_by_side.spawn(replies(side_by_side, far, warm_up + measured));
      std::size_t before = 0;
      for (int i = 0; i != warm_up + measured; ++i) {
        if (i == warm_up) before = allocations;
        const auto written = co_await near->write_all(said);
        if (!written) co_return;
        const auto got = co_await near->read_exact(heard);
        if (!got) co_return;
        if (i % 100 == 0) static_cast<void>(co_await io::sleep_for(with->client(), 1ms));
      }
      CHECK(allocations == before);
    };
    co_await with_scope(ask, &on, client.get(), server.get(), reply, io::buffer{question}, io::buffer{answer});
  });
}
