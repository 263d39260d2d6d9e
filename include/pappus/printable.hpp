// Escaping of untrusted text for display and logs.
#pragma once

#include <string>
#include <string_view>

namespace pappus {

/// Escapes each character that could end a line, move the cursor, change the direction of reading, or be invisible:
/// controls, line and paragraph separators, bidirectional marks, zero-width characters and tags become `\u202e` or
/// `\U000e0041`, bytes that are not UTF-8 become `\xff`. Everything else is unchanged, a backslash too, so escaping
/// twice changes nothing. O(bytes); the result is at most ten times as long.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace pappus
