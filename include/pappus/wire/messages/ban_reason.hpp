// BanReason: the last message to a peer that is being banned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire {

/// Reason for a ban. Grin ReasonForBan.
enum class reason_for_ban : std::int32_t {
  none = 0,
  bad_block = 1,
  bad_compact_block = 2,
  bad_header = 3,
  bad_txhashset = 4,
  manual = 5,
  fraud_height = 6,
  bad_handshake = 7,
};

/// Name for logs.
[[nodiscard]] std::string_view to_string(reason_for_ban cause) noexcept;

}  // namespace pappus::wire

namespace pappus::wire::messages {

/// Decoded leniently, since the session ends in any case: a truncated body is `none`, trailing bytes are ignored.
struct ban_reason {
  static constexpr std::uint8_t code = 18;
  static constexpr const char* name = "ban_reason";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_ban_reason_body; }
  static constexpr bool ignores_trailing_bytes = true;

  reason_for_ban reason = reason_for_ban::none;

  [[nodiscard]] static ban_reason read(reader& in) noexcept;
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 4; }

  friend bool operator==(const ban_reason&, const ban_reason&) = default;
};

}  // namespace pappus::wire::messages
