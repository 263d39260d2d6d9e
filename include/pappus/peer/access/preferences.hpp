// Which sessions the operator's preference belongs to: one each, not all that come from an address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/access/connection_gater.hpp>
#include <pappus/peer/peer_info.hpp>

namespace pappus::peer {

/// An address has as many preferences as the operator's list names peers there. One that we have dialled where the list
/// says holds one before all others; what is left is held by the inbound ones from there that came first.
class preferences {
public:
  /// Borrows the list.
  explicit preferences(const connection_gater& lists) noexcept : lists_(lists) {}
  preferences(const preferences&) = delete;
  preferences& operator=(const preferences&) = delete;

  /// That of a connection, for as long as this lives; none if it has no right to one.
  class claim {
  public:
    claim(preferences& of, const peer_info& whom);
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;
    ~claim();

  private:
    preferences& of_;
    std::uint64_t connection_;
    io::ipv4_address at_;
  };

  /// Whether one more connection from there would hold a preference. O(log n), as all of it.
  [[nodiscard]] bool has_one_left(io::ipv4_address from) const;
  /// Whether that connection holds one.
  [[nodiscard]] bool holds(const peer_info& connection) const;

private:
  const connection_gater& lists_;
  std::map<io::ipv4_address, std::vector<std::uint64_t>> claims_;  // in the order in which they count
};

}  // namespace pappus::peer
