// Registry of the running sessions.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <pappus/coro/intrusive_list.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/peer/peer_info.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::peer {

/// Is told of each session's events. Must be detached before it is destroyed.
class session_observer : public coro::intrusive_list<session_observer>::hook {
public:
  virtual void session_started(const peer_info& /*peer*/) noexcept {}
  /// Its peer's tip is another one than before.
  virtual void session_tip_changed(const peer_info& /*peer*/) noexcept {}
  virtual void session_ended(std::uint64_t peer) noexcept = 0;

protected:
  ~session_observer() = default;
};

/// Sessions after their handshake, in the order of their ids. They are registered exactly while they run.
class session_registry : private session_listener {
public:
  session_registry() = default;
  session_registry(const session_registry&) = delete;
  session_registry& operator=(const session_registry&) = delete;

  /// The session is not disconnecting. O(1) for the latest connection, and nearly so for one whose handshake took
  /// longer.
  void add(session& session) {
    const peer_info& peer = session.peer();
    side_counts& from_there = by_address_[peer.endpoint.address.subnet()];
    sessions_.insert(std::ranges::upper_bound(sessions_, peer.id, {}, id_of), &session);
    ++from_there[side_of(peer)];
    if (!peer.tls_key) ++totals_[side_of(peer)];
    session.set_listener(this);
    observers_.for_each([&peer](session_observer& each) { each.session_started(peer); });
  }

  void remove(session& session) noexcept {
    const std::uint64_t id = session.peer().id;
    if (!session.is_ending()) session_ending(session);
    session.set_listener(nullptr);
    sessions_.erase(std::ranges::lower_bound(sessions_, id, {}, id_of));
    observers_.for_each([id](session_observer& each) { each.session_ended(id); });
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
  /// claims the endpoint is not found. O(1) if no session is from its address, of IPv6 from its subnet; else O(n).
  [[nodiscard]] session* find(io::endpoint endpoint) const noexcept {
    if (!by_address_.contains(endpoint.address.subnet())) return nullptr;
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
  /// Likewise, by direction, without private links, which take no slots; from an address, of IPv6 from its subnet.
  /// O(1).
  [[nodiscard]] std::size_t count(direction direction) const noexcept {
    return totals_[static_cast<std::size_t>(direction)];
  }
  [[nodiscard]] std::size_t count(direction direction, ip_address address) const {
    const auto found = by_address_.find(address.subnet());
    return found == by_address_.end() ? 0 : found->second[static_cast<std::size_t>(direction)];
  }

  /// Whether a peer claims that endpoint, whether it is there or not. O(1) if no session is from its address, of IPv6
  /// from its subnet; else O(n).
  [[nodiscard]] bool is_claimed(io::endpoint endpoint) const {
    if (!by_address_.contains(endpoint.address.subnet())) return false;
    return count([endpoint](const session& each) { return each.peer().endpoint == endpoint; }) != 0;
  }

  /// Whether a byte has arrived from any peer since then. O(n).
  [[nodiscard]] bool any_received_since(io::time_point time) const noexcept {
    return std::ranges::any_of(sessions_, [time](const session* each) { return each->last_received_at() >= time; });
  }
  /// The same from a peer of that transport.
  [[nodiscard]] bool any_received_since(io::time_point time, transport_type by) const noexcept {
    return std::ranges::any_of(sessions_, [time, by](const session* each) {
      return each->peer().transport == by && each->last_received_at() >= time;
    });
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
  using side_counts = std::array<std::size_t, 2>;  // by direction

  static std::uint64_t id_of(const session* session) noexcept { return session->peer().id; }
  static std::size_t side_of(const peer_info& peer) noexcept { return static_cast<std::size_t>(peer.direction); }

  void session_tip_changed(const session& session) noexcept override {
    const peer_info& peer = session.peer();
    observers_.for_each([&peer](session_observer& each) { each.session_tip_changed(peer); });
  }

  void session_ending(const session& session) noexcept override {
    const peer_info& peer = session.peer();
    const auto found = by_address_.find(peer.endpoint.address.subnet());
    --found->second[side_of(peer)];
    if (!peer.tls_key) --totals_[side_of(peer)];
    if (found->second == side_counts{}) by_address_.erase(found);
  }

  std::vector<session*> sessions_;
  side_counts totals_{};                                    // without private links and those that are disconnecting
  std::unordered_map<ip_address, side_counts> by_address_;  // by subnet
  mutable coro::intrusive_list<session_observer> observers_;
};

}  // namespace pappus::peer
