// Assigns the operator's preferences to sessions: one session for each entry, not all sessions from an address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

/// An address has as many preferences as the operator's list has entries for it. Connections that the node has dialed
/// at a listed endpoint come first; the remaining preferences belong to the earliest inbound connections from that
/// address.
class preferred_sessions {
public:
  /// `lists` outlives it.
  explicit preferred_sessions(const connection_gater& lists) noexcept : lists_(lists) {}
  preferred_sessions(const preferred_sessions&) = delete;
  preferred_sessions& operator=(const preferred_sessions&) = delete;

  /// The claim of a connection to a preference, while this object lives; without effect if none is due.
  class claim {
  public:
    claim(preferred_sessions& owner, const peer_info& peer);
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;
    ~claim();

  private:
    preferred_sessions& owner_;
    std::uint64_t connection_;
    ip_address at_;
  };

  /// Whether one more inbound connection from there would hold a preference. O(log n), like all functions.
  [[nodiscard]] bool has_free_claim(ip_address from) const;
  /// Whether that connection holds a preference.
  [[nodiscard]] bool contains(const peer_info& connection) const;

private:
  const connection_gater& lists_;
  std::map<ip_address, std::vector<std::uint64_t>> claims_;  // connection ids, by precedence
};

}  // namespace pappus::peer
