// Hand and Shake: the two messages of the handshake. They have the same form at every version, since they negotiate it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>
#include <pappus/wire/peer_address.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

/// Sent by the peer that has connected.
struct hand {
  static constexpr std::uint8_t code = 1;
  static constexpr const char* name = "hand";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_hand_body; }

  protocol_version version = latest_version;
  wire::capabilities capabilities;
  std::uint64_t nonce = 0;  // random; a node that receives its own nonce has connected to itself
  std::uint64_t total_difficulty = 0;
  peer_address sender;  // of the sender's listener; usually only the port is correct
  peer_address receiver;
  std::string user_agent;  // UTF-8
  hash genesis;

  [[nodiscard]] static hand read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept;

  friend bool operator==(const hand&, const hand&) = default;
};

/// Response to `hand`.
struct shake {
  static constexpr std::uint8_t code = 2;
  static constexpr const char* name = "shake";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_shake_body; }

  protocol_version version = latest_version;
  wire::capabilities capabilities;
  std::uint64_t total_difficulty = 0;
  std::string user_agent;  // UTF-8
  hash genesis;

  [[nodiscard]] static shake read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept;

  friend bool operator==(const shake&, const shake&) = default;
};

}  // namespace pappus::wire::messages
