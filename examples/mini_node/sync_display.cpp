// Progress bar, and the choice of what is shown.
#include "sync_display.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "records.hpp"

namespace mini_node {

using pappus::integration::sync_stage;
using pappus::integration::sync_status;

std::string progress_bar(const sync_status& status) {
  constexpr std::uint64_t width = 30;
  const bool is_headers = status.stage == sync_stage::headers;
  const std::uint64_t done = is_headers ? status.header.height : status.body.height;
  const std::uint64_t all = std::max({is_headers ? status.best.height : status.header.height, done, std::uint64_t{1}});
  const double share = static_cast<double>(done) / static_cast<double>(all);
  const auto filled = static_cast<std::uint64_t>(share * width);
  return fmt::format("{:<8}[{:#<{}}{:.<{}}] {} of {} ({}%)", to_string(status.stage), "", filled, "", width - filled,
                     done, all, static_cast<int>(share * 100));
}

bool sync_display::has_bar() const noexcept {
  return console_.is_terminal() && (stage_ == sync_stage::headers || stage_ == sync_stage::blocks);
}

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
