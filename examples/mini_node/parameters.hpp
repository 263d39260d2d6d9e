// Parsing of options and of the commands' parameters: the value, or what was expected instead of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/peer/access/limits.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/messages/txhashset.hpp>

namespace mini_node {

/// Numbers that an option or parameter may have.
struct number_range {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::string_view unit{};  // empty: a count
};

/// For example "1 to 1000".
[[nodiscard]] std::string to_string(const number_range& range);

/// Names a text that is not what was expected, of which a long one is shortened: "'x' is not a port".
[[nodiscard]] std::string is_not(std::string_view text, std::string_view expected);

/// What is wrong with the name of an onion service in HOST[:PORT]; nothing if it is right, or is none.
[[nodiscard]] std::optional<std::string> onion_fault(std::string_view text);

/// Numbers of the command `ban`: the length of the ban, seconds.
inline constexpr std::uint64_t default_ban_seconds =
    std::chrono::seconds{pappus::peer::limits::default_ban_time}.count();
inline constexpr number_range ban_lengths{1, std::chrono::seconds{pappus::peer::limits::max_ban_time}.count(),
                                          "seconds"};

/// Numbers of the command `unpack`: the size limit of the archive, MiB.
inline constexpr std::uint64_t default_unpack_limit = 4096;
inline constexpr number_range unpack_limits{1, pappus::integration::limits::max_archive_bytes >> 20, "MiB"};

/// Parses a decimal number of digits only; `name` is that of the option or parameter.
[[nodiscard]] pappus::result<std::uint64_t, std::string> number_of(std::string_view name, std::string_view text,
                                                                   const number_range& allowed = {});

/// Error text for a peer, named by its id or address, that is not connected.
[[nodiscard]] std::string no_peer(std::string_view which);

/// Parses the block of a chain state from the parameters HASH and HEIGHT.
[[nodiscard]] pappus::result<pappus::wire::messages::txhashset_request, std::string> state_at(std::string_view hash,
                                                                                              std::string_view height);

}  // namespace mini_node
