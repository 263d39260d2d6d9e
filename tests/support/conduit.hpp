// A pair of connected streams, in place of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <pappus/coro/task.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/io/stream.hpp>
#include <pappus/wire/bytes.hpp>

namespace support {

using namespace pappus;

/// Both ends of a connection of a machine to itself.
struct conduit {
  io::stream_ptr in;
  io::stream_ptr out;

  [[nodiscard]] static task<conduit> make(io::runtime& net, io::endpoint at) {
    auto listener = net.listen(at).value();
    auto dialed = co_await net.connect(listener->local_endpoint());
    auto accepted = co_await listener->accept();
    conduit both;
    both.in = std::move(dialed).value();
    both.out = std::move(accepted).value();
    co_return std::move(both);
  }
};

/// Bytes without a pattern, the same each time.
[[nodiscard]] inline wire::bytes noise(std::size_t size) {
  wire::bytes made(size);
  std::uint32_t state = 1;
  for (std::byte& each : made) each = static_cast<std::byte>((state = state * 1'664'525 + 1'013'904'223) >> 24);
  return made;
}

}  // namespace support
