#include <algorithm>
#include <string>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/discovery/seed.hpp>
#include <pappus/peer/transport/onion_name.hpp>

namespace pappus::peer {
namespace {

/// Refuses names that end in a number: resolvers take numbers with fewer dots, or in other bases, for addresses.
bool is_name(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [is_digit](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
  };
  constexpr std::size_t longest = 253;  // characters of a name, RFC 1035
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::string_view last = text.substr(text.rfind('.') + 1);
  const bool is_number = std::ranges::all_of(last, is_digit) || last.starts_with("0x") || last.starts_with("0X");
  if (is_in_onion_domain(text)) return is_onion_service(text);
  return text.size() <= longest && std::ranges::all_of(text, fits) && !is_number;
}

}  // namespace

std::optional<seed> seed::parse(std::string_view text) {
  const auto itself = io::endpoint::parse(text);
  if (itself && itself->port != 0) return seed{to_string(itself->address), itself->port};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_name(text.substr(0, colon))) return std::nullopt;
  // The port has the format of that of an endpoint.
  const auto where = io::endpoint::parse("0.0.0.0" + std::string{text.substr(colon)});
  if (!where || where->port == 0) return std::nullopt;
  return seed{std::string{text.substr(0, colon)}, where->port};
}

seed seed_at(const io::endpoint& where) { return {to_string(where.address), where.port}; }

std::string to_string(const seed& of) {
  const auto itself = ip_address::parse(of.host);
  return (itself ? to_bracketed_string(*itself) : of.host) + ':' + std::to_string(of.port);
}

std::vector<seed> seeds_of(const wire::chain_parameters& network) {
  std::vector<seed> known;
  for (const std::string_view host : network.seeds) {
    seed& each = known.emplace_back();
    each.host = host;
    each.port = network.default_port;
  }
  return known;
}

}  // namespace pappus::peer
