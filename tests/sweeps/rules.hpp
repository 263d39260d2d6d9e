// What must hold in a sweep, and did not.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <support/exposure.hpp>

namespace sweeps {

using support::sheltered;

/// What must hold, and did not.
class rules {
public:
  void broken(std::string what) {
    const sheltered here;
    broken_.push_back(std::move(what));
  }
  [[nodiscard]] const std::vector<std::string>& all_broken() const noexcept { return broken_; }

private:
  std::vector<std::string> broken_;
};

}  // namespace sweeps
