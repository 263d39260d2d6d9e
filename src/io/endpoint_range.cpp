#include <pappus/io/endpoint_range.hpp>

#include "decimal.hpp"

namespace pappus::io {

std::optional<endpoint_range> endpoint_range::parse(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  const std::string_view block = text.substr(0, colon);
  const std::size_t slash = block.find('/');
  const auto address = ipv4_address::parse(block.substr(0, slash));
  std::optional<std::uint8_t> bits = std::uint8_t{32};
  if (slash != std::string_view::npos) bits = parse_decimal<std::uint8_t>(block.substr(slash + 1), 32);
  if (!address || !bits) return std::nullopt;
  if (colon == std::string_view::npos) return endpoint_range{*address, *bits};
  const auto port = parse_decimal<std::uint16_t>(text.substr(colon + 1), 65535);
  if (!port || *port == 0) return std::nullopt;
  return endpoint_range{*address, *bits, port};
}

std::string to_string(const endpoint_range& range) {
  std::string text = to_string(range.network);
  if (range.prefix_length != 32) text += '/' + std::to_string(range.prefix_length);
  if (range.port) text += ':' + std::to_string(*range.port);
  return text;
}

}  // namespace pappus::io
