// Text that strangers have chosen, made fit to be shown.
#pragma once

#include <string>
#include <string_view>

namespace pappus {

/// The text, with an escape in place of each character that could end a line, move the cursor, turn the direction of
/// reading, or not be seen at all: controls, line and paragraph separators, bidirectional marks, zero-width characters
/// and tags become `\u202e` or `\U000e0041`, bytes that are not UTF-8 become `\xff`. All else stays as it is, a
/// backslash too, so that to escape twice changes nothing. O(bytes); at most ten times as long.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace pappus
