// Progress bar, and the choice of what is shown.
#include "sync_display.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "records.hpp"

namespace mini_node {

using pappus::integration::sync_stage;
using pappus::integration::sync_status;

namespace {

/// What a stage has done, and has to do.
struct amount {
  std::uint64_t done;
  std::uint64_t all;
};

/// Nothing if it is not known how much there is to do.
std::optional<amount> amount_of(const sync_status& status) {
  switch (status.stage) {
    case sync_stage::headers: return amount{status.header.height, status.best.height};
    case sync_stage::segments: return amount{status.state_leaves, status.state_total_leaves};
    case sync_stage::blocks: return amount{status.body.height, status.header.height};
    default: return std::nullopt;
  }
}

bool is_working(sync_stage stage) { return stage != sync_stage::waiting && stage != sync_stage::following; }

}  // namespace

std::string progress_bar(const sync_status& status) {
  constexpr std::uint64_t width = 30;
  const auto known = amount_of(status);
  if (!known) return fmt::format("{:<8} {} MiB", to_string(status.stage), status.archive_bytes >> 20);
  const std::uint64_t all = std::max({known->all, known->done, std::uint64_t{1}});
  const double share = static_cast<double>(known->done) / static_cast<double>(all);
  const auto filled = static_cast<std::uint64_t>(share * width);
  return fmt::format("{:<8}[{:#<{}}{:.<{}}] {} of {} ({}%)", to_string(status.stage), "", filled, "", width - filled,
                     known->done, all, static_cast<int>(share * 100));
}

bool sync_display::has_bar() const noexcept { return console_.is_terminal() && is_working(stage_); }

void sync_display::show(const sync_status& status, pappus::io::time_point now) {
  const bool is_due = status.stage != stage_ || !last_ || now - *last_ >= line_interval;
  if (status.stage == sync_stage::waiting && stage_ == sync_stage::waiting) return;
  stage_ = status.stage;
  if (has_bar()) return console_.set_status(progress_bar(status));
  if (console_.is_terminal()) console_.set_status({});
  if (!console_.is_json() && !is_due) return;
  last_ = now;
  console_.tell(sync(status));
}

}  // namespace mini_node
