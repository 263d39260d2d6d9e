// Outcomes of private transactions.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// Why the node has fluffed a transaction.
enum class fluff_reason : std::uint8_t {
  aggregation_expired,  // another node's, in a fluff epoch: its aggregation period is over
  embargo_expired,      // its embargo expired: no other node has fluffed it
  no_relay,             // there is no outbound peer to send it to, and the node looks for none
  requested,            // by the application
};

[[nodiscard]] constexpr const char* to_string(fluff_reason why) noexcept {
  switch (why) {
    case fluff_reason::aggregation_expired: return "hold_over";
    case fluff_reason::embargo_expired: return "deadline";
    case fluff_reason::no_relay: return "no_route";
    case fluff_reason::requested: return "requested";
  }
  return "";
}

enum class stem_outcome : std::uint8_t {
  fluffed,    // by this node
  seen,       // in public: another node has fluffed it
  confirmed,  // in a block
  invalid,    // the adapter found it invalid, or did not find it valid in time
};

[[nodiscard]] constexpr const char* to_string(stem_outcome which) noexcept {
  switch (which) {
    case stem_outcome::fluffed: return "fluffed";
    case stem_outcome::seen: return "seen";
    case stem_outcome::confirmed: return "confirmed";
    case stem_outcome::invalid: return "evicted";
  }
  return "";
}

}  // namespace pappus::peer
