#include <cstddef>

#include <pappus/wire/utf8.hpp>

namespace pappus::wire {
namespace {

struct sequence {
  std::size_t length;   // in bytes; 0 if invalid
  unsigned least, max;  // bounds of the second byte; those of the others are 0x80 and 0xbf
};

// UTF-8 sequence that begins with that byte: Unicode 15, table 3-7. Excludes overlong forms, surrogates and code points
// above U+10FFFF.
sequence sequence_of(unsigned first) noexcept {
  if (first < 0x80) return {1, 0, 0};
  if (first >= 0xc2 && first <= 0xdf) return {2, 0x80, 0xbf};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {3, 0x80, 0xbf};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {4, 0x80, 0xbf};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

bool is_utf8(bytes_view text) noexcept {
  const auto at = [text](std::size_t i) { return std::to_integer<unsigned>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const sequence next = sequence_of(at(i));
    if (next.length == 0 || next.length > text.size() - i) return false;
    for (std::size_t j = 1; j < next.length; ++j) {
      const unsigned least = j == 1 ? next.least : 0x80;
      const unsigned most = j == 1 ? next.max : 0xbf;
      if (at(i + j) < least || at(i + j) > most) return false;
    }
    i += next.length;
  }
  return true;
}

}  // namespace pappus::wire
