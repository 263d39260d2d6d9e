// The input of the decoders' fuzzers: the first byte is the type, the second the version, the third the chain, the rest
// the body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/frame.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace fuzz {

inline void require(bool met) {
  if (!met) std::abort();
}

struct input {
  pappus::wire::codec_context spoken;
  pappus::wire::frame received;
};

inline std::optional<input> read_input(const std::uint8_t* data, std::size_t size) {
  using namespace pappus::wire;
  if (size < 3) return std::nullopt;
  constexpr std::uint32_t versions[] = {0, 1, 2, 3, 1000};
  const codec_context spoken{{versions[data[1] % 5]}, chains[data[2] % chains.size()].limits};
  const bytes_view body = std::as_bytes(std::span{data, size}).subspan(3);
  return input{spoken, {{data[0], body.size()}, true, body}};
}

}  // namespace fuzz
