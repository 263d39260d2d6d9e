#include "full_node/progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace full_node {

using mini_node::record;
using pappus::integration::sync_stage;
using pappus::integration::sync_status;

namespace {

constexpr std::size_t bar_width = 20;

record description_of(const pappus::peer::chain_tip& tip) {
  return {{"height", tip.height}, {"total_difficulty", tip.total_difficulty}};
}

std::string bar(std::uint64_t part, std::uint64_t whole) {
  const double done = whole == 0 ? 1 : std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
  const auto filled = static_cast<std::size_t>(done * static_cast<double>(bar_width));
  return fmt::format("[{}{}] {:3.0f}%, {} of {}", std::string(filled, '#'), std::string(bar_width - filled, '-'),
                     100 * done, part, whole);
}

}  // namespace

record sync_event(const sync_status& now) {
  return {{"event", "sync"},
          {"stage", to_string(now.stage)},
          {"tip", description_of(now.body)},
          {"header_tip", description_of(now.header)},
          {"best", description_of(now.best)},
          {"in_flight", now.in_flight},
          {"bytes", now.bytes}};
}

std::string sync_line(const sync_status& now) {
  const auto with_requests = [&now](const std::string& line) {
    return fmt::format("sync: {} {}, {} requests", to_string(now.stage), line, now.in_flight);
  };
  switch (now.stage) {
    case sync_stage::headers: return with_requests(bar(now.header.height, now.best.height));
    case sync_stage::segments: return with_requests(bar(now.state_leaves, now.state_total_leaves));
    case sync_stage::archive: return with_requests(fmt::format("{} MiB", now.archive_bytes >> 20));
    case sync_stage::blocks: return with_requests(bar(now.body.height, now.header.height));
    case sync_stage::waiting:
    case sync_stage::validation:
    case sync_stage::following: break;
  }
  return fmt::format("sync: {} at {}", to_string(now.stage), now.body.height);
}

}  // namespace full_node
