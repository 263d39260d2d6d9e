// The rules that a run must keep. The first one that is broken ends the run.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <pappus/io/time.hpp>

namespace chaos {

namespace io = pappus::io;

/// A rule that was broken.
struct violation {
  std::string rule;    // a sentence that does not hold
  std::string detail;  // of this case
  io::duration at{};   // since the start of the run
};

/// Keeps the first violation. Callbacks of nodes may report one, too: it is looked at after each event that the
/// simulation returns from.
class rules {
public:
  void broken(std::string rule, std::string detail, io::time_point at) {
    if (!first_) first_ = violation{std::move(rule), std::move(detail), at.time_since_epoch()};
  }
  [[nodiscard]] const std::optional<violation>& first() const noexcept { return first_; }

private:
  std::optional<violation> first_;
};

}  // namespace chaos
