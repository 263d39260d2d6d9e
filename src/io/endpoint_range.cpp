#include <algorithm>

#include <pappus/io/endpoint_range.hpp>

#include "../decimal.hpp"
#include "leading_address.hpp"

namespace pappus::io {
namespace {

/// Takes an address, IPv6 without brackets, too, after which no port can follow.
leading_address take_network(std::string_view text) noexcept {
  if (text.starts_with('[') || std::ranges::count(text, ':') < 2) return take_address(text);
  const std::size_t end = std::min(text.find('/'), text.size());
  return {ip_address::parse(text.substr(0, end)), true, text.substr(end)};
}

/// Takes `/BITS`, by default all bits. Those of a mapped address are counted as of IPv6.
std::optional<std::uint8_t> take_prefix_length(leading_address& after) noexcept {
  const std::uint8_t max = after.address->size();
  if (!after.rest.starts_with('/')) return max;
  const std::size_t end = std::min(after.rest.find(':'), after.rest.size());
  const auto written = parse_decimal<std::uint8_t>(after.rest.substr(1, end - 1), 128);
  after.rest.remove_prefix(end);
  const std::uint8_t ignored = after.is_v6_form ? 128 - max : 0;
  if (!written || *written < ignored || *written - ignored > max) return std::nullopt;
  return static_cast<std::uint8_t>(*written - ignored);
}

}  // namespace

std::optional<endpoint_range> endpoint_range::parse(std::string_view text) noexcept {
  leading_address found = take_network(text);
  if (!found.address) return std::nullopt;
  const auto bits = take_prefix_length(found);
  if (!bits) return std::nullopt;
  if (found.rest.empty()) return endpoint_range{*found.address, *bits};
  if (!found.rest.starts_with(':')) return std::nullopt;
  const auto port = parse_decimal<std::uint16_t>(found.rest.substr(1), 65535);
  if (!port || *port == 0) return std::nullopt;
  return endpoint_range{*found.address, *bits, port};
}

std::string to_string(const endpoint_range& range) {
  std::string text = range.port ? to_bracketed_string(range.network) : to_string(range.network);
  if (range.prefix_length != range.network.size()) text += '/' + std::to_string(range.prefix_length);
  if (range.port) text += ':' + std::to_string(*range.port);
  return text;
}

}  // namespace pappus::io
