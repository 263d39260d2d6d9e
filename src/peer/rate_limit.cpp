#include <pappus/peer/rate_limit.hpp>

#include "../check_setting.hpp"

namespace pappus::peer {

void rate_limit::check(const std::string& name) const {
  check_setting(per_second > 0 && per_second <= limits::max_rate, name + ".per_second", "must be from 0 to 1e9, not 0");
  check_setting(burst >= 1 && burst <= limits::max_rate, name + ".burst", "must be from 1 to 1e9");
}

}  // namespace pappus::peer
