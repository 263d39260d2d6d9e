// Settings of the synchronization of the chain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <pappus/integration/sync/limits.hpp>
#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/rate_limit.hpp>

namespace pappus::integration {

/// Windows, rates and deadlines of the synchronization. The defaults suit a node on the Internet.
struct sync_options {
  std::uint64_t minimum_work = 0;  // total difficulty of the header chain below which no state or block is requested
  std::size_t max_bytes = limits::max_sync_bytes;  // of what is requested or waits to be imported; at most a quarter of
                                                   // `node_config::max_memory` is used
  peer::rate_limit request_limit{limits::sync_request_rate, limits::sync_request_burst};  // requests to one peer

  std::size_t block_window = limits::block_window;                  // blocks requested ahead; from 1 to 1,024
  std::size_t max_blocks_in_flight = limits::max_blocks_in_flight;  // requests for blocks under way; at least 1
  std::size_t max_blocks_in_flight_per_peer =
      limits::max_blocks_in_flight_per_peer;  // of these to one peer; at least 1

  std::size_t segment_window = limits::segment_window;  // segments requested ahead; from 1 to 64
  std::size_t max_segments_in_flight_per_peer =
      limits::max_segments_in_flight_per_peer;  // requests for segments to one peer; at least 1

  io::duration assumed_deadline = limits::assumed_deadline;  // for a response, before there was any; positive
  io::duration min_deadline = limits::min_deadline;          // for a response; positive
  io::duration max_deadline = limits::max_deadline;          // for a response; at least `min_deadline`

  std::uint64_t max_archive_bytes = limits::max_archive_bytes;  // size of an archive of a state
  io::duration archive_delay = limits::archive_delay;           // without a segment, until an archive is requested

  /// Throws `std::invalid_argument` if a member is out of its range; `name` is the setting's, for its text.
  void check(const std::string& name = "sync_options") const;
};

}  // namespace pappus::integration
