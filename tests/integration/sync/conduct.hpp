// How the peers and the application of the model of synchronization act.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/io/time.hpp>

namespace sync_model {

using namespace std::chrono_literals;

enum class conduct : std::uint8_t {
  honest,
  silent,           // answers nothing
  overstating,      // claims a chain that is much longer than the one that it serves
  empty,            // answers requests for headers with none
  unlinked,         // sends headers that follow none that was named
  invalid_header,   // sends headers that the application finds invalid
  invalid_block,    // sends blocks that the application finds invalid
  headers_only,     // answers no request for a block, a segment or an archive
  leaving,          // disconnects after some requests, and comes back
  slow_headers,     // takes 25 s for headers
  replaying,        // claims much work, and sends the first headers of the chain again and again
  pruned,           // has no old blocks
  ahead,            // its headers are cut short, as by a clock of the application's that is behind
  invalid_segment,  // sends segments and archives that the application finds invalid
  damaged_archive,  // sends archives that are none, and no segments
  creeping,         // claims one header more than the application has, and gives that, again and again
  wrong_archive,    // sends archives of the genesis, and no segments
  stuck,            // stays where its chain is, and answers requests for headers only
  trickling,        // sends one block at a time, slowly
  hesitating,       // sends blocks fast, but some late
};
inline constexpr std::size_t conducts = 20;

struct settings {
  pappus::integration::sync_options options;
  pappus::io::duration import_time = 1ms;  // of headers, a block or a segment
  double busy = 0;                         // probability that the application is busy
  double failing = 0;                      // probability that it fails
  double unlinked = 0;                     // probability that it does not know the predecessor of a block
  std::size_t max_block_size = 100'000;    // bytes
  double blocks_per_second = 1'000'000;    // that a peer sends
  pappus::io::duration trickle = 2s;       // in which a trickling peer sends a block
  std::uint64_t hesitation = 10;           // of so many blocks a hesitating peer sends one late
  std::uint64_t horizon = 0;               // missing blocks above which the application needs a state; 0: never
  bool by_segments = true;                 // whether it imports states by segments
  bool by_archive = true;                  // whether it imports states as archives
  bool invalid_state = false;              // whether it finds a state invalid that has come by segments
  bool segments_served = true;             // whether any peer serves segments
};

}  // namespace sync_model
