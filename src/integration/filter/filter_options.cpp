#include <pappus/integration/filter/filter_options.hpp>

#include "../../check_setting.hpp"

namespace pappus::integration {

void filter_options::check(const std::string& name) const {
  check_setting(per_second > 0, name + ".per_second", "must be positive");
  check_setting(window > io::duration::zero(), name + ".window", "must be positive");
  check_setting(false_positive_rate > 0 && false_positive_rate < 1, name + ".false_positive_rate",
                "must be more than 0 and less than 1");
}

}  // namespace pappus::integration
