// Registry of the running sessions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

/// Is told of the end of each session. Must be detached before it is destroyed.
class session_observer : public coro::intrusive_list<session_observer>::hook {
public:
  virtual void session_started(std::uint64_t /*peer*/) noexcept {}
  virtual void session_ended(std::uint64_t peer) noexcept = 0;

protected:
  ~session_observer() = default;
};

/// Sessions after their handshake, in the order of their ids. They are registered exactly while they run.
class session_registry {
public:
  /// O(1) for the latest connection, and nearly so for one whose handshake took longer.
  void add(session& session) {
    const auto position = std::ranges::upper_bound(sessions_, session.peer().id, {}, id_of);
    sessions_.insert(position, &session);
    observers_.for_each([&session](session_observer& each) { each.session_started(session.peer().id); });
  }

  void remove(session& session) noexcept {
    std::erase(sessions_, &session);
    observers_.for_each([&session](session_observer& each) { each.session_ended(session.peer().id); });
  }

  /// Observers are not part of the registry's value: they only follow it.
  void attach(session_observer& observer) const noexcept { observers_.push_back(observer); }
  void detach(session_observer& observer) const noexcept { observers_.remove(observer); }

  /// The session with that peer; null if there is none. O(log n).
  [[nodiscard]] session* find(std::uint64_t id) const noexcept {
    const auto found = std::ranges::lower_bound(sessions_, id, {}, id_of);
    return found == sessions_.end() || (*found)->peer().id != id ? nullptr : *found;
  }

  /// The session with the peer at that endpoint, unless it is disconnecting; null if there is none. A peer that merely
  /// claims the endpoint is not found. O(n).
  [[nodiscard]] session* find(io::endpoint endpoint) const noexcept {
    const auto is_at_endpoint = [endpoint](const session* each) {
      return !each->is_ending() && each->is_endpoint_verified() && each->peer().endpoint == endpoint;
    };
    const auto found = std::find_if(sessions_.begin(), sessions_.end(), is_at_endpoint);
    return found == sessions_.end() ? nullptr : *found;
  }

  /// Number of sessions for which `matches` is true, without those that are disconnecting. O(n).
  template <class Predicate>
  [[nodiscard]] std::size_t count(Predicate matches) const {
    const auto counts = [&matches](const session* each) { return !each->is_ending() && matches(*each); };
    return static_cast<std::size_t>(std::ranges::count_if(sessions_, counts));
  }
  [[nodiscard]] std::size_t count(direction direction) const {
    return count([direction](const session& each) { return each.peer().direction == direction; });
  }

  /// Whether a peer claims that endpoint, whether it is there or not. O(n).
  [[nodiscard]] bool is_claimed(io::endpoint endpoint) const {
    return count([endpoint](const session& each) { return each.peer().endpoint == endpoint; }) != 0;
  }

  /// Whether a byte has arrived from any peer since then. O(n).
  [[nodiscard]] bool any_received_since(io::time_point time) const noexcept {
    return std::ranges::any_of(sessions_, [time](const session* each) { return each->last_received_at() >= time; });
  }

  [[nodiscard]] const std::vector<session*>& sessions() const noexcept { return sessions_; }
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }

  /// Copies of the statistics of each session.
  [[nodiscard]] std::vector<peer_stats> snapshot() const {
    std::vector<peer_stats> peers;
    peers.reserve(sessions_.size());
    for (const session* each : sessions_) peers.push_back(each->status());
    return peers;
  }

private:
  static std::uint64_t id_of(const session* session) noexcept { return session->peer().id; }

  std::vector<session*> sessions_;
  mutable coro::intrusive_list<session_observer> observers_;
};

}  // namespace pappus::peer
