// Small questions about text that the command line and the commands share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/io/time.hpp>

namespace mini_node {

/// A decimal number of digits alone.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// The parts between blanks; they borrow the line.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// "2024-05-01T12:34:56.789Z": ISO 8601, in UTC.
[[nodiscard]] std::string timestamp(pappus::io::wall_time when);

/// Words put in lines of at most `width` characters, those after the first set in by `indent`.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

/// Why a command that names a peer comes to nothing.
[[nodiscard]] std::string no_peer(std::string_view which);

}  // namespace mini_node
