// Shows on standard output how far the node is in following the chain.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <pappus/integration/bridge/sync_status.hpp>
#include <pappus/io/time.hpp>

#include "console.hpp"

namespace mini_node {

/// As JSON an event for each change; for people few events, or a bar on a terminal.
class sync_display {
public:
  /// Least time between two lines of the same stage.
  static constexpr pappus::io::duration line_interval = std::chrono::seconds{10};

  /// `to` outlives this object.
  explicit sync_display(console& to) noexcept : console_(to) {}

  /// Shows nothing before there is a peer.
  void show(const pappus::integration::sync_status& status, pappus::io::time_point now);

  /// Whether the bar stands for the blocks that the node requests.
  [[nodiscard]] bool has_bar() const noexcept;

private:
  console& console_;
  pappus::integration::sync_stage stage_ = pappus::integration::sync_stage::waiting;
  std::optional<pappus::io::time_point> last_;  // line
};

/// One line of at most 79 characters: stage, bar, heights and percentage.
[[nodiscard]] std::string progress_bar(const pappus::integration::sync_status& status);

}  // namespace mini_node
