// Text helpers of the command line and the commands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/io/time.hpp>

namespace mini_node {

/// Parses a decimal number of digits only.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// Splits a line at blanks. The parts refer to `line`.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// Formats a time as ISO 8601 in UTC: "2024-05-01T12:34:56.789Z".
[[nodiscard]] std::string timestamp(pappus::io::wall_time when);

/// Wraps text into lines of at most `width` characters; all but the first line are indented by `indent`.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace mini_node
