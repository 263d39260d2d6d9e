// The kinds of faults: what each does when it begins and when it ends.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "plan.hpp"

namespace chaos {

class network;

/// A kind of fault. Faults of all kinds may overlap, also on one node.
struct fault_kind {
  const char* name;
  const char* about;         // what goes wrong
  const char* target;        // what `fault::target` is, for the list of kinds
  const char* level;         // what `fault::level` means, for the list of kinds
  bool is_hostile;           // its target is an attacker's machine, not a node
  io::duration mean_length;  // of those that are drawn
  void (*begin)(network&, const fault&);
  void (*end)(network&, const fault&);
};

// The tables, by what is concerned.
[[nodiscard]] std::vector<fault_kind> faults_of_machines();
[[nodiscard]] std::vector<fault_kind> faults_of_disks();
[[nodiscard]] std::vector<fault_kind> faults_of_the_network();
[[nodiscard]] std::vector<fault_kind> faults_of_hosts();
[[nodiscard]] std::vector<fault_kind> attacks();

// Of kinds that share them.
inline constexpr const char* one_node = "the node concerned";
inline constexpr const char* no_level = "not used";

/// The machines on one side of the cut that a `partition` makes, in ascending order, among so many; the others are on
/// the other side. Another target or level is another island. It may be empty, or all machines: nothing is cut then.
[[nodiscard]] std::vector<std::size_t> island_of(const fault& partition, std::size_t machines);

/// All of them, in a fixed order.
[[nodiscard]] const std::vector<fault_kind>& fault_kinds();
[[nodiscard]] std::optional<std::size_t> kind_named(std::string_view name);

}  // namespace chaos
