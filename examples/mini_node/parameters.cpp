// Parsing of options and parameters.
#include "parameters.hpp"

#include <fmt/format.h>

#include <pappus/peer/transport/onion_name.hpp>
#include <pappus/wire/hash.hpp>

#include "text.hpp"

namespace mini_node {

using pappus::failure;
using pappus::wire::messages::txhashset_request;

std::string to_string(const number_range& range) { return fmt::format("{} to {}", range.least, range.most); }

std::string is_not(std::string_view text, std::string_view expected) {
  constexpr std::size_t shown = 80;
  return fmt::format("'{}{}' is not {}", text.substr(0, shown), text.size() > shown ? "..." : "", expected);
}

std::optional<std::string> onion_fault(std::string_view text) {
  const std::string_view host = text.substr(0, text.find(':'));
  if (!pappus::peer::is_in_onion_domain(host)) return std::nullopt;
  const std::string_view fault = pappus::peer::fault_of_onion_name(host);
  if (fault.empty()) return std::nullopt;
  return is_not(host, fmt::format("the name of an onion service: {}", fault));
}

pappus::result<std::uint64_t, std::string> number_of(std::string_view name, std::string_view text,
                                                     const number_range& allowed) {
  const auto number = parse_number(text);
  if (number && *number >= allowed.least && *number <= allowed.most) return *number;
  const std::string unit = allowed.unit.empty() ? "" : fmt::format(" of {}", allowed.unit);
  return failure{
      fmt::format("{}: {}", name, is_not(text, fmt::format("a number{} from {}", unit, to_string(allowed))))};
}

std::string no_peer(std::string_view which) {
  return fmt::format("no peer {} {}", parse_number(which) ? "with the id" : "at", which);
}

pappus::result<txhashset_request, std::string> state_at(std::string_view hash, std::string_view height) {
  constexpr std::size_t digits = 2 * pappus::wire::hash::size;
  const auto block = pappus::wire::hash::from_hex(hash);
  if (!block) {
    const std::string given = hash.size() == digits ? "" : fmt::format(", but has {} characters", hash.size());
    return failure{"HASH: " + is_not(hash, fmt::format("a hash of {} hexadecimal digits", digits)) + given};
  }
  PAPPUS_TRY(number, number_of("HEIGHT", height));
  return txhashset_request{*block, number};
}

}  // namespace mini_node
