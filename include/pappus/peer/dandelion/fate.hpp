// What becomes of a transaction that was private.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// Why we made a transaction public.
enum class fluff_cause : std::uint8_t {
  hold_over,  // it was another's, in an epoch of fluffing, and has waited long enough
  deadline,   // nobody else has
  no_route,   // there was no outbound peer to send it to, and none was looked for
  requested,  // by the host
};

[[nodiscard]] constexpr const char* to_string(fluff_cause why) noexcept {
  switch (why) {
    case fluff_cause::hold_over: return "hold_over";
    case fluff_cause::deadline: return "deadline";
    case fluff_cause::no_route: return "no_route";
    case fluff_cause::requested: return "requested";
  }
  return "";
}

enum class stem_fate : std::uint8_t {
  fluffed,    // by us
  seen,       // in public: somebody else has fluffed it
  confirmed,  // in a block
  evicted,    // the host says that it is not valid, or has not said in time that it is
};

[[nodiscard]] constexpr const char* to_string(stem_fate which) noexcept {
  switch (which) {
    case stem_fate::fluffed: return "fluffed";
    case stem_fate::seen: return "seen";
    case stem_fate::confirmed: return "confirmed";
    case stem_fate::evicted: return "evicted";
  }
  return "";
}

}  // namespace pappus::peer
