#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <pappus/printable.hpp>

namespace pappus {
namespace {

struct range {
  char32_t first;
  char32_t last;
};

/// Ranges to escape, ascending. Categories Cc, Cf, Zl and Zp of Unicode 15, as far as they concern several scripts.
constexpr std::array<range, 11> unseen{{
    {0x00, 0x1f},        // controls
    {0x7f, 0x9f},        // delete, and further controls
    {0xad, 0xad},        // soft hyphen
    {0x61c, 0x61c},      // Arabic letter mark
    {0x180e, 0x180e},    // Mongolian vowel separator
    {0x200b, 0x200f},    // zero width, left-to-right and right-to-left mark
    {0x2028, 0x202e},    // separators of lines and paragraphs, embeddings and overrides of direction
    {0x2060, 0x206f},    // invisible operators, isolates of direction
    {0xfeff, 0xfeff},    // byte order mark
    {0xfff9, 0xfffb},    // interlinear annotations
    {0xe0000, 0xe0fff},  // tags and variation selectors
}};

constexpr bool is_seen(char32_t code) noexcept {
  const auto* const after =
      std::upper_bound(unseen.begin(), unseen.end(), code, [](char32_t c, range each) { return c < each.first; });
  return after == unseen.begin() || code > (after - 1)->last;
}

struct character {
  char32_t code = 0;
  std::size_t size = 0;  // in bytes; 0 if the bytes are not UTF-8
};

/// The first character of a text that is not empty.
character first_of(std::string_view text) noexcept {
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};  // by size; a lower code is an overlong form
  const auto lead = static_cast<std::uint8_t>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  char32_t code = lead & (0x7fU >> size);
  for (const char each : text.substr(1, size - 1)) {
    const auto next = static_cast<std::uint8_t>(each);
    if ((next & 0xc0U) != 0x80) return {};
    code = (code << 6U) | (next & 0x3fU);
  }
  const bool sound = code >= least[size] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return sound ? character{code, size} : character{};
}

void append_hex(std::string& to, char envelope, char32_t number, unsigned digits) {
  to.append({'\\', envelope});
  while (digits-- != 0) to += "0123456789abcdef"[(number >> (4 * digits)) & 0xfU];
}

void append_escaped(std::string& to, char32_t code) {
  if (code <= 0xffff) append_hex(to, 'u', code, 4);
  else append_hex(to, 'U', code, 8);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const character next = first_of(text);
    const std::size_t size = std::max<std::size_t>(next.size, 1);
    if (next.size == 0) append_hex(shown, 'x', static_cast<std::uint8_t>(text.front()), 2);
    else if (is_seen(next.code)) shown += text.substr(0, size);
    else append_escaped(shown, next.code);
    text.remove_prefix(size);
  }
  return shown;
}

}  // namespace pappus
