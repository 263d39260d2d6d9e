#include "fault_kinds.hpp"

namespace chaos {

const std::vector<fault_kind>& fault_kinds() {
  static const std::vector<fault_kind> all = [] {
    std::vector<fault_kind> made;
    for (const auto table : {faults_of_machines, faults_of_disks, faults_of_the_network, faults_of_hosts, attacks}) {
      const std::vector<fault_kind> some = table();
      made.insert(made.end(), some.begin(), some.end());
    }
    return made;
  }();
  return all;
}

std::optional<std::size_t> kind_named(std::string_view name) {
  for (std::size_t i = 0; i != fault_kinds().size(); ++i) {
    if (fault_kinds()[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace chaos
