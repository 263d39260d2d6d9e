// What each peer has, so that it is not sent again.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <pappus/peer/relay/known_filter.hpp>
#include <pappus/peer/session/per_session.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::peer {

/// A filter for each session: transactions by their kernels, blocks by their hashes, or a block's header alone.
class known_items {
public:
  /// `sessions` outlives it.
  known_items(const session_registry& sessions, std::shared_ptr<const known_filters> filters)
      : filters_(std::move(filters)), by_peer_(sessions) {}

  /// Computed once for all peers.
  [[nodiscard]] fingerprint fingerprint_of(const wire::hash& item, known_part part = known_part::whole) const noexcept {
    return filters_->fingerprint_of(item, part);
  }

  [[nodiscard]] bool contains(const session& peer, fingerprint item) const noexcept {
    const auto* const known = by_peer_.find(peer.peer().id);
    return known != nullptr && (*known)->contains(item);
  }

  void add(const session& peer, fingerprint item) {
    const std::uint64_t id = peer.peer().id;
    by_peer_.get(peer, [&] { return filters_->make(id); })->add(item);
  }
  void add(const session& peer, const wire::hash& item) { add(peer, fingerprint_of(item)); }

private:
  std::shared_ptr<const known_filters> filters_;
  per_session<std::unique_ptr<known_filter>> by_peer_;
};

}  // namespace pappus::peer
