// Families of addresses: in some runs machines have addresses of IPv4, of IPv6, or of both.
#pragma once

#include <cstddef>
#include <cstdint>

#include <pappus/ip_address.hpp>
#include <pappus/sim/world.hpp>

namespace chaos {

/// Whether a run has IPv6: one in three has, whatever else it has.
[[nodiscard]] bool has_ipv6(std::uint64_t seed) noexcept;

/// Adds the machine of the next node: in runs with IPv6 half have both families, a quarter each IPv4 or IPv6 alone.
pappus::sim::machine& add_machine_of_node(pappus::sim::world& world);
/// Adds a machine that reaches all others.
pappus::sim::machine& add_other_machine(pappus::sim::world& world);

/// Whether they have addresses of one family.
[[nodiscard]] bool reaches(const pappus::sim::machine& from, const pappus::sim::machine& to) noexcept;
/// The address of a machine at which another one reaches it; its first one if there is none.
[[nodiscard]] pappus::ip_address address_for(const pappus::sim::machine& from, const pappus::sim::machine& to) noexcept;

}  // namespace chaos
