#include <pappus/io/endpoint.hpp>

#include "../decimal.hpp"
#include "leading_address.hpp"

namespace pappus::io {

std::optional<endpoint> endpoint::parse(std::string_view text) noexcept {
  const leading_address found = take_address(text);
  if (!found.address || !found.rest.starts_with(':')) return std::nullopt;
  const auto port = parse_decimal<std::uint16_t>(found.rest.substr(1), 65535);
  if (!port) return std::nullopt;
  return endpoint{*found.address, *port};
}

std::string to_string(const endpoint& endpoint) {
  return to_bracketed_string(endpoint.address) + ':' + std::to_string(endpoint.port);
}

}  // namespace pappus::io
