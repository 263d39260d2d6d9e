// Ping and Pong: keep-alive messages with the tip of each side's chain.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

struct ping {
  static constexpr std::uint8_t code = 3;
  static constexpr const char* name = "ping";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_ping_body; }

  std::uint64_t total_difficulty = 0;
  std::uint64_t height = 0;

  [[nodiscard]] static ping read(reader& in) noexcept;
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 16; }

  friend bool operator==(const ping&, const ping&) = default;
};

/// Response to `ping`.
struct pong {
  static constexpr std::uint8_t code = 4;
  static constexpr const char* name = "pong";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_ping_body; }

  std::uint64_t total_difficulty = 0;
  std::uint64_t height = 0;

  [[nodiscard]] static pong read(reader& in) noexcept;
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 16; }

  friend bool operator==(const pong&, const pong&) = default;
};

}  // namespace pappus::wire::messages
