#include <cstdint>
#include <string>

#include <pappus/peer/rate_limit.hpp>

#include "../check_setting.hpp"

namespace pappus::peer {

void rate_limit::check(const std::string& name) const {
  const std::string max = std::to_string(static_cast<std::uint64_t>(limits::max_rate));
  check_setting(per_second > 0 && per_second <= limits::max_rate, name + ".per_second",
                "must be positive and at most " + max);
  check_setting(burst >= 1 && burst <= limits::max_rate, name + ".burst", "must be from 1 to " + max);
}

}  // namespace pappus::peer
