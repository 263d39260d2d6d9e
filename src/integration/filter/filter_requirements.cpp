#include <pappus/integration/filter/filter_requirements.hpp>

#include "../../check_setting.hpp"

namespace pappus::integration {

void filter_requirements::check(const std::string& name) const {
  check_setting(per_second > 0, name + ".per_second", "must be positive");
  check_setting(window > io::duration::zero(), name + ".window", "must be positive");
  check_setting(error > 0 && error < 1, name + ".error", "must be more than 0 and less than 1");
}

}  // namespace pappus::integration
