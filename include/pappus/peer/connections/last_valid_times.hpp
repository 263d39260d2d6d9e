// When each peer last sent something new and valid, which protects it from eviction.
#pragma once

#include <cstdint>
#include <optional>

#include <pappus/io/runtime.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/session/per_session.hpp>

namespace pappus::peer {

/// Times of the latest new and valid items of one peer; nothing if there was none.
struct last_valid_items {
  std::optional<io::time_point> transaction;
  std::optional<io::time_point> block;
};

class last_valid_times {
public:
  /// Both outlive it.
  last_valid_times(io::runtime& runtime, const session_registry& sessions) : runtime_(runtime), by_peer_(sessions) {}

  /// A peer was the first with a valid transaction, or with a valid block in some form.
  void sent_transaction(const session& peer) { of(peer).transaction = runtime_.now(); }
  void sent_block(const session& peer) { of(peer).block = runtime_.now(); }

  [[nodiscard]] last_valid_items of(std::uint64_t peer) const noexcept {
    const last_valid_items* const found = by_peer_.find(peer);
    return found != nullptr ? *found : last_valid_items{};
  }

private:
  [[nodiscard]] last_valid_items& of(const session& peer) {
    return by_peer_.get(peer, [] { return last_valid_items{}; });
  }

  io::runtime& runtime_;
  per_session<last_valid_items> by_peer_;
};

}  // namespace pappus::peer
