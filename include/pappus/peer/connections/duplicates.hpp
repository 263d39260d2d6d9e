// Resolves two connections with one peer, as when both sides have dialed at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_queue.hpp>
#include <pappus/peer/connections/statistics.hpp>
#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace pappus::peer {

/// An inbound peer that claims to listen at an endpoint that the node has dialed may be the peer there, its neighbor
/// behind one address, or a liar. The claim ends no session; the behavior of the peer at the other end of each session
/// may. Grin keeps both connections, but forgets the older one and pings only over the one that it added last. Where
/// two sessions may be with one peer, the node pings only over the older one, or, if both began within
/// `limits::handshake_timeout`, over that with the smaller nonce, which both sides know. A pappus peer does the same. A
/// session over which the peer has not pinged for a while, although it has over the other one, was abandoned by the
/// peer itself: it is disconnected, unless a long response, or the node's not reading, has kept the peer from pinging.
/// If the peer has pinged over both, they are two peers.
class duplicates {
public:
  duplicates(io::runtime& runtime, const session_registry& sessions) noexcept
      : runtime_(runtime), sessions_(sessions) {}
  duplicates(const duplicates&) = delete;
  duplicates& operator=(const duplicates&) = delete;

  /// To be called after a session was registered: looks for its possible duplicates. O(sessions).
  void joined(session& newcomer);

  [[nodiscard]] duplicate_statistics statistics() const noexcept;

private:
  /// Ids of an outbound and of an inbound session.
  using pair = std::pair<std::uint64_t, std::uint64_t>;

  class watch final : public io::timer_node {
  public:
    watch(duplicates& owner, pair ids) noexcept;
    watch(const watch&) = delete;
    watch& operator=(const watch&) = delete;
    ~watch() { suppress_pings(false); }

    /// Whether to wait once more before the session over which the node pings is disconnected.
    [[nodiscard]] bool yields(bool keeps_dialed) noexcept;

    /// Starts to observe over which of the two the peer pings.
    void begin() noexcept;
    [[nodiscard]] io::time_point since() const noexcept { return since_; }

    const pair both;

  private:
    void on_timer() noexcept override { owner_.decide(*this); }
    [[nodiscard]] static bool is_worse(const session& dialed, const session& inbound) noexcept;
    void suppress_pings(bool suppressed) const noexcept;

    duplicates& owner_;
    io::time_point since_;
    std::uint64_t suppressed_session_ = 0;  // id of the session over which the node does not ping
    bool yields_ = false;  // of two nodes that want to keep different sessions, this one waits for the other
  };

  [[nodiscard]] session* find_running(std::uint64_t id) const noexcept;
  void decide(watch& duplicate) noexcept;

  io::runtime& runtime_;
  const session_registry& sessions_;
  std::map<pair, watch> watched_;
  duplicate_statistics counted_;
};

}  // namespace pappus::peer
