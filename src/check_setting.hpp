// Check of what an application has set.
#pragma once

#include <stdexcept>
#include <string>

namespace pappus {

/// Throws `std::invalid_argument` with the name of the setting and what it must be, unless `valid`. The text is for
/// example "node_config.user_agent must be at most 256 bytes long".
inline void check_setting(bool valid, const std::string& name, const std::string& requirement) {
  if (!valid) throw std::invalid_argument{name + ' ' + requirement};
}

}  // namespace pappus
