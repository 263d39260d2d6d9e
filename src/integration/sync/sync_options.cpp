#include <pappus/integration/sync/sync_options.hpp>

#include "../../check_setting.hpp"

namespace pappus::integration {

void sync_options::check(const std::string& name) const {
  const auto check_count = [&name](std::size_t given, const std::string& member, std::size_t max) {
    check_setting(given >= 1 && given <= max, name + "." + member, "must be from 1 to " + std::to_string(max));
  };
  check_setting(max_bytes != 0, name + ".max_bytes", "must not be 0");
  request_limit.check(name + ".request_limit");
  check_count(block_window, "block_window", limits::max_block_window);
  check_count(max_blocks_in_flight, "max_blocks_in_flight", limits::max_block_window);
  check_count(max_blocks_in_flight_per_peer, "max_blocks_in_flight_per_peer", limits::max_block_window);
  check_count(segment_window, "segment_window", limits::max_segment_window);
  check_count(max_segments_in_flight_per_peer, "max_segments_in_flight_per_peer", limits::max_segment_window);
  check_setting(assumed_deadline > io::duration::zero(), name + ".assumed_deadline", "must be positive");
  check_setting(min_deadline > io::duration::zero(), name + ".min_deadline", "must be positive");
  check_setting(max_deadline >= min_deadline, name + ".max_deadline", "must be at least min_deadline");
  check_setting(max_archive_bytes != 0, name + ".max_archive_bytes", "must not be 0");
  check_setting(archive_delay >= io::duration::zero(), name + ".archive_delay", "must not be negative");
}

}  // namespace pappus::integration
