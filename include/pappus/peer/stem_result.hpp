// What becomes of a transaction that was private.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// Why we made a transaction public.
enum class fluff_reason : std::uint8_t {
  aggregation_expired,  // it was another's, in an epoch of fluffing, and has waited long enough
  embargo_expired,      // nobody else has
  no_relay,             // there was no outbound peer to send it to, and none was looked for
  requested,            // by the host
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
  fluffed,    // by us
  seen,       // in public: somebody else has fluffed it
  confirmed,  // in a block
  invalid,    // the host says that it is not valid, or has not said in time that it is
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
