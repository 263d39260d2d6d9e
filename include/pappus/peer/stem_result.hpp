// Outcomes of private transactions, and why one is not taken.
#pragma once

#include <cstdint>
#include <optional>
#include <system_error>

namespace pappus::peer {

/// Why the node has fluffed a transaction.
enum class fluff_reason : std::uint8_t {
  aggregation_expired,  // another node's, in a fluff epoch: its aggregation period is over
  embargo_expired,      // its embargo expired: no other node has fluffed it
  no_relay,             // there is no outbound peer to send it to, and the node looks for none
  requested,            // by the application
};

/// Name for output, the same as in version 0.1.
[[nodiscard]] constexpr const char* to_string(fluff_reason reason) noexcept {
  switch (reason) {
    case fluff_reason::aggregation_expired: return "hold_over";
    case fluff_reason::embargo_expired: return "deadline";
    case fluff_reason::no_relay: return "no_route";
    case fluff_reason::requested: return "requested";
  }
  return "";
}

/// What has become of a private transaction.
enum class stem_outcome : std::uint8_t {
  fluffed,    // by this node
  seen,       // in public: another node has fluffed it
  confirmed,  // in a block
  invalid,    // the adapter found it invalid, or did not find it valid in time
};

/// Name for output, the same as in version 0.1.
[[nodiscard]] constexpr const char* to_string(stem_outcome which) noexcept {
  switch (which) {
    case stem_outcome::fluffed: return "fluffed";
    case stem_outcome::seen: return "seen";
    case stem_outcome::confirmed: return "confirmed";
    case stem_outcome::invalid: return "evicted";
  }
  return "";
}

/// Outcome of a private transaction, and the reason if the node has fluffed it.
struct stem_result {
  stem_outcome outcome = stem_outcome::invalid;  // what became of it
  std::optional<fluff_reason> reason;            // if the outcome is `fluffed`
};

/// Why a transaction is not taken for the stem, or has no outcome.
enum class stem_errc {
  invalid = 1,      // the adapter found it invalid
  already_private,  // it, or another one with its first kernel, is here as the node's own
  already_public,   // the adapter has it among the public ones
  pool_full,        // too many of the node's own are private
  not_private,      // asked for its outcome: it is not private
};

/// Category of these errors; its messages are sentences.
[[nodiscard]] const std::error_category& stem_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(stem_errc error) noexcept {
  return {static_cast<int>(error), stem_category()};
}

}  // namespace pappus::peer

template <>
struct std::is_error_code_enum<pappus::peer::stem_errc> : std::true_type {};
