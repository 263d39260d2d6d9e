// Which connection goes on when there are two with one peer, as when both sides have dialled at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <pappus/io/network.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/registry.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

struct duplicate_statistics {
  std::size_t open = 0;        // pairs of sessions that may be one peer's, now
  std::uint64_t settled = 0;   // pairs that were, of which one session was ended
  std::uint64_t distinct = 0;  // pairs that were two peers'
};

/// An inbound peer that says it listens at an endpoint that we have dialled may be the peer there, or its neighbour
/// behind one address, or a liar. What it says ends no session; what the peer at the other end of each does, may. Grin
/// keeps both connections and pings over the one that it added last, having forgotten the other. Where two may be one
/// peer's we ping only over the older one, or, if both began within `limits::handshake`, over that with the smaller
/// nonce, which both sides know; so does the peer, if it is one, and like ourselves. A session over which the peer has
/// not pinged for a while, when over the other it has, is one that the peer itself has given up: it is ended, unless a
/// long answer, or our not reading, has kept the peer from pinging. If it has been pinged over both, they are two
/// peers'.
class duplicates {
public:
  duplicates(io::runtime& on, const session_registry& sessions) noexcept : on_(on), sessions_(sessions) {}
  duplicates(const duplicates&) = delete;
  duplicates& operator=(const duplicates&) = delete;

  /// A session begins, and is registered: looks for what may be its double. O(sessions).
  void joined(session& newcomer);

  [[nodiscard]] duplicate_statistics statistics() const noexcept;

private:
  /// Of the ids of a session with a peer that we have dialled, and of an inbound one.
  using pair = std::pair<std::uint64_t, std::uint64_t>;

  class watch final : public io::timer_node {
  public:
    watch(duplicates& of, pair ids) noexcept;
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;
    ~watch() { hush(false); }

    /// Whether to wait once more before the one over which we ping is ended.
    [[nodiscard]] bool yields(bool keeps_dialled) noexcept;

    /// From now on it is watched over which of them the peer pings.
    void begin() noexcept;
    [[nodiscard]] io::time_point since() const noexcept { return since_; }

    const pair both;

  private:
    void on_timer() noexcept override { of_.decide(*this); }
    [[nodiscard]] static bool is_worse(const session& dialled, const session& inbound) noexcept;
    void hush(bool hushed) const noexcept;

    duplicates& of_;
    io::time_point since_;
    std::uint64_t hushed_ = 0;  // the id of the one over which we do not ping
    bool yields_ = false;       // of two that want to keep different ones, this side waits for the other
  };

  [[nodiscard]] session* here(std::uint64_t id) const noexcept;
  void decide(watch& over) noexcept;

  io::runtime& on_;
  const session_registry& sessions_;
  std::map<pair, watch> watched_;
  duplicate_statistics counted_;
};

}  // namespace pappus::peer
