// Parameters of Grin's chains: mainnet, testnet, usernet and automated testing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <pappus/wire/hash.hpp>
#include <pappus/wire/limits.hpp>

namespace pappus::wire {

/// Grin's chains.
enum class chain_type : std::uint8_t { mainnet, testnet, usernet, automated_testing };

/// The first bytes of each frame.
using magic_bytes = std::array<std::byte, 2>;

/// Parameters of a chain. A private network uses a modified copy of those of one of Grin's.
struct chain_parameters {
  std::string_view name;       // for options and logs
  magic_bytes magic;           // of its frames
  std::uint16_t default_port;  // of its nodes
  hash genesis;                // of its first block
  chain_limits limits;         // of its messages
  bool on_internet;            // its peers have publicly routable addresses, and other addresses are ignored
  std::span<const std::string_view> seeds;  // DNS names; each of their addresses is a peer at the default port
  std::uint64_t genesis_difficulty = 0;     // total difficulty of its first block
};

inline constexpr header_rules mainnet_headers{42, 31, {262'080, 524'160, 786'240, 1'048'320}};
inline constexpr header_rules testnet_headers{42, 31, {185'040, 298'080, 552'960, 642'240}};
inline constexpr header_rules usernet_headers{42, 15, {3, 6, 9, 12}};
inline constexpr header_rules automated_headers{8, 10, {3, 6, 9, 12}};

inline constexpr std::array<std::string_view, 6> mainnet_seeds{
    "mainnet-seed.grinnode.live", "grincoin.org",         "main.gri.mw",
    "mainnet.grinffindor.org",    "main-seed.grin.money", "mainnet.fountainoffairfortune.it"};
inline constexpr std::array<std::string_view, 5> testnet_seeds{"testnet.grincoin.org", "test.gri.mw",
                                                               "testnet.grinffindor.org", "test-seed.grin.money",
                                                               "testnet.fountainoffairfortune.it"};

inline constexpr std::array<chain_parameters, 4> chains{{
    {"mainnet",
     {std::byte{97}, std::byte{61}},
     3414,
     *hash::from_hex("40adad0aec27797b48840aa9e00472015c21baea118ce7a2ff1a82c0f8f5bf82"),
     {40'000, false, mainnet_headers},
     true,
     mainnet_seeds,
     17'179'869'184},
    {"testnet",
     {std::byte{83}, std::byte{59}},
     13414,
     *hash::from_hex("edc758c1370d43e1d733f70f58cf187c3be8242830429b1676b89fd91ccf2dab"),
     {40'000, true, testnet_headers},
     true,
     testnet_seeds,
     100'000},
    {"usernet",
     {std::byte{73}, std::byte{43}},
     23414,
     *hash::from_hex("99a1097ccc1b75d3d8bb311a89cc527a77addfd1edd7c59f502685e99ae2a784"),
     {250, true, usernet_headers},
     false,
     {},
     3},
    {"automated",
     {std::byte{73}, std::byte{43}},
     23414,
     *hash::from_hex("e3b909d483eb06af91141d7ac8b6bcef857b41e34f35eb7c3abad9da0ca51629"),
     {250, true, automated_headers},
     false,
     {},
     3},
}};

/// The parameters of one of Grin's chains.
[[nodiscard]] constexpr const chain_parameters& chain_parameters_for(chain_type which) noexcept {
  return chains[static_cast<std::size_t>(which)];
}

/// The chain with that name; empty if there is none.
[[nodiscard]] constexpr std::optional<chain_type> chain_from_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < chains.size(); ++i) {
    if (chains[i].name == name) return static_cast<chain_type>(i);
  }
  return std::nullopt;
}

}  // namespace pappus::wire
