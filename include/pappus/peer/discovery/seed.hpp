// Seeds: host names that resolve to peers, for a node without known addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/wire/chain_parameters.hpp>

namespace pappus::peer {

/// A host name, each address of which is a peer at that port. It may be an IP address itself.
struct seed {
  std::string host;        // a name, or an IP address without brackets
  std::uint16_t port = 0;  // not 0

  /// Parses `HOST:PORT`; nullopt otherwise. HOST is an IPv4 address, an IPv6 address in brackets, or a name of letters,
  /// digits, dots, hyphens and underscores that cannot be taken for an address, in the domain .onion that of an onion
  /// service of version 3; PORT is not 0.
  [[nodiscard]] static std::optional<seed> parse(std::string_view text);

  friend bool operator==(const seed&, const seed&) = default;
};

[[nodiscard]] std::string to_string(const seed& of);

/// The seed whose host is an address.
[[nodiscard]] seed seed_at(const io::endpoint& where);

/// The default seeds of a chain.
[[nodiscard]] std::vector<seed> seeds_of(const wire::chain_parameters& network);

}  // namespace pappus::peer
