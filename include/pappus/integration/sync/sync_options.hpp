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
  /// Total difficulty of the header chain below which no state or block is requested. A warning is logged if no peer
  /// claims so much.
  std::uint64_t minimum_work = 0;
  /// Bytes of what is requested or waits to be imported, not 0; no more than a quarter of `node_config::max_memory`.
  std::size_t max_bytes = limits::max_sync_bytes;
  /// Requests to one peer.
  peer::rate_limit request_limit{limits::sync_request_rate, limits::sync_request_burst};

  /// Blocks requested ahead; from 1 to 1,024.
  std::size_t block_window = limits::block_window;
  /// Requests for blocks under way; from 1 to 1,024.
  std::size_t max_blocks_in_flight = limits::max_blocks_in_flight;
  /// Of these to one peer; from 1 to 1,024.
  std::size_t max_blocks_in_flight_per_peer = limits::max_blocks_in_flight_per_peer;

  /// Segments requested ahead; from 1 to 64.
  std::size_t segment_window = limits::segment_window;
  /// Requests for segments under way to one peer; from 1 to 64.
  std::size_t max_segments_in_flight_per_peer = limits::max_segments_in_flight_per_peer;

  /// Time for a response before there was any; positive.
  io::duration assumed_deadline = limits::assumed_deadline;
  /// Shortest time for a response; positive.
  io::duration min_deadline = limits::min_deadline;
  /// Longest time for a response; at least `min_deadline`.
  io::duration max_deadline = limits::max_deadline;

  /// Bytes of an archive of a state at most, not 0.
  std::uint64_t max_archive_bytes = limits::max_archive_bytes;
  /// Time without a segment until an archive is requested; not negative.
  io::duration archive_delay = limits::archive_delay;

  /// Throws `std::invalid_argument` if a member is out of its range; `name` is the setting's, for its text.
  void check(const std::string& name = "sync_options") const;
};

}  // namespace pappus::integration
