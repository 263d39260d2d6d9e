// Hexadecimal conversions that allocate memory.
#include <pappus/wire/hex.hpp>

namespace pappus::wire {

std::optional<bytes> bytes_from_hex(std::string_view text) {
  bytes raw(text.size() / 2);
  if (!read_hex(text, raw)) return std::nullopt;
  return raw;
}

}  // namespace pappus::wire
