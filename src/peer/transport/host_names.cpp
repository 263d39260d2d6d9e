#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <pappus/peer/transport/host_names.hpp>
#include <pappus/wire/hash.hpp>

#include "lower_case.hpp"

namespace pappus::peer {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string made{text};
  std::ranges::transform(made, made.begin(), lower);
  return made;
}

}  // namespace

/// The hash makes one name stand for one address, though no authority has given it out.
ip_address host_names::address_of(std::string_view name) {
  const std::string known = in_lower_case(name);
  const wire::hash digest = wire::blake2b(std::as_bytes(std::span{known}));
  std::array<std::uint8_t, ip_address::name_bytes> bytes{};
  std::ranges::transform(digest.view().first(bytes.size()), bytes.begin(),
                         [](std::byte each) { return std::to_integer<std::uint8_t>(each); });
  return ip_address::named(bytes);
}

ip_address host_names::add(std::string_view name) {
  const ip_address made = address_of(name);
  names_.try_emplace(made, in_lower_case(name));
  return made;
}

const std::string* host_names::find(const ip_address& address) const noexcept {
  const auto found = names_.find(address);
  return found == names_.end() ? nullptr : &found->second;
}

}  // namespace pappus::peer
