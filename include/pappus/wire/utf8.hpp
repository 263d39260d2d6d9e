// Whether text is UTF-8.
#pragma once

#include <pappus/wire/bytes.hpp>

namespace pappus::wire {

/// Whether all of `text` is UTF-8 (Unicode 15, table 3-7): without overlong forms and surrogates. O(size).
[[nodiscard]] bool is_utf8(bytes_view text) noexcept;

}  // namespace pappus::wire
