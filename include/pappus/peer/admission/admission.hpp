// Whom we talk to, as far as that depends on where they are.
#pragma once

#include <optional>
#include <vector>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/book/bans.hpp>
#include <pappus/peer/book/range_index.hpp>
#include <pappus/peer/ending.hpp>

namespace pappus::peer {

/// The operator's lists. Whoever is in `deny` is not talked to; if `allow` lists anybody, nobody else is. Whoever is in
/// `prefer` finds room even when all slots are taken, and is never evicted; to that end ports do not matter.
struct admission_lists {
  std::vector<io::endpoint_range> deny = {};
  std::vector<io::endpoint_range> allow = {};
  std::vector<io::endpoint_range> prefer = {};
};

/// Borrows the bans. All of it O(1), whatever the number of bans and ranges.
class admission {
public:
  admission(const bans& banned, const admission_lists& lists);

  /// Why nobody at that address is talked to, known before a byte is read; nothing if somebody may be.
  [[nodiscard]] std::optional<ending> objection(io::ipv4_address address, io::wall_time now) const;

  /// Why the peer there is not talked to. An inbound peer's port is known with its Hand.
  [[nodiscard]] std::optional<ending> objection(io::endpoint where, io::wall_time now) const;

  [[nodiscard]] bool prefers(io::ipv4_address address) const noexcept;

  /// As if it were on the list: the peer that the operator has given a name has been found there.
  void prefer(io::endpoint where) { preferred_.set(io::endpoint_range{where.address}, {}); }

private:
  struct listed {};

  template <class Where>
  [[nodiscard]] std::optional<ending> judge(Where from, const range_index<listed>& allowed, io::wall_time now) const;

  const bans& bans_;
  range_index<listed> denied_;
  range_index<listed> allowed_;
  range_index<listed> allowed_somewhere_;  // addresses of which at least one port is allowed
  range_index<listed> preferred_;          // likewise
};

}  // namespace pappus::peer
