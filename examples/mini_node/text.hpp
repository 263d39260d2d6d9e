// Small questions about text that the command line and the commands share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mini_node {

/// A decimal number of digits alone.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// The parts between blanks; they borrow the line.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// The text with a question mark for each control character: fit for a terminal, and one line for certain.
[[nodiscard]] std::string one_line(std::string text);

/// Why a command that names a peer comes to nothing.
[[nodiscard]] std::string no_peer(std::string_view where);

}  // namespace mini_node
