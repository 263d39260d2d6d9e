#include "address_families.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <pappus/mix64.hpp>

namespace chaos {
namespace {

using pappus::ip_address;
namespace sim = pappus::sim;

/// A routable address in a netgroup of its own.
ip_address v4_address(const sim::world& world) {
  constexpr std::uint32_t first = 0x01000001;  // 1.0.0.1
  for (auto number = static_cast<std::uint32_t>(world.machines().size());; ++number) {
    const ip_address found = ip_address::v4(first + (number << 16));
    if (found.is_routable() && world.find(found) == nullptr) return found;
  }
}

/// The same: 2a00:N::1.
ip_address v6_address(const sim::world& world) {
  const std::size_t number = world.machines().size();
  std::array<std::uint8_t, 16> bytes{0x2a};
  bytes[2] = static_cast<std::uint8_t>(number >> 8 & 0xff);
  bytes[3] = static_cast<std::uint8_t>(number & 0xff);
  bytes[15] = 1;
  return ip_address::v6(bytes);
}

sim::machine& add_machine(sim::world& world, bool has_v4, bool has_v6) {
  std::vector<ip_address> addresses;
  if (has_v6) addresses.push_back(v6_address(world));
  if (has_v4) addresses.push_back(v4_address(world));
  return world.add_machine(std::move(addresses));
}

/// Whether the machine has an address of that family.
bool is_reached(const sim::machine& from, ip_address other) {
  return std::ranges::any_of(from.addresses(), [other](ip_address own) { return own.is_v4() == other.is_v4(); });
}

}  // namespace

bool has_ipv6(std::uint64_t seed) noexcept { return pappus::mix64(seed ^ 0x69707636) % 3 == 0; }

sim::machine& add_machine_of_node(sim::world& world) {
  if (!has_ipv6(world.seed())) return world.add_machine();
  const std::size_t kind = world.machines().size() % 4;
  return add_machine(world, kind != 1, kind != 3);
}

sim::machine& add_other_machine(sim::world& world) {
  if (!has_ipv6(world.seed())) return world.add_machine();
  return add_machine(world, true, true);
}

bool reaches(const sim::machine& from, const sim::machine& to) noexcept {
  return std::ranges::any_of(to.addresses(), [&from](ip_address each) { return is_reached(from, each); });
}

ip_address address_for(const sim::machine& from, const sim::machine& to) noexcept {
  const auto found = std::ranges::find_if(to.addresses(), [&from](ip_address each) { return is_reached(from, each); });
  return found != to.addresses().end() ? *found : to.address();
}

}  // namespace chaos
