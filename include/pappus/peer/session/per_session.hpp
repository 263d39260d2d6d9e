// State that a service keeps for each session.
#pragma once

#include <cstdint>
#include <unordered_map>

#include <pappus/peer/session/session.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace pappus::peer {

/// A `T` for each session, by peer id. It is made when it is first needed, and destroyed when the session ends. So a
/// session has no members for the services that handle its messages. Look-ups are O(1).
template <class T>
class per_session final : private session_observer {
public:
  /// `sessions` outlives it.
  explicit per_session(const session_registry& sessions) : sessions_(sessions) { sessions_.attach(*this); }
  per_session(const per_session&) = delete;
  per_session& operator=(const per_session&) = delete;
  ~per_session() { sessions_.detach(*this); }

  /// The state of a registered session; `make()` if there is none yet.
  template <class Make>
  [[nodiscard]] T& get(const session& session, Make make) {
    const std::uint64_t peer = session.peer().id;
    const auto found = states_.find(peer);
    return found != states_.end() ? found->second : states_.emplace(peer, make()).first->second;
  }
  /// Null if there is none.
  [[nodiscard]] const T* find(std::uint64_t peer) const noexcept {
    const auto found = states_.find(peer);
    return found == states_.end() ? nullptr : &found->second;
  }

private:
  void session_ended(std::uint64_t peer) noexcept override { states_.erase(peer); }

  const session_registry& sessions_;
  std::unordered_map<std::uint64_t, T> states_;
};

}  // namespace pappus::peer
