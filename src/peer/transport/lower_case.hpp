// Lower case of names of hosts, which are ASCII.
#pragma once

namespace pappus::peer {

[[nodiscard]] constexpr char lower(char each) noexcept {
  return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
}

}  // namespace pappus::peer
