// Error: reports an error before closing. Grin defines it but never sends it; its cap of 0 allows no body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/wire/limits.hpp>
#include <pappus/wire/reader.hpp>
#include <pappus/wire/writer.hpp>

namespace pappus::wire::messages {

struct error {
  static constexpr std::uint8_t code = 0;
  static constexpr const char* name = "error";
  static constexpr std::size_t cap(chain_limits) noexcept { return limits::max_error_body; }

  std::uint32_t number = 0;
  std::string text;  // UTF-8

  [[nodiscard]] static error read(reader& in);
  void write(writer& out) const;
  [[nodiscard]] std::size_t size(protocol_version) const noexcept { return 4 + 8 + text.size(); }

  friend bool operator==(const error&, const error&) = default;
};

}  // namespace pappus::wire::messages
