// A peer of the model of synchronization.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/integration/sync/limits.hpp>
#include <pappus/io/time.hpp>
#include <pappus/io/token_bucket.hpp>
#include <pappus/peer/chain_tip.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/wire/capabilities.hpp>

#include "chain.hpp"
#include "conduct.hpp"

namespace sync_model {

struct scripted_peer {
  conduct acts = conduct::honest;
  const chain* serves = nullptr;
  io::duration round_trip = 50ms;
  bool connected = false;
  std::array<std::size_t, 4> open{};  // requests, by kind
  std::size_t requests = 0;
  io::time_point sends_until{};  // when it will have sent what it was asked for
  io::token_bucket allowed{limits::sync_request_rate, limits::sync_request_burst + 1, io::time_point{}};
  bool reported = false;

  /// `header`: the height of the application's header chain.
  [[nodiscard]] peer::chain_tip claim(std::uint64_t header) const {
    peer::chain_tip claimed = serves->tip();
    switch (acts) {
      case conduct::overstating: return {claimed.total_difficulty + 1'000'000, claimed.height + 100'000};
      case conduct::replaying: claimed.total_difficulty += 1'000'000; return claimed;
      case conduct::empty:
      case conduct::unlinked: claimed.total_difficulty += 7; return claimed;
      case conduct::creeping: {
        const std::uint64_t next = std::min(header + 1, serves->length());
        return {serves->work_at(next), next};
      }
      default: return claimed;
    }
  }

  [[nodiscard]] bool sends_blocks() const noexcept {
    return acts != conduct::silent && acts != conduct::headers_only && acts != conduct::stuck;
  }
  [[nodiscard]] bool sends_segments() const noexcept {
    return sends_blocks() && acts != conduct::damaged_archive && acts != conduct::wrong_archive;
  }

  [[nodiscard]] peer::peer_info info(std::uint64_t id, std::uint64_t header, bool serves_segments) const {
    using wire::capability;
    peer::peer_info found;
    found.id = id;
    found.direction = id % 2 == 0 ? peer::direction::outbound : peer::direction::inbound;
    found.capabilities = acts == conduct::pruned ? wire::default_capabilities : wire::archive_capabilities;
    if (!serves_segments) {
      found.capabilities = capability::header_hist | capability::block_hist | capability::txhashset_hist;
    }
    found.tip = claim(header);
    return found;
  }
};

}  // namespace sync_model
